"""Chats and webhooks: a real webhook on loopback is told in short, and what it does not take is tried again."""

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import orjson
import pytest

from reports.notify import notify
from restock.post import PostState


class Webhook(ThreadingHTTPServer):
    """Answers with `status`, and keeps what it was told."""

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _Handler)
        self.status = 200
        self.told: list[dict[str, str]] = []


class _Handler(BaseHTTPRequestHandler):
    server: Webhook

    def do_POST(self) -> None:
        self.server.told.append(orjson.loads(self.rfile.read(int(self.headers["Content-Length"]))))
        self.send_response(self.server.status)
        self.end_headers()

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def webhook() -> Iterator[Webhook]:
    server = Webhook()
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield server
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_webhook_is_told_in_short(webhook: Webhook, caplog: pytest.LogCaptureFixture) -> None:
    address = f"json://anna:t0k3n@127.0.0.1:{webhook.server_port}/hook"
    assert notify(address, "3 new", "3 newly available <b>restricted</b> listings").state is PostState.SENT
    (told,) = webhook.told
    assert (told["title"], told["message"]) == ("3 new", "3 newly available <b>restricted</b> listings")
    webhook.status = 500
    refused = notify(address, "3 new", "text")
    assert refused.state is PostState.WAITING
    assert "t0k3n" not in refused.text + caplog.text


def test_an_address_that_can_not_be_read_is_refused_and_not_repeated() -> None:
    answer = notify("nonsense-t0k3n", "title", "text")
    assert answer.state is PostState.BLOCKED
    assert "t0k3n" not in answer.text
