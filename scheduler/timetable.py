"""Timetables: when a job is due, by the clock of a time zone, the same for whoever asks."""

import hashlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from apscheduler.triggers.cron import CronTrigger

_LONGEST = timedelta(days=8)  # between two times of any timetable, with jitter and a clock change


@dataclass(frozen=True, slots=True)
class Timetable:
    """Times of day (`HH:MM`) in a time zone, every day or on one day of the week.

    Each time comes up to `jitter` seconds late, by what follows from `name` and the day alone: sites of one home don't
    all begin at once, and a list, a scheduler and cron agree about when."""

    name: str
    times: tuple[str, ...]
    timezone: str = "UTC"
    day: str | None = None
    jitter: int = 0

    def last(self, moment: datetime) -> datetime:
        """The latest time up to a moment."""
        return max(due for due in self._between(moment - _LONGEST, moment) if due <= moment)

    def next(self, moment: datetime) -> datetime:
        """The first time after a moment."""
        return min(
            due for due in self._between(moment - timedelta(seconds=self.jitter), moment + _LONGEST) if due > moment
        )

    def _between(self, start: datetime, end: datetime) -> Iterator[datetime]:
        for time in self.times:
            hour, minute = time.split(":")
            trigger = CronTrigger(day_of_week=self.day, hour=hour, minute=minute, timezone=ZoneInfo(self.timezone))
            base = trigger.get_next_fire_time(None, start)
            while base is not None and base <= end:
                utc = base.astimezone(start.tzinfo)
                if base.utcoffset() == base.replace(fold=0).utcoffset():  # an hour that comes twice counts once
                    yield utc + self._late(utc)
                base = trigger.get_next_fire_time(base, base)

    def _late(self, base: datetime) -> timedelta:
        digest = hashlib.sha256(f"{self.name} {base:%Y-%m-%d %H:%M}".encode()).digest()
        return timedelta(seconds=int.from_bytes(digest[:4]) % (self.jitter + 1))
