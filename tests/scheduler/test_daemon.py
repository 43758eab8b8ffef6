"""The daemon: a report waits for the crawls that it tells of, a letter survives a kill, and failures are said once."""

import json
import signal
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from house import House, mine, until
from small_shop import Shop

from catalog.desk import Desk
from restock.errors import CatalogueError
from restock.listing import Listing
from restock.post import Answer, Delivery, Letter, LetterKind, PostState
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.site import Guard
from restock.terms import RunKind, RunStatus
from scheduler.crawls import CrawlEnd, Crawls
from scheduler.daemon import Daemon
from scheduler.jobs import Standing, job_of
from scheduler.patience import Patience
from scheduler.rounds import Round
from scheduler.steps import Done
from scheduler.workspace import Workspace

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
ANNA = "anna@example.org"


@pytest.fixture
def mailed(house: House, shop: Shop, mailbox: Any) -> House:
    """A home with a shop, whose weekly report goes to one address."""
    shop.numbers = range(1, 4)
    house.describe("shop", shop.url)
    house.environment |= {
        "RESTOCK_SMTP_URL": mailbox.url(),
        "RESTOCK_MAIL_TO": ANNA,
        "RESTOCK_MAIL_FROM": "restock@example.org",
        "RESTOCK_SMTP_TIMEOUT": "10",
    }
    return house


def told(message: Any) -> list[tuple[str, str]]:
    (attached,) = [part for part in message.iter_attachments() if str(part.get_filename()).endswith(".json")]
    return [(one["event"], one["after"]["price"]) for one in json.loads(attached.get_content())["changes"]]


def test_a_report_waits_for_the_crawl_that_is_caught_up_and_outlives_its_sender(
    mailed: House, shop: Shop, mailbox: Any
) -> None:
    """Everything is due at once after a week away. The sender is killed before it hears that the letter was taken."""
    assert mailed.ended(mailed.start("run-due", at=MONDAY))[0] == 0
    shop.price, week = 2000, MONDAY + timedelta(weeks=1)
    shop.asked.clear()
    shop.open.clear()
    daemon = mailed.start(at=week)
    mailbox.kill = ("before", daemon.pid)
    assert shop.asked.wait(90)
    time.sleep(1)  # a report that did not wait would be written now
    assert not (mailed.home / "reports").exists()
    shop.open.set()
    assert daemon.wait(90) == -signal.SIGKILL
    daemon.communicate()
    mailbox.kill = None
    assert [told(message) for _, message in mailbox.taken] == [[("price_changed", f"200{n}.00") for n in (1, 2, 3)]]
    again = mailed.start(at=week + timedelta(hours=1))
    until(lambda: len(mailbox.taken) == 2)
    again.send_signal(signal.SIGTERM)
    code, _, said = mailed.ended(again)
    assert (code, "report:mail_to: sent" in said, mine(mailed)) == (0, True, [])
    assert (len(set(mailbox.ids)), len(set(mailbox.raw))) == (1, 1), "the same letter under the same name"
    assert mailed.ended(mailed.start("run-due", at=week + timedelta(hours=2)))[1] == []
    assert len(mailbox.taken) == 2


def test_a_report_does_not_wait_for_ever_and_says_what_it_did_not_wait_for(
    mailed: House, shop: Shop, mailbox: Any
) -> None:
    assert mailed.ended(mailed.start("run-due", at=MONDAY))[0] == 0
    mailed.environment["RESTOCK_SCHEDULE__REPORT_WAIT"] = "1"  # over by the look after the crawl has begun
    shop.asked.clear()
    shop.open.clear()
    daemon = mailed.start(at=MONDAY + timedelta(weeks=1))
    assert shop.asked.wait(90)
    until(lambda: bool(mailbox.taken))
    for number in (signal.SIGTERM, signal.SIGTERM):  # a second one changes nothing
        daemon.send_signal(number)
    shop.open.set()
    code, _, said = mailed.ended(daemon)
    assert (code, "the scheduler was stopped" in said, mine(mailed)) == (0, True, [])
    assert RunStatus.RUNNING not in dict(mailed.runs()).values()
    text = mailbox.taken[0][1].get_body(("plain",)).get_content()
    assert "crawl under way since 2026-11-09 08:00" in text


