"""The demo's shops on loopback: one small server each, a settable day, and faults on demand."""

import sys
from collections.abc import Iterator, Mapping
from contextlib import ExitStack, contextmanager
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from threading import Thread
from types import TracebackType
from typing import Any, Self

from restock.errors import UsageError
from scheduler.shop_goods import DemoData, demo_folder, load_demo
from scheduler.shop_pages import FAULTS, ShopPages
from scheduler.shop_visits import Answer, environment

__all__ = ["FAULTS", "ShopServer"]

HOST = "127.0.0.1"


class ShopServer:
    """The shops, served while the context lasts.

    `urls` gives each shop's address by name; `day` (1 to the number of `demo.days`) and `set_fault` change what all
    following requests get. Every page of a simulated day is the same at any time."""

    def __init__(self, day: int = 1, folder: Path | None = None) -> None:
        self.demo: DemoData = load_demo(folder)
        templates = environment(folder or demo_folder())
        self._pages = {name: ShopPages(shop, templates) for name, shop in self.demo.shops.items()}
        self._faults: dict[str, str] = {}
        self._urls: dict[str, str] = {}
        self._stack = ExitStack()
        self.day = day

    @property
    def urls(self) -> Mapping[str, str]:
        """Each shop's front page by the shop's name; empty outside the context."""
        return dict(self._urls)

    @property
    def days(self) -> int:
        """How many days there are."""
        return len(self.demo.days)

    @property
    def day(self) -> int:
        return self._day

    @day.setter
    def day(self, day: int) -> None:
        if not 1 <= day <= self.days:
            raise UsageError(f"the demo has days 1 to {self.days}, not {day}")
        self._day = day

    @property
    def faults(self) -> Mapping[str, str]:
        """The shops that have a fault now."""
        return dict(self._faults)

    def set_fault(self, shop: str, fault: str | None) -> None:
        """Breaks a shop (`fault` is one of FAULTS) or mends it (None)."""
        if shop not in self._pages:
            raise UsageError(f"the demo has no shop {shop!r}")
        if fault is not None and fault not in FAULTS:
            raise UsageError(f"no such fault: {fault!r}; there are {', '.join(FAULTS)}")
        self._faults.pop(shop, None)
        if fault is not None:
            self._faults[shop] = fault

    def answer(self, shop: str, target: str) -> Answer:
        """What a shop answers to a request target now."""
        origin = self._urls.get(shop, f"http://{HOST}/").rstrip("/")
        return self._pages[shop].answer(target, self.day, self._faults.get(shop), origin)

    def __enter__(self) -> Self:
        with ExitStack() as starting:
            for name in self._pages:
                self._urls[name] = starting.enter_context(self._served(name))
            self._stack = starting.pop_all()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._urls.clear()
        self._stack.close()

    @contextmanager
    def _served(self, shop: str) -> Iterator[str]:
        """One shop's server on a port of its own; its thread has ended when the context ends."""
        server = _Server((HOST, 0), _handler(self, shop))
        thread = Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05}, name=f"shop {shop}", daemon=True)
        thread.start()
        try:
            yield f"http://{HOST}:{server.server_port}/"
        finally:
            server.shutdown()
            thread.join()
            server.server_close()


class _Server(ThreadingHTTPServer):
    request_queue_size = 64

    def handle_error(self, request: Any, client_address: Any) -> None:
        """A visitor who hangs up is no error of the shop's."""
        if not isinstance(sys.exception(), ConnectionError | TimeoutError):
            super().handle_error(request, client_address)


def _handler(shops: ShopServer, shop: str) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        server_version = "nginx"
        sys_version = ""
        timeout = 5  # seconds; an idle connection must not keep its thread

        def do_GET(self) -> None:
            self._send(shops.answer(shop, self.path), with_body=True)

        def do_HEAD(self) -> None:
            self._send(shops.answer(shop, self.path), with_body=False)

        def _send(self, answer: Answer, *, with_body: bool) -> None:
            self.send_response(answer.status)
            for name, value in answer.headers.items():
                self.send_header(name, value)
            self.send_header("Content-Type", answer.content_type)
            self.send_header("Content-Length", str(len(answer.body)))
            self.end_headers()
            if with_body:
                self.wfile.write(answer.body)

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the base class's
            """Silence: the demo's own output is what people came for."""

    return Handler
