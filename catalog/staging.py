"""Spooling: the listings of a run go into temporary tables before anything is judged or merged.

On most days nearly all of them are what the catalogue has already. Each batch is compared with the catalogue as it
comes; what is a known listing in the state that it has is `settled`, and only the rest is staged in full.
"""

from collections.abc import Collection, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import islice

from sqlalchemy import Connection, Select, Table, func, insert, inspect, select
from sqlalchemy.schema import CreateTable, DropTable

from catalog import models as m
from catalog import runs
from catalog.bulk import insert_rows
from catalog.collecting import uncollected
from catalog.hashing import text_hash
from catalog.rows import SHOTS, SIGHTED, STAGED, Row, RowMaker, forms_of, hashed_sku, storable
from restock.listing import Listing

_BATCH = 5_000
_MANY = 1_000
_CACHE, _EVERYDAY_CACHE = 96_000, 2_000  # kB, for the catalogue and again for the temporary tables

_sighted, _settled, _listing = m.sighted.c, m.settled.c, m.listing.c
_INDEXES = (("settled", "listing_id"), ("stage", "sku_hash"), ("stage", "url_hash"), ("shot", "hash"))


@dataclass(slots=True)
class Spool:
    """What was staged. `facts` are reasons and components as JSON by hash; `failed` counts listings that were left
    out because their page failed, and `skus` are hashes of the SKUs that lists showed of them; `unkept` counts values
    that no column holds. `as_of` is the state of the site's runs that the listings were compared with."""

    as_of: runs.Stamp
    failed: int = 0
    skus: set[int] = field(default_factory=set)
    unkept: int = 0
    facts: dict[int, str] = field(default_factory=dict)


@contextmanager
def staged(connection: Connection) -> Iterator[None]:
    """Fresh temporary tables for one run; they are gone afterwards, whatever happens."""
    with connection.begin():
        _set_cache(connection, _CACHE)
        _drop(connection)
        for table in m.SCRATCH:
            connection.execute(CreateTable(table))
    try:
        yield
    except BaseException:
        # The temporary tables go with their connection; an error may still hold a cursor on them.
        connection.invalidate()
        raise
    with connection.begin():
        _drop(connection)
        _set_cache(connection, _EVERYDAY_CACHE)


def _set_cache(connection: Connection, kilobytes: int) -> None:
    """Room for the pages that a merge comes back to; SQLite takes it only as it is needed."""
    if connection.dialect.name == "sqlite":
        for name in ("main", "temp"):
            connection.exec_driver_sql(f"PRAGMA {name}.cache_size = -{kilobytes}")
        # Temporary tables go with their connection wherever anything fails: nothing in them is ever rolled back.
        connection.exec_driver_sql("PRAGMA temp.journal_mode = OFF")


def _drop(connection: Connection) -> None:
    for table in m.SCRATCH:
        connection.execute(DropTable(table, if_exists=True))


def spool(connection: Connection, site_id: int, listings: Iterable[Listing], failed: Collection[str]) -> Spool:
    """Stages listings in batches. Those whose page failed (by URL key) were not seen: half of what they are is
    missing."""
    found = Spool(as_of=runs.stamp(connection, site_id))
    maker = RowMaker(facts=found.facts)
    batches = _Batches(connection, site_id, maker)
    coming = iter(listings)
    while chunk := list(islice(coming, _BATCH)):
        with uncollected():
            batches.add(_rows(chunk, maker, failed, found))
    found.unkept = maker.unkept
    _finish(connection)
    return found


def _rows(chunk: Iterable[Listing], maker: RowMaker, failed: Collection[str], found: Spool) -> list[Row]:
    """The rows of listings, but for those whose page failed."""
    rows = []
    for listing in chunk:
        forms = forms_of(listing.url)
        if failed and forms is not None and forms[1] in failed:
            found.failed += 1
            sku_hash = hashed_sku(storable(listing.sku) if listing.sku else None)
            found.skus |= set() if sku_hash is None else {sku_hash}
        else:
            rows.append(maker.row(listing, forms))
    return rows