def test_cron_leaves_a_report_to_the_next_round_while_a_crawl_by_hand_runs(
    house: House, monkeypatch: pytest.MonkeyPatch
) -> None:
    house.describe("shop", "http://127.0.0.1:9/")
    monkeypatch.setenv("RESTOCK_MAIL_TO", ANNA)
    monkeypatch.setenv("RESTOCK_NOW", MONDAY.isoformat())
    with Workspace(load_settings(house.home)) as workspace:
        catalogue, week = workspace.catalogue, MONDAY + timedelta(weeks=1)
        first = catalogue.begin_run("shop", RunKind.CRAWL, rules="1", observed_at=MONDAY, started_at=MONDAY)
        goods = [Listing(site="shop", key="1", url=None, title="Switch")]
        catalogue.finish_run(first.id, goods, CrawlOutcome(finished=True), guard=Guard(), finished_at=MONDAY)
        monkeypatch.setattr(Crawls, "crawl", lambda _, site: CrawlEnd(site, error="at work elsewhere", busy=True))
        catalogue.desk.meet_job("report:mail_to", MONDAY)
        catalogue.begin_run("shop", RunKind.CRAWL, rules="1", observed_at=week, started_at=week)
        ends = {one.job: one for one in Round(workspace, week).run()}
        assert ends["report:mail_to"].lines == ("mail_to: the report waits for the crawl of shop",)
        assert catalogue.desk.letters() == []
        Round(workspace, week + timedelta(hours=4)).run()
        assert [letter.until for letter in catalogue.desk.letters()] == [week + timedelta(hours=4)]


def test_patience_says_a_trouble_once_and_rests_longer_each_time() -> None:
    said: list[str] = []
    now = 0.0
    patience = Patience(said.append, lambda: now)
    pauses = []
    for _ in range(9):
        patience.failed("work", "it is locked")
        begun = now
        while patience.rests("work"):
            now += 30
        pauses.append((now - begun) / 60)
    assert pauses == [1, 2, 4, 8, 16, 32, 60, 60, 60]
    patience.failed("work", "it is full")
    patience.hurry("work")
    assert not patience.rests("work")
    patience.worked("work")
    patience.worked("work")
    assert said == ["it is locked", "it is full", "work: it works again, after 10 failure(s)"]


class Watched:
    """A daemon in this process, whose work is done at once and whose words are kept."""

    def __init__(self, workspace: Workspace) -> None:
        self.done: list[Done] = []
        self.said: list[str] = []
        self.daemon = Daemon(workspace.settings, self.done.append, self.said.append)


