"""The scheduler as a process of its own: it crawls what is due, is stopped and killed at any time, and goes on."""

import os
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta

import orjson
import pytest
from house import House, mine, until
from small_shop import Shop

from cli.main import run as run_here
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.site import Guard
from restock.terms import RunKind, RunStatus
from scheduler.crawls import CrawlEnd, Crawls
from scheduler.jobs import jobs_of, standings
from scheduler.rounds import Round
from scheduler.workspace import Workspace

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)


@pytest.fixture(autouse=True)
def _few_goods(shop: Shop) -> None:
    shop.numbers = range(1, 4)


def test_a_round_killed_in_a_crawl_leaves_nothing_running_and_is_caught_up_once(house: House, shop: Shop) -> None:
    house.describe("shop", shop.url)
    shop.open.clear()
    process = house.start("run-due", at=MONDAY)
    assert shop.asked.wait(90)
    process.kill()
    process.communicate()
    until(lambda: mine(house) == [])
    shop.open.set()
    assert house.runs() == [("shop", RunStatus.FAILED)]
    code, done, _ = house.ended(house.start("run-due", at=MONDAY))
    assert (code, [(one["job"], one["result"]) for one in done]) == (0, [("crawl:shop", "complete")])
    code, done, said = house.ended(house.start("run-due", at=MONDAY))
    assert (code, done) == (0, [])
    assert "nothing is due" in said
    assert house.runs() == [("shop", RunStatus.FAILED), ("shop", RunStatus.COMPLETE)]


def test_the_scheduler_stops_when_it_is_told_and_begins_again_where_it_was(house: House, shop: Shop) -> None:
    house.describe("shop", shop.url)
    shop.open.clear()
    daemon = house.start()
    assert shop.asked.wait(90)
    code, _, said = house.ended(house.start())
    assert (code, "another scheduler works in this home" in said) == (1, True)
    code, done, said = house.ended(house.start("run-due"))
    assert (code, done, "another scheduler" in said) == (0, [], True)
    daemon.send_signal(signal.SIGTERM)
    code, _, said = house.ended(daemon)
    assert (code, "the scheduler was stopped" in said) == (0, True)
    assert mine(house) == []
    assert house.runs() == [("shop", RunStatus.FAILED)]
    shop.open.set()
    again = house.start()
    until(lambda: ("shop", RunStatus.COMPLETE) in house.runs())
    again.send_signal(signal.SIGTERM)
    assert house.ended(again)[0] == 0
    assert house.runs() == [("shop", RunStatus.FAILED), ("shop", RunStatus.COMPLETE)]


def test_a_crawl_ends_by_its_deadline_and_the_site_waits_for_its_next_time(house: House, shop: Shop) -> None:
    house.describe("shop", shop.url)
    house.environment["RESTOCK_CRAWL__DEADLINE"] = "2"
    shop.open.clear()
    code, done, _ = house.ended(house.start("run-due", at=MONDAY))
    shop.open.set()
    assert (code, [(one["job"], one["result"]) for one in done]) == (1, [("crawl:shop", "failed")])
    assert mine(house) == []
    assert house.ended(house.start("run-due", at=MONDAY))[1] == []


def test_a_crawl_process_that_does_not_end_is_ended(house: House, shop: Shop) -> None:
    house.describe("shop", shop.url)
    shop.open.clear()
    settings = load_settings(house.home)
    settings.crawl.deadline = settings.schedule.stop_after = 0.01
    end = Crawls(settings).crawl("shop")
    assert (end.run, end.interrupted, "did not end by its deadline" in (end.error or "")) == (None, False, True)
    assert mine(house) == []


