"""States out of the database: the query that joins a version with what it rests on, and the Listing it makes."""

import json
from collections.abc import Callable, Generator, Iterable, Mapping, Sequence
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any, NamedTuple

from sqlalchemy import Connection, Row, Select, and_, case, select

from catalog import models as m
from catalog.columns import (
    AVAILABILITIES,
    BOUNDS,
    CONDITIONS,
    PRICE_TYPES,
    RELATIONS,
    VATS,
    from_millionths,
    stored,
)
from catalog.evidence import unpacked_digest, unpacked_record
from restock.listing import Component, Evidence, Listing, Restriction
from restock.terms import Availability, RestrictionRule

address = case((m.details.c.url == "", m.listing.c.key), else_=m.details.c.url)

OBTAINABLE = tuple(term for term in Availability if term.obtainable)

DETAILS = tuple(
    name for name in m.DETAIL_COLUMNS if name not in {"url", "components", "restrictions", "restricted", "undecided"}
)
# In the order in which `to_listing` takes them apart.
_COLUMNS = (
    m.version.c.listing_id,
    m.version.c.from_run,
    m.version.c.to_run,
    m.listing.c.key,
    address.label("url"),
    *(stored(m.details.c[name]).label(name) for name in (*DETAILS, "restricted", "undecided")),
    *(stored(m.version.c[name]).label(name) for name in m.OFFER_COLUMNS),
    m.details.c.components,
    m.details.c.restrictions,
    m.site.c.name.label("site"),
    m.run.c.name.label("run"),
    stored(m.run.c.observed_at).label("run_observed_at"),
    stored(m.capture.c.observed_at).label("observed_at"),
    m.capture.c.sha256,
    m.capture.c.record,
    m.warc.c.path,
)
_WIDTH = len(_COLUMNS)
_PLACES = {column.name: place for place, column in enumerate(_COLUMNS)}
_COMPONENTS, _RESTRICTIONS = _PLACES["components"], _PLACES["restrictions"]
_CHUNK = 1000
_REMEMBERED = 4096
_NOTHING: dict[str, Any] = {}

Facts = Mapping[int, str]
"""Reasons and components as JSON, by the hash that a state names them with: thousands of states share a few dozen."""

Made = Callable[[Row[Any], Facts], Listing]


class State(NamedTuple):
    """A listing as it was from one run (by sequence) until before another; `to_run` is None where it still holds."""

    listing_id: int
    from_run: int
    to_run: int | None
    listing: Listing


