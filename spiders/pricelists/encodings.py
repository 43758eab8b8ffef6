"""Encodings of text: by its mark, by what can be read as UTF-8, else by its letters; where they don't tell, refused."""

import codecs
import re
from collections.abc import Iterable
from typing import BinaryIO

from restock.errors import UsageError

UTF8, UTF8_MARKED = "utf-8", "utf-8-sig"
_MARKS = {codecs.BOM_UTF8: UTF8_MARKED, codecs.BOM_UTF16_LE: "utf-16", codecs.BOM_UTF16_BE: "utf-16"}
# Windows-1254 stands for 1252 too: they differ in six letters, of Turkish in one and of Icelandic in the other.
_OLD = ("cp1251", "cp1254", "koi8_r", "cp866")
_NAMES = {"cp1251": "windows-1251", "cp1252": "windows-1252", "cp1254": "windows-1254", "koi8_r": "koi8-r"}
_PIECE = 1 << 20
_SAMPLE = 1 << 16  # bytes of lines with letters beyond ASCII; more of them tell no more
_LEAST, _AHEAD = 5, 1.5  # how many letters must speak for an encoding, and how many times more than for the next
_FEW = 0.1  # share of broken lines up to which a text is UTF-8 that was damaged
_WORD = re.compile(r"[^\W\d_]{2,}")
_ODD = re.compile(r"[^\x00-\x7f\w«»№°±×÷…–—™®©µ·•€₽“”„’‘‚›‹¼½¾²³´`\xa0\xad]")
_SIGNS = re.compile(r"(?<![^\W\d_])[€№](?![^\W\d_])")  # within a word they are none
_CYRILLIC = re.compile("[Ѐ-ӿ]")
_BROKEN = re.compile("[\udc80-\udcff]")  # bytes that the encoding doesn't have, decoded with `surrogateescape`


def checked_encoding(name: str | None) -> str | None:
    """Raises UsageError for a name that no encoding of text has."""
    try:
        known = name is None or "\n".encode(name) is not None
    except (LookupError, UnicodeError, ValueError):
        known = False
    if not known:
        raise UsageError(f"--encoding {name}: no such encoding is known (utf-8, windows-1251, windows-1252, koi8-r, …)")
    return name


def marked_encoding(start: bytes) -> str | None:
    """The encoding that a text's first bytes show: its mark, or the zeros of UTF-16 without one."""
    for mark, name in _MARKS.items():
        if start.startswith(mark):
            return name
    even, odd = start[::2].count(0), start[1::2].count(0)
    if max(even, odd) * 50 < len(start) or min(even, odd):  # line ends, separators and digits have them
        return None
    return "utf-16-le" if odd else "utf-16-be"


def old_encoding(lines: Iterable[bytes]) -> str:
    """The encoding of lines that aren't UTF-8, by their letters: whole words of one script, in small letters or begun
    by a capital, speak for one; signs that no text has and capitals within words against it.

    Raises UsageError where they don't tell."""
    sample = b"\n".join(lines)[:_SAMPLE]
    found = sorted(
        ((_likeness(text), name) for name in _OLD if (text := _decoded(sample, name)) is not None), reverse=True
    )
    best, name = found[0] if found else (0, "")
    if best < _LEAST or any(other * _AHEAD >= best for other, _ in found[1:]):
        raise UsageError(
            "the text is not UTF-8, and its letters don't tell its encoding: --encoding NAME says it "
            "(windows-1251, windows-1252, windows-1254, koi8-r, cp866)"
        )
    return "cp1252" if name == "cp1254" and _decoded(sample, "cp1252") == sample.decode(name) else name


def encoding_of(stream: BinaryIO) -> str:
    """The encoding of a whole text. Raises UsageError where nothing tells it."""
    stream.seek(0)
    if marked := marked_encoding(stream.read(4096)):
        return marked
    stream.seek(0)
    return encoding_of_lines(iter(lambda: stream.readline(_PIECE), b""))


def encoding_of_lines(lines: Iterable[bytes]) -> str:
    """UTF-8 where nearly all lines are: a few are damaged then. Raises UsageError where nothing tells it."""
    broken, sound, size = 0, 0, 0
    sample: list[bytes] = []
    for line in lines:
        if line.isascii():
            continue
        if is_utf8(line):
            sound += 1
            continue
        broken += 1
        if size < _SAMPLE:
            sample.append(line)
            size += len(line)
    return UTF8 if broken <= _FEW * sound else old_encoding(sample)


def is_utf8(line: bytes) -> bool:
    try:
        line.decode(UTF8)
    except UnicodeDecodeError:
        return False
    return True


def is_broken(text: str) -> bool:
    """Whether bytes of a text are none of its encoding."""
    return not text.isascii() and _BROKEN.search(text) is not None


def error_handler(encoding: str) -> str:
    """How to decode so that broken bytes are found again, where the codec can."""
    return "replace" if encoding.replace("_", "-").lower().startswith("utf-16") else "surrogateescape"


def told(encoding: str) -> str | None:
    """One sentence on an encoding that a text doesn't show by itself."""
    if encoding in {UTF8, UTF8_MARKED, "utf-16"}:
        return None
    by = "zeros" if encoding.startswith("utf-16") else "letters"
    return f"read as {_NAMES.get(encoding, encoding)}, by its {by}; --encoding says otherwise"


def _decoded(sample: bytes, name: str) -> str | None:
    try:
        return sample.decode(name)
    except UnicodeDecodeError:
        return None


def _likeness(text: str) -> float:
    """How many letters beyond ASCII stand in words as languages have them, less those that don't."""
    words = sum(_worth(word) for word in _WORD.findall(text) if not word.isascii())
    return words + 2 * len(_SIGNS.findall(text)) - len(_ODD.findall(text))


def _worth(word: str) -> float:
    foreign = sum(not letter.isascii() for letter in word)
    cyrillic = len(_CYRILLIC.findall(word))
    if not cyrillic:  # Latin words have few such letters
        well = foreign * 3 <= len(word) * 2 and (word[1:].islower() or word.isupper())
        return 3 * foreign if well else -foreign
    if cyrillic < len(word) or not (word.islower() or word.isupper() or word.istitle()):
        return -foreign
    return 0.4 * foreign if word.isupper() else foreign  # KOI8-R has small letters where Windows-1251 has capitals