def test_one_site_in_trouble_leaves_the_others_their_turn(
    house: House, shop: Shop, capsys: pytest.CaptureFixture[str]
) -> None:
    house.describe("alpha", "http://127.0.0.1:9/")
    house.describe("shop", shop.url)
    code, done, _ = house.ended(house.start("run-due", at=MONDAY))
    assert code == 3
    assert {one["job"]: one["result"] for one in done} == {"crawl:alpha": "failed", "crawl:shop": "complete"}
    code, done, _ = house.ended(house.start("run-now", "crawl:shop", at=MONDAY))
    assert (code, [one["result"] for one in done]) == (0, ["complete"])
    assert run_here(["--home", str(house.home), "schedule", "run-now", "crawl:nobody"]) == 2
    assert "no such job; there are crawl:alpha, crawl:shop" in capsys.readouterr().err


@pytest.fixture
def workspace(house: House) -> Iterator[Workspace]:
    house.describe("early", "http://127.0.0.1:9/", crawl_at='"05:30"')
    house.describe("usual", "http://127.0.0.1:9/", crawl_at='["03:00", "15:00"]')
    with Workspace(load_settings(house.home)) as found:
        yield found


def due(workspace: Workspace, now: datetime) -> dict[str, bool]:
    return {one.job.name: one.due is not None for one in standings(workspace, jobs_of(workspace), now)}


def test_each_site_has_its_times_and_what_was_missed_is_due_once(workspace: Workspace) -> None:
    assert due(workspace, MONDAY) == {"crawl:early": True, "crawl:usual": True}
    for name in ("crawl:early", "crawl:usual"):
        workspace.catalogue.desk.finish_job(name, MONDAY, "complete")
    assert due(workspace, MONDAY + timedelta(hours=6)) == {"crawl:early": False, "crawl:usual": False}
    assert due(workspace, MONDAY + timedelta(hours=8)) == {"crawl:early": False, "crawl:usual": True}
    later = MONDAY + timedelta(days=9)
    assert due(workspace, later) == {"crawl:early": True, "crawl:usual": True}
    workspace.catalogue.desk.finish_job("crawl:early", later, "complete")
    assert due(workspace, later) == {"crawl:early": False, "crawl:usual": True}


def test_a_crawl_by_hand_counts(workspace: Workspace) -> None:
    begun = workspace.catalogue.begin_run("early", RunKind.CRAWL, rules="1", observed_at=MONDAY, started_at=MONDAY)
    found = [Listing(site="early", key="1", url=None, title="Switch")]
    workspace.catalogue.finish_run(begun.id, found, CrawlOutcome(finished=True), guard=Guard(), finished_at=MONDAY)
    assert due(workspace, MONDAY + timedelta(hours=1)) == {"crawl:early": False, "crawl:usual": True}


def test_the_list_shows_when_each_job_comes_next(house: House, capsys: pytest.CaptureFixture[str]) -> None:
    house.describe("early", "http://127.0.0.1:9/", crawl_at='"05:30"')
    (house.home / "subscriptions.yaml").write_text(
        "subscriptions:\n  - {name: anna, to: anna@example.org, every: day}\n"
    )
    os.environ["RESTOCK_NOW"] = MONDAY.isoformat()
    try:
        assert run_here(["--home", str(house.home), "schedule", "list", "--format", "jsonl"]) == 0
    finally:
        del os.environ["RESTOCK_NOW"]
    rows = [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]
    assert [row["job"] for row in rows] == ["crawl:early", "report:anna"]
    assert rows[0]["next"].startswith("2026-11-03T05:3")
    assert (rows[0]["due"], rows[1]["due"]) == ("2026-11-02T08:00:00Z", None)
    assert rows[1]["next"] == "2026-11-03T04:00:00Z"


def test_no_more_sites_than_allowed_are_crawled_at_once(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    under_way, most = 0, 0

    def crawl(self: Crawls, site: str) -> CrawlEnd:
        nonlocal under_way, most
        under_way += 1
        most = max(most, under_way)
        time.sleep(0.1)
        under_way -= 1
        return CrawlEnd(site, error="nothing")

    monkeypatch.setattr(Crawls, "crawl", crawl)
    Round(workspace, MONDAY).crawl(jobs_of(workspace) * 3)
    assert most == workspace.settings.schedule.at_once == 2
