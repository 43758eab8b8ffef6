"""Feeds as the scheduler writes them: several writers, and what each leaves behind."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Event, Thread

import pytest

from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.site import Guard
from restock.terms import RunKind
from scheduler.feeds import FEEDS, update_feeds, write_feeds
from scheduler.rounds import Round
from scheduler.workspace import Workspace

NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)


def crawl(workspace: Workspace, at: datetime, count: int) -> None:
    run = workspace.catalogue.begin_run("shop", RunKind.CRAWL, rules="1", observed_at=at, started_at=at)
    goods = [Listing(site="shop", key=str(number), url=None, title=f"Switch {number}") for number in range(count)]
    workspace.catalogue.finish_run(run.id, goods, CrawlOutcome(finished=True), guard=Guard(), finished_at=at)


def test_a_writer_that_waited_takes_nothing_back(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """Two crawls end at nearly the same time: the first one's writer begins, and ends after the second's."""
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "all.yaml").write_text("any:\n  - restricted: false\n")
    file, began, go_on = tmp_path / "feeds" / "all.atom", Event(), Event()
    held = Workspace.held

    def slow(workspace: Workspace, name: str, *, wait: float) -> object:
        began.set()
        assert go_on.wait(60)
        return held(workspace, name, wait=wait)

    settings = load_settings(tmp_path)
    with Workspace(settings) as early, Workspace(settings) as late:
        crawl(late, NOW - timedelta(days=2), 20)
        monkeypatch.setattr(early, "held", slow.__get__(early))
        first = Thread(target=write_feeds, args=(early, NOW - timedelta(hours=1)))
        first.start()
        assert began.wait(60)
        crawl(late, NOW - timedelta(minutes=5), 21)
        write_feeds(late, NOW)
        newest = file.read_text()
        go_on.set()
        first.join()
        met = late.catalogue.desk.meet_job(FEEDS, NOW)
    assert (newest.count("<entry>"), file.read_text().count("<entry>")) == (1, 1)
    assert met.done_at == NOW


def test_goods_that_came_by_hand_are_told_in_feeds_too(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "watchlists").mkdir()
    (tmp_path / "watchlists" / "all.yaml").write_text("any:\n  - restricted: false\n")
    with Workspace(load_settings(tmp_path)) as workspace:
        assert update_feeds(workspace, NOW) == []
        for at, count in ((NOW - timedelta(days=1), 20), (NOW, 21)):
            monkeypatch.setenv("RESTOCK_NOW", at.isoformat())
            crawl(workspace, at - timedelta(minutes=5), count)
            Round(workspace, at).run()
        assert (tmp_path / "feeds" / "all.atom").read_text().count("<entry>") == 1
        assert update_feeds(workspace, NOW) == []
