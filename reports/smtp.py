"""Mail handed to a server: who was accepted, who was refused, and who must be tried again."""

import base64
import smtplib
import socket
import ssl
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, field, replace
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import unquote, urlsplit

from reports.safety import shown
from restock.errors import SettingsError
from restock.post import Answer, PostState

_PORTS = {"smtp": 25, "smtp+starttls": 587, "smtps": 465}
_OK = 250
_FORWARDED = 251
_LOGGED_IN = 235
_PERMANENT = 500
_TOO_BIG = 552
_TOO_LONG = ("5.3.4", "5.2.3")  # the enhanced codes of a message that is too big
_FULL = "5.2.2"  # a mailbox that takes no message at all

Settle = Callable[[Mapping[str, Answer]], None]


@dataclass(frozen=True, slots=True)
class MailServer:
    """Where mail is handed over. `ca` is a file of certificates to trust in place of the system's."""

    scheme: str
    host: str
    port: int
    user: str | None = None
    password: str | None = field(default=None, repr=False)
    ca: Path | None = None
    timeout: float = 60.0


def parse_server(url: str, *, ca: Path | None = None, timeout: float = 60.0) -> MailServer:
    """The server of `smtp://`, `smtp+starttls://` or `smtps://[user:password@]host[:port]`.

    Raises SettingsError, which does not repeat the text: it may hold a password."""
    try:
        parts = urlsplit(url.strip())
        host, port, scheme = parts.hostname, parts.port, parts.scheme.lower()
    except ValueError:
        host, port, scheme = None, None, ""
    # What follows a host may be the rest of a password that holds such a sign: its head is not taken for a host.
    if scheme not in _PORTS or not host or parts.path.strip("/") or parts.query or parts.fragment:
        expected = ", ".join(f"{name}://" for name in _PORTS)
        raise SettingsError(
            f"RESTOCK_SMTP_URL can't be read; expected {expected}[user:password@]host[:port],"
            " in user and password / written as %2F, @ as %40, # as %23, ? as %3F"
        )
    if ca is not None and not ca.is_file():
        raise SettingsError(f"smtp_ca: there is no such file: {ca}")
    user = unquote(parts.username) if parts.username else None
    password = unquote(parts.password) if parts.password else None
    return MailServer(scheme, host, port or _PORTS[scheme], user, password, ca, timeout)


def deliver(server: MailServer, sender: str, targets: Sequence[str], body: bytes, settle: Settle) -> None:
    """Hands one message over for some addresses. `settle` gets an answer for each of them, at the first moment at
    which it is known: before the line is closed, so that as little as possible can come between."""
    connection: smtplib.SMTP | None = None
    try:
        connection = _connect(server)
        answers = _hand_over(connection, sender, targets, body)
    except (OSError, smtplib.SMTPException, UnicodeError) as error:
        answers = dict.fromkeys(targets, _without_answer(error))
    try:
        settle({target: replace(answer, text=_discreet(answer.text, server)) for target, answer in answers.items()})
    finally:
        if connection is not None:
            with suppress(OSError, smtplib.SMTPException):
                connection.quit()
            connection.close()


def _connect(server: MailServer) -> smtplib.SMTP:
    name = socket.gethostname()
    if server.scheme == "smtps":
        context = tls_context(server)
        connection: smtplib.SMTP = smtplib.SMTP_SSL(
            server.host, server.port, local_hostname=name, timeout=server.timeout, context=context
        )
    else:
        connection = smtplib.SMTP(server.host, server.port, local_hostname=name, timeout=server.timeout)
    with _closing_on_error(connection):
        if server.scheme == "smtp+starttls":
            connection.starttls(context=tls_context(server))
        if server.user is not None:
            _log_in(connection, server.user, server.password or "")
        connection.ehlo_or_helo_if_needed()
    return connection


def _log_in(connection: smtplib.SMTP, user: str, password: str) -> None:
    """The library's way, which knows no other letters than ASCII; else the plain one, in UTF-8 as its standard says."""
    if (user + password).isascii():
        connection.login(user, password)
        return
    connection.ehlo_or_helo_if_needed()
    packed = base64.b64encode(f"\0{user}\0{password}".encode()).decode()
    code, said = connection.docmd("AUTH", f"PLAIN {packed}")
    if code != _LOGGED_IN:
        raise smtplib.SMTPAuthenticationError(code, said)


