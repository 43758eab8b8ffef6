"""Captures: what a server sent, and what a reader found in it."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime

from restock.entity import LegalEntity
from restock.listing import Evidence, RawListing
from restock.terms import Drawing, PageRole


@dataclass(frozen=True, slots=True, kw_only=True)
class PageCapture:
    """The saved bytes of one response with their metadata.

    `url` is the address that answered (after redirects), `requested_url` the one that was asked for. `body` is
    decoded of its Content-Encoding; the stored record keeps the bytes as they came. Header names are lower case.
    `role` is what the page was expected to be when it was requested. `drawn` marks a page as a browser's scripts drew
    it from a response: its body is the document as it stood then.
    """

    url: str
    requested_url: str
    status: int
    body: bytes
    headers: Mapping[str, str] = field(default_factory=dict)
    role: PageRole = PageRole.OTHER
    captured_at: datetime
    evidence: Evidence | None = None
    truncated: bool = False
    drawn: bool = False


@dataclass(frozen=True, slots=True)
class Link:
    """A link worth following, with the role its page is expected to have. `page` is the number of a numbered list
    page, None elsewhere; `certain` is False for a link that may lead past the end (a bare "next"). `same_list` says
    that the page goes on with the list that links to it, whatever its address looks like."""

    url: str
    role: PageRole
    page: int | None = None
    certain: bool = True
    same_list: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class PageReading:
    """What a reader found on a page: its role, its listings (text as shown), where it leads, the total that the site
    itself prints, the wall it turned out to be (captcha, login, front page, …), and notes for the operator. `skipped`
    counts the addresses on the page that are not worth following, by reason (off-site, filter, cart, …). `drawing` says
    whether scripts draw what the page doesn't show. `fault` says what of it could not be read, though it should have
    been: what stood there is unseen. `entities` are the legal entities that a page without a product names."""

    role: PageRole
    listings: tuple[RawListing, ...] = ()
    links: tuple[Link, ...] = ()
    total: int | None = None
    wall: str | None = None
    blank: bool = False
    notes: tuple[str, ...] = ()
    skipped: Mapping[str, int] = field(default_factory=dict)
    drawing: Drawing = Drawing.PLAIN
    fault: str | None = None
    entities: tuple[LegalEntity, ...] = ()
