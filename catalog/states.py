"""States out of the database: the query that joins a version with what it rests on, and the Listing it makes."""

import json
from collections.abc import Callable, Generator, Iterable
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

from sqlalchemy import Connection, Row, Select, and_, case, select

from catalog import models as m
from catalog.evidence import unpacked_digest, unpacked_record
from restock.listing import Component, Evidence, Listing, Restriction
from restock.terms import Availability, RestrictionRule

_components = m.fact.alias("components_fact")
_restrictions = m.fact.alias("restrictions_fact")

address = case((m.details.c.url == "", m.listing.c.key), else_=m.details.c.url)

OBTAINABLE = tuple(term for term in Availability if term.obtainable)

_COLUMNS = (
    m.version.c.listing_id,
    m.version.c.from_run,
    m.version.c.to_run,
    m.site.c.name.label("site"),
    m.listing.c.key,
    address.label("url"),
    *(m.details.c[name] for name in m.DETAIL_COLUMNS if name not in {"url", "components", "restrictions"}),
    *(m.version.c[name] for name in m.OFFER_COLUMNS),
    _components.c.body.label("components"),
    _restrictions.c.body.label("restrictions"),
    m.run.c.name.label("run"),
    m.run.c.observed_at.label("run_observed_at"),
    m.capture.c.observed_at,
    m.capture.c.sha256,
    m.capture.c.record,
    m.warc.c.path,
)

_PLAIN = tuple(
    name
    for name in ("site", "key", *m.DETAIL_COLUMNS, *m.OFFER_COLUMNS, "run")
    if name not in {"components", "restrictions"}
)


@dataclass(frozen=True, slots=True)
class State:
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
        .outerjoin(_components, _components.c.hash == m.details.c.components)
        .outerjoin(_restrictions, _restrictions.c.hash == m.details.c.restrictions)
    )
    return select(*_COLUMNS).select_from(joined)


def load(
    connection: Connection, query: Select[Any], told: Callable[[Row[Any]], dict[str, Any]] | None = None
) -> Generator[State]:
    """The states of a narrowed `states()` query, streamed. `told` says what a listing has besides its state. Who
    doesn't read to the end closes it: PostgreSQL keeps a cursor open as long."""
    with connection.execute(query.execution_options(yield_per=1000)) as rows:
        for row in rows:
            yield State(row.listing_id, row.from_run, row.to_run, to_listing(row, told(row) if told else {}))


def to_listing(row: Row[Any], besides: dict[str, Any]) -> Listing:
    values = row._mapping  # noqa: SLF001  the public name of a row's columns in SQLAlchemy
    return Listing(
        **{name: values[name] for name in _PLAIN},
        components=_read_components(values["components"]),
        restrictions=_read_restrictions(values["restrictions"]),
        observed_at=values["observed_at"] or values["run_observed_at"],
        evidence=_evidence(values["path"], values["record"], values["sha256"]),
        **besides,
    )


def _evidence(path: str | None, record: bytes | None, sha256: bytes | None) -> Evidence | None:
    if path is None or record is None or sha256 is None:
        return None
    return Evidence(unpacked_digest(sha256), path, unpacked_record(record))


@lru_cache(maxsize=4096)
def _read_components(body: str | None) -> tuple[Component, ...]:
    return tuple(Component(**part) for part in json.loads(body)) if body else ()


@lru_cache(maxsize=4096)
def _read_restrictions(body: str | None) -> tuple[Restriction, ...]:
    parts: Iterable[dict[str, Any]] = json.loads(body) if body else ()
    return tuple(Restriction(**(part | {"rule": RestrictionRule(part["rule"])})) for part in parts)
