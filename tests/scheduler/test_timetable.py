"""Timetables: the last and the next time, across a clock change, with jitter that everybody agrees on."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from scheduler.timetable import Timetable

NOON = datetime(2026, 11, 4, 12, tzinfo=UTC)  # a Wednesday


def test_daily_and_weekly_times() -> None:
    daily = Timetable("a", ("03:00", "15:30"))
    assert daily.last(NOON) == datetime(2026, 11, 4, 3, tzinfo=UTC)
    assert daily.next(NOON) == datetime(2026, 11, 4, 15, 30, tzinfo=UTC)
    weekly = Timetable("a", ("07:00",), "Europe/Moscow", "mon")
    assert weekly.last(NOON) == datetime(2026, 11, 2, 4, tzinfo=UTC)
    assert weekly.next(NOON) == datetime(2026, 11, 9, 4, tzinfo=UTC)


def test_a_time_is_due_at_its_very_moment() -> None:
    daily = Timetable("a", ("12:00",))
    assert daily.last(NOON) == NOON
    assert daily.next(NOON) == NOON + timedelta(days=1)
    assert daily.last(NOON - timedelta(seconds=1)) == NOON - timedelta(days=1)


@pytest.mark.parametrize(
    ("day", "utc"),
    [
        (datetime(2026, 3, 28, tzinfo=UTC), "2026-03-28T01:30"),
        (datetime(2026, 3, 29, 12, tzinfo=UTC), "2026-03-30T00:30"),  # the 29th has no 02:30 in Berlin
        (datetime(2026, 10, 24, 12, tzinfo=UTC), "2026-10-25T00:30"),  # the 25th has two
    ],
)
def test_clocks_that_change(day: datetime, utc: str) -> None:
    found = Timetable("a", ("02:30",), "Europe/Berlin").next(day)
    assert found in {
        datetime.fromisoformat(f"{utc}+00:00"),
        datetime.fromisoformat(f"{utc}+00:00") - timedelta(hours=23),
    }


def test_an_hour_that_comes_twice_has_its_times_once() -> None:
    table = Timetable("a", ("02:45",), "Europe/Berlin", "sun")
    first = datetime(2026, 10, 25, 0, 45, tzinfo=UTC)
    assert table.last(first + timedelta(minutes=61)) == first
    assert table.next(first) == datetime(2026, 11, 1, 1, 45, tzinfo=UTC)


@given(
    st.datetimes(datetime(2026, 1, 1), datetime(2030, 1, 1)),  # noqa: DTZ001  the zone is added below
    st.integers(0, 6 * 3600),
    st.sampled_from([None, "mon", "sun"]),
    st.sampled_from(["UTC", "Europe/Berlin", "Asia/Vladivostok"]),
)
def test_last_and_next_leave_no_gap(moment: datetime, jitter: int, day: str | None, zone: str) -> None:
    at = moment.replace(tzinfo=UTC)
    table = Timetable("crawl:shop", ("23:50",), zone, day, jitter)
    last, following = table.last(at), table.next(at)
    assert last <= at < following
    assert table.next(last) == following
    assert table.last(following - timedelta(microseconds=1)) == last


def test_sites_do_not_all_begin_at_once_and_keep_their_time() -> None:
    times = {name: Timetable(name, ("03:00",), jitter=900).next(NOON) for name in ("a", "b", "c", "d")}
    assert len(set(times.values())) > 1
    base = datetime(2026, 11, 5, 3, tzinfo=UTC)
    assert all(base <= found <= base + timedelta(seconds=900) for found in times.values())
    assert times["a"] == Timetable("a", ("03:00",), jitter=900).next(NOON)
