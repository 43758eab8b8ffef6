"""Health: what ails a site by its own history, and when operators hear of it."""

from collections.abc import Iterator, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from restock.health import Alarm, SiteHealth, Trouble, Vitals
from restock.post import Answer, Delivery, Letter, LetterKind, PostState
from restock.settings import load_settings
from restock.terms import RunStatus
from scheduler.alarms import news_of
from scheduler.health import diagnose, health_of_reports
from scheduler.workspace import Workspace


@pytest.fixture
def catalogue_home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.delenv("RESTOCK_DATABASE_URL", raising=False)
    with Workspace(load_settings(tmp_path)) as found:
        yield found


NOW = datetime(2026, 11, 10, 8, tzinfo=UTC)


def signs(number: int, **values: Any) -> Vitals:
    given: dict[str, Any] = {
        "run": f"shop-{number:04d}",
        "status": RunStatus.COMPLETE,
        "observed_at": NOW - timedelta(days=number),
        "listings": 100,
        "filled": {"price": 90, "mpn": 80},
        "seconds": 50.0,
    }
    return Vitals(**(given | values))


def found(*latest: Vitals, overdue: bool = False, history: int = 4) -> SiteHealth:
    earlier = [signs(number) for number in range(len(latest) + 1, len(latest) + history + 1)]
    return diagnose("shop", [*latest, *earlier], NOW, overdue=overdue)


@pytest.mark.parametrize(
    ("latest", "trouble", "reason"),
    [
        (signs(1), None, None),
        (signs(1, status=RunStatus.PARTIAL, reasons=("2 walls",)), Trouble.BROKEN, "2 walls"),
        (signs(1, status=RunStatus.FAILED), Trouble.BROKEN, "no reason was recorded"),
        (
            signs(1, filled={"price": 60, "mpn": 80}),
            Trouble.ODD,
            "price is filled in 60% of the listings, usually in 90%",
        ),
        (signs(1, filled={"price": 61, "mpn": 80}), None, None),
        (signs(1, seconds=201.0), Trouble.ODD, "the crawl took 201 s, usually 50 s"),
        (signs(1, seconds=200.0), None, None),
    ],
)
def test_a_site_is_judged_by_its_own_history(latest: Vitals, trouble: Trouble | None, reason: str | None) -> None:
    health = found(latest)
    assert (health.trouble, health.reasons) == (trouble, () if reason is None else (reason,))


def test_a_short_history_says_nothing_of_what_is_odd() -> None:
    assert found(signs(1, seconds=900.0), history=2).trouble is None
    assert diagnose("shop", [], None, overdue=False).trouble is None


def test_what_was_not_crawled_completely_for_days_is_stale_and_says_why() -> None:
    health = found(signs(1, status=RunStatus.FAILED, reasons=("timeout",)), overdue=True)
    assert health.trouble is Trouble.STALE
    assert health.reasons == ("last crawled completely: 2026-11-10 08:00 UTC", "timeout")


def well(name: str = "shop") -> SiteHealth:
    return ill(None, name)


def ill(trouble: Trouble | None = Trouble.BROKEN, name: str = "shop") -> SiteHealth:
    return SiteHealth(site=name, trouble=trouble, reasons=("why",), last_complete=None, latest=None, usual={})


def history(days: Sequence[SiteHealth | None], remind_days: int = 3) -> list[list[str]]:
    """What is told on each day, of a site that is as it is said."""
    told: dict[str, Alarm] = {}
    heard = []
    for number, health in enumerate(days):
        news = news_of([] if health is None else [health], told, NOW + timedelta(days=number), remind_days)
        heard.append([line for line in news.lines if not line.startswith(" ")])
        for site, alarm in news.alarms.items():
            told.pop(site, None)
            if alarm is not None:
                told[site] = alarm
    return heard


def test_operators_hear_of_breaking_staying_broken_and_recovering() -> None:
    since = "since 2026-11-11 08:00 UTC"
    assert history([well(), ill(), ill(), ill(), ill(), ill(), well(), well()]) == [
        [],
        ["shop: broken"],
        [],
        [],
        [f"shop: still broken, {since}"],
        [],
        [f"shop: well again, after trouble {since}"],
        [],
    ]


def test_a_trouble_that_becomes_another_is_told_at_once() -> None:
    assert history([ill(), ill(Trouble.STALE), ill(Trouble.STALE)]) == [["shop: broken"], ["shop: stale"], []]


def test_a_site_that_is_no_longer_watched_is_forgotten() -> None:
    assert history([ill(), None, ill()]) == [["shop: broken"], [], ["shop: broken"]]


def test_a_report_that_nobody_gets_is_trouble(catalogue_home: Workspace) -> None:
    desk = catalogue_home.catalogue.desk
    queued = desk.queue(
        Letter(
            kind=LetterKind.REPORT, subscription="anna", message_id="<1@example.org>", subject="", summary="",
            body=b"", created_at=NOW, deliveries=(Delivery(target="a@b.c"), Delivery(target="d@e.f")),
        )
    )  # fmt: skip

    def health(at: datetime = NOW) -> list[tuple[Trouble | None, tuple[str, ...]]]:
        return [(one.trouble, one.reasons) for one in health_of_reports(catalogue_home, at)]

    assert health() == [(None, ())], "it has only just been queued"
    assert [trouble for trouble, _ in health(NOW + timedelta(days=1))] == [Trouble.BROKEN]
    desk.record(queued, {"a@b.c": Answer(PostState.REFUSED, "550 no")}, NOW)
    desk.record(queued, {"d@e.f": Answer(PostState.SENT, "250 ok")}, NOW)
    assert health() == [(Trouble.ODD, ("a@b.c: 550 no",))]
    assert health(NOW + timedelta(days=15)) == []
