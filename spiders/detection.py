"""Detection: from a few captured pages of a site, how it is read, and a definition that says so."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

from restock.capture import PageCapture, PageReading
from restock.listing import RAW_FIELDS, RawListing
from restock.site import Site
from restock.terms import PageRole
from spiders.assembly import assemble
from spiders.readers.platforms import STRUCTURED, platforms
from spiders.reading import read_page

_MOSTLY = 0.8


@dataclass(frozen=True, slots=True)
class FieldFill:
    """How many of the sampled listings show a field, by which readers, with one text as shown."""

    field: str
    filled: int
    of: int
    read_by: str | None
    sample: str | None

    def to_json(self) -> dict[str, Any]:
        return {
            "field": self.field,
            "filled": self.filled,
            "of": self.of,
            "read_by": self.read_by,
            "sample": self.sample,
        }


@dataclass(frozen=True, slots=True)
class Detection:
    """A definition to write, how well its fields are filled, and what remains to be checked by a person."""

    site: Site
    fields: tuple[FieldFill, ...]
    notes: tuple[str, ...] = ()


def describe(site: Site, captures: Sequence[PageCapture]) -> Detection:
    """Works out platform and listings mode from sample captures (front page, some lists, some product pages).

    `site` carries name, start and whatever was given; what it leaves open is decided here."""
    readings = [read_page(capture, site) for capture in captures if capture.status < 400]
    rows = _telling(row for reading in readings for row in reading.listings)
    listings = tuple(assemble(rows).listings)
    pages = Counter(reading.role for reading in readings if reading.listings)
    chosen = site.model_copy(
        update={
            "platform": _platform(rows) if site.platform == "auto" else site.platform,
            "listings": _mode(captures, readings) if site.listings == "auto" else site.listings,
            "known": (*site.known, _seen(readings, listings, pages)),
            "assumed": (*site.assumed, f"it serves the market {site.market}: nothing on its pages decides that"),
        }
    )
    return Detection(chosen, tuple(fill_rates(listings)), tuple(_doubts(readings, listings)))


def _telling(rows: Iterable[RawListing]) -> list[RawListing]:
    """The rows of product pages where there are any: a card alone says less than its site shows."""
    everything = list(rows)
    return [row for row in everything if row.read_from is PageRole.PRODUCT] or everything


def _platform(rows: Iterable[RawListing]) -> str:
    """The engine or the structured data that most rows were read by; "auto" where none speaks for most."""
    rows = list(rows)
    spoke = Counter(part for row in rows for part in set((row.read_by or "").split("+")))
    for name in (*platforms(), *STRUCTURED):
        if rows and spoke[name] >= _MOSTLY * len(rows):
            return name
    return "auto"


def _mode(captures: Sequence[PageCapture], readings: Sequence[PageReading]) -> str:
    """Cards alone, where the pages that cards lead to were seen and none of them shows goods; else left open."""
    asked = sum(capture.role is PageRole.PRODUCT for capture in captures if capture.status < 400)
    read = sum(reading.role is PageRole.PRODUCT for reading in readings)
    cards = sum(reading.role is PageRole.LIST and bool(reading.listings) for reading in readings)
    return "cards" if asked >= 3 and not read and cards else "auto"


def _seen(readings: Sequence[PageReading], listings: Sequence[RawListing], pages: Counter[PageRole]) -> str:
    return (
        f"{len(readings)} pages were looked at: {pages[PageRole.LIST]} lists and {pages[PageRole.PRODUCT]} product "
        f"pages with {len(listings)} listings"
    )


def fill_rates(listings: Sequence[RawListing]) -> list[FieldFill]:
    """Each raw field with how many listings show it."""
    found: list[FieldFill] = []
    for name in RAW_FIELDS:
        texts = [text for listing in listings if (text := getattr(listing, name)) is not None]
        readers = sorted({row.read_by for row in listings if getattr(row, name) is not None and row.read_by})
        said = ", ".join(readers[:3]) or None
        found.append(FieldFill(name, len(texts), len(listings), said, min(texts, key=len)[:120] if texts else None))
    return found


def _doubts(readings: Sequence[PageReading], listings: Sequence[RawListing]) -> Iterable[str]:
    """What a person should look at before trusting the definition."""
    walls = Counter(reading.wall for reading in readings if reading.wall)
    for wall, count in sorted(walls.items()):
        yield f"{count} pages were a wall ({wall})"
    if not listings:
        yield "no listing was found: selectors in the definition may help"
        return
    for name, share in (("price", 0.5), ("availability", 0.5), ("sku", 0.5)):
        filled = sum(getattr(listing, name) is not None for listing in listings)
        if filled < share * len(listings):
            yield f"{name} is shown by {filled} of {len(listings)} listings only"
    if not any(reading.role is PageRole.LIST for reading in readings):
        yield "no list page was seen: start may have to be the catalogue"
