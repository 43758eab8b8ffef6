"""Text from pages stays data: what may reach a reader's eyes, a link, a spreadsheet or a file."""

import re
from urllib.parse import urlsplit

# What XML 1.0 (and so a workbook) cannot carry, and halves of surrogate pairs, which no file can.
_ILLEGAL = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x84\x86-\x9f￾￿]")
_SURROGATE = re.compile("[\ud800-\udfff]")
# Marks that turn the direction of the text around them, and marks that can't be seen.
_DIRECTION = re.compile("[\u061c\u200e\u200f\u202a-\u202e\u2066-\u2069]")
_UNSEEN = re.compile("[\u00ad\u200b\u2060\ufeff]")
# Full-width forms too: some locales read them as the plain ones.
_FORMULA = re.compile(r"^[=+\-@\t\r\n＝＋－＠]")
_NUMBER = re.compile(r"^[+-]?\d+(\.\d+)?(%|[eE][+-]?\d+)?$")
ELLIPSIS = "…"


def storable(text: str) -> str:
    """The text without what no file format can hold."""
    return _SURROGATE.sub("\N{REPLACEMENT CHARACTER}", _ILLEGAL.sub("", text))


def readable(text: str) -> str:
    """The text as it can be stored and read. Marks that turn the direction of writing are named instead of obeyed: they
    can make a text read as another."""
    if text.isprintable():
        return text  # no such mark is, nor is anything that can't be stored
    return _DIRECTION.sub(lambda found: f"[U+{ord(found[0]):04X}]", storable(text))


def shown(text: str | None, limit: int = 160) -> str:
    """The text on one line, at most `limit` characters long, as people may see it in a report."""
    named = readable(" ".join(_UNSEEN.sub("", storable(text or "")).split()))
    return named if len(named) <= limit else named[: limit - 1].rstrip() + ELLIPSIS


def guarded(text: str) -> str:
    """The text of a CSV cell: what a spreadsheet would take for a formula gets an apostrophe; numbers stay."""
    clean = readable(text)
    return f"'{clean}" if _FORMULA.match(clean) and not _NUMBER.match(clean) else clean


def safe_link(url: str | None) -> str | None:
    """The address where it may become a link (http or https with a host), None where it stays text."""
    if not url or url != storable(url) or any(mark.isspace() for mark in url):
        return None
    try:
        parts = urlsplit(url)
    except ValueError:
        return None
    return url if parts.scheme in {"http", "https"} and parts.hostname else None