@contextmanager
def _closing_on_error(connection: smtplib.SMTP) -> Iterator[None]:
    try:
        yield
    except BaseException:
        connection.close()
        raise


def tls_context(server: MailServer) -> ssl.SSLContext:
    """Certificates are verified, except on loopback, where they prove no more than the address does."""
    context = ssl.create_default_context(cafile=str(server.ca) if server.ca else None)
    if server.ca is None and _is_loopback(server.host):
        context.check_hostname = False
        context.verify_mode = ssl.CERT_NONE
    return context


def _is_loopback(host: str) -> bool:
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"


def _hand_over(connection: smtplib.SMTP, sender: str, targets: Sequence[str], body: bytes) -> dict[str, Answer]:
    """One transaction. Nobody is accepted until the server has answered to the whole message."""
    limit = connection.esmtp_features.get("size", "")
    if limit.isdigit() and 0 < int(limit) < len(body):
        text = f"the message has {len(body)} bytes, and the server takes {limit}"
        return dict.fromkeys(targets, Answer(PostState.REFUSED, text, too_big=True))
    code, said = connection.mail(sender, [f"size={len(body)}"] if connection.has_extn("size") else [])
    if code != _OK:
        return dict.fromkeys(targets, _sender_answer(code, said))
    answers: dict[str, Answer] = {}
    for target in targets:
        answers[target] = _answer(*connection.rcpt(target))
    accepted = [target for target, answer in answers.items() if answer.state is PostState.SENT]
    if accepted:
        answers |= dict.fromkeys(accepted, _send_data(connection, body))
    return answers


def _sender_answer(code: int, said: bytes) -> Answer:
    """Not the addressees' fault: the sender is to be put right, and then it goes; unless it is the size."""
    answer = _answer(code, said)
    if answer.too_big:
        return answer
    state = PostState.BLOCKED if code >= _PERMANENT else PostState.WAITING
    return Answer(state, f"sender not taken: {answer.text}")


def _send_data(connection: smtplib.SMTP, body: bytes) -> Answer:
    try:
        return _answer(*connection.data(body))
    except smtplib.SMTPDataError as error:
        return _answer(error.smtp_code, error.smtp_error)
    except (OSError, smtplib.SMTPException) as error:
        return Answer(PostState.WAITING, f"no answer to the message, it may have arrived: {_reason(error)}")


def _answer(code: int, said: bytes | str) -> Answer:
    text = _text(code, said)
    if code in {_OK, _FORWARDED}:
        return Answer(PostState.SENT, text)
    if code < _PERMANENT:
        return Answer(PostState.WAITING, text)
    too_big = (code == _TOO_BIG and _FULL not in text) or any(status in text for status in _TOO_LONG)
    return Answer(PostState.REFUSED, text, too_big=too_big)


def _without_answer(error: Exception) -> Answer:
    """Of a server that could not be spoken with. What it refused for good (a login), a person must put right."""
    final = isinstance(error, smtplib.SMTPResponseException) and error.smtp_code >= _PERMANENT
    return Answer(PostState.BLOCKED if final else PostState.WAITING, _reason(error))


def _text(code: int, said: bytes | str) -> str:
    return f"{code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"


def _reason(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPResponseException):
        kind = "login refused: " if isinstance(error, smtplib.SMTPAuthenticationError) else ""
        return kind + _text(error.smtp_code, error.smtp_error)
    if isinstance(error, TimeoutError):
        return "the server did not answer in time"
    if isinstance(error, ssl.SSLError):
        return f"no secure connection: {error.reason or error}"
    return f"no connection: {error}"


def _discreet(text: str, server: MailServer) -> str:
    """What a server said, on one line and without the password, should the server repeat it."""
    for secret in _forms(server):
        text = text.replace(secret, "***")
    return shown(text, 300)


def _forms(server: MailServer) -> list[str]:
    if not server.password:
        return []
    both = f"\0{server.user}\0{server.password}".encode()
    packed = [base64.b64encode(text).decode().rstrip("=") for text in (both, server.password.encode())]
    return [server.password, *packed]
