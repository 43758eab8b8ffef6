"""Quarantine: a price that jumped is held back until a later run sees it again; the old one stands meanwhile."""

from sqlalchemy import (
    BigInteger,
    ColumnElement,
    Connection,
    and_,
    delete,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    type_coerce,
    update,
)

from catalog import models as m
from catalog.fingerprints import restate
from catalog.work import Merge, is_seen
from restock.listing import money_text
from restock.run import Run

_stage, _version, _held = m.stage.c, m.version.c, m.quarantine.c
_SAMPLES = 3
_TENTH = 10  # a price that moves every day is still seen again when it moved by less than a tenth meanwhile


def jumped(factor: int) -> ColumnElement[bool]:
    """That a staged price is so many times the one that its listing has, or such a part of it."""
    now, before = _whole(_stage.price), _whole(_version.price)
    # Divided and not multiplied: a product may be more than a column holds.
    return and_(_stage.currency == _version.currency, or_(now // factor >= before, before // factor >= now))


def _whole(column: ColumnElement[object]) -> ColumnElement[int]:
    return type_coerce(column, BigInteger)


def find_jumps(connection: Connection, run: Run, factor: int, *, base: int | None = None) -> int:
    """Stages the prices to be held back, and says how many. Those that an earlier run held back, and that this one
    sees again, are none of them; of a correction, those are that the corrected run or a later one held back."""
    there = exists().where(_held.listing_id == _stage.listing_id, _seen_again(run) if base is None else _of(base))
    _stage_jumps(connection, jumped(factor), _version.to_run.is_(None), ~there if base is None else there)
    return _jumps(connection)


def find_returned_jumps(connection: Connection, factor: int) -> int:
    """Stages the prices to be held back of listings that are back, judged by the price that each had last; says how
    many."""
    before, earlier = _jumps(connection), m.version.alias("earlier").c
    gone = exists().where(m.listing.c.id == _stage.listing_id, m.listing.c.state.is_(None))
    newest = select(func.max(earlier.from_run)).where(earlier.listing_id == _stage.listing_id).scalar_subquery()
    _stage_jumps(connection, jumped(factor), _stage.listing_id.is_not(None), gone, _version.from_run == newest)
    return _jumps(connection) - before


def _stage_jumps(connection: Connection, *conditions: ColumnElement[bool]) -> None:
    found = (
        select(_stage.listing_id, _version.from_run, _stage.shot, *(_stage[name] for name in m.PRICE_COLUMNS))
        .join(m.version, _version.listing_id == _stage.listing_id)
        .where(*conditions)
    )
    columns = ["listing_id", "from_run", "shot", *m.PRICE_COLUMNS]
    connection.execute(insert(m.jump).from_select(columns, found))


def _jumps(connection: Connection) -> int:
    return connection.execute(select(func.count()).select_from(m.jump)).scalar_one()


def _seen_again(run: Run) -> ColumnElement[bool]:
    """By a run that looked later: a list that is imported twice says nothing twice."""
    earlier = select(m.run.c.id).where(m.run.c.id == _held.run_id, m.run.c.observed_at < run.observed_at)
    return and_(_agrees(), earlier.exists())


def _of(base: int) -> ColumnElement[bool]:
    return or_(_held.run_id > base, and_(_held.run_id == base, _agrees()))


def _agrees() -> ColumnElement[bool]:
    now, held = _whole(_stage.price), _whole(_held.price)
    near = held // _TENTH
    return and_(_held.currency == _stage.currency, now - held <= near, held - now <= near)


def samples(connection: Connection) -> tuple[str, ...]:
    """Some of the prices that are held back, with those that stand."""
    query = (
        select(m.listing.c.key, _version.price, m.jump.c.price, m.jump.c.currency)
        .join(m.jump, m.jump.c.listing_id == m.listing.c.id)
        .join(m.version, _is_kept())
        .order_by(m.listing.c.key)
        .limit(_SAMPLES)
    )
    return tuple(
        f"{key}: {money_text(before)} → {money_text(now)} {currency or ''}".rstrip()
        for key, before, now, currency in connection.execute(query)
    )


def _is_kept() -> ColumnElement[bool]:
    """That a version is the one whose price stays."""
    return and_(_version.listing_id == m.jump.c.listing_id, _version.from_run == m.jump.c.from_run)


def hold(work: Merge) -> None:
    """Gives the listings whose price jumped the price that they have, or had when they went."""
    if work.connection.execute(select(m.jump.c.listing_id).limit(1)).first() is None:
        return
    later = select(_stage.listing_id).where(_stage.verb.is_not(None))
    work.connection.execute(delete(m.jump).where(m.jump.c.listing_id.in_(later)))
    kept = {name: _version[name] for name in m.PRICE_COLUMNS} | {"state": None}
    work.connection.execute(update(m.stage).where(_stage.listing_id == m.jump.c.listing_id, _is_kept()).values(kept))


def note_held(work: Merge) -> None:
    """Keeps what was held back. What was seen and no longer jumps, or is gone, is no longer held."""
    mine = _held.run_id == work.base if work.base is not None else literal(True)
    work.connection.execute(delete(m.quarantine).where(is_seen(_held.listing_id), mine))
    run_id = literal(work.run.sequence if work.base is None else work.base)
    jumps = (
        select(m.jump.c.listing_id, run_id, m.kept_shot.c.id, *(m.jump.c[name] for name in m.PRICE_COLUMNS))
        .outerjoin(m.kept_shot, m.kept_shot.c.hash == m.jump.c.shot)
        .where(m.jump.c.listing_id.not_in(select(_held.listing_id)))
    )
    columns = ["listing_id", "run_id", "capture_id", *m.PRICE_COLUMNS]
    work.connection.execute(insert(m.quarantine).from_select(columns, jumps))
    forget_gone(work.connection)


def forget_gone(connection: Connection) -> None:
    there = exists().where(_version.listing_id == _held.listing_id, _version.to_run.is_(None))
    connection.execute(delete(m.quarantine).where(~there))


def release(connection: Connection, run: Run) -> tuple[int, int]:
    """Takes the prices that a run held back, as that run's; says how many, and how many listings that changed which
    the run had left unchanged."""
    open_version = and_(_version.listing_id == _held.listing_id, _version.to_run.is_(None))
    mine = _held.run_id == run.sequence
    columns = ["listing_id", "from_run", "details_run", "capture_id", *m.OFFER_COLUMNS]
    taken = (
        select(
            _version.listing_id,
            literal(run.sequence),
            _version.details_run,
            _held.capture_id,
            *(_held[name] for name in m.PRICE_COLUMNS),
            *(_version[name] for name in m.STOCK_COLUMNS),
        )
        .join(m.quarantine, open_version)
        .where(mine, _version.from_run < run.sequence)
    )
    connection.execute(insert(m.version).from_select(columns, taken))
    held = select(_held.listing_id).where(mine)
    earlier = and_(_version.to_run.is_(None), _version.from_run < run.sequence)
    ended = update(m.version).where(earlier, _version.listing_id.in_(held)).values(to_run=run.sequence)
    changed = connection.execute(ended).rowcount
    # What this run wrote itself (another stock), or a correction of it, takes the price too.
    prices = {name: _held[name] for name in (*m.PRICE_COLUMNS, "capture_id")}
    connection.execute(update(m.version).where(open_version, mine).values(prices))
    restate(connection, held)
    return connection.execute(delete(m.quarantine).where(mine)).rowcount, changed
