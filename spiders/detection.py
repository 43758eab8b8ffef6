"""Detection: from a few captured pages of a site, how it is read, and a definition that says so."""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

from restock.addresses import url_key
from restock.capture import PageCapture, PageReading
from restock.entity import LegalEntity
from restock.listing import RawListing
from restock.site import Site
from restock.terms import PageRole
from spiders.assembly import assemble
from spiders.crawling.cards import shows_goods
from spiders.fields import FieldFill, Seen, fill_rates
from spiders.readers.platforms import STRUCTURED, platforms
from spiders.reading import read_facts, read_page

_MOSTLY = 0.8
_ENOUGH_ROWS = 0.5
# What goods show beside their name: at least one of these makes a shop of a page with titles.
_GOODS = ("price", "availability", "quantity", "sku", "mpn")


@dataclass(frozen=True, slots=True)
class Detection:
    """A definition to write, how well its fields are filled, and what remains to be checked by a person. `refusal` is
    why nobody should rely on it."""

    site: Site
    fields: tuple[FieldFill, ...]
    notes: tuple[str, ...] = ()
    refusal: str | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """What the readers found in captured pages: their readings, and each listing with who gave its fields."""

    captures: tuple[PageCapture, ...]
    readings: tuple[PageReading, ...]
    seen: tuple[Seen, ...]

    @property
    def products(self) -> list[Seen]:
        return [one for one in self.seen if one.listing.read_from is PageRole.PRODUCT]

    @property
    def cards(self) -> list[Seen]:
        return [one for one in self.seen if one.listing.read_from is not PageRole.PRODUCT]

    @property
    def entities(self) -> list[LegalEntity]:
        """The legal entities that the pages name, each in its fullest mention."""
        named: dict[tuple[str | None, str | None], LegalEntity] = {}
        for reading in self.readings:
            for entity in reading.entities:
                known = named.setdefault(entity.numbers, entity)
                named[entity.numbers] = entity if entity.fullness > known.fullness else known
        return list(named.values())

    @property
    def telling(self) -> list[Seen]:
        """The rows of product pages where there are any: a card alone says less than its site shows. Each listing
        once."""
        rows = self.products or list(self.seen)
        by_row: Mapping[int, Seen] = {id(one.listing): one for one in rows}
        listings = assemble([one.listing for one in rows]).listings
        return [by_row.get(id(listing)) or _like(listing, rows) for listing in listings]


def _like(listing: RawListing, rows: Iterable[Seen]) -> Seen:
    """A listing that was put together, with the readers of the row that it mostly is."""
    return next((Seen(listing, one.by) for one in rows if one.listing.url == listing.url), Seen(listing))


def look(captures: Iterable[PageCapture], site: Site) -> Look:
    """Reads captured pages as a crawl of the site would: a product's page that says nothing of it shows no goods."""
    pages = tuple(capture for capture in captures if capture.status < 400)
    readings = tuple(read_page(capture, site) for capture in pages)
    titles = {key: row.title for reading in readings if reading.role is PageRole.LIST for key, row in _keyed(reading)}
    seen: list[Seen] = []
    for capture, reading in zip(pages, readings, strict=True):
        if reading.listings:
            facts = read_facts(capture, site) if site.source == "pages" else []
            by = [one.by for one in facts] or [{} for _ in reading.listings]
            card = titles.get(url_key(capture.requested_url))
            seen += [
                Seen(listing, said)
                for listing, said in zip(reading.listings, by, strict=True)
                if reading.role is not PageRole.PRODUCT or shows_goods(listing, card)
            ]
    return Look(pages, readings, tuple(seen))


def _keyed(reading: PageReading) -> Iterator[tuple[str, RawListing]]:
    for row in reading.listings:
        with suppress(ValueError):
            if row.url:
                yield url_key(row.url), row


def describe(site: Site, captures: Sequence[PageCapture]) -> Detection:
    """Works out platform and listings mode from sample captures (front page, some lists, some product pages).

    `site` carries name, start and whatever was given; what it leaves open is decided here."""
    found = look(captures, site)
    telling = found.telling
    entities = found.entities
    pages = Counter(reading.role for reading in found.readings if reading.listings)
    chosen = site.model_copy(
        update={
            "platform": _platform(telling) if site.platform == "auto" else site.platform,
            "listings": _mode(found) if site.listings == "auto" else site.listings,
            "known": (*site.known, _told(found, telling, pages)),
            "entity": site.entity or (entities[0] if len(entities) == 1 else None),
            "assumed": (*site.assumed, market_note(site)),
        }
    )
    fields = tuple(fill_rates(telling, found.cards))
    return Detection(chosen, fields, tuple(_doubts(found, fields)), _refusal(fields, telling))