def states() -> Select[Any]:
    """Every version with its details, its run and its evidence, to be narrowed by the caller."""
    joined = (
        m.version.join(m.listing, m.listing.c.id == m.version.c.listing_id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .join(
            m.details,
            and_(
                m.details.c.listing_id == m.version.c.listing_id,
                m.details.c.run_id == m.version.c.details_run,
            ),
        )
        .join(m.run, m.run.c.id == m.version.c.from_run)
        .outerjoin(m.capture, m.capture.c.id == m.version.c.capture_id)
        .outerjoin(m.warc, m.warc.c.id == m.capture.c.warc_id)
    )
    return select(*_COLUMNS).select_from(joined)


def addresses(connection: Connection, site: str) -> list[str]:
    """Where the listings are that a site has now; without those that have no address."""
    query = (
        select(address)
        .join(m.version, and_(m.version.c.listing_id == m.details.c.listing_id, m.version.c.to_run.is_(None)))
        .join(m.listing, m.listing.c.id == m.details.c.listing_id)
        .join(m.site, m.site.c.id == m.listing.c.site_id)
        .where(m.details.c.run_id == m.version.c.details_run, m.site.c.name == site, address.is_not(None))
    )
    return list(connection.execute(query).scalars())


def load(connection: Connection, query: Select[Any], made: Made | None = None) -> Generator[State]:
    """The states of a narrowed `states()` query, streamed. `made` makes a listing of a row where it is to be more than
    its state. Who doesn't read to the end closes it: PostgreSQL keeps a cursor open as long."""
    make = made or to_listing
    facts: Facts = {}
    with connection.execute(query.execution_options(yield_per=_CHUNK)) as rows:
        for chunk in rows.partitions():
            named = {row[_COMPONENTS] for row in chunk} | {row[_RESTRICTIONS] for row in chunk}
            facts = read_facts(connection, named, facts)
            for row in chunk:
                yield State(row[0], row[1], row[2], make(row, facts))


def read_facts(connection: Connection, named: set[int | None], known: Facts) -> Facts:
    """The facts that rows name, with those that earlier ones did."""
    missing = named - known.keys() - {None}
    if not missing:
        return known
    if len(known) > _REMEMBERED:
        known, missing = {}, named - {None}
    found = dict(known)
    left = list(missing)
    for start in range(0, len(left), _CHUNK):
        query = select(m.fact.c.hash, m.fact.c.body).where(m.fact.c.hash.in_(left[start : start + _CHUNK]))
        found |= {row[0]: row[1] for row in connection.execute(query)}
    return found


def to_listing(row: Sequence[Any], facts: Facts, besides: Mapping[str, Any] = _NOTHING) -> Listing:
    """The listing of a row, with what else is said of it."""
    listing = Listing.__new__(Listing)
    fill(listing, row, facts, besides)
    return listing


def fill(listing: Listing, row: Sequence[Any], facts: Facts, besides: Mapping[str, Any] = _NOTHING) -> None:
    """Gives an empty listing its values, a row taken apart by place: a report reads tens of thousands of them."""
    (
        key, url, title, brand, mpn, gtin, sku, category, hs6, hs6_basis, relation, condition, restricted,
        undecided, price, currency, price_type, vat, regular_price, availability, quantity, bound, lead_time_days,
        components, restrictions, site, run, run_observed_at, observed_at, sha256, record, path,
    ) = row[3:_WIDTH]  # fmt: skip
    Listing.__init__(
        listing,
        site=site,
        key=key,
        url=url,
        title=title,
        brand=brand,
        mpn=mpn,
        gtin=gtin,
        sku=sku,
        category=category,
        hs6=hs6,
        hs6_basis=hs6_basis,
        relation=RELATIONS[relation],
        price=None if price is None else from_millionths(price),
        currency=currency,
        price_type=None if price_type is None else PRICE_TYPES[price_type],
        vat=VATS[vat],
        regular_price=None if regular_price is None else from_millionths(regular_price),
        availability=AVAILABILITIES[availability],
        quantity=quantity,
        quantity_bound=None if bound is None else BOUNDS[bound],
        lead_time_days=lead_time_days,
        condition=None if condition is None else CONDITIONS[condition],
        components=_read_components(facts[components]) if components is not None else (),
        restricted=restricted,
        restrictions=_read_restrictions(facts[restrictions]) if restrictions is not None else (),
        undecided=undecided,
        observed_at=moment_at(observed_at or run_observed_at),
        run=run,
        evidence=_evidence(path, record, sha256),
        **besides,
    )


@lru_cache(maxsize=_REMEMBERED)
def moment_at(seconds: int) -> datetime:
    return datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=_REMEMBERED)
def _evidence(path: str | None, record: bytes | None, sha256: bytes | None) -> Evidence | None:
    if path is None or record is None or sha256 is None:
        return None
    return Evidence(unpacked_digest(sha256), path, unpacked_record(record))


@lru_cache(maxsize=_REMEMBERED)
def _read_components(body: str) -> tuple[Component, ...]:
    return tuple(Component(**part) for part in json.loads(body))


@lru_cache(maxsize=_REMEMBERED)
def _read_restrictions(body: str) -> tuple[Restriction, ...]:
    parts: Iterable[dict[str, Any]] = json.loads(body)
    return tuple(Restriction(**(part | {"rule": RestrictionRule(part["rule"])})) for part in parts)