@pytest.fixture
def workspace(house: House, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    for name in ("alpha", "beta"):
        house.describe(name, "http://127.0.0.1:9/")
    monkeypatch.setenv("RESTOCK_NOW", MONDAY.isoformat())
    with Workspace(load_settings(house.home)) as found:
        yield found


def test_a_site_that_stays_busy_is_said_once_and_left_alone_for_a_while(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    asked: list[str] = []

    def busy(_: Crawls, site: str) -> CrawlEnd:
        asked.append(site)
        return CrawlEnd(site, error=f"{site}: another run of this site is under way", busy=True)

    monkeypatch.setattr(Crawls, "crawl", busy)
    watched = Watched(workspace)
    for _ in range(3):
        watched.daemon._look()
        until(lambda: not watched.daemon._under_way)
    watched.daemon._stop_hands()
    assert sorted(asked) == ["alpha", "beta"]
    assert sorted(watched.said) == [f"{site}: another run of this site is under way" for site in ("alpha", "beta")]
    assert watched.done == []


def test_a_bad_file_is_said_once_while_it_stays_bad(workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(Crawls, "crawl", lambda _, site: CrawlEnd(site, error="away"))
    file = workspace.settings.home / "subscriptions.yaml"
    file.write_text("subscriptions:\n  - {name: anna, to: nobody}\n")
    watched = Watched(workspace)
    for _ in range(3):
        watched.daemon._look()
        until(lambda: not watched.daemon._under_way)
    assert len([line for line in watched.said if "not a mail address" in line]) == 1
    file.unlink()
    watched.daemon._look()
    until(lambda: not watched.daemon._under_way)
    watched.daemon._stop_hands()
    assert len([line for line in watched.said if line.startswith("subscriptions: it works again")]) == 1


def test_a_report_that_was_done_by_hand_while_it_waited_waits_anew_the_next_time(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    seconds = [0.0]
    monkeypatch.setattr(time, "monotonic", lambda: seconds[0])
    monkeypatch.setenv("RESTOCK_MAIL_TO", ANNA)
    with Workspace(load_settings(workspace.settings.home)) as again:
        job, watched, hour = job_of(again, "report:mail_to"), Watched(again), 3600.0

    def held(done: datetime | None, after: float) -> bool:
        seconds[0] += after
        standing = Standing(job, MONDAY, MONDAY, done, None)
        return watched.daemon._held_back(standing, ["alpha"], 3 * hour)

    assert [held(None, 0), held(None, 2 * hour), held(None, hour)] == [True, True, False]
    assert [held(MONDAY, 7 * 24 * hour), held(MONDAY, 3 * hour)] == [True, False]
    assert watched.said == ["report:mail_to: waits for the crawl of alpha"] * 2
    watched.daemon._stop_hands()


def test_a_locked_catalogue_at_the_end_of_one_crawl_leaves_the_others_theirs(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    finish = Desk.finish_job

    def locked(self: Desk, name: str, done_at: datetime, result: str) -> None:
        if name == "crawl:alpha":
            raise CatalogueError("the catalogue is locked")
        finish(self, name, done_at, result)

    monkeypatch.setattr(Desk, "finish_job", locked)
    monkeypatch.setattr(Crawls, "crawl", lambda _, site: CrawlEnd(site, error="away"))
    at_work = Round(workspace, MONDAY)
    at_work.crawl([job_of(workspace, "crawl:alpha"), job_of(workspace, "crawl:beta")])
    ends = {one.job: (one.lines, one.again) for one in at_work.done}
    assert ends == {"crawl:alpha": (("the catalogue is locked",), True), "crawl:beta": (("away",), False)}


def letter(number: int, target: str) -> Letter:
    return Letter(
        kind=LetterKind.ALERT, subscription="operators", message_id=f"<{number}@example.org>", subject="s", summary="t",
        body=b"Subject: s\r\n\r\nt\r\n", created_at=MONDAY, deliveries=(Delivery(target=target),),
    )  # fmt: skip


def test_a_fault_in_one_letter_is_that_letters_and_the_round_goes_on(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, mailbox: Any
) -> None:
    workspace.settings.smtp_url = None
    desk = workspace.catalogue.desk
    for number, target in enumerate(("a@example.org", "notify:team", "b@example.org")):
        desk.queue(letter(number, target))
    record = Desk.record

    def faulty(self: Desk, one: Letter, answers: dict[str, Answer], tried: datetime) -> Letter:
        if "notify:team" in answers:
            raise CatalogueError("the catalogue is locked")
        return record(self, one, answers, tried)

    monkeypatch.setattr(Desk, "record", faulty)
    monkeypatch.setattr(Crawls, "crawl", lambda _, site: CrawlEnd(site, error="away"))
    monkeypatch.setenv("RESTOCK_EVIDENCE__KEEP_DAYS", "30")
    with Workspace(load_settings(workspace.settings.home)) as again:
        ends = [(one.job, one.result, one.lines) for one in Round(again, MONDAY).run()]
    posted = [lines for job, _, lines in ends if job == "alert:operators"]
    unset = "not sent, will be tried again: RESTOCK_SMTP_URL is not set"
    assert posted == [
        (f"alert for operators: a@example.org: {unset}",),
        ("alert for operators: the catalogue is locked",),
        (f"alert for operators: b@example.org: {unset}",),
    ]
    assert ends[-1][:2] == ("retention", "complete")
    assert {one.state for one in desk.letters()} == {PostState.WAITING}
