"""The desk: the catalogue's second face, for what is scheduled, sent, marked and told to operators."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Connection, Table, delete, insert, select, update

from catalog import desk_models as d
from catalog import marks, outbox
from catalog.database import Database
from restock.health import Alarm
from restock.post import Answer, Letter
from restock.review import Mark


@dataclass(frozen=True, slots=True)
class JobState:
    """What is known of a scheduled job: since when it is known, up to which moment it is done, and how it last went."""

    first_seen: datetime
    done_at: datetime | None = None
    result: str | None = None


class Desk:
    """The desk of one home (`owner`); marks are everybody's."""

    def __init__(self, database: Database, owner: str | None) -> None:
        self._database = database
        self._owner = owner or ""

    def job(self, name: str) -> JobState | None:
        """The state of a job, None where it was never met."""
        with self._database.read() as connection:
            return self._job(connection, name)

    def meet_job(self, name: str, first_seen: datetime) -> JobState:
        """The state of a job, which is written down when it is seen for the first time."""
        if (known := self.job(name)) is not None:
            return known
        with self._database.write() as connection:
            known = self._job(connection, name)  # another process may have been faster
            if known is None:
                connection.execute(insert(d.job).values(owner=self._owner, name=name, first_seen=first_seen))
            return known or JobState(first_seen)

    def finish_job(self, name: str, done_at: datetime, result: str) -> None:
        """Notes that everything which was due up to a moment is done."""
        with self._database.write() as connection:
            where = self._own(d.job, name=name)
            connection.execute(update(d.job).where(*where).values(done_at=done_at, result=result))

    def queue(self, letter: Letter) -> Letter:
        with self._database.write() as connection:
            return outbox.queue(connection, self._owner, letter)

    def waiting(self, tried: datetime | None = None) -> list[Letter]:
        """The letters that wait to be sent, the oldest first; with `tried`, those of which a try is due by then."""
        with self._database.read() as connection:
            return outbox.waiting(connection, self._owner, tried)

    def begin_try(self, letter: Letter, targets: Collection[str], at: datetime) -> Letter:
        """Notes that a letter is about to be handed over: what can't be noted must not be sent."""
        with self._database.write() as connection:
            return outbox.begin_try(connection, letter, targets, at)

    def record(self, letter: Letter, answers: Mapping[str, Answer], tried: datetime) -> Letter:
        """Writes what came of a try; gives the letter as it now is."""
        with self._database.write() as connection:
            return outbox.record(connection, self._owner, letter, answers, tried)

    def settle(self, letter: Letter) -> Letter:
        """Writes a letter's deliveries as a person decided them."""
        with self._database.write() as connection:
            return outbox.settle(connection, self._owner, letter)

    def shrink(self, letter: Letter, body: bytes) -> Letter:
        """Puts a smaller message in the place of one that was too big."""
        with self._database.write() as connection:
            return outbox.shrink(connection, letter, body)

    def letter(self, number: int) -> Letter | None:
        with self._database.read() as connection:
            return outbox.find(connection, self._owner, number)

    def last_report(self, subscription: str, *, sent: bool = False) -> Letter | None:
        with self._database.read() as connection:
            return outbox.last_report(connection, self._owner, subscription, sent=sent)

    def letters(self, limit: int | None = None) -> list[Letter]:
        with self._database.read() as connection:
            return outbox.letters(connection, self._owner, limit)

    def mark(self, mark: Mark) -> None:
        with self._database.write() as connection:
            marks.add(connection, mark)

    def marks(self) -> dict[tuple[str, str], Mark]:
        """The standing mark of each marked listing, by site and key."""
        with self._database.read() as connection:
            return {(found.site, found.key): found for found in marks.standing(connection)}

    def marks_of(self, site: str, key: str) -> list[Mark]:
        """Every mark of a listing, the latest first."""
        with self._database.read() as connection:
            return marks.of_listing(connection, site, key)

    def alarms(self) -> dict[str, Alarm]:
        """What operators were last told of each site that is in trouble."""
        with self._database.read() as connection:
            rows = connection.execute(select(d.alarm).where(d.alarm.c.owner == self._owner))
            return {row.site: Alarm(row.site, row.trouble, row.since, row.told_at) for row in rows}

    def tell(self, letter: Letter | None, alarms: Mapping[str, Alarm | None]) -> None:
        """Queues an alert and notes what it told of each site (None: its trouble is over), in one step."""
        with self._database.write() as connection:
            if letter is not None:
                outbox.queue(connection, self._owner, letter)
            for site, alarm in alarms.items():
                self._set_alarm(connection, site, alarm)

    def _job(self, connection: Connection, name: str) -> JobState | None:
        row = connection.execute(select(d.job).where(*self._own(d.job, name=name))).first()
        return None if row is None else JobState(row.first_seen, row.done_at, row.result)

    def _set_alarm(self, connection: Connection, site: str, alarm: Alarm | None) -> None:
        connection.execute(delete(d.alarm).where(*self._own(d.alarm, site=site)))
        if alarm is not None:
            values = {"trouble": alarm.trouble, "since": alarm.since, "told_at": alarm.told_at}
            connection.execute(insert(d.alarm).values(owner=self._owner, site=site, **values))

    def _own(self, table: Table, **values: Any) -> list[Any]:
        return [table.c.owner == self._owner, *(table.c[name] == value for name, value in values.items())]
