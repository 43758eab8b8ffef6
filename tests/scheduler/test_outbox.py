"""The outbox by hand: what only a person can put right is told at once, and a letter is tried again or given up."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import orjson
import pytest

from cli.main import run
from restock.health import Trouble
from restock.post import Delivery, Letter, LetterKind, PostState
from restock.settings import load_settings
from scheduler.health import health_of_reports
from scheduler.rounds import Round
from scheduler.workspace import Workspace

NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)
ANNA, BORIS = "anna@example.org", "boris@example.org"
Command = Callable[..., tuple[int, list[dict[str, Any]], str]]


@pytest.fixture
def workspace(tmp_path: Path, mailbox: Any, monkeypatch: pytest.MonkeyPatch) -> Iterator[Workspace]:
    monkeypatch.setenv("RESTOCK_HOME", str(tmp_path))
    monkeypatch.setenv("RESTOCK_NOW", NOW.isoformat())
    monkeypatch.setenv("RESTOCK_SMTP_URL", mailbox.url())
    monkeypatch.setenv("RESTOCK_MAIL_FROM", "restock@example.org")
    monkeypatch.setenv("RESTOCK_HEALTH__MAIL_TO", "ops@example.org")
    monkeypatch.setenv("RESTOCK_SMTP_TIMEOUT", "5")
    with Workspace(load_settings()) as found:
        yield found


@pytest.fixture
def command(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> Command:
    def call(*args: str) -> tuple[int, list[dict[str, Any]], str]:
        code = run(list(args))
        heard = capsys.readouterr()
        return code, [orjson.loads(line) for line in heard.out.splitlines()], heard.err

    return call


def report(workspace: Workspace, *targets: str, attached: int = 0, text: str = "what is new") -> Letter:
    message = EmailMessage()
    message["Subject"], message["Message-ID"] = "restock", f"<{len(workspace.catalogue.desk.letters())}@example.org>"
    message.set_content(text)
    message.add_alternative("<p>what is new</p>", subtype="html")
    if attached:
        message.add_attachment(b"x" * attached, maintype="application", subtype="vnd.ms-excel", filename="weekly.xlsx")
    letter = Letter(
        kind=LetterKind.REPORT, subscription="anna", message_id=str(message["Message-ID"]), subject="restock",
        summary="new", body=message.as_bytes(policy=SMTP), created_at=NOW, since=NOW - timedelta(days=7), until=NOW,
        deliveries=tuple(Delivery(target=target) for target in targets or (ANNA,)),
    )  # fmt: skip
    return workspace.catalogue.desk.queue(letter)


def states(workspace: Workspace) -> list[dict[str, PostState]]:
    return [{one.target: one.state for one in letter.deliveries} for letter in workspace.catalogue.desk.letters()]


def to_operators(mailbox: Any) -> list[str]:
    """The alerts without their last line."""
    told = [message for to, message in mailbox.taken if to == ("ops@example.org",)]
    return [message.get_body(("plain",)).get_content().replace("\r", "").rpartition("\n`")[0] for message in told]


def test_a_letter_that_is_too_big_goes_without_its_attachments(workspace: Workspace, mailbox: Any) -> None:
    mailbox.limit = 5000
    report(workspace, ANNA, BORIS, attached=9000)
    assert [(done.result, done.lines) for done in Round(workspace, NOW).run()] == [("sent", ())]
    ((to, message),) = mailbox.taken
    assert (to, message["Message-ID"]) == ((ANNA, BORIS), "<0@example.org>")
    left_out = {part.get_filename(): part for part in message.iter_attachments()}
    assert list(left_out) == ["left-out.txt"]
    note = left_out["left-out.txt"].get_content()
    assert "weekly.xlsx" in note
    assert "reports/anna/2026-11-09T080000Z" in note
    assert message.get_body(("html",)).get_content().strip() == "<p>what is new</p>"


def test_one_that_is_too_big_even_so_is_told_to_operators_at_once(workspace: Workspace, mailbox: Any) -> None:
    mailbox.limit = 3000
    report(workspace, attached=9000, text="new\n" * 1000)
    Round(workspace, NOW).run()
    assert states(workspace)[1] == {ANNA: PostState.REFUSED}
    (told,) = to_operators(mailbox)
    assert told.startswith("report:anna: broken\n  anna@example.org: 552 5.3.4 too big")


def test_what_somebody_must_put_right_is_told_at_once_waits_and_is_not_forgotten(
    workspace: Workspace, mailbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    report(workspace, "notify:team")
    Round(workspace, NOW).run()
    assert to_operators(mailbox) == ["report:anna: broken\n  notify:team: the settings no longer know this chat\n"]
    assert states(workspace)[1] == {"notify:team": PostState.BLOCKED}
    later = NOW + timedelta(days=40)
    assert [one.trouble for one in health_of_reports(workspace, later)] == [Trouble.BROKEN]


def test_letters_are_listed_dropped_and_tried_again(workspace: Workspace, mailbox: Any, command: Command) -> None:
    mailbox.refuse = {BORIS: "550 5.1.1 no such user"}
    report(workspace, ANNA, BORIS)
    Round(workspace, NOW).run()
    code, rows, _ = command("outbox", "list")
    assert (code, [(row["target"], row["state"]) for row in rows]) == (0, [(ANNA, "sent"), (BORIS, "refused")])
    assert rows[1]["answer"] == "550 5.1.1 no such user"
    mailbox.refuse = {}
    assert command("outbox", "retry", str(rows[0]["letter"]))[0] == 0
    assert [to for to, _ in mailbox.taken if to != ("ops@example.org",)] == [(ANNA,), (BORIS,)]
    code, _, said = command("outbox", "retry", str(rows[0]["letter"]))
    assert (code, "everybody it is for has it" in said) == (2, True)
    assert command("outbox", "list") == (0, [], "restock: no letter waits, and none was refused\n")
    assert {row["state"] for row in command("outbox", "list", "--all")[1]} == {"sent"}
    assert command("outbox", "drop", "99")[0] == 2


def test_a_report_that_was_dropped_is_told_by_the_next_one_and_is_no_trouble(
    workspace: Workspace, mailbox: Any, command: Command
) -> None:
    mailbox.answer = "451 later"
    first = report(workspace)
    Round(workspace, NOW).run()
    code, _, said = command("outbox", "drop", str(first.id))
    assert (code, "the next report of anna tells its window again" in said) == (0, True)
    assert [one.trouble for one in health_of_reports(workspace, NOW + timedelta(days=2))] == [None]
    assert workspace.catalogue.desk.last_report("anna", sent=True) is None
    mailbox.answer = "250 taken"
    assert command("outbox", "retry", str(first.id))[0] == 0, "nothing came after it"
    assert mailbox.ids == [first.message_id]


def test_a_report_whose_window_was_told_again_is_not_sent_any_more(
    workspace: Workspace, mailbox: Any, command: Command
) -> None:
    mailbox.refuse = {ANNA: "550 no"}
    first = report(workspace)
    Round(workspace, NOW).run()
    report(workspace, BORIS)
    code, _, said = command("outbox", "retry", str(first.id))
    assert (code, "a later report tells its window again" in said) == (2, True)
    Round(workspace, NOW).run()
    assert "no longer kept" in command("outbox", "retry", str(first.id))[2]


def test_a_message_that_got_lost_is_never_sent_empty(workspace: Workspace, mailbox: Any) -> None:
    desk = workspace.catalogue.desk
    desk.queue(replace(report(workspace), body=None, kind=LetterKind.ALERT, message_id="<lost@example.org>"))
    Round(workspace, NOW).run()
    assert "<lost@example.org>" not in mailbox.ids
    assert {one.state for one in desk.waiting()} == {PostState.WAITING}
