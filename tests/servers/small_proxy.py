"""A proxy on loopback that asks for a login, and sends whatever it is asked for to one server."""

import base64
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from http.client import HTTPConnection
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from urllib.parse import urlsplit

LOGIN = "watch:s3cret-of-the-proxy"


class Proxy:
    """What was asked of it, by address. `place` is its host and port."""

    def __init__(self, place: str) -> None:
        self.place = place
        self.asked: list[str] = []

    @property
    def url(self) -> str:
        return f"http://{LOGIN}@{self.place}"


@contextmanager
def proxying(server: str) -> Iterator[Proxy]:
    """A proxy before the server at an address."""
    target = urlsplit(server).netloc
    wanted = "Basic " + base64.b64encode(LOGIN.encode()).decode()

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            if self.headers.get("Proxy-Authorization") != wanted:
                self.send_error(407)
                return
            found.asked.append(self.path)
            parts = urlsplit(self.path)
            onward = HTTPConnection(target, timeout=10)
            onward.request("GET", parts._replace(scheme="", netloc="").geturl(), headers={"Host": parts.netloc})
            answer = onward.getresponse()
            body = answer.read()
            self.send_response(answer.status)
            for name in ("Content-Type", "Location"):
                if value := answer.headers.get(name):
                    self.send_header(name, value)
            self.end_headers()
            self.wfile.write(body)
            onward.close()

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    served = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    found = Proxy(f"127.0.0.1:{served.server_port}")
    thread = threading.Thread(target=served.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    try:
        yield found
    finally:
        served.shutdown()
        served.server_close()
        thread.join()
