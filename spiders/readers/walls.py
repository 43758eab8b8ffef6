"""Walls: pages that stand in place of the goods (captcha, script challenge, login, refusal), told by their wording."""

import re
from functools import cache

from spiders.readers import words
from spiders.readers.page import Page
from spiders.readers.text import text_of

_SCAN = 60_000  # characters of markup that are looked at; walls are small
_MUCH_TEXT = 3_000  # a page that says this much is no wall for one phrase
_STATUS = {401: "login", 403: "blocked", 407: "login", 429: "blocked", 451: "blocked", 503: "maintenance"}
_BLANK = 20


@cache
def _patterns(place: str) -> tuple[tuple[str, re.Pattern[str]], ...]:
    data: dict[str, list[str]] = words.load("walls.yaml")[place]
    return tuple(
        (kind, re.compile("|".join(f"(?:{entry})" for entry in entries), re.IGNORECASE))
        for kind, entries in data.items()
    )


def wall_of(page: Page) -> str | None:
    """The kind of wall that a page without goods is, None where it is none."""
    text = text_of(page.body)
    title = page.head.get("title", "")
    for kind, pattern in _patterns("text"):
        place = f"{title}\n{page.heading or ''}\n{text if len(text) < _MUCH_TEXT else ''}"
        if pattern.search(place):
            return kind
    if len(text) < _MUCH_TEXT:
        markup = page.source[:_SCAN]
        for kind, pattern in _patterns("markup"):
            if pattern.search(markup) and (len(text) < 600 or kind == "login"):
                return kind if kind != "login" or len(page.texts) < 40 else _STATUS.get(page.capture.status)
    return _STATUS.get(page.capture.status)


def is_blank(page: Page) -> bool:
    """Whether a page shows (almost) nothing: no text to speak of, no picture, no form."""
    if len(text_of(page.body)) >= _BLANK:
        return False
    return next(page.body.iter("img", "form", "input", "a"), None) is None
