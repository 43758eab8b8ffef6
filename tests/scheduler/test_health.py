"""Health: what ails a site by its own history, and when operators hear of it."""

from collections.abc import Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest

from restock.health import Alarm, SiteHealth, Trouble, Vitals
from restock.listing import Listing
from restock.post import Answer, Delivery, Letter, LetterKind, PostState
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.site import Guard
from restock.terms import RunKind, RunStatus
from scheduler import rounds, steps
from scheduler.alarms import alert, news_of
from scheduler.health import diagnose, health_of_reports, health_of_sites
from scheduler.steps import Done
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


@pytest.mark.parametrize(("hours", "trouble"), [(71, None), (72, Trouble.STALE)])
def test_a_site_is_stale_on_the_day_that_the_settings_name(
    catalogue_home: Workspace, hours: int, trouble: Trouble | None
) -> None:
    """Three days without a complete run: it is said on the third day, not on the fourth."""
    (catalogue_home.settings.home / "sites").mkdir()
    definition = "{name: daily, start: 'https://shop.example/'}"
    (catalogue_home.settings.home / "sites" / "daily.yaml").write_text(definition, encoding="utf-8")
    catalogue = catalogue_home.catalogue
    run = catalogue.begin_run("daily", RunKind.CRAWL, rules="1", observed_at=NOW, started_at=NOW)
    goods = Listing(site="daily", key="1", url="https://shop.example/1", title="Switch")
    catalogue.finish_run(run.id, [goods], CrawlOutcome(finished=True), guard=Guard(), finished_at=NOW)
    found = {one.site: one for one in health_of_sites(catalogue_home, NOW + timedelta(hours=hours))}
    assert found["daily"].trouble is trouble


def test_an_alert_names_its_sites_in_the_subject(catalogue_home: Workspace) -> None:
    settings = catalogue_home.settings.model_copy(update={"mail_from": "restock@example.org"})
    told = {"back": Alarm("back", "broken", NOW, NOW)}
    sites = [ill(name=name) for name in ("a", "b\r\nBcc: x", "c", "d")]
    letter = alert(settings, news_of([*sites, well("back")], told, NOW, 3))
    assert "\n" not in letter.subject
    assert letter.subject.startswith("restock: 4 in trouble (a, b")
    assert letter.subject.endswith(", c …), 1 well again (back)")


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


@pytest.mark.parametrize(
    ("statuses", "written"),
    [
        ([], ["ALARMS"]),
        ([RunStatus.FAILED, RunStatus.PARTIAL], ["ALARMS"]),
        ([RunStatus.FAILED, RunStatus.COMPLETE], ["FEEDS", "ALARMS"]),
    ],
)
def test_what_a_round_crawled_is_news_to_the_rest_of_it(
    catalogue_home: Workspace, monkeypatch: pytest.MonkeyPatch, statuses: list[RunStatus], written: list[str]
) -> None:
    """The crawls of a round end later than it began; feeds are written anew where one of them was complete."""
    looked: list[tuple[str, datetime]] = []
    monkeypatch.setenv("RESTOCK_NOW", NOW.isoformat())
    later = NOW + timedelta(seconds=3)
    begun = catalogue_home.catalogue.begin_run("shop", RunKind.CRAWL, rules="1", observed_at=NOW, started_at=NOW)
    ends = [Done(job="crawl:shop", result="x", run=replace(begun, status=status)) for status in statuses]

    def crawl(at_work: rounds.Round, _: object) -> None:
        monkeypatch.setenv("RESTOCK_NOW", later.isoformat())
        at_work.done += ends

    monkeypatch.setattr(rounds.Round, "crawl", crawl)
    for name in ("FEEDS", "ALARMS"):
        monkeypatch.setattr(steps, name, (name, lambda _, now, name=name: looked.append((name, now))))
    rounds.Round(catalogue_home, NOW).run()
    assert looked == [(name, later) for name in written]
