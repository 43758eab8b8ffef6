"""The outbox: letters rendered once, the deliveries that still wait, and what each server said."""

import json
import zlib
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import replace
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Row, Select, insert, or_, select, update

from catalog import desk_models as d
from catalog.questions import chunks
from restock.post import OPEN, Answer, Delivery, Letter, LetterKind, PostState

_letter, _delivery = d.letter.c, d.delivery.c
_OPEN = [state.value for state in OPEN]


def queue(connection: Connection, owner: str, letter: Letter) -> Letter:
    """Puts a letter into the outbox, with every delivery waiting; gives it with its number."""
    values = {
        "owner": owner,
        "kind": letter.kind.value,
        "subscription": letter.subscription,
        "message_id": letter.message_id,
        "since": letter.since,
        "until": letter.until,
        "ends": json.dumps(letter.ends),
        "subject": letter.subject,
        "summary": letter.summary,
        "body": None if letter.body is None else zlib.compress(letter.body),
        "state": letter.state.value,
        "created_at": letter.created_at,
    }
    number = connection.execute(insert(d.letter).values(**values).returning(_letter.id)).scalar_one()
    rows = [{"letter_id": number, **_row(delivery)} for delivery in letter.deliveries]
    connection.execute(insert(d.delivery), rows)
    return replace(letter, id=number)


def find(connection: Connection, owner: str, number: int) -> Letter | None:
    rows = connection.execute(_of(owner).where(_letter.id == number)).all()
    return next(iter(_letters(connection, rows)), None)


def waiting(connection: Connection, owner: str, tried: datetime | None) -> list[Letter]:
    """The letters with a delivery that waits, the oldest first; with `tried`, only where a try is due by then."""
    open_ = select(_delivery.letter_id).where(_delivery.state.in_(_OPEN))
    if tried is not None:
        open_ = open_.where(or_(_delivery.next_try.is_(None), _delivery.next_try <= tried))
    query = _of(owner).where(_letter.id.in_(open_)).order_by(_letter.id)
    return _letters(connection, connection.execute(query).all())


def last_report(connection: Connection, owner: str, subscription: str, *, sent: bool = False) -> Letter | None:
    """The last report of a subscription, or the last one that was sent."""
    query = _of(owner).where(_letter.subscription == subscription, _letter.kind == LetterKind.REPORT.value)
    if sent:
        query = query.where(_letter.state == PostState.SENT.value)
    rows = connection.execute(query.order_by(_letter.id.desc()).limit(1)).all()
    return next(iter(_letters(connection, rows)), None)


def letters(connection: Connection, owner: str, limit: int | None) -> list[Letter]:
    """The letters of a home without their bodies, the latest first."""
    columns = [column for column in d.letter.c if column is not _letter.body]
    query = _of(owner).with_only_columns(*columns).order_by(_letter.id.desc()).limit(limit)
    return _letters(connection, connection.execute(query).all())


def begin_try(connection: Connection, letter: Letter, targets: Collection[str], at: datetime) -> Letter:
    """Notes that a letter is about to be handed over for some of its targets."""
    begun = [one.begun(at) if one.target in targets else one for one in _deliveries(connection, [letter.id])[letter.id]]
    _write(connection, letter.id, begun)
    return replace(letter, deliveries=tuple(begun))


def record(
    connection: Connection, owner: str, letter: Letter, answers: Mapping[str, Answer], tried: datetime
) -> Letter:
    """Writes what came of the try that was begun at some of a letter's targets."""
    after = [
        one.after(answers[one.target], tried) if one.target in answers else one
        for one in _deliveries(connection, [letter.id])[letter.id]
    ]
    return settle(connection, owner, replace(letter, deliveries=tuple(after)))


def settle(connection: Connection, owner: str, letter: Letter) -> Letter:
    """Writes a letter's deliveries, and drops what is no longer of use: its own message once everybody has it, and
    those of its forerunners once it has reached somebody."""
    _write(connection, letter.id, letter.deliveries)
    wanted = any(one.state not in {PostState.SENT, PostState.DROPPED} for one in letter.deliveries)
    kept = wanted or letter.state is not PostState.SENT
    body = letter.body if kept else None
    packed = {"body": None} if not kept else {}
    connection.execute(update(d.letter).where(_letter.id == letter.id).values(state=letter.state.value, **packed))
    if letter.state is PostState.SENT:
        open_ = select(_delivery.letter_id).where(_delivery.state.in_(_OPEN))
        earlier = (_letter.owner == owner, _letter.subscription == letter.subscription, _letter.id < letter.id)
        alike = (_letter.kind == letter.kind.value, _letter.body.is_not(None), _letter.id.not_in(open_))
        connection.execute(update(d.letter).where(*earlier, *alike).values(body=None))
    return replace(letter, body=body)


def _write(connection: Connection, letter: int | None, deliveries: Iterable[Delivery]) -> None:
    for delivery in deliveries:
        here = (_delivery.letter_id == letter, _delivery.target == delivery.target)
        connection.execute(update(d.delivery).where(*here).values(_row(delivery)))


def shrink(connection: Connection, letter: Letter, body: bytes) -> Letter:
    """Puts a smaller message in the place of one that was too big."""
    connection.execute(update(d.letter).where(_letter.id == letter.id).values(body=zlib.compress(body)))
    return replace(letter, body=body)


def _of(owner: str) -> Select[Any]:
    return select(d.letter).where(_letter.owner == owner)


def _row(delivery: Delivery) -> dict[str, Any]:
    return {
        "target": delivery.target,
        "state": delivery.state.value,
        "attempts": delivery.attempts,
        "first_try": delivery.first_try,
        "next_try": delivery.next_try,
        "answer": delivery.answer,
    }


def _letters(connection: Connection, rows: Sequence[Row[Any]]) -> list[Letter]:
    deliveries = _deliveries(connection, [row.id for row in rows])
    return [_to_letter(row, tuple(deliveries[row.id])) for row in rows]


def _deliveries(connection: Connection, letters: Sequence[int | None]) -> dict[int | None, list[Delivery]]:
    found: dict[int | None, list[Delivery]] = {number: [] for number in letters}
    for chunk in chunks(list(found)):
        query = select(d.delivery).where(_delivery.letter_id.in_(chunk)).order_by(_delivery.target)
        for row in connection.execute(query):
            found[row.letter_id].append(_to_delivery(row))
    return found


def _to_delivery(row: Row[Any]) -> Delivery:
    return Delivery(
        target=row.target,
        state=PostState(row.state),
        attempts=row.attempts,
        first_try=row.first_try,
        next_try=row.next_try,
        answer=row.answer,
    )


def _to_letter(row: Row[Any], deliveries: tuple[Delivery, ...]) -> Letter:
    packed: bytes | None = row._mapping.get("body")  # noqa: SLF001  the public name of a row's columns in SQLAlchemy
    return Letter(
        id=row.id,
        kind=LetterKind(row.kind),
        subscription=row.subscription,
        message_id=row.message_id,
        since=row.since,
        until=row.until,
        ends=tuple(json.loads(row.ends)),
        subject=row.subject,
        summary=row.summary,
        body=None if packed is None else zlib.decompress(packed),
        created_at=row.created_at,
        deliveries=deliveries,
    )
