"""Walls: pages that stand in place of the goods (captcha, challenge, login, refusal, choice of a city), told by their
wording."""

import re
from functools import cache

from restock.terms import PageRole
from spiders.readers import words
from spiders.readers.structure import Structure
from spiders.readers.text import text_of

_SCAN = 60_000  # characters of markup that are looked at; walls are small
_LITTLE_TEXT = 1_000
_FEW_LINKS = 8
_STATUS = {401: "login", 403: "blocked", 407: "login", 429: "blocked", 451: "geographic", 503: "maintenance"}
_BLANK = 20


@cache
def _patterns(place: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    data: dict[str, list[str]] = words.load("walls.yaml")[place]
    return tuple(
        (kind, re.compile("|".join(f"(?:{entry})" for entry in entries), re.IGNORECASE))
        for kind, entries in data.items()
    )


def wall_of(page: Structure) -> str | None:
    """The kind of wall that a page without goods is, None where it is none.

    A wall says so in its title or headings. A bare page, with little text and few links, may say it anywhere, its
    markup included; on any other page a feedback form's captcha or a header's login is no wall."""
    text = text_of(page.body)
    said = [page.head.get("title", ""), *(text_of(heading) for heading in page.headings[:5])]
    bare = len(text) < _LITTLE_TEXT and len(page.anchors) < _FEW_LINKS
    found = _first("text", "\n".join([*said, text] if bare else said))
    found = found or _first("heading", f"{page.head.get('title', '')}\n{page.heading or ''}")
    if found is None and bare:
        found = _first("markup", page.source[:_SCAN])
    if found == "not_found" and page.capture.role not in {PageRole.PRODUCT, PageRole.LIST}:
        found = None  # a dead link of a menu; nobody expected goods there
    return found or _STATUS.get(page.capture.status)


def _first(place: str, text: str) -> str | None:
    return next((kind for kind, pattern in _patterns(place) if pattern.search(text)), None)


def is_blank(page: Structure) -> bool:
    """Whether a page shows (almost) nothing: no text to speak of, no picture, no form."""
    if len(text_of(page.body)) >= _BLANK:
        return False
    return next(page.body.iter("img", "form", "input", "a"), None) is None
