"""Folding of shop text: look-alike letters, spaces, dashes and quotes, character by character so that places stay."""

import codecs
import html
import re
import unicodedata
from collections.abc import Callable, Mapping

# Cyrillic and Greek letters that are drawn like a Latin one, lower case.
LOOK_ALIKES = dict(zip("авекмнорстухіјѕԁԛԝһαβεζηικμνορτυχ", "abekmhopctyxijsdqwhabezhikmvoptux", strict=True))
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
    table.update({ord(slash): "/" for slash in "\u2044\u2215"})
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


# Letters that are written as one: capitals of Turkish don't tell which i is meant.
_ONE = {"ё": "е", "İ": "i", "ı": "i"}


def _skeleton_table() -> dict[int, str]:
    """Lower case of every letter that has one of the same length, look-alikes turned Latin."""
    table: dict[int, str] = {}
    for code in range(0x2000):
        letter = chr(code)
        small = letter.lower() if len(letter.lower()) == 1 else letter
        small = _ONE.get(small, small)
        if (folded := LOOK_ALIKES.get(small, small)) != letter:
            table[code] = folded
    return table


_SKELETON = _skeleton_table()
_BOTH = _SKELETON | {code: _SKELETON.get(ord(plain), plain) for code, plain in _CLEAN.items()}
# The letters and signs of nearly every shop's texts; at most 255, the first is code 0.
_USUAL = "".join(
    dict.fromkeys(
        [
            *"\0\t\n\r",
            *map(chr, range(ord(" "), 127)),
            *map(chr, range(ord("А"), ord("я") + 1)),
            *"ЁёІіЇїЄєҐґӘәҒғҚқҢңӨөҰұҮүҺһ№₽€£₸₺₴«»“”„’‘—–…®™°×±²³·•½\u00a0ÄÖÜäöüßÇçĞğİıŞşÉéÈèÀàÂâÊê",
        ]
    )
)


def _translation(table: Mapping[int, str]) -> Callable[[str], str]:
    """What replaces the letters of a table. A text of the usual letters goes there and back through a code page, as
    texts in an old encoding do: several times as fast as letter by letter."""
    nothing = "\ufffe"  # what a code page has where it has nothing
    codes = codecs.charmap_build(_USUAL.ljust(256, nothing))
    letters = "".join(table.get(ord(letter), letter) for letter in _USUAL).ljust(256, nothing)

    def translated(text: str) -> str:
        try:
            return codecs.charmap_decode(codecs.charmap_encode(text, "strict", codes)[0], "strict", letters)[0]
        except UnicodeEncodeError:
            return text.translate(table)

    return translated


_to_skeleton = _translation(_SKELETON)
_to_both = _translation(_BOTH)
_UNCLEAN = re.compile(f"[{re.escape(''.join(map(chr, _CLEAN)))}]")
_MIXED = re.compile("[A-Za-z][авекмнорстухіјѕАВЕКМНОРСТУХІЈЅ]|[авекмнорстухіјѕАВЕКМНОРСТУХІЈЅ][A-Za-z]")


# What editors make of a hyphen: within a number it is one, between words it parts them.
_WITHIN = re.compile(r"(?<=[^\W_])–(?=[^\W_])")


def clean(text: str) -> str:
    """The text with plain spaces, dashes and quotes, and entities resolved; letters as they were."""
    if "&" in text and _ENTITY.search(text):
        text = html.unescape(text)
    if "–" in text:
        text = _WITHIN.sub("-", text)
    return text.translate(_CLEAN) if _UNCLEAN.search(text) else text


def skeleton(text: str) -> str:
    """Lower case, with look-alike letters turned Latin: two spellings that look the same fold to the same text.

    Length and places are those of the input; folding twice changes nothing."""
    return text.lower() if text.isascii() else _to_skeleton(text)


def latin(folded: str) -> str:
    """A skeleton in upper case, as part numbers are written; length and places are kept."""
    upper = folded.upper()
    if len(upper) == len(folded):
        return upper
    return "".join(letter.upper() if len(letter.upper()) == 1 else letter for letter in folded)


def fold(text: str) -> str:
    """The skeleton of a cleaned text in one step."""
    return skeleton(clean(text)) if "&" in text or "–" in text else _to_both(text)


def squeeze(text: str) -> str:
    """The skeleton of a whole short text, without outer and double spaces."""
    return " ".join(skeleton(clean(text)).split())


def number(text: str) -> str | None:
    """A part number as makers write it: upper case, Latin, no spaces; None where other letters remain."""
    found = "".join(latin(skeleton(clean(text))).split())
    return found if found.isascii() and found else None


def mixed_script(text: str) -> bool:
    """Whether a Latin letter and a Cyrillic look-alike stand side by side: a signal by itself."""
    return not text.isascii() and _MIXED.search(text) is not None
