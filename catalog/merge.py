"""The merge: what a judged run makes of the catalogue, in set-based SQL, within one transaction of its caller.

Every step of STEPS is a few statements over the staged rows; killed between any two, nothing has happened.
"""

from collections.abc import Callable
from typing import Any

from sqlalchemy import (
    ColumnElement,
    Select,
    and_,
    case,
    exists,
    func,
    insert,
    literal,
    or_,
    select,
    union,
    update,
)

from catalog import models as m
from catalog import presence, quarantine
from catalog.fingerprints import restate_rows
from catalog.lost import keep_lost_values
from catalog.work import WRITTEN, Merge, Verb, close

_stage, _version, _listing, _details = m.stage.c, m.version.c, m.listing.c, m.details.c
_DETAILS = tuple(name for name in m.DETAIL_COLUMNS if name != "url")
COUNTS = ("listings", "new", "changed", "returned", "gone", "unseen", "restricted", "undecided")


def merge(work: Merge) -> dict[str, int]:
    """Merges the staged rows and counts what became of them."""
    for step in STEPS:
        step(work)
    return _counts(work)


def _leave_later_states(work: Merge) -> None:
    """A correction changes what its run has read, not what later runs have read since."""
    if work.base is None:
        return
    origin = m.run.alias("origin")
    last = m.version.alias("last")
    later = (
        select(last.c.listing_id)
        .join(origin, origin.c.id == last.c.from_run)
        .where(
            last.c.listing_id == _stage.listing_id,
            or_(func.coalesce(origin.c.base_id, origin.c.id) > work.base, last.c.to_run > work.base),
            or_(last.c.to_run.is_(None), ~_open(_stage.listing_id)),
        )
    )
    work.connection.execute(update(m.stage).where(later.exists()).values(verb=Verb.LATER))


def _open(listing_id: ColumnElement[int]) -> ColumnElement[bool]:
    """That a listing is there now."""
    now = m.version.alias("now")
    return exists().where(now.c.listing_id == listing_id, now.c.to_run.is_(None))


def _note_moves(work: Merge) -> None:
    """What a listing was last seen under; a run that shows no SKU doesn't take the known one away."""
    for name in ("url_hash", "sku_hash"):
        moved = and_(
            _stage.listing_id.is_not(None),  # said, so that the index over known ones serves
            _listing.id == _stage.listing_id,
            _stage[name].is_not(None),
            _stage[name].is_distinct_from(_listing[name]),
            _is_unsettled(),
        )
        work.connection.execute(update(m.listing).where(moved).values({name: _stage[name]}))


def _is_unsettled() -> ColumnElement[bool]:
    return _stage.verb.is_(None)


def _compare(work: Merge) -> None:
    """Settles what is the same, changed or back, and which details a state will rest on."""
    same_details = _stage.hash == _details.hash
    same_offer = and_(*(_stage[name].is_not_distinct_from(_version[name]) for name in m.OFFER_COLUMNS))
    held = and_(
        _is_unsettled(),
        _version.listing_id == _stage.listing_id,
        _version.to_run.is_(None),
        _details.listing_id == _version.listing_id,
        _details.run_id == _version.details_run,
    )
    work.connection.execute(
        update(m.stage)
        .where(held)
        .values(
            verb=case((and_(same_details, same_offer), Verb.SAME.value), else_=Verb.CHANGED.value),
            details_run=case((same_details, _version.details_run), else_=work.run.sequence),
        )
    )
    back = and_(_is_unsettled(), _stage.listing_id.is_not(None))
    returned = {"verb": Verb.RETURNED, "details_run": work.run.sequence}
    work.connection.execute(update(m.stage).where(back).values(returned))


def _write_facts(work: Merge) -> None:
    known = set(work.connection.execute(select(m.fact.c.hash)).scalars())
    rows = [{"hash": key, "body": body} for key, body in sorted(work.facts.items()) if key not in known]
    if rows:
        work.connection.execute(insert(m.fact), rows)


def _write_captures(work: Merge) -> None:
    connection = work.connection
    highest = connection.execute(select(func.max(m.capture.c.id))).scalar() or 0
    proof = union(select(_stage.shot).where(_has_proof()), select(m.fresh.c.shot)).subquery()
    place = func.row_number().over(order_by=proof.c.shot)
    kept_shots = select(place + highest, proof.c.shot).where(proof.c.shot.is_not(None))
    connection.execute(insert(m.kept_shot).from_select(["id", "hash"], kept_shots))
    shot = m.shot.c
    kept = m.kept_shot.join(m.shot, shot.hash == m.kept_shot.c.hash)
    paths = select(shot.warc).select_from(kept).distinct().where(shot.warc.is_not(None))
    fresh = paths.where(shot.warc.not_in(select(m.warc.c.path))).order_by(shot.warc)
    connection.execute(insert(m.warc).from_select(["path"], fresh))
    captures = (
        select(m.kept_shot.c.id, m.warc.c.id, shot.record, shot.sha256, shot.observed_at)
        .select_from(kept.outerjoin(m.warc, m.warc.c.path == shot.warc))
        .distinct()
    )
    columns = ["id", "warc_id", "record", "sha256", "observed_at"]
    connection.execute(insert(m.capture).from_select(columns, captures.order_by(m.kept_shot.c.id)))


