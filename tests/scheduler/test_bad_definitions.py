"""A definition that can't be used holds back its own site: everything else goes on, and people are told of the file."""

from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime
from typing import Any

import pytest
from house import House, until

from cli.main import run
from restock.errors import SettingsError
from restock.health import Trouble
from restock.post import Delivery, Letter, LetterKind, PostState
from restock.settings import load_settings
from scheduler.crawls import CrawlEnd, Crawls
from scheduler.daemon import Daemon
from scheduler.editions import watch_over
from scheduler.health import health_of_sites
from scheduler.rounds import Round
from scheduler.steps import ALARMS
from scheduler.watching import watchlists_of
from scheduler.weekly import WEEK, changes_between, gather
from scheduler.workspace import Workspace

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
OPERATORS, ANNA = "operators@example.org", "anna@example.org"


@pytest.fixture
def crawled(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """The sites whose crawls were begun."""
    begun: list[str] = []

    def crawl(_: Crawls, site: str) -> CrawlEnd:
        begun.append(site)
        return CrawlEnd(site, error="away")

    monkeypatch.setattr(Crawls, "crawl", crawl)
    return begun


@pytest.fixture
def workspace(house: House, mailbox: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    """A home with a good definition and a bad one, a letter that waits, and operators."""
    house.describe("good", "http://127.0.0.1:9/")
    house.describe("bad", "http://127.0.0.1:9/", colour="red")
    given = {
        "HOME": str(house.home),
        "NOW": MONDAY.isoformat(),
        "SMTP_URL": mailbox.url(),
        "MAIL_FROM": "restock@example.org",
    }
    for name, text in (given | {"HEALTH__MAIL_TO": OPERATORS}).items():
        monkeypatch.setenv(f"RESTOCK_{name}", text)
    with Workspace(load_settings(house.home)) as found:
        body = b"Subject: s\r\nMessage-ID: <1@example.org>\r\n\r\nt\r\n"
        letter = Letter(
            kind=LetterKind.REPORT, subscription="anna", message_id="<1@example.org>", subject="s", summary="t",
            body=body, created_at=MONDAY, deliveries=(Delivery(target=ANNA),),
        )  # fmt: skip
        found.catalogue.desk.queue(letter)
        yield found


def told_operators(mailbox: Any) -> list[str]:
    return [message.get_content() for to, message in mailbox.taken if to == (OPERATORS,)]


def test_the_daemon_does_everything_else_and_says_the_file_once(
    workspace: Workspace, mailbox: Any, crawled: list[str]
) -> None:
    said: list[str] = []
    daemon = Daemon(workspace.settings, lambda done: None, said.append)
    daemon._watch()
    for _ in range(3):
        daemon._look()
        until(lambda: not daemon._under_way)
    daemon._stop_hands()
    file = workspace.settings.home / "sites" / "bad.yaml"
    assert crawled == ["good"]
    assert {letter.state for letter in workspace.catalogue.desk.letters()} == {PostState.SENT}
    (alert,) = told_operators(mailbox)
    first, second = alert.splitlines()[:2]
    assert first == "bad: unreadable"
    assert second.startswith(f"  {file}:4: colour: there is no such key; known: name, ")
    assert [line.partition("there")[0] for line in said] == [f"{file}:4: colour: "]


def test_a_round_does_everything_else_and_ends_with_every_fault(
    workspace: Workspace, mailbox: Any, crawled: list[str]
) -> None:
    home = workspace.settings.home
    (home / "subscriptions.yaml").write_text("subscriptions:\n  - {name: anna, to: nobody}\n")
    with pytest.raises(SettingsError) as caught:
        Round(workspace, MONDAY).run()
    assert all(place in str(caught.value) for place in ("bad.yaml:4: colour", "subscriptions.yaml:2"))
    assert crawled == ["good"]
    assert {letter.state for letter in workspace.catalogue.desk.letters()} == {PostState.SENT}
    (alert,) = told_operators(mailbox)
    assert f"{home}/sites/bad.yaml:4: colour: " in alert


def test_two_processes_that_raise_the_alarm_tell_it_once(workspace: Workspace) -> None:
    _, raise_alarms = ALARMS
    with Workspace(workspace.settings) as other, ThreadPoolExecutor(2) as pool:
        told = pool.map(raise_alarms, (workspace, other), (MONDAY, MONDAY))
        assert sorted(map(bool, told)) == [False, True]
    assert [letter.kind for letter in workspace.catalogue.desk.letters()].count(LetterKind.ALERT) == 1


def test_a_definition_that_is_put_right_is_well_again(workspace: Workspace) -> None:
    def health() -> dict[str, Trouble | None]:
        workspace.forget_sites()
        return {one.site: one.trouble for one in health_of_sites(workspace, MONDAY)}

    assert health() == {"good": None, "bad": Trouble.UNREADABLE}
    file = workspace.settings.home / "sites" / "bad.yaml"
    file.write_text(file.read_text().replace("colour: red", "enabled: true"))
    assert health() == {"good": None, "bad": None}


def test_a_report_names_the_site_as_one_that_was_not_crawled(workspace: Workspace) -> None:
    since = MONDAY - WEEK
    found = changes_between(workspace, since=since, until=MONDAY)
    data = gather(workspace, found, since=since, until=MONDAY)
    assert [(one.site, one.enabled, one.whole) for one in data.coverage] == [
        ("bad", True, False),
        ("good", True, False),
    ]


def test_only_lists_that_choose_by_seller_wait_for_the_definition(workspace: Workspace) -> None:
    """Whose goods a site with a bad definition sells is not known: none may be left out of a report in silence."""
    folder = workspace.settings.home / "watchlists"
    folder.mkdir()
    for name, wanted in (("cisco", "brand: Cisco"), ("sellers", "seller: Any*")):
        (folder / f"{name}.yaml").write_text(f"any:\n  - {wanted}\n")
    lists = watchlists_of(workspace)
    watch_over(workspace, [lists["cisco"]], MONDAY)
    with pytest.raises(SettingsError, match=r"bad\.yaml:4: colour"):
        watch_over(workspace, [lists["sellers"]], MONDAY)


def test_commands_that_can_go_on_say_the_file(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    listed = run(["schedule", "list"]), capsys.readouterr().err
    reported = run(["report", "weekly"]), capsys.readouterr().err
    asked = run(["schedule", "run-now", "crawl:bad"]), capsys.readouterr().err
    assert [code for code, _ in (listed, reported, asked)] == [0, 0, 2]
    assert all("bad.yaml:4: colour: " in said for _, said in (listed, reported, asked))
