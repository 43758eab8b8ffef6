"""Identity within the database: gives every staged row its listing, or the key of a new one.

Rows that can only be one listing are matched where they are, by SQL; the few that share a SKU or an address with
another go through `catalog.identity`. Both give what `identity.resolve` alone would give.
"""

from collections.abc import Iterable
from itertools import chain, count
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    and_,
    bindparam,
    delete,
    func,
    or_,
    select,
    update,
)

from catalog import models as m
from catalog import runs
from catalog.doubts import fold_settled, reopen
from catalog.hashing import text_hash
from catalog.identity import Known, Name, Sighting, resolve
from catalog.rows import address_key, title_text
from catalog.work import Verb

_stage, _listing = m.stage.c, m.listing.c
_NAMED = -1  # a row whose key is settled, until the merge gives the new listing its number
_CHUNK = 500
_INDEX = "CREATE INDEX ix_stage_listing_id ON stage (listing_id)"  # made when every row has its listing


def match(connection: Connection, site_id: int, as_of: runs.Stamp) -> int:
    """Matches the staged rows; gives the number of rows that were the same goods as another and were folded."""
    folded = fold_settled(connection)
    reopen(connection, site_id, as_of)
    _match_plainly(connection, site_id)
    folded += _match_the_rest(connection, site_id)
    _free_taken_keys(connection, site_id)
    _number_new_listings(connection)
    connection.exec_driver_sql(_INDEX)
    return folded


def _match_plainly(connection: Connection, site_id: int) -> None:
    alone = and_(_once_or_never(_stage.sku_hash), _once_or_never(_stage.url_hash), _stage.listing_id.is_(None))
    if not _has_listings(connection, site_id):
        connection.execute(update(m.stage).where(alone, _is_named()).values(listing_id=_NAMED))
        return
    by_sku = and_(*_only_listing(site_id, "sku_hash"))
    connection.execute(update(m.stage).where(alone, by_sku).values(listing_id=_listing.id))
    stages = m.stage.alias("others")
    connection.execute(
        update(m.stage)
        .where(
            alone,
            *_only_listing(site_id, "url_hash"),
            ~_listed(site_id, "sku_hash"),
            or_(
                _listing.sku_hash.is_(None),
                ~select(stages.c.row).where(stages.c.sku_hash == _listing.sku_hash).exists(),
            ),
        )
        .values(listing_id=_listing.id)
    )
    if not _has_bare_listings(connection, site_id):
        unknown = and_(~_listed(site_id, "sku_hash"), ~_listed(site_id, "url_hash"))
        connection.execute(update(m.stage).where(alone, _is_named(), unknown).values(listing_id=_NAMED))


def _is_named() -> ColumnElement[bool]:
    return or_(_stage.sku_hash.is_not(None), _stage.url_hash.is_not(None))


def _once_or_never(column: ColumnElement[int]) -> ColumnElement[bool]:
    """That no other staged row has the same hash."""
    shared = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
    return or_(column.is_(None), column.not_in(shared.correlate(None)))


def _only_listing(site_id: int, name: str) -> tuple[ColumnElement[bool], ...]:
    """That a listing of the site has a staged row's hash, and no other has it."""
    other = m.listing.alias(f"other_{name}")
    shared = select(other.c.id).where(
        other.c.site_id == site_id, other.c[name] == _listing[name], other.c.id != _listing.id
    )
    return _listing.site_id == site_id, _listing[name] == _stage[name], ~shared.exists()


def _listed(site_id: int, name: str) -> ColumnElement[bool]:
    """That a listing of the site has a staged row's hash."""
    known = m.listing.alias(f"listed_{name}")
    return select(known.c.id).where(known.c.site_id == site_id, known.c[name] == _stage[name]).exists()


def _has_listings(connection: Connection, site_id: int) -> bool:
    return connection.execute(select(_listing.id).where(_listing.site_id == site_id).limit(1)).first() is not None


