"""Identity within the database: gives every staged row its listing, or the key of a new one.

Rows that can only be one listing are matched where they are, by SQL; the few that share a SKU or an address with
another go through `catalog.identity`. Both give what `identity.resolve` alone would give.
"""

from collections.abc import Iterable, Iterator
from itertools import chain, count
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Connection,
    Row,
    Select,
    and_,
    bindparam,
    delete,
    false,
    func,
    insert,
    or_,
    select,
    update,
)

from catalog import models as m
from catalog import runs
from catalog.columns import stored
from catalog.doubts import fold_settled, reopen
from catalog.hashing import text_hash
from catalog.identity import Known, Name, Sighting, resolve
from catalog.rows import address_key, title_text

_stage, _listing = m.stage.c, m.listing.c
_CHUNK = 500
# Made when every row has its listing; new ones have none, and no step that asks by listing has to pass over them.
_INDEX = "CREATE INDEX ix_stage_listing_id ON stage (listing_id) WHERE listing_id IS NOT NULL"


def match(connection: Connection, site_id: int, as_of: runs.Stamp) -> int:
    """Matches the staged rows; gives the number of rows that were the same goods as another and were folded. Those
    that are left without a listing are new ones."""
    folded = fold_settled(connection)
    reopen(connection, site_id, as_of)
    new = _match_plainly(connection, site_id)
    folded += _match_the_rest(connection, site_id, ~new)
    _free_taken_keys(connection, site_id)
    connection.exec_driver_sql(_INDEX)
    _line_up_new(connection)
    return folded


def _match_plainly(connection: Connection, site_id: int) -> ColumnElement[bool]:
    """Gives the rows that can only be one listing that listing; says which of the others can only be new ones."""
    alone = and_(_once_or_never(_stage.sku_hash), _once_or_never(_stage.url_hash))
    named = and_(alone, or_(_stage.sku_hash.is_not(None), _stage.url_hash.is_not(None)))
    if not _has_listings(connection, site_id):
        return named
    open_row = and_(alone, _stage.listing_id.is_(None))
    found = _only(site_id, "sku_hash").having(_may_be_by_sku(site_id)).scalar_subquery()
    connection.execute(update(m.stage).where(open_row, _stage.sku_hash.is_not(None)).values(listing_id=found))
    # Not one whose SKU stands on another row.
    others, sku_hash = m.stage.alias("others"), func.min(_listing.sku_hash)
    elsewhere = sku_hash.in_(select(others.c.sku_hash).where(others.c.sku_hash.is_not(None)))
    by_url = _only(site_id, "url_hash").having(or_(sku_hash.is_(None), ~elsewhere)).scalar_subquery()
    connection.execute(update(m.stage).where(open_row, ~_listed(site_id, "sku_hash")).values(listing_id=by_url))
    if _has_bare_listings(connection, site_id):
        return false()
    return and_(named, ~_listed(site_id, "sku_hash"), ~_listed(site_id, "url_hash"))


def _may_be_by_sku(site_id: int) -> ColumnElement[bool]:
    """That the only listing with a row's SKU needs no second look: both have the same address; or nobody has the
    listing's address now, and the row has none, or the listing is there and moved to one that nobody had."""
    own_url, there = func.min(_listing.url_hash), func.min(_listing.state).is_not(None)
    others = m.stage.alias("on_page")
    left = own_url.not_in(select(others.c.url_hash).where(others.c.url_hash.is_not(None)))
    moved = or_(_stage.url_hash.is_(None), and_(there, ~_listed(site_id, "url_hash")))
    return or_(own_url == _stage.url_hash, and_(or_(own_url.is_(None), left), moved))


def _once_or_never(column: ColumnElement[int]) -> ColumnElement[bool]:
    """That no other staged row has the same hash."""
    shared = select(column).where(column.is_not(None)).group_by(column).having(func.count() > 1)
    return or_(column.is_(None), column.not_in(shared.correlate(None)))


def _only(site_id: int, name: str) -> Select[tuple[int]]:
    """The listing of the site that has a staged row's hash, where it is the only one."""
    same = and_(_listing.site_id == site_id, _listing[name] == _stage[name])
    return select(func.min(_listing.id)).where(same).having(func.count() == 1).correlate(m.stage)


def _listed(site_id: int, name: str) -> ColumnElement[bool]:
    """That a listing of the site has a staged row's hash."""
    known = m.listing.alias(f"listed_{name}")
    return select(known.c.id).where(known.c.site_id == site_id, known.c[name] == _stage[name]).exists()


def _has_listings(connection: Connection, site_id: int) -> bool:
    return connection.execute(select(_listing.id).where(_listing.site_id == site_id).limit(1)).first() is not None


