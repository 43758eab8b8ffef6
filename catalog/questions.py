"""Questions of analysts: searches, one listing by its reference, the offers for part numbers."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import Any, TypeVar

from sqlalchemy import ColumnElement, Connection, Select, and_, false, func, or_, select

from catalog import models as m
from catalog import runs
from catalog.hashing import text_hash
from catalog.moments import ends_at
from catalog.rows import storable
from catalog.seen import Seen
from catalog.states import OBTAINABLE, load, states
from catalog.windows import Marker
from restock.addresses import url_key
from restock.errors import UsageError
from restock.listing import Listing
from restock.run import Run
from restock.terms import PriceType

Item = TypeVar("Item")

_CHUNK, _READ = 500, 1_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Search:
    """What to look for; None asks nothing. `text` is looked for in title, brand, part number, SKU and key; brand,
    part number and category are compared without regard to case. Prices are in the offer's own currency; or, where
    `worth` says what one unit of each currency is worth in another, in that one, and currencies without a worth are
    left out. `at` gives the listings as they were then (a day: at its end)."""

    text: str | None = None
    brand: str | None = None
    mpn: str | None = None
    site: str | None = None
    category: str | None = None
    restricted: bool | None = None
    min_price: Decimal | None = None
    max_price: Decimal | None = None
    worth: Mapping[str, Decimal] | None = None
    min_quantity: int | None = None
    available: bool | None = None
    undecided: bool | None = None
    at: date | datetime | str | None = None
    limit: int | None = None


def search(connection: Connection, query: Search) -> Iterator[Listing]:
    """The listings that a search asks for, by site and key."""
    if query.site is not None:
        refuse_unknown_site(connection, query.site)
    ends = ends_at(connection, query.at)
    ordered = states().where(*_asked(connection, query), held(ends)).order_by(m.site.c.name, m.listing.c.key)
    seen = Seen.as_of(connection, ends)
    if query.text is None:
        wanted: Iterable[Select[Any]] = [ordered.limit(query.limit)]
    else:
        named = list(islice(_saying(connection, ordered, query.text), query.limit))
        wanted = (ordered.where(m.version.c.listing_id.in_(chunk)) for chunk in chunks(named))
    for several in wanted:
        with closing(seen.states(connection, several)) as there:
            yield from (state.listing for state in there)


def _saying(connection: Connection, ordered: Select[Any], text: str) -> Iterator[int]:
    """The listings that say a text, in order: without regard to case, in Cyrillic too, which no database asks alike.
    Of all that is read, little is meant, so only the columns with texts are, and no listing is made."""
    wanted, details = text.casefold(), m.details.c
    texts = (details.title, details.brand, details.mpn, details.sku, m.listing.c.key)
    query = ordered.with_only_columns(m.version.c.listing_id, *texts).execution_options(yield_per=_READ)
    with connection.execute(query) as rows:
        for row in rows:
            if any(wanted in said.casefold() for said in row[1:] if said):
                yield row[0]


def refuse_unknown_site(connection: Connection, name: str) -> None:
    if connection.execute(select(m.site.c.id).where(m.site.c.name == name)).first() is None:
        raise UsageError(f"{name}: the catalogue has no such site")


def _asked(connection: Connection, query: Search) -> list[ColumnElement[bool]]:
    offers, details = m.version.c, m.details.c
    found: list[ColumnElement[bool]] = [
        column.in_(spellings(connection, column, wanted))
        for column, wanted in ((details.brand, query.brand), (details.category, query.category))
        if wanted is not None
    ]
    if query.site is not None:
        found.append(m.site.c.name == query.site)
    if query.mpn is not None:
        found.append(details.mpn == part_number(query.mpn))
    if query.restricted is not None:
        found.append(details.restricted.is_(query.restricted))
    if query.undecided is not None:
        found.append(details.undecided.is_(query.undecided))
    if query.min_price is not None or query.max_price is not None:
        found.append(_priced(query))
    if query.min_quantity is not None:
        found.append(offers.quantity >= query.min_quantity)
    if query.available is not None:
        obtainable = offers.availability.in_(OBTAINABLE)
        found.append(obtainable if query.available else ~obtainable)
    return found


def spellings(connection: Connection, column: ColumnElement[Any], wanted: str) -> list[str]:
    """The values of a column that are a text but for their case: of Cyrillic, only we can tell."""
    known = connection.execute(select(column).distinct().where(column.is_not(None))).scalars()
    return [name for name in known if name.casefold() == wanted.casefold()]


def _priced(query: Search) -> ColumnElement[bool]:
    offers = m.version.c
    if query.worth is None:
        return _between(query.min_price, query.max_price)
    bounds = (
        and_(
            offers.currency == name,
            _between(query.min_price and query.min_price / worth, query.max_price and query.max_price / worth),
        )
        for name, worth in query.worth.items()
    )
    return or_(false(), *bounds)


def _between(least: Decimal | None, most: Decimal | None) -> ColumnElement[bool]:
    bounds: list[ColumnElement[bool]] = [m.version.c.price.is_not(None)]
    if least is not None:
        bounds.append(m.version.c.price >= least)
    if most is not None:
        bounds.append(m.version.c.price <= most)
    return and_(*bounds)


def part_number(text: str) -> str:
    """A part number as the catalogue keeps it: upper case, without spaces."""
    return "".join(text.split()).upper()


def held(ends: Mapping[int, int] | None) -> ColumnElement[bool]:
    """That a version holds now, or held as of a run of each site."""
    if ends is None:
        return m.version.c.to_run.is_(None)
    conditions = [and_(m.listing.c.site_id == site_id, *held_at(end)) for site_id, end in ends.items()]
    return or_(*conditions) if conditions else m.version.c.from_run < 0


def held_at(sequence: int) -> tuple[ColumnElement[bool], ColumnElement[bool]]:
    spans = m.version.c
    return spans.from_run <= sequence, or_(spans.to_run.is_(None), spans.to_run > sequence)


def currencies(connection: Connection) -> list[str]:
    """The currencies of what stands in the catalogue, or stood."""
    column = m.version.c.currency
    return sorted(connection.execute(select(column).distinct().where(column.is_not(None))).scalars())


def listing(connection: Connection, reference: str, at: Marker | None = None) -> Listing:
    """The listing that `site:key`, a key, or an address (with or without scheme and `www.`) means, in its last state.

    Raises UsageError where nothing or more than one listing is meant."""
    found = _meant(connection, storable(reference))
    if not found:
        raise UsageError(f"{reference}: no such listing")
    if len(found) > 1:
        names = ", ".join(f"{site}:{key}" for _, site, key in found[:5])
        raise UsageError(f"{reference}: more than one listing is meant: {names}")
    query = states().where(m.version.c.listing_id == found[0][0]).order_by(m.version.c.from_run.desc()).limit(1)
    if at is not None:
        query = query.where(held(ends_at(connection, at)))
    with closing(load(connection, query)) as states_found:
        state = next(states_found, None)
    if state is None:
        raise UsageError(f"{reference}: the listing was not there at {at}")
    return state.listing


def last_states(connection: Connection, keys: Collection[tuple[str, str]], until: datetime) -> Iterator[Listing]:
    """Listings, by site and key, as they last stood up to a moment; those that were not known by then are left out."""
    earlier, begun = m.version.alias("earlier"), m.run.alias("begun")
    last = (
        select(func.max(earlier.c.from_run))
        .select_from(earlier.join(begun, begun.c.id == earlier.c.from_run))
        .where(earlier.c.listing_id == m.version.c.listing_id, begun.c.observed_at <= until)
        .scalar_subquery()
    )
    for chunk in chunks(sorted(keys)):
        query = states().where(m.listing.c.id.in_(with_keys(key for _, key in chunk)), m.version.c.from_run == last)
        with closing(load(connection, query)) as there:
            yield from (one.listing for one in there if (one.listing.site, one.listing.key) in keys)


def _meant(connection: Connection, reference: str) -> list[tuple[int, str, str]]:
    base = select(m.listing.c.id, m.site.c.name, m.listing.c.key).join(m.site, m.site.c.id == m.listing.c.site_id)
    base = base.order_by(m.site.c.name, m.listing.c.key)
    for condition in _readings(connection, reference):
        found = connection.execute(base.where(condition)).all()
        if found:
            return list(found)
    return []


def _readings(connection: Connection, reference: str) -> Iterator[ColumnElement[bool]]:
    """What a reference may mean, the most certain first."""
    sites = connection.execute(select(m.site.c.id, m.site.c.name)).all()
    for site_id, name in sorted(sites, key=lambda row: -len(row[1])):
        if reference.startswith(f"{name}:"):
            key = reference[len(name) + 1 :]
            yield and_(m.listing.c.site_id == site_id, *_has_key(key))
            yield and_(m.listing.c.site_id == site_id, m.listing.c.url_hash == _address_hash(key))
    every_site = m.listing.c.site_id.in_([site_id for site_id, _ in sites])
    yield and_(every_site, *_has_key(reference))
    yield and_(every_site, m.listing.c.url_hash == _address_hash(reference))


def _has_key(key: str) -> tuple[ColumnElement[bool], ...]:
    return m.listing.c.key_hash == text_hash(key), m.listing.c.key == key


def with_keys(keys: Iterable[str]) -> Select[Any]:
    """The listings that have some keys, whichever site they are of: the index begins with the site."""
    every_site = m.listing.c.site_id.in_(select(m.site.c.id))
    return select(m.listing.c.id).where(every_site, m.listing.c.key_hash.in_([text_hash(key) for key in keys]))


def _address_hash(address: str) -> int:
    """The hash of an address, its scheme left out or not."""
    bare = address if "://" in address else f"https://{address}"
    try:
        return text_hash(url_key(bare))
    except ValueError:
        return text_hash(address)


def offers(connection: Connection, mpns: Iterable[str], at: Marker | None = None) -> list[Listing]:
    """The offers for part numbers, now or at a moment, in their order; within one, by currency, the cheapest first,
    and those without a price last."""
    wanted = list(dict.fromkeys(part_number(text) for text in mpns))
    ends = ends_at(connection, at)
    seen = Seen.as_of(connection, ends)
    found: list[Listing] = []
    for chunk in chunks(wanted):
        # Said twice, so that a past moment's listings are looked up by the number and not all of them by their site.
        numbered = select(m.details.c.listing_id).where(m.details.c.mpn.in_(chunk))
        query = states().where(m.version.c.listing_id.in_(numbered), m.details.c.mpn.in_(chunk), held(ends))
        found.extend(state.listing for state in seen.states(connection, query))
    places = {mpn: place for place, mpn in enumerate(wanted)}
    return sorted(found, key=lambda item: (places[item.mpn or ""], *_cheapest_first(item)))


def last_offers(connection: Connection, mpns: Iterable[str]) -> dict[str, tuple[str, datetime]]:
    """Where part numbers that nobody offers now were last offered: the site, and since when the offer is gone."""
    found: dict[str, tuple[str, datetime]] = {}
    spans, details = m.version.c, m.details.c
    for chunk in chunks(list(mpns)):
        rested = and_(details.listing_id == spans.listing_id, details.run_id == spans.details_run)
        query = (
            select(details.mpn, m.site.c.name, m.run.c.observed_at)
            .join(m.version, rested)
            .join(m.run, m.run.c.id == spans.to_run)
            .join(m.site, m.site.c.id == m.run.c.site_id)
            .where(details.mpn.in_(chunk))
            .order_by(spans.to_run)
        )
        found |= {mpn: (site, moment) for mpn, site, moment in connection.execute(query)}
    return found


def chunks(items: Sequence[Item]) -> Iterator[Sequence[Item]]:
    """As many at a time as one statement takes."""
    yield from (items[start : start + _CHUNK] for start in range(0, len(items), _CHUNK))


def _cheapest_first(item: Listing) -> tuple[Any, ...]:
    priced = item.price is not None and item.price_type is not PriceType.ON_REQUEST
    return not priced, item.currency or "", item.price or Decimal(0), item.site or "", item.key or ""


def listings_of_run(connection: Connection, run: Run) -> Iterator[Listing]:
    """What a run saw, as of that run, by key."""
    with closing(load(connection, _seen_by(run).order_by(m.listing.c.key))) as there:
        yield from (state.listing for state in there)


def _seen_by(run: Run) -> Select[Any]:
    if run.status.value not in runs.MERGED:
        return states().where(m.version.c.from_run < 0)
    held = states().where(m.site.c.name == run.site, *held_at(run.sequence))
    listing_id, spans = m.version.c.listing_id, m.absence.c
    if not run.whole_site:
        return held.where(listing_id.in_(select(m.sighting.c.listing_id).where(m.sighting.c.run_id == run.sequence)))
    absent = select(spans.listing_id).where(
        spans.listing_id == listing_id,
        spans.from_run <= run.sequence,
        or_(spans.to_run.is_(None), spans.to_run > run.sequence),
    )
    return held.where(~absent.exists())
