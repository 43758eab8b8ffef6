"""Texts: a page's bytes decoded, and the text of its elements as a browser shows it."""

import re
from functools import lru_cache
from itertools import islice

from lxml import etree
from w3lib.encoding import html_to_unicode

from spiders.readers.words import MAX_REMEMBERED

Element = etree._Element  # noqa: SLF001  lxml has no public name for it

MAX_NARROW = 8
MAX_SHOWN = 20_000
# fmt: off
_BLOCKS = (
    "address", "article", "aside", "blockquote", "br", "dd", "div", "dl", "dt", "fieldset", "figcaption", "figure",
    "footer", "form", "h1", "h2", "h3", "h4", "h5", "h6", "header", "hr", "li", "main", "nav", "ol", "option", "p",
    "pre", "section", "table", "tbody", "td", "tfoot", "th", "thead", "tr", "ul",
)
# fmt: on
_SMALL_COINS = re.compile(r"\d{2}")
_LATIN_1 = frozenset({"cp1252", "iso8859-1", "latin-1", "ascii"})


def squeeze(text: str) -> str:
    """Whitespace collapsed; nothing else is changed."""
    return " ".join(text.split())


def count_letters(text: str) -> int:
    """How many characters are letters (neither digits nor underscores)."""
    return sum(map(str.isalnum, text)) - sum(map(str.isdecimal, text))


def decode(body: bytes, content_type: str | None, encoding: str | None = None) -> str:
    """The page's text: by the site's known encoding, else as UTF-8 where it is that whatever it claims, else as
    header or meta say, else as windows-1251."""
    if encoding is not None:
        return body.decode(encoding, errors="replace")
    try:
        return body.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        if len(body) - error.start < 4:  # a body that was cut off within a letter
            return body[: error.start].decode("utf-8")
    declared, text = html_to_unicode(content_type, body, default_encoding="cp1251")
    if declared in _LATIN_1:
        return html_to_unicode(None, body, default_encoding="cp1251")[1]
    if declared.startswith("utf-8") and text.count("\ufffd") > len(text) // 50:
        return body.decode("cp1251", errors="replace")
    return text


@lru_cache(maxsize=MAX_REMEMBERED)  # those of the page at hand are asked for again and again
def text_of(element: Element) -> str:
    """The element's visible text in one line: inline parts are joined as a browser shows them, blocks by a space."""
    shown = str(_TEXT(element)) if len(element) else element.text or ""
    return squeeze(shown[:MAX_SHOWN])


_TEXT = etree.XPath("string()", smart_strings=False)


def xml_text(text: str) -> str:
    """A text without the characters that XML has no place for: controls, lone surrogates, non-characters."""
    return _NOT_XML.sub("", text)


# https://www.w3.org/TR/xml/#charsets
_NOT_XML = re.compile(r"[^\t\n\r\x20-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")


def xml_bytes(text: str) -> bytes:
    """`xml_text` in UTF-8: the same, much quicker for a whole page."""
    data = text.encode("utf-8", errors="ignore").translate(None, _CONTROLS)
    return data.replace(b"\xef\xbf\xbe", b"").replace(b"\xef\xbf\xbf", b"")


_CONTROLS = bytes(set(range(0x20)) - set(b"\t\n\r"))


def space_blocks(body: Element) -> None:
    """Sets blocks apart by spaces, so that joined texts read as they are shown; raised kopecks ("1 234<sup>50</sup>")
    get the comma that the raising stands for."""
    for node in body.iter(*_BLOCKS):
        try:
            node.text = f" {node.text or ''}"
            node.tail = f" {node.tail or ''}"
        except ValueError:  # a character reference (&#7;) to what no tree may be given
            node.text = f" {xml_text(node.text or '')}"
            node.tail = f" {xml_text(node.tail or '')}"
    for node in body.iter("sup"):
        before = node.getprevious()
        parent = node.getparent()
        text = before.tail if before is not None else parent.text if parent is not None else None
        if _SMALL_COINS.fullmatch((node.text or "").strip()) and (text or "").rstrip()[-1:].isdigit():
            node.text = f",{(node.text or '').strip()}"


def elements(path: etree.XPath, within: Element) -> list[Element]:
    """The elements that a compiled XPath finds; texts and attributes are left out."""
    found = path(within)
    return [node for node in found if isinstance(node, Element)] if isinstance(found, list) else []


def is_narrow(element: Element) -> bool:
    """Whether an element has few children, as a price tag or a line has. (Counting them all would be slow.)"""
    return next(islice(element, MAX_NARROW, None), None) is None


def short_text(element: Element) -> str:
    """The text of an element with few children, nothing of a wide one."""
    return text_of(element) if is_narrow(element) else ""