def _is_written() -> ColumnElement[bool]:
    return _stage.verb.in_(WRITTEN)


def _has_proof() -> ColumnElement[bool]:
    """That a staged row's evidence is kept: it is what a new state, or a price that is held back, rests on."""
    return or_(_is_written(), _stage.listing_id.in_(select(m.jump.c.listing_id)))


def _close_changed(work: Merge) -> None:
    changed = select(_stage.listing_id).where(_stage.verb == Verb.CHANGED)
    close(work, changed)
    present = and_(_listing.id == _stage.listing_id, _stage.verb.in_((Verb.CHANGED, Verb.RETURNED)))
    work.connection.execute(update(m.listing).where(present).values(state=_stage.state))


def _write_new_listings(work: Merge) -> None:
    """Writes the new listings with their first states."""
    fresh, sequence = m.fresh.c, literal(work.run.sequence)
    highest = work.connection.execute(select(func.max(_listing.id))).scalar() or 0
    number = fresh.place + highest
    kept = ("key", "key_hash", "url_hash", "sku_hash", "state")
    listings = select(number, literal(work.site_id), *(fresh[name] for name in kept)).order_by(fresh.place)
    work.connection.execute(insert(m.listing).from_select(["id", "site_id", *kept], listings))
    _insert_states(
        work,
        select(number, sequence, fresh.hash, case((fresh.url == fresh.key, ""), else_=fresh.url), *_details_of(fresh)),
        select(number, sequence, sequence, m.kept_shot.c.id, *_offer_of(fresh)).outerjoin(
            m.kept_shot, m.kept_shot.c.hash == fresh.shot
        ),
        fresh.place,
    )
    if not work.whole:
        sightings = select(sequence, number)
        work.connection.execute(insert(m.sighting).from_select(["run_id", "listing_id"], sightings))


def _write_states(work: Merge) -> None:
    """Writes the states of known listings that changed or are back."""
    sequence = literal(work.run.sequence)
    # The key that a listing has in the catalogue, which need not be the one that this run would have given it.
    url = case((_stage.url == _listing.key, ""), else_=_stage.url)
    _insert_states(
        work,
        select(_stage.listing_id, sequence, _stage.hash, url, *_details_of(_stage))
        .join(m.listing, _listing.id == _stage.listing_id)
        .where(_is_written(), _stage.details_run == work.run.sequence),
        select(_stage.listing_id, sequence, _stage.details_run, m.kept_shot.c.id, *_offer_of(_stage))
        .outerjoin(m.kept_shot, m.kept_shot.c.hash == _stage.shot)
        .where(_is_written()),
        _stage.listing_id,
    )


def _insert_states(work: Merge, details: Select[Any], versions: Select[Any], order: ColumnElement[int]) -> None:
    columns = ["listing_id", "run_id", "hash", "url", *_DETAILS]
    work.connection.execute(insert(m.details).from_select(columns, details.order_by(order)))
    columns = ["listing_id", "from_run", "details_run", "capture_id", *m.OFFER_COLUMNS]
    work.connection.execute(insert(m.version).from_select(columns, versions.order_by(order)))


def _details_of(rows: Any) -> list[ColumnElement[Any]]:
    return [rows[name] for name in _DETAILS]


def _offer_of(rows: Any) -> list[ColumnElement[Any]]:
    return [rows[name] for name in m.OFFER_COLUMNS]


def _counts(work: Merge) -> dict[str, int]:
    connection = work.connection
    marks = (func.sum(case((_stage[name], 1), else_=0)) for name in ("restricted", "undecided"))
    staged = connection.execute(select(_stage.verb, func.count(), *marks).group_by(_stage.verb)).all()
    verbs = {row[0]: row[1] for row in staged}
    gone = m.missed.c.gone
    missed: dict[bool, int] = dict(connection.execute(select(gone, func.count()).group_by(gone)).all())
    found = (
        work.settled["listings"] + sum(verbs.values()),
        connection.execute(select(func.count()).select_from(m.fresh)).scalar_one(),
        verbs.get(Verb.CHANGED, 0),
        verbs.get(Verb.RETURNED, 0),
        missed.get(True, 0),
        missed.get(False, 0),
        work.settled["restricted"] + sum(int(row[2]) for row in staged),
        work.settled["undecided"] + sum(int(row[3]) for row in staged),
    )
    return dict(zip(COUNTS, found, strict=True))


STEPS: tuple[Callable[[Merge], None], ...] = (
    _leave_later_states,
    _note_moves,
    keep_lost_values,
    quarantine.hold,
    restate_rows,
    _compare,
    _write_facts,
    _write_captures,
    _close_changed,
    _write_states,
    _write_new_listings,
    presence.decide_gone,
    presence.close_gone,
    presence.note_presence,
    quarantine.note_held,
)