def _has_bare_listings(connection: Connection, site_id: int) -> bool:
    query = select(_listing.id).where(_listing.site_id == site_id, _listing.url_hash.is_(None)).limit(1)
    return connection.execute(query).first() is not None


def _match_the_rest(connection: Connection, site_id: int, doubtful: ColumnElement[bool]) -> int:
    columns = (_stage.row, _stage.sku_hash, _stage.url_hash, _stage.title, _stage.mpn, _stage.state)
    price = stored(_stage.price).label("price")
    query = select(*columns, price).where(_stage.listing_id.is_(None), doubtful)
    rows = connection.execute(query.order_by(_stage.row)).all()
    if not rows:
        return 0
    seen = [
        Sighting(row.row, row.sku_hash, row.url_hash, text_hash(title_text(row.title, row.mpn)), row.state, row.price)
        for row in rows
    ]
    found = resolve(seen, _related(connection, site_id))
    _delete_rows(connection, found.duplicates)
    _set_listings(connection, found.matches.items())
    _name_rows(connection, found.names)
    return len(found.duplicates)


def _related(connection: Connection, site_id: int) -> list[Known]:
    """The unmatched listings that share a SKU or an address with an unmatched row, or that have no address; where a row
    has nothing but its title, all that are there."""
    rest = m.stage.alias("rest")
    shares = or_(
        _listing.url_hash.is_(None),
        _listing.sku_hash.in_(select(rest.c.sku_hash).where(rest.c.listing_id.is_(None), rest.c.sku_hash.is_not(None))),
        _listing.url_hash.in_(select(rest.c.url_hash).where(rest.c.listing_id.is_(None), rest.c.url_hash.is_not(None))),
    )
    bare = select(rest.c.row).where(rest.c.listing_id.is_(None), rest.c.sku_hash.is_(None), rest.c.url_hash.is_(None))
    if connection.execute(bare.limit(1)).first() is not None:  # a row with a title alone may be any that is there
        shares = or_(shares, m.version.c.to_run.is_(None))
    matched = select(rest.c.listing_id).where(rest.c.listing_id.is_not(None))
    settled = select(m.settled.c.row).where(m.settled.c.listing_id == _listing.id).exists()
    every = m.version.alias("every")
    last = select(func.max(every.c.from_run)).where(every.c.listing_id == _listing.id).scalar_subquery()
    details = m.details.c
    query = (
        select(
            *(_listing.id, _listing.sku_hash, _listing.url_hash, _listing.state, details.title, details.mpn),
            *(m.version.c.to_run, stored(m.version.c.price).label("price")),
        )
        .select_from(m.listing)
        .join(m.version, and_(m.version.c.listing_id == _listing.id, m.version.c.from_run == last))
        .join(m.details, and_(details.listing_id == _listing.id, details.run_id == m.version.c.details_run))
        .where(_listing.site_id == site_id, shares, _listing.id.not_in(matched), ~settled)
    )
    return [
        Known(row.id, row.sku_hash, row.url_hash, title, row.to_run is None, row.state, row.price)
        for row in connection.execute(query)
        for title in (text_hash(title_text(row.title, row.mpn)),)
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
    twice = select(_stage.key_hash).where(_stage.listing_id.is_(None)).group_by(_stage.key_hash)
    clashing = or_(
        _stage.key_hash.in_(select(_listing.key_hash).where(_listing.site_id == site_id)),
        _stage.key_hash.in_(twice.having(func.count() > 1).correlate(None)),
    )
    query = (
        select(_stage.row, _stage.key, _stage.title, _stage.mpn)
        .where(_stage.listing_id.is_(None), clashing)
        .order_by(_stage.state, _stage.row)
    )
    keys: dict[int, str] = {}
    candidates: dict[str, Iterator[str]] = {}
    for row in connection.execute(query).all():
        longer = f"{row.key}#{title_text(row.title, row.mpn)}"
        numbered = candidates.setdefault(longer, chain((longer,), (f"{longer}~{number}" for number in count(2))))
        keys[row.row] = next(key for key in numbered if _is_free(connection, site_id, key))
    _set_keys(connection, keys)


def _is_free(connection: Connection, site_id: int, key: str) -> bool:
    taken = select(_listing.id).where(_listing.site_id == site_id, _listing.key_hash == text_hash(key))
    return connection.execute(taken).first() is None


def _line_up_new(connection: Connection) -> None:
    """Lines up the new listings by key, so that the order in which a run saw them leaves no trace."""
    names = [column.name for column in m.fresh.c if column is not m.fresh.c.place]
    new = select(*(_stage[name] for name in names)).where(_stage.listing_id.is_(None))
    connection.execute(insert(m.fresh).from_select(names, new.order_by(_stage.key_hash, _stage.key)))
