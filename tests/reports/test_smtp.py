"""Mail against a real server: what it accepts, refuses, delays, drops or never answers; TLS, login, and discretion."""

from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from reports.mail import Envelope, text_message
from reports.smtp import MailServer, deliver, parse_server, tls_context
from restock.errors import SettingsError
from restock.post import Answer, PostState

ANNA, BORIS = "anna@example.org", "boris@example.org"
USER, PASSWORD = "restock", "geheim/пароль@1"
LOGIN = f"{USER}:{quote(PASSWORD, safe='')}@"
BODY = b"Subject: news\r\nMessage-ID: <1@example.org>\r\n\r\nline\r\n.a line with a dot\r\n"
WAITING, SENT, REFUSED = PostState.WAITING, PostState.SENT, PostState.REFUSED


def send(url: str, *targets: str, ca: Path | None = None, timeout: float = 5) -> dict[str, Answer]:
    found: list[Mapping[str, Answer]] = []
    server = parse_server(url, ca=ca, timeout=timeout)
    deliver(server, "restock@example.org", targets or (ANNA,), BODY, found.append)
    (answers,) = found
    return dict(answers)


def states(answers: Mapping[str, Answer]) -> dict[str, PostState]:
    return {target: answer.state for target, answer in answers.items()}


def test_what_is_accepted_is_what_was_sent(mailbox: Any) -> None:
    assert send(mailbox.url(), ANNA, BORIS) == {name: Answer(SENT, "250 taken") for name in (ANNA, BORIS)}
    assert mailbox.raw == [BODY]
    assert mailbox.taken[0][0] == (ANNA, BORIS)


def test_one_that_is_refused_leaves_the_others(mailbox: Any) -> None:
    mailbox.refuse = {BORIS: "550 5.1.1 no such user", "vera@example.org": "450 greylisted"}
    found = send(mailbox.url(), ANNA, BORIS, "vera@example.org")
    assert states(found) == {ANNA: SENT, BORIS: REFUSED, "vera@example.org": WAITING}
    assert found[BORIS].text == "550 5.1.1 no such user"
    assert mailbox.taken[0][0] == (ANNA,)


def test_nothing_is_handed_over_where_everybody_is_refused(mailbox: Any) -> None:
    mailbox.refuse = {ANNA: "550 no"}
    assert states(send(mailbox.url())) == {ANNA: REFUSED}
    assert mailbox.raw == []


@pytest.mark.parametrize(("answer", "state"), [("451 later", WAITING), ("452 full", WAITING), ("554 spam", REFUSED)])
def test_the_answer_to_the_message_decides(mailbox: Any, answer: str, state: PostState) -> None:
    mailbox.answer = answer
    assert send(mailbox.url()) == {ANNA: Answer(state, answer)}


def test_a_line_that_drops_after_the_message_means_not_sent(mailbox: Any) -> None:
    mailbox.drop = True
    (answer,) = send(mailbox.url()).values()
    assert answer.state is WAITING
    assert "may have arrived" in answer.text


def test_a_server_that_never_answers_is_not_waited_for_long(mailbox: Any) -> None:
    mailbox.hang = True
    (answer,) = send(mailbox.url(), timeout=0.5).values()
    assert (answer.state, "timed out" in answer.text) == (WAITING, True)


def test_a_server_that_is_not_there_is_tried_again() -> None:
    (answer,) = send("smtp://127.0.0.1:9").values()
    assert (answer.state, answer.text.startswith("no connection")) == (WAITING, True)


def test_tls_and_login_with_a_self_made_certificate(secure_mailbox: tuple[str, Any], certificate: Path) -> None:
    scheme, box = secure_mailbox
    for ca in (certificate, None):
        assert states(send(box.url(scheme, LOGIN), ca=ca)) == {ANNA: SENT}
    assert box.logins == [USER, USER]
    assert box.raw == [BODY, BODY]


def test_a_certificate_of_somebody_else_is_not_trusted(secure_mailbox: tuple[str, Any], tmp_path: Path) -> None:
    import certifi  # noqa: PLC0415  any other list of certificates

    scheme, box = secure_mailbox
    (answer,) = send(box.url(scheme, LOGIN), ca=Path(certifi.where())).values()
    assert answer.state is WAITING
    assert "CERTIFICATE_VERIFY_FAILED" in answer.text
    assert (box.logins, box.raw) == ([], [])


def test_certificates_are_verified_everywhere_but_on_loopback() -> None:
    assert tls_context(MailServer("smtps", "mail.example.org", 465)).check_hostname
    assert not tls_context(MailServer("smtps", "127.0.0.1", 465)).check_hostname


def test_a_refused_login_waits_and_tells_no_password(secure_mailbox: tuple[str, Any]) -> None:
    scheme, box = secure_mailbox
    (answer,) = send(box.url(scheme, f"{USER}:wrong-and-secret@")).values()
    assert answer.state is PostState.BLOCKED
    assert answer.text.startswith("login refused: 535")
    assert "wrong-and-secret" not in answer.text


def test_a_server_that_repeats_the_password_is_not_quoted(mailbox: Any) -> None:
    server = parse_server(f"smtp://{LOGIN}127.0.0.1:{mailbox.port}")
    from reports.smtp import _discreet  # noqa: PLC0415

    assert _discreet(f"550 {PASSWORD} is wrong\r\nreally", server) == "550 *** is wrong really"
    assert PASSWORD not in repr(server)


@pytest.mark.parametrize(
    ("url", "host", "port"),
    [
        ("smtp://mail.example", "mail.example", 25),
        ("smtp+starttls://mail.example", "mail.example", 587),
        ("smtps://u:p@mail.example:4465", "mail.example", 4465),
        ("smtp://[::1]:2525", "::1", 2525),
    ],
)
def test_addresses_of_servers(url: str, host: str, port: int) -> None:
    found = parse_server(url)
    assert (found.host, found.port) == (host, port)


@pytest.mark.parametrize("url", ["mail.example", "http://u:hunter2@x", "smtp://u:hunter2@", "smtp://u:hunter2@x:port"])
def test_a_bad_address_is_refused_and_not_repeated(url: str) -> None:
    with pytest.raises(SettingsError, match="RESTOCK_SMTP_URL") as caught:
        parse_server(url)
    assert "hunter2" not in str(caught.value)


@pytest.mark.parametrize("length", range(60, 90))
def test_a_subject_is_not_folded_before_its_first_word(length: int) -> None:
    subject = "restock weekly: news " + "x" * (length - 21)
    envelope = Envelope("restock@example.org", ["a@example.org"], "<1@example.org>", datetime(2026, 11, 22, tzinfo=UTC))
    assert text_message(subject, "text", envelope).startswith(b"Subject: " + subject.encode() + b"\r\n")
