"""Doubts: rows that were settled as they came, and share a SKU or an address with a row that was not.

Which listing each of them is must then be decided among all of them, so they are staged in full as well: they say what
the catalogue has of them.
"""

from sqlalchemy import Connection, Select, and_, bindparam, case, delete, func, insert, select, union, update

from catalog import models as m
from catalog import runs
from catalog.hashing import text_hash
from catalog.rows import forms_of, hashed_address, hashed_sku, key_of

_settled, _sighted, _stage = m.settled.c, m.sighted.c, m.stage.c
_listing, _details, _version = m.listing.c, m.details.c, m.version.c


def fold_settled(connection: Connection) -> int:
    """Keeps one of several rows that are one listing in one state; gives the number of those left out."""
    once = select(_settled.listing_id).group_by(_settled.listing_id)
    if connection.execute(once.having(func.count() > 1).limit(1)).first() is None:
        return 0
    first = select(func.min(_settled.row)).group_by(_settled.listing_id)
    return connection.execute(delete(m.settled).where(_settled.row.not_in(first.correlate(None)))).rowcount


def reopen(connection: Connection, site_id: int, as_of: runs.Stamp) -> None:
    """Stages the settled rows that are in doubt: all of them, where the site's runs are no longer what they were when
    the rows were compared."""
    if connection.execute(select(_settled.row).limit(1)).first() is None:
        return
    if runs.stamp(connection, site_id) != as_of:
        _stage_settled(connection, select(_settled.row), as_of)
        return
    doubtful = select(_settled.row).where(_settled.listing_id.in_(_shared(site_id)))
    while _stage_settled(connection, doubtful, as_of):
        pass


def _shared(site_id: int) -> Select[tuple[int]]:
    """The listings that have the SKU or the address of a staged row."""
    found = [
        select(_listing.id).join(m.stage, _stage[name] == _listing[name]).where(_listing.site_id == site_id)
        for name in ("sku_hash", "url_hash")
    ]
    return select(union(*found).subquery().c.id)


def _stage_settled(connection: Connection, rows: Select[tuple[int]], as_of: runs.Stamp) -> int:
    """Stages settled rows in full, as the catalogue had them when they were compared; gives how many there were."""
    connection.execute(insert(m.stage).from_select(_COLUMNS, _as_staged(as_of).where(_settled.row.in_(rows))))
    taken = connection.execute(delete(m.settled).where(_settled.row.in_(select(_stage.row))))
    if taken.rowcount:
        _name(connection)
    return taken.rowcount


_COPIED = tuple(name for name in m.DETAIL_COLUMNS if name != "url")
_COLUMNS = ("row", "hash", "state", "shot", "url", *_COPIED, *m.OFFER_COLUMNS)


def _as_staged(as_of: runs.Stamp) -> Select[tuple[object, ...]]:
    earlier = m.version.alias("earlier")
    newest = (
        select(func.max(earlier.c.from_run))
        .where(earlier.c.listing_id == _settled.listing_id, earlier.c.from_run <= as_of.last)
        .scalar_subquery()
    )
    return (
        select(
            _sighted.row,
            _details.hash,
            _sighted.state,
            _sighted.shot,
            case((_details.url == "", _listing.key), else_=_details.url),
            *(_details[name] for name in _COPIED),
            *(_version[name] for name in m.OFFER_COLUMNS),
        )
        .select_from(m.settled)
        .join(m.sighted, _sighted.row == _settled.row)
        .join(m.listing, _listing.id == _settled.listing_id)
        .join(m.version, and_(_version.listing_id == _listing.id, _version.from_run == newest))
        .join(m.details, and_(_details.listing_id == _listing.id, _details.run_id == _version.details_run))
    )


def _name(connection: Connection) -> None:
    """Gives the rows without a key what a new listing would have."""
    query = select(_stage.row, _stage.url, _stage.title, _stage.mpn, _stage.sku).where(_stage.key.is_(None))
    names = ("key", "key_hash", "url_hash", "sku_hash")
    rows = []
    for row in connection.execute(query):
        forms = forms_of(row.url)
        key = key_of(row.url, row.title, row.mpn, row.sku)
        values = key, text_hash(key), hashed_address(forms and forms[1]), hashed_sku(row.sku)
        rows.append({"at": row.row} | {f"new_{name}": value for name, value in zip(names, values, strict=True)})
    named = update(m.stage).where(_stage.row == bindparam("at"))
    connection.execute(named.values({name: bindparam(f"new_{name}") for name in names}), rows)
