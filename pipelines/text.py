"""Folding of shop text: look-alike letters, spaces, dashes and quotes, character by character so that places stay."""

import html
import re
import unicodedata

# Cyrillic and Greek letters that are drawn like a Latin one, lower case.
LOOK_ALIKES = dict(zip("авекмнорстухіјѕԁԛԝһαβεζηικμνορτυχ", "abekmhopctyxijsdqwhabezhikmvoptux", strict=True))
_CYRILLIC_ONLY = frozenset("авекмнорстухіјѕ")
_SPACES = "\u00a0\u1680\u2000\u2001\u2002\u2003\u2004\u2005\u2006\u2007\u2008\u2009\u200a\u202f\u205f\u3000\t\n\r\f\v"
_DASHES = "\u2010\u2011\u2012\u2212\ufe58\ufe63\uff0d\u00ad"
_QUOTES = "\u2018\u2019\u201b\u02bc\u02bb\u0060\u00b4\u2032"
_INVISIBLE = "\u200b\u200c\u200d\u2060\ufeff\u200e\u200f"
_ENTITY = re.compile(r"&(#\d+|#x[0-9a-fA-F]+|[a-zA-Z]{2,8});")


def _one_to_one() -> dict[int, str]:
    table = {ord(space): " " for space in _SPACES + _INVISIBLE}
    table.update({ord(dash): "-" for dash in _DASHES})
    table.update({ord(quote): "'" for quote in _QUOTES})
    table[ord("×")] = "x"
    return table


def _wide_forms() -> dict[int, str]:
    """Full-width and other compatibility characters that stand for one plain character."""
    found = {}
    for code in (*range(0xFF01, 0xFF5F), *range(0x2100, 0x2150)):
        plain = unicodedata.normalize("NFKC", chr(code))
        if len(plain) == 1 and plain.isascii():
            found[code] = plain
    return found


_CLEAN = _one_to_one() | _wide_forms()


def _case_table(upper: bool) -> dict[int, str]:
    table: dict[int, str] = {}
    for code in range(0x2000):
        letter = chr(code)
        small = letter.lower()
        if len(small) != 1:
            small = letter
        small = LOOK_ALIKES.get("е" if small == "ё" else small, "е" if small == "ё" else small)
        if upper:
            small = small.upper() if len(small.upper()) == 1 else small
        if small != letter:
            table[code] = small
    return table


_SKELETON = _case_table(upper=False)
_LATIN = _case_table(upper=True)


def clean(text: str) -> str:
    """The text with plain spaces, dashes and quotes, and entities resolved; letters as they were."""
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    return text if text.isascii() and text.isprintable() else text.translate(_CLEAN)


def skeleton(text: str) -> str:
    """Lower case, with look-alike letters turned Latin: two spellings that look the same fold to the same text.

    Length and places are those of the input; folding twice changes nothing."""
    return text.lower() if text.isascii() else text.translate(_SKELETON)


def latin(text: str) -> str:
    """Upper case, with look-alike letters turned Latin, as part numbers are written; length and places are kept."""
    return text.upper() if text.isascii() else text.translate(_LATIN)


def squeeze(text: str) -> str:
    """The skeleton of a whole short text, without outer and double spaces."""
    return " ".join(skeleton(clean(text)).split())


def number(text: str) -> str | None:
    """A part number as makers write it: upper case, Latin, no spaces; None where other letters remain."""
    found = "".join(latin(clean(text)).split())
    return found if found.isascii() and found else None


def mixed_script(text: str) -> bool:
    """Whether Latin letters and Cyrillic look-alikes stand in one word: a signal by itself."""
    return any(_is_mixed(word) for word in text.split())


def _is_mixed(word: str) -> bool:
    if word.isascii():
        return False
    small = word.lower()
    cyrillic = {letter for letter in small if "\u0400" <= letter <= "\u04ff"}
    return bool(cyrillic) and cyrillic <= _CYRILLIC_ONLY and any("a" <= letter <= "z" for letter in small)
