"""Meetings with walls: what each kind asks for, and what the page in the goods' place says."""

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass

from restock.addresses import url_key
from restock.capture import PageCapture
from restock.site import Site
from spiders.readers.page import Page
from spiders.readers.text import text_of

_MEANS = {
    "captcha": "it asks whether a person is there: ask more slowly (delay), or ask the site for access",
    "challenge": "it wants a browser to prove itself: restock evades nothing; ask the site for access",
    "login": "it shows goods to customers alone: no definition can change that",
    "blocked": "it refuses these requests: ask more slowly (delay), or ask the site for access",
    "geographic": "it serves other countries only: a proxy that you may use has another vantage point",
    "city": "it asks for the city first: let start be where its catalogue is",
    "front_page": "it sends to its front page: what was asked for is no longer there, or start is outdated",
    "maintenance": "it is being worked on, or asks to come back later",
    "not_found": "it says that there is no such page: start may be outdated",
}
_SHOWN = 160


@dataclass(frozen=True, slots=True)
class Meeting:
    """A wall that was met: its kind, where, the status that it answered with, and what it says."""

    kind: str
    page: str
    status: int | None
    says: str

    def __str__(self) -> str:
        answered = f"; answered {self.status}" if self.status is not None else ""
        says = f"; it says: {self.says}" if self.says else ""
        return f"a wall ({self.kind}): {self.page}{answered}{says} ({_MEANS.get(self.kind, 'no goods are shown')})"


def meetings(walls: Mapping[str, str], captures: Iterable[PageCapture], site: Site) -> Iterator[Meeting]:
    """Every wall of a crawl, with what its page looked like."""
    by_key = {url_key(capture.requested_url): capture for capture in captures}
    for page, kind in walls.items():
        capture = by_key.get(page)
        yield Meeting(kind, page, *((capture.status, excerpt(capture, site)) if capture else (None, "")))


def excerpt(capture: PageCapture, site: Site) -> str:
    """The beginning of what a page says: its title and its visible text, or where it sends on."""
    location = capture.headers.get("location")
    if location and 300 <= capture.status < 400:
        return f"go to {location[:_SHOWN]}"
    page = Page(capture, site)
    title, text = page.head.get("title", ""), text_of(page.body)
    said = text if title in text else f"{title} {text}"
    return said if len(said) <= _SHOWN else said[: _SHOWN - 1].rstrip() + "…"
