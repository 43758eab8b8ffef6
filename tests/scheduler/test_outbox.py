"""The outbox by hand: what only a person can put right is told at once, and a letter is tried again or given up."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from pathlib import Path
from typing import Any

import orjson
import pytest

from catalog.desk import Desk
from cli.main import run
from reports.mail import without_attachments
from restock.clock import real_now
from restock.errors import CatalogueError
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


@pytest.mark.parametrize("refusals", [1, 5])
def test_what_a_server_took_is_written_down_however_busy_the_catalogue_is(
    workspace: Workspace, mailbox: Any, monkeypatch: pytest.MonkeyPatch, refusals: int
) -> None:
    def busy(*given: Any) -> Letter:
        nonlocal refusals
        refusals -= 1
        if refusals >= 0:
            raise CatalogueError("the catalogue is locked by another process")
        return record(*given)

    record = Desk.record
    monkeypatch.setattr(Desk, "record", busy)
    monkeypatch.setattr("scheduler.posting._RECORD_AGAIN", 0)
    report(workspace, ANNA)
    for _ in range(2):
        list(Round(workspace, NOW).run())
    assert [to for to, _ in mailbox.taken] == [(ANNA,)]
    assert states(workspace) == [{ANNA: PostState.SENT}]


def test_nothing_is_sent_where_nothing_can_be_written_down(
    workspace: Workspace, mailbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Letter:
        raise CatalogueError("the disk is full or broken")

    report(workspace, ANNA)
    with monkeypatch.context() as broken:
        for name in ("begin_try", "record"):
            broken.setattr(Desk, name, full)
        done = [done for _ in range(3) for done in Round(workspace, NOW).run()]
    assert mailbox.taken == []
    assert {(one.result, one.again) for one in done} == {("waiting", True)}
    assert "disk is full" in done[0].lines[0]
    list(Round(workspace, NOW).run())
    assert [to for to, _ in mailbox.taken] == [(ANNA,)]


def test_a_try_that_nothing_is_known_of_counts_as_one(
    workspace: Workspace, mailbox: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    def full(*_: Any) -> Letter:
        raise CatalogueError("the disk is full or broken")

    monkeypatch.setattr("scheduler.posting._RECORD_AGAIN", 0)
    report(workspace, ANNA)
    with monkeypatch.context() as broken:
        broken.setattr(Desk, "record", full)
        list(Round(workspace, NOW).run())
    assert len(mailbox.taken) == 1
    (delivery,) = workspace.catalogue.desk.letters()[0].deliveries
    assert (delivery.state, delivery.attempts) == (PostState.WAITING, 1)
    assert "never learnt" in (delivery.answer or "")
    assert workspace.catalogue.desk.waiting(real_now()) == []


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


def test_a_second_note_of_what_was_left_out_keeps_the_first(workspace: Workspace) -> None:
    queued = report(workspace, attached=9000)
    once = without_attachments(queued.body or b"", "reports/anna")
    message = message_from_bytes(once or b"", policy=SMTP)
    message.add_attachment(b"x", maintype="application", subtype="vnd.ms-excel", filename="more.xlsx")
    again = message_from_bytes(without_attachments(message.as_bytes(), "reports/anna") or b"", policy=SMTP)
    (note,) = again.iter_attachments()
    assert {"weekly.xlsx", "more.xlsx"} <= set(note.get_content().split())


def test_a_full_mailbox_takes_nobodys_attachments(workspace: Workspace, mailbox: Any) -> None:
    mailbox.refuse[ANNA] = "552 5.2.2 mailbox full"
    report(workspace, ANNA, BORIS, attached=9000)
    list(Round(workspace, NOW).run())
    (to, message), _ = mailbox.taken  # the other is the alert
    assert (to, [part.get_filename() for part in message.iter_attachments()]) == ((BORIS,), ["weekly.xlsx"])
    assert states(workspace)[-1] == {ANNA: PostState.REFUSED, BORIS: PostState.SENT}


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
