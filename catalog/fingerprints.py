"""Fingerprints: the hash of all that a state says, made again where a step has altered what it says."""

from collections.abc import Iterable, Iterator
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, bindparam, select, update

from catalog import models as m
from catalog.columns import stored
from catalog.rows import kept_details_hash, state_hash
from catalog.work import Merge

_stage, _version, _details, _listing = m.stage.c, m.version.c, m.details.c, m.listing.c


def restate_rows(work: Merge) -> None:
    """Hashes the staged rows that a step has altered and cleared the hash of."""
    columns = (_stage[name] for name in ("row", *m.DETAIL_COLUMNS))
    query = select(*columns, *_stored(_stage)).where(_stage.state.is_(None))
    rows = []
    for row in work.connection.execute(query).mappings():
        digest = kept_details_hash(dict(row))
        rows.append({"at": row["row"], "digest": digest, "said": state_hash(digest, _offer(row))})
    if rows:
        values: dict[str, Any] = {"hash": bindparam("digest"), "state": bindparam("said")}
        work.connection.execute(update(m.stage).where(_stage.row == bindparam("at")).values(values), rows)


def restate(connection: Connection, listings: Select[tuple[int]]) -> None:
    """Hashes the states of listings whose open versions were altered."""
    found = _hashed(connection, _open().where(_version.listing_id.in_(listings)))
    rows = [{"at": listing_id, "said": said} for listing_id, said, _ in found]
    if rows:
        hashed = update(m.listing).where(_listing.id == bindparam("at"))
        connection.execute(hashed.values(state=bindparam("said")), rows)


def misstated(connection: Connection) -> Iterator[int]:
    """The listings whose open version says something else than the hash that is kept of it."""
    return (listing_id for listing_id, said, kept in _hashed(connection, _open()) if said != kept)


def _open() -> Select[Any]:
    return (
        select(_version.listing_id, _listing.state, _details.hash, *_stored(_version))
        .join(m.listing, _listing.id == _version.listing_id)
        .join(m.details, (_details.listing_id == _version.listing_id) & (_details.run_id == _version.details_run))
        .where(_version.to_run.is_(None))
    )


def _hashed(connection: Connection, query: Select[Any]) -> Iterator[tuple[int, int, int | None]]:
    for row in connection.execute(query.execution_options(yield_per=1000)).mappings():
        yield row["listing_id"], state_hash(row["hash"], _offer(row)), row["state"]


def _stored(columns: Any) -> Iterable[ColumnElement[Any]]:
    """The columns of an offer as the database has them."""
    return (stored(columns[name]).label(f"stored_{name}") for name in m.OFFER_COLUMNS)


def _offer(row: Any) -> tuple[Any, ...]:
    return tuple(row[f"stored_{name}"] for name in m.OFFER_COLUMNS)