def describe_list(site: Site, url: str, rows: Sequence[RawListing], count: int, fault: str | None) -> Detection:
    """A site whose source is a price list: its address, and how well the rows that were read fill their fields."""
    seen = [Seen(row) for row in rows]
    chosen = site.model_copy(
        update={
            "start": (url,),
            "source": "price_list",
            "known": (*site.known, f"the price list at {url} had {count} rows when it was looked at"),
            "assumed": (*site.assumed, market_note(site)),
        }
    )
    notes = (f"the price list was read in part: {fault}",) if fault else ()
    fields = tuple(fill_rates(seen))
    return Detection(chosen, fields, (*notes, *_seldom(fields)), _refusal(fields, seen))


def market_note(site: Site) -> str:
    return f"it serves the market {site.market}: nothing on its pages decides that"


def _platform(rows: Sequence[Seen]) -> str:
    """The engine or the structured data that most rows were read by; "auto" where none speaks for most."""
    spoke = Counter(part for row in rows for part in set((row.listing.read_by or "").split("+")))
    for name in (*platforms(), *STRUCTURED):
        if rows and spoke[name] >= _MOSTLY * len(rows):
            return name
    return "auto"


def _mode(found: Look) -> str:
    """Cards alone, where the pages that cards lead to were seen and none of them shows goods; else left open. A wall
    that may not be there tomorrow says nothing of what is behind it."""
    asked = sum(
        capture.role is PageRole.PRODUCT and reading.wall in {None, "login"}
        for capture, reading in zip(found.captures, found.readings, strict=True)
    )
    return "cards" if asked >= 3 and not found.products and found.cards else "auto"


def _told(found: Look, listings: Sequence[Seen], pages: Counter[PageRole]) -> str:
    drawn = sum(capture.drawn for capture in found.captures)
    by_scripts = f", {drawn} of them as scripts draw them" if drawn else ""
    return (
        f"{len(found.readings)} pages were looked at{by_scripts}: {pages[PageRole.LIST]} lists and "
        f"{pages[PageRole.PRODUCT]} product pages with {len(listings)} listings"
    )


def _refusal(fields: Sequence[FieldFill], listings: Sequence[Seen]) -> str | None:
    """Why a sample is no ground for a definition: nothing that only goods have, or one title for everything."""
    if not listings:
        return "no listing was found"
    shares = {one.field: one.share for one in fields}
    if all(shares[name] < _ENOUGH_ROWS for name in _GOODS):
        return "what looks like a list has titles only: no price, stock or code that would make goods of it"
    titles = {one.listing.title.casefold() for one in listings}
    if len(listings) > 2 and len(titles) == 1:
        return f"all {len(listings)} pages say one thing: {listings[0].listing.title!r}"
    return None


def _doubts(found: Look, fields: Sequence[FieldFill]) -> Iterable[str]:
    """What a person should look at before trusting the definition."""
    walls = Counter(reading.wall for reading in found.readings if reading.wall)
    for wall, count in sorted(walls.items()):
        yield f"{count} pages were a wall ({wall})"
    if not found.seen:
        yield "no listing was found: selectors in the definition may help"
        return
    yield from _seldom(fields)
    if len(found.entities) > 1:
        numbers = ", ".join(str(entity.inn or entity.ogrn) for entity in found.entities)
        yield f"several legal entities stand on its pages ({numbers}): which of them sells is for a person to say"
    if not any(reading.role is PageRole.LIST for reading in found.readings):
        yield "no list page was seen: start may have to be the catalogue"


def _seldom(fields: Sequence[FieldFill]) -> Iterable[str]:
    for one in fields:
        if one.field in {"price", "availability", "sku"} and one.share < _ENOUGH_ROWS:
            yield f"{one.field} is shown by {one.filled} of {one.of} listings only"
        if one.sure == "doubtful":
            yield f"{one.field} is doubtful: {one.why}"
