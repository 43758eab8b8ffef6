"""Simulated weeks: the real command, a real mail server that fails in every way, and a process that is killed.

Every change must be told in exactly one letter; a letter that comes twice comes with the same bytes."""

import json
import os
import subprocess
import sys
from collections import Counter
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from pathlib import Path
from typing import Any

import pytest

from cli.main import run
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.site import Guard
from restock.terms import Availability, PriceType, RunKind
from scheduler.feeds import write_feeds
from scheduler.workspace import Workspace

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
ANNA, BORIS = "anna@example.org", "boris@example.org"


def goods(number: int, price: int, **values: Any) -> Listing:
    found = Listing(
        site="shop", key=None, url=f"https://shop.example/p/{number}", title=f"Switch {number}", brand="Cisco",
        mpn=f"WS-{number}", price=Decimal(price), currency="RUB", price_type=PriceType.EXACT,
        availability=Availability.IN_STOCK, restricted=True,
    )  # fmt: skip
    return replace(found, **values)


class Weeks:
    """A home whose shop is written down, and the command that is run in it."""

    def __init__(self, home: Path, environment: dict[str, str], patch: pytest.MonkeyPatch, heard: Any) -> None:
        self.home = home
        self.environment = environment
        self._patch = patch
        self._heard = heard

    def crawl(self, at: datetime, *listings: Listing, site: str = "shop") -> None:
        with Workspace(load_settings(self.home)) as workspace:
            run = workspace.catalogue.begin_run(site, RunKind.CRAWL, rules="1", observed_at=at, started_at=at)
            outcome = CrawlOutcome(finished=True)
            workspace.catalogue.finish_run(run.id, listings, outcome, guard=Guard(), finished_at=at)

    def start(self, at: datetime, *args: str) -> "subprocess.Popen[bytes]":
        """The command as a process of its own, which may be killed."""
        clean = {name: text for name, text in os.environ.items() if not name.startswith("RESTOCK_")}
        return subprocess.Popen(
            [sys.executable, "-m", "cli.main", *(args or ("schedule", "run-due"))],
            env=clean | self.environment | {"RESTOCK_NOW": at.isoformat()},
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
        )

    def run(self, at: datetime, *args: str) -> tuple[int, str, str]:
        """The exit code, what was printed, and what was said."""
        with self._patch.context() as patch:
            for name, text in (self.environment | {"RESTOCK_NOW": at.isoformat()}).items():
                patch.setenv(name, text)
            code = run([*(args or ("schedule", "run-due"))])
        heard = self._heard.readouterr()
        return code, heard.out, heard.err


