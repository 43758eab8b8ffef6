"""Fixtures of several rooms: a real mail server on loopback that misbehaves as it is told."""

import asyncio
import email
import email.policy
import os
import signal
import socket
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from email.message import EmailMessage
from ipaddress import ip_address
from pathlib import Path
from typing import Any

import pytest
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

USER, PASSWORD = "restock", "geheim/пароль@1"


@dataclass
class MailBox:
    """A mail server: what it accepted, and how it is to behave. `refuse` are answers to RCPT by address, `answer` is
    the one to a whole message, none longer than `limit` is taken; `drop` closes the line, `hang` gives none;
    `kill` ends a process (by id) that hands a message over: `before` it is accepted, or right `after`."""

    port: int = 0
    refuse: dict[str, str] = field(default_factory=dict)
    answer: str = "250 taken"
    limit: int | None = None
    drop: bool = False
    hang: bool = False
    kill: tuple[str, int] | None = None
    taken: list[tuple[tuple[str, ...], EmailMessage]] = field(default_factory=list)
    raw: list[bytes] = field(default_factory=list)
    logins: list[str] = field(default_factory=list)
    ended: threading.Event = field(default_factory=threading.Event)

    def url(self, scheme: str = "smtp", login: str = "") -> str:
        return f"{scheme}://{login}127.0.0.1:{self.port}"

    @property
    def ids(self) -> list[str]:
        return [str(message["Message-ID"]) for _, message in self.taken]

    async def handle_RCPT(  # noqa: N802  the library's name
        self, server: SMTP, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        if address in self.refuse:
            return self.refuse[address]
        envelope.rcpt_tos.append(address)
        return "250 ok"

    async def handle_DATA(self, server: SMTP, session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.hang:
            await asyncio.sleep(60)
        if not self.answer.startswith("250"):
            return self.answer
        content = bytes(envelope.content or b"")
        if self.limit is not None and len(content) > self.limit:
            return "552 5.3.4 too big"
        message = email.message_from_bytes(content, policy=email.policy.default)
        assert isinstance(message, EmailMessage)
        self.raw.append(content)
        self.taken.append((tuple(envelope.rcpt_tos), message))
        if self.kill is not None:
            when, process = self.kill
            with suppress(ProcessLookupError):
                if when == "before":
                    os.kill(process, signal.SIGKILL)
                    await asyncio.sleep(0.05)
                else:
                    asyncio.get_running_loop().call_later(0.0005, os.kill, process, signal.SIGKILL)
        if self.drop:
            assert server.transport is not None
            server.transport.abort()
        return self.answer

    def authenticate(self, server: SMTP, session: Session, envelope: Envelope, mechanism: str, data: Any) -> AuthResult:
        assert isinstance(data, LoginPassword)
        self.logins.append(data.login.decode())
        success = (data.login, data.password) == (USER.encode(), PASSWORD.encode())
        return AuthResult(success=success, handled=False)


class MailServer:
    """The box behind a socket, in a thread with a loop of its own."""

    def __init__(self, box: MailBox, tls: ssl.SSLContext | None, how: str, login: bool) -> None:
        self._loop = asyncio.new_event_loop()
        options: dict[str, Any] = {"enable_SMTPUTF8": False, "hostname": "mail.test"}
        if login:
            # The library knows only of TLS that it began itself.
            options |= {"authenticator": box.authenticate, "auth_required": True, "auth_require_tls": how != "smtps"}
        if how == "starttls":
            options |= {"tls_context": tls, "require_starttls": True}
        listener = socket.create_server(("127.0.0.1", 0))
        box.port = listener.getsockname()[1]

        def made() -> SMTP:
            with warnings.catch_warnings(action="ignore"):
                return SMTP(box, loop=self._loop, **options)

        secure = tls if how == "smtps" else None
        self._server = self._loop.run_until_complete(self._loop.create_server(made, sock=listener, ssl=secure))
        self._thread = threading.Thread(target=self._loop.run_forever)
        self._thread.start()

    def stop(self) -> None:
        asyncio.run_coroutine_threadsafe(self._end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join()
        self._loop.close()

    async def _end(self) -> None:
        self._server.close()
        mine = asyncio.current_task()
        others = [task for task in asyncio.all_tasks() if task is not mine]
        for task in others:
            task.cancel()
        await asyncio.gather(*others, return_exceptions=True)
        await asyncio.sleep(0)


@pytest.fixture
def mailbox() -> Iterator[MailBox]:
    """A server that takes what it is given, in plain."""
    box = MailBox()
    server = MailServer(box, None, "plain", login=False)
    yield box
    server.stop()


@pytest.fixture(scope="session")
def certificate(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A self-made certificate for 127.0.0.1, with its key in one file."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "mail.test")])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=2))
        .add_extension(x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))]), critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
        .sign(key, hashes.SHA256())
    )
    path = tmp_path_factory.mktemp("certificate") / "server.pem"
    secret = key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    path.write_bytes(made.public_bytes(serialization.Encoding.PEM) + secret)
    return path


@pytest.fixture(params=["starttls", "smtps"])
def secure_mailbox(request: pytest.FixtureRequest, certificate: Path) -> Iterator[tuple[str, MailBox]]:
    """A server with TLS and a login, by the scheme of its address."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    box = MailBox()
    server = MailServer(box, context, request.param, login=True)
    yield ("smtp+starttls" if request.param == "starttls" else "smtps"), box
    server.stop()
