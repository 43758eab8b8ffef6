"""Reading: a page capture in, a page reading out. Pure; the same bytes always read the same."""

import hashlib
from collections.abc import Sequence
from functools import cache
from pathlib import Path

from restock.capture import Link, PageCapture, PageReading
from restock.listing import RawListing
from restock.site import Site
from restock.terms import Drawing, PageRole
from spiders.readers import lists, products
from spiders.readers.addresses import url_key
from spiders.readers.api import read_api
from spiders.readers.entities import Named, entities_of
from spiders.readers.facts import Facts
from spiders.readers.links import find_links
from spiders.readers.scripted import drawing_of, going_on
from spiders.readers.sitemaps import read_sitemap
from spiders.readers.structure import Structure
from spiders.readers.walls import is_blank, wall_of

_GONE = frozenset({404, 410})
# What goods say of themselves beside their name: a page that shows none of it may get it from its scripts.
_TELLING = ("price", "availability", "quantity", "sku")


@cache
def _revision() -> str:
    here = Path(__file__).parent
    files = [here / "reading.py", here / "assembly.py"]
    files += [file for folder in ("readers", "pricelists") for file in sorted((here / folder).glob("*.*"))]
    digest = hashlib.sha256()
    for file in files:
        if file.is_file():
            digest.update(file.name.encode() + b"\0" + file.read_bytes() + b"\0")
    return digest.hexdigest()[:12]


READERS_REVISION: str = _revision()
"""A short hash of the readers' source and data: what reads alike has the same one."""


def read_page(capture: PageCapture, site: Site) -> PageReading:
    """What a page shows: its role, its listings, where it leads; or the wall that it is."""
    if site.source == "api":
        return read_api(capture, site)
    if (named := read_sitemap(capture)) is not None:
        return named
    page = Structure(capture, site)
    notes = (f"{page.broken_blocks} structured data blocks could not be read",) if page.broken_blocks else ()
    if capture.status >= 400:
        wall = None if capture.status in _GONE else wall_of(page)
        return PageReading(role=PageRole.OTHER, wall=wall, blank=is_blank(page), notes=notes)
    role, found = _listings(page)
    if not found and not page.cards:
        wall = wall_of(page)
        if wall is not None:
            return PageReading(role=PageRole.OTHER, wall=wall, blank=is_blank(page), notes=notes)
    linked = {anchor.key for anchor in page.anchors if anchor.skip is None}
    cards = page.repeated if role is PageRole.PRODUCT else page.cards
    goods = {url_key(card.url): card.url for card in cards if card.url is not None and url_key(card.url) in linked}
    if role is PageRole.LIST:
        goods |= {url_key(facts.values["url"]): facts.values["url"] for facts in found if "url" in facts.values}
    links, skipped = find_links(page, page.anchors, goods, role)
    total = lists.total_of(page) if role is PageRole.LIST else None
    # A product's page may name its importer: who sells stands elsewhere.
    said = Named() if role is PageRole.PRODUCT else entities_of(page)
    return PageReading(
        role=role,
        listings=tuple(_listing(page, facts, role) for facts in found),
        links=tuple(links),
        total=total,
        blank=is_blank(page) and not found,
        notes=(*notes, *said.notes),
        entities=said.entities,
        skipped=dict(skipped),
        drawing=Drawing.PLAIN if capture.drawn else _drawing(page, role, found, links, total),
    )


def read_facts(capture: PageCapture, site: Site) -> list[Facts]:
    """The facts behind a page's listings, in their order: each with the reader that gave it."""
    return _listings(Structure(capture, site))[1]


def _drawing(page: Structure, role: PageRole, found: list[Facts], links: Sequence[Link], total: int | None) -> Drawing:
    if not _tells(found):
        return drawing_of(page)
    if role is not PageRole.LIST or any(link.page is not None or not link.certain for link in links):
        return Drawing.PLAIN
    return going_on(page, len({facts.values.get("url", facts.values.get("title")) for facts in found}), total)


def _listings(page: Structure) -> tuple[PageRole, list[Facts]]:
    if page.site.listings != "cards" and _is_product(page):
        found = products.read(page)
        if found:
            return PageRole.PRODUCT, found
    cards = lists.read(page)
    empty = page.is_numbered and page.capture.role is PageRole.LIST
    return (PageRole.LIST if cards or empty else PageRole.OTHER), cards


def _tells(found: list[Facts]) -> bool:
    return any(name in facts.values for facts in found for name in _TELLING)


def _is_product(page: Structure) -> bool:
    """A page that looks like a product's; or was expected to be one, and shows a heading, no list and no wall."""
    score = products.score(page)
    if score >= products.ENOUGH:
        return True
    expected = page.capture.role is PageRole.PRODUCT and page.h1 is not None
    return expected and score >= products.EXPECTED and wall_of(page) is None


def _listing(page: Structure, facts: Facts, role: PageRole) -> RawListing:
    """Where a product page answers under another address than was asked for, the asked one is kept (`found_on`)."""
    capture = page.capture
    asked = None
    if role is PageRole.LIST:
        asked = capture.url
    elif "url" in facts.values and url_key(facts.values["url"]) != url_key(capture.requested_url):
        asked = capture.requested_url
    return facts.listing(page.site.name, role, asked, capture.evidence)