@pytest.fixture
def weeks(tmp_path: Path, mailbox: Any, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Weeks:
    for name in [name for name in os.environ if name.startswith("RESTOCK_")]:
        monkeypatch.delenv(name)
    environment = {
        "RESTOCK_HOME": str(tmp_path / "home"),
        "RESTOCK_SMTP_URL": mailbox.url(),
        "RESTOCK_MAIL_FROM": "restock@example.org",
        "RESTOCK_MAIL_TO": ANNA,
        "RESTOCK_SMTP_TIMEOUT": "5",
    }
    return Weeks(tmp_path / "home", environment, monkeypatch, capsys)


def told(message: EmailMessage) -> list[tuple[str, str]]:
    """What a letter's JSON says changed."""
    (attached,) = [part for part in message.iter_attachments() if str(part.get_filename()).endswith(".json")]
    document = json.loads(attached.get_content())
    return [(change["event"], change["after"]["price"]) for change in document["changes"]]


Fault = Callable[[Any, int], None]


def drops(box: Any, process: int) -> None:
    box.drop = True


def is_away_for_now(box: Any, process: int) -> None:
    box.answer = "451 later"


def refuses(box: Any, process: int) -> None:
    box.refuse = {ANNA: "550 no"}


def is_outlived(box: Any, process: int) -> None:
    """The sender is killed after it handed the message over, before it heard that it was taken."""
    box.kill = ("before", process)


def is_taken_and_outlived(box: Any, process: int) -> None:
    """The sender is killed about when it hears that the message was taken."""
    box.kill = ("after", process)


def heal(box: Any) -> None:
    box.drop, box.answer, box.refuse, box.kill = False, "250 taken", {}, None


def test_a_preview_is_what_is_sent_and_sends_nothing(weeks: Weeks, mailbox: Any, tmp_path: Path) -> None:
    weeks.crawl(MONDAY, goods(0, 100))
    weeks.crawl(MONDAY + timedelta(days=1), goods(0, 100), goods(1, 200))
    later = MONDAY + timedelta(days=7)
    folder = str(tmp_path / "preview")
    code, printed, _ = weeks.run(later, "report", "preview", "mail_to", "--output", folder)
    assert (code, len(printed.split())) == (0, 7)
    text = (tmp_path / "preview/weekly-2026-11-09.txt").read_text()
    assert weeks.run(later, "report", "preview", "mail_to")[1].strip() == text.strip()
    code, _, said = weeks.run(later, "report", "preview", "nobody")
    assert code == 2
    assert "nobody: no such subscription (known: mail_to)" in said
    assert not mailbox.taken
    assert weeks.run(later, "report", "weekly", "--send")[0] == 0
    ((_, sent),) = mailbox.taken
    shown = message_from_bytes((tmp_path / "preview/letter.eml").read_bytes(), policy=default)
    assert [part.get_content() for part in shown.walk() if not part.is_multipart()] == [
        part.get_content() for part in sent.walk() if not part.is_multipart()
    ]
    assert shown["Subject"] == sent["Subject"]
    assert weeks.run(later, "report", "preview", "mail_to")[0] == 2, "the next window has not begun"


def test_every_change_is_told_once_through_outages_and_kills(weeks: Weeks, mailbox: Any) -> None:
    faults: list[Fault | None] = [drops, is_outlived, is_away_for_now, refuses, is_taken_and_outlived, None]
    weeks.crawl(MONDAY, goods(0, 100))
    assert weeks.run(MONDAY)[0] == 0
    for number, fault in enumerate(faults, start=1):
        monday = MONDAY + timedelta(weeks=number)
        weeks.crawl(monday - timedelta(days=2), *(goods(one, 100 + one) for one in range(number + 1)))
        process = weeks.start(monday)
        if fault is not None:
            fault(mailbox, process.pid)
        process.wait(120)
        heal(mailbox)
        if fault not in {is_away_for_now, refuses}:  # these are left for the week after
            assert weeks.run(monday + timedelta(hours=1))[0] == 0
    letters = {
        str(message["Message-ID"]): content for (_, message), content in zip(mailbox.taken, mailbox.raw, strict=True)
    }
    assert all(letters[name] == content for name, content in zip(mailbox.ids, mailbox.raw, strict=True))
    assert max(Counter(mailbox.ids).values()) == 2, "a letter went again, under its own name"
    once = {str(message["Message-ID"]): told(message) for _, message in mailbox.taken}
    prices = [price for changes in once.values() for _, price in changes]
    assert prices == [f"{100 + number}.00" for number in range(1, 7)], "in order, each of them once"


def test_one_address_of_several_is_refused_and_another_comes_late(weeks: Weeks, mailbox: Any) -> None:
    weeks.environment["RESTOCK_MAIL_TO"] = f"{ANNA}, {BORIS}, vera@example.org"
    mailbox.refuse = {BORIS: "550 5.1.1 no such user", "vera@example.org": "450 greylisted"}
    weeks.crawl(MONDAY, goods(1, 100))
    weeks.run(MONDAY)
    weeks.crawl(MONDAY + timedelta(days=3), goods(1, 90))
    code, _, said = weeks.run(MONDAY + timedelta(weeks=1))
    assert code == 3
    assert f"{BORIS}: refused, not tried again: 550 5.1.1 no such user" in said
    assert "vera@example.org: not sent, will be tried again: 450 greylisted" in said
    code, out, _ = weeks.run(MONDAY + timedelta(weeks=1), "health", "--format", "jsonl")
    assert (code, json.loads(out)["site"], json.loads(out)["health"]) == (3, "report:mail_to", "odd")
    mailbox.refuse = {}
    assert weeks.run(MONDAY + timedelta(weeks=1, hours=1))[0] == 0
    assert [to for to, _ in mailbox.taken] == [(ANNA,), ("vera@example.org",)]
    assert len(set(mailbox.ids)) == 1
    assert weeks.run(MONDAY + timedelta(weeks=1, hours=2))[0] == 0
    assert len(mailbox.taken) == 2


SUBSCRIPTIONS = """
subscriptions:
  - {name: anna, to: anna@example.org, lists: [cheap], language: ru}
  - {name: boris, to: [boris@example.org, boris@example.org], every: day}
"""


def test_each_gets_what_he_chose_when_he_chose(weeks: Weeks, mailbox: Any) -> None:
    (weeks.home / "watchlists").mkdir(parents=True)
    (weeks.home / "watchlists" / "cheap.yaml").write_text("any:\n  - {max_price: 60, currency: RUB}\n")
    (weeks.home / "subscriptions.yaml").write_text(SUBSCRIPTIONS)
    weeks.crawl(MONDAY, goods(1, 100), goods(2, 50))
    weeks.run(MONDAY)
    for day in (1, 2):
        weeks.crawl(MONDAY + timedelta(days=day), goods(1, 100 + day), goods(2, 50 + day))
        assert weeks.run(MONDAY + timedelta(days=day, hours=1))[0] == 0
    assert [(to, told(message)) for to, message in mailbox.taken] == [
        ((BORIS,), [("price_changed", "101.00"), ("price_changed", "51.00")]),
        ((BORIS,), [("price_changed", "102.00"), ("price_changed", "52.00")]),
    ]
    assert weeks.run(MONDAY + timedelta(weeks=1))[0] == 0
    weekly = dict(mailbox.taken[2:])
    assert told(weekly[ANNA,]) == [("price_changed", "52.00")]
    assert weekly[ANNA,]["Content-Language"] == "ru"
    assert told(weekly[BORIS,]) == []
    with Workspace(load_settings(weeks.home)) as workspace:
        assert write_feeds(workspace, MONDAY + timedelta(weeks=1)) == ["cheap.atom"]
    feed = (weeks.home / "feeds" / "cheap.atom").read_text(encoding="utf-8")
    assert (feed.count("<entry>"), feed.count("Switch 2 (price changed, shop)")) == (2, 2)
    weeks.crawl(MONDAY + timedelta(days=40), goods(1, 102), goods(2, 40))
    weeks.crawl(MONDAY + timedelta(days=60), goods(1, 102), goods(2, 30))
    with Workspace(load_settings(weeks.home)) as workspace:
        write_feeds(workspace, MONDAY + timedelta(days=61))
    feed = (weeks.home / "feeds" / "cheap.atom").read_text(encoding="utf-8")
    assert feed.count("Switch 2 (price changed, shop)") == 4, "nothing was lost while nobody wrote feeds"


def test_send_mails_the_next_window_at_once_and_says_when_there_is_none(weeks: Weeks, mailbox: Any) -> None:
    weeks.crawl(MONDAY, goods(1, 100))
    weeks.crawl(MONDAY + timedelta(days=1), goods(1, 90))
    at = MONDAY + timedelta(days=2)
    code, out, _ = weeks.run(at, "report", "weekly", "--send", "--output", str(weeks.home / "out"))
    assert code == 0
    assert {Path(line).suffix for line in out.splitlines()} >= {".html", ".txt", ".csv", ".xlsx", ".json"}
    code, out, said = weeks.run(at, "report", "weekly", "--send")
    assert (code, out) == (0, "")
    assert "nothing is newer" in said
    code, out, said = weeks.run(at, "report", "weekly", "--until", "2026-11-05")
    assert (code, out, "lies in the future" in said) == (2, "", True)
    assert [told(message) for _, message in mailbox.taken] == [[("price_changed", "90.00")]]
    mailbox.answer = "451 later"
    weeks.crawl(at, goods(1, 80))
    assert weeks.run(at + timedelta(days=1), "report", "weekly", "--send")[0] == 3
    mailbox.answer = "250 taken"
    assert weeks.run(at + timedelta(days=2), "report", "weekly", "--send")[0] == 0
    assert [told(message) for _, message in mailbox.taken[1:]] == [[("price_changed", "80.00")], []]


@pytest.mark.parametrize(
    ("changed", "said"),
    [
        ({"RESTOCK_MAIL_TO": ""}, "nobody gets the weekly report"),
        ({"RESTOCK_SMTP_URL": ""}, "RESTOCK_SMTP_URL is not set"),
        ({"RESTOCK_SMTP_URL": "smtp://u:hunter2@"}, "RESTOCK_SMTP_URL can't be read"),
        ({"RESTOCK_SMTP_URL": "smtp://u:12/hunter2@127.0.0.1"}, "RESTOCK_SMTP_URL can't be read"),
        ({"RESTOCK_MAIL_TO": "anna"}, "mail_to"),
        ({"RESTOCK_SCHEDULE__TIMEZONE": "Mars/Base"}, "schedule.timezone"),
    ],
)
def test_what_can_not_be_sent_is_said_in_one_line(weeks: Weeks, changed: dict[str, str], said: str) -> None:
    weeks.environment |= changed
    code, out, err = weeks.run(MONDAY, "report", "weekly", "--send")
    assert (code, out) == (2, "")
    (line,) = err.splitlines()
    assert said in line
    assert "hunter2" not in line


def test_no_secret_is_said_written_or_kept(weeks: Weeks, mailbox: Any) -> None:
    secrets = ("hunter2", "t0k3n")
    weeks.environment |= {
        "RESTOCK_SMTP_URL": f"smtp://anna:hunter2@127.0.0.1:{mailbox.port}",
        "RESTOCK_NOTIFY__TEAM": "json://anna:t0k3n@127.0.0.1:9/t0k3n",
    }
    weeks.home.mkdir()
    (weeks.home / "subscriptions.yaml").write_text(
        "subscriptions:\n  - {name: a, to: anna@example.org, notify: team, every: day}\n"
    )
    weeks.crawl(MONDAY, goods(1, 100))
    weeks.run(MONDAY)
    code, out, err = weeks.run(MONDAY + timedelta(days=1))
    assert code == 3, "no login is offered in plain, and nobody hears the chat"
    assert "notify:team: not sent" in err
    kept = b"".join(path.read_bytes() for path in weeks.home.rglob("*") if path.is_file())
    assert not any(secret in out + err for secret in secrets)
    assert not any(secret.encode() in kept for secret in secrets)


def test_hostile_titles_stay_in_the_body(weeks: Weeks, mailbox: Any) -> None:
    title = "Switch\r\nBcc: victim@example.org\r\n\r\n<script>alert(1)</script>"
    weeks.crawl(MONDAY, goods(1, 100, title=title))
    weeks.run(MONDAY)
    weeks.crawl(MONDAY + timedelta(days=1), goods(1, 90, title=title))
    assert weeks.run(MONDAY + timedelta(weeks=1))[0] == 0
    ((to, message),) = mailbox.taken
    assert (to, message["Bcc"], message["To"]) == ((ANNA,), None, ANNA)
    html = message.get_body(("html",))
    assert html is not None
    assert "<script" not in html.get_content()


def test_breakage_goes_to_operators_and_never_to_analysts(weeks: Weeks, mailbox: Any) -> None:
    (weeks.home / "sites").mkdir(parents=True)
    (weeks.home / "sites" / "away.yaml").write_text("{name: away, start: 'http://127.0.0.1:9/', delay: 0}")
    weeks.environment |= {"RESTOCK_HEALTH__MAIL_TO": "ops@example.org", "RESTOCK_CRAWL__RETRIES": "0"}
    weeks.crawl(MONDAY, goods(1, 100, site="away"), site="away")
    assert weeks.run(MONDAY + timedelta(hours=1))[0] == 0
    assert weeks.run(MONDAY + timedelta(days=1))[0] == 3
    assert weeks.run(MONDAY + timedelta(days=2))[0] == 1, "nothing new is told, and the crawl failed again"
    weeks.run(MONDAY + timedelta(days=5))
    weeks.crawl(MONDAY + timedelta(days=6), goods(1, 100, site="away"), site="away")
    assert weeks.run(MONDAY + timedelta(days=6))[0] == 0
    code, out, _ = weeks.run(MONDAY + timedelta(days=6), "health", "--format", "jsonl")
    assert (code, json.loads(out)["health"]) == (0, "well")
    assert [(to, message["Subject"]) for to, message in mailbox.taken] == [
        (("ops@example.org",), "restock: 1 in trouble (away)"),
        (("ops@example.org",), "restock: 1 in trouble (away)"),
        (("ops@example.org",), "restock: 1 well again (away)"),
    ]
    bodies = [message.get_body(("plain",)).get_content() for _, message in mailbox.taken]
    assert bodies[0].startswith("away: broken (run away-0002)")
    assert "last crawled completely: 2026-11-02 08:00 UTC" in bodies[1]
    assert bodies[2].startswith("away: well again, after trouble since 2026-11-03 08:00 UTC")


def test_a_slip_in_the_subscriptions_costs_no_crawl(weeks: Weeks, mailbox: Any) -> None:
    (weeks.home / "sites").mkdir(parents=True)
    (weeks.home / "sites" / "away.yaml").write_text("{name: away, start: 'http://127.0.0.1:9/', delay: 0}")
    (weeks.home / "subscriptions.yaml").write_text("subscriptions:\n  - {name: anna, to: nobody}\n")
    weeks.environment["RESTOCK_CRAWL__RETRIES"] = "0"
    code, out, said = weeks.run(MONDAY)
    assert (code, json.loads(out)["job"]) == (2, "crawl:away")
    assert "subscriptions.yaml:2: subscriptions.0.to.0: not a mail address" in said
    (weeks.home / "subscriptions.yaml").unlink()
    assert weeks.run(MONDAY) == (0, "", "restock: nothing is due\n")