def _finish(connection: Connection) -> None:
    """Makes the temporary tables quick to ask."""
    for table, column in _INDEXES:  # made once the rows are there, which is quicker than keeping them meanwhile
        connection.exec_driver_sql(f"CREATE INDEX ix_{table}_{column} ON {table} ({column})")
    analyse(connection, m.sighted, m.settled, m.stage)


def analyse(connection: Connection, *tables: Table, sample: int = 400) -> None:
    """Lets the database know how large tables are: it would take an empty one for a large one. SQLite looks at so many
    rows of each index, or at all of them (0)."""
    if connection.dialect.name == "sqlite":
        connection.exec_driver_sql(f"PRAGMA analysis_limit = {sample}")
    for table in tables:
        connection.exec_driver_sql(f"ANALYZE {table.name}")


def measure_if_grown(connection: Connection, new: int) -> None:
    """Lets the database know how large the catalogue has become: without figures, SQLite takes a site for a handful of
    listings and reads it whole."""
    if new >= _MANY:
        # By a sample, a site has 400 listings, and it seems quicker to read them all than to look up 500 of a million.
        analyse(connection, m.listing, sample=0)
        analyse(connection, m.details, m.version)
    if connection.dialect.name == "sqlite" and inspect(connection).has_table("sqlite_stat1", "main"):
        # After a first run, one run seems to begin every version, and the index of them to be worth nothing for ever.
        connection.exec_driver_sql("DELETE FROM main.sqlite_stat1 WHERE idx LIKE 'ix_version_%'")


class _Batches:
    """Rows on their way into the temporary tables."""

    def __init__(self, connection: Connection, site_id: int, maker: RowMaker) -> None:
        self._connection = connection
        self._site_id = site_id
        self._maker = maker
        known = select(_listing.id).where(_listing.site_id == site_id).limit(1)
        self._is_new_site = connection.execute(known).first() is None

    def add(self, rows: list[Row]) -> None:
        shots, self._maker.shots = self._maker.shots, []
        if not self._is_new_site and rows:
            rows = self._unsettled(rows)
        insert_rows(self._connection, m.stage, STAGED, [row.staged() for row in rows])
        insert_rows(self._connection, m.shot, SHOTS, shots)

    def _unsettled(self, rows: list[Row]) -> list[Row]:
        """Notes the rows that are a known listing in its present state, and gives the others."""
        insert_rows(self._connection, m.sighted, SIGHTED, [row.sighted for row in rows])
        first = rows[0].sighted[0]
        for name in ("sku_hash", "url_hash"):
            same = _same(self._site_id, name, first)
            self._connection.execute(insert(m.settled).from_select(["row", "listing_id"], same))
        left = select(_sighted.row).where(_sighted.row >= first)
        done = select(_settled.row).where(_settled.row >= first)
        numbers = set(self._connection.execute(left.where(_sighted.row.not_in(done))).scalars())
        return [row for row in rows if row.sighted[0] in numbers]


def _same(site_id: int, name: str, first: int) -> Select[tuple[int, int]]:
    """The rows from a number on that are the only listing of their SKU, or that have none and are the only one of
    their address, and say what that listing's state says."""
    query = (
        select(_sighted.row, func.min(_listing.id))
        .join(m.listing, (_listing.site_id == site_id) & (_listing[name] == _sighted[name]))
        .where(_sighted.row >= first)
        .group_by(_sighted.row)
        .having(func.count() == 1, func.min(_listing.state) == func.min(_sighted.state))
    )
    return query if name == "sku_hash" else query.where(_sighted.sku_hash.is_(None))


def note_forbidden(connection: Connection, addresses: Collection[str]) -> None:
    """Stages the pages (by URL key) that robots.txt forbids and whose listings stay as they were."""
    rows = [(found,) for found in sorted({text_hash(storable(address)) for address in addresses})]
    insert_rows(connection, m.forbidden, ["url_hash"], rows)