def _has_bare_listings(connection: Connection, site_id: int) -> bool:
    query = select(_listing.id).where(_listing.site_id == site_id, _listing.url_hash.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def _match_the_rest(connection: Connection, site_id: int) -> int:
    columns = (_stage.row, _stage.sku_hash, _stage.url_hash, _stage.title_hash, _stage.state)
    rows = connection.execute(select(*columns).where(_stage.listing_id.is_(None)).order_by(_stage.row)).all()
    if not rows:
        return 0
    found = resolve([Sighting(*row) for row in rows], _related(connection, site_id))
    _delete_rows(connection, found.duplicates)
    _set_listings(connection, found.matches.items())
    _name_rows(connection, found.names)
    return len(found.duplicates)


def _related(connection: Connection, site_id: int) -> list[Known]:
    """The unmatched listings that share a SKU or an address with an unmatched row, or that have no address."""
    rest = m.stage.alias("rest")
    shares = or_(
        _listing.url_hash.is_(None),
        _listing.sku_hash.in_(select(rest.c.sku_hash).where(rest.c.listing_id.is_(None), rest.c.sku_hash.is_not(None))),
        _listing.url_hash.in_(select(rest.c.url_hash).where(rest.c.listing_id.is_(None), rest.c.url_hash.is_not(None))),
    )
    matched = select(rest.c.listing_id).where(rest.c.listing_id.is_not(None))
    settled = select(m.settled.c.row).where(m.settled.c.listing_id == _listing.id).exists()
    every = m.version.alias("every")
    last = select(func.max(every.c.from_run)).where(every.c.listing_id == _listing.id).scalar_subquery()
    details = m.details.c
    query = (
        select(_listing.id, _listing.sku_hash, _listing.url_hash, details.title, details.mpn, m.version.c.to_run)
        .select_from(m.listing)
        .join(m.version, and_(m.version.c.listing_id == _listing.id, m.version.c.from_run == last))
        .join(m.details, and_(details.listing_id == _listing.id, details.run_id == m.version.c.details_run))
        .where(_listing.site_id == site_id, shares, _listing.id.not_in(matched), ~settled)
    )
    return [
        Known(row.id, row.sku_hash, row.url_hash, text_hash(title_text(row.title, row.mpn)), row.to_run is None)
        for row in connection.execute(query)
    ]


def _delete_rows(connection: Connection, rows: Iterable[int]) -> None:
    found = [{"found": row} for row in rows]
    if found:
        connection.execute(delete(m.stage).where(_stage.row == bindparam("found")), found)


def _set_listings(connection: Connection, pairs: Iterable[tuple[int, int]]) -> None:
    found = [{"found": row, "listing": listing} for row, listing in pairs]
    if found:
        connection.execute(
            update(m.stage).where(_stage.row == bindparam("found")).values(listing_id=bindparam("listing")), found
        )


def _name_rows(connection: Connection, names: dict[int, Name]) -> None:
    """Renames the rows that can't have their default key: a SKU or an address that others share."""
    _set_listings(connection, ((row, _NAMED) for row in names))
    shared = [row for row, name in names.items() if name in {Name.URL, Name.URL_AND_TITLE}]
    for start in range(0, len(shared), _CHUNK):
        chunk = shared[start : start + _CHUNK]
        query = select(_stage.row, _stage.url, _stage.title, _stage.mpn).where(_stage.row.in_(chunk))
        _set_keys(connection, {row.row: _key_of_shared(row, names[row.row]) for row in connection.execute(query)})


def _key_of_shared(row: Row[*tuple[Any, ...]], name: Name) -> str:
    address = address_key(row.url)
    return address if name is Name.URL else f"{address}#{title_text(row.title, row.mpn)}"


def _set_keys(connection: Connection, keys: dict[int, str]) -> None:
    found = [{"found": row, "new_key": key, "new_hash": text_hash(key)} for row, key in keys.items()]
    if found:
        renamed = update(m.stage).where(_stage.row == bindparam("found"))
        connection.execute(renamed.values(key=bindparam("new_key"), key_hash=bindparam("new_hash")), found)


def _free_taken_keys(connection: Connection, site_id: int) -> None:
    """Two listings never share a key: where one would, its title and, at last, a number tell them apart."""
    twice = select(_stage.key_hash).where(_stage.listing_id == _NAMED).group_by(_stage.key_hash)
    clashing = or_(
        _stage.key_hash.in_(select(_listing.key_hash).where(_listing.site_id == site_id)),
        _stage.key_hash.in_(twice.having(func.count() > 1).correlate(None)),
    )
    query = (
        select(_stage.row, _stage.key, _stage.title, _stage.mpn)
        .where(_stage.listing_id == _NAMED, clashing)
        .order_by(_stage.state, _stage.row)
    )
    keys: dict[int, str] = {}
    for row in connection.execute(query).all():
        keys[row.row] = _free_key(connection, site_id, row, set(keys.values()))
    _set_keys(connection, keys)


def _free_key(connection: Connection, site_id: int, row: Row[*tuple[Any, ...]], given: set[str]) -> str:
    longer = f"{row.key}#{title_text(row.title, row.mpn)}"
    for candidate in chain((longer,), (f"{longer}~{number}" for number in count(2))):
        taken = select(_listing.id).where(_listing.site_id == site_id, _listing.key_hash == text_hash(candidate))
        if candidate not in given and connection.execute(taken).first() is None:
            return candidate
    raise AssertionError("numbers do not end")


def _number_new_listings(connection: Connection) -> None:
    highest = connection.execute(select(func.max(_listing.id))).scalar() or 0
    # Numbered by key, so that the order in which a run saw its listings leaves no trace.
    place = func.row_number().over(order_by=(_stage.key_hash, _stage.key))
    numbered = select(_stage.row, (place + highest).label("id")).where(_stage.listing_id == _NAMED).subquery()
    connection.execute(
        update(m.stage).where(_stage.row == numbered.c.row).values(listing_id=numbered.c.id, verb=Verb.NEW)
    )
