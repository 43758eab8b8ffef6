"""A fixture of several rooms: a shop on loopback whose pages a script draws from its data."""

import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

SHELL = '<html><head><title>Сеть</title></head><body><div id="app"></div><script src="/app.js"></script></body></html>'
SCRIPT = """
const app = document.getElementById("app");
const id = location.pathname.match(/^\\/goods\\/(\\d+)$/);
fetch(id ? `/data/${id[1]}.json` : "/data/all.json").then((answer) => answer.json()).then((found) => {
  app.innerHTML = id
    ? `<h1>${found.name}</h1><p>Артикул: ${found.sku}</p><p class="price">${found.price} ₽</p><p>В наличии</p>`
    : "<h1>Товары</h1>" + found.map((one) => `<div class="card"><a href="/goods/${one.id}">${one.name}</a>
        <span class="price">${one.price} ₽</span></div>`).join("");
});
"""
GOODS = [
    {"id": 1, "name": "Коммутатор Cisco WS-C2960X-24TS-L", "sku": "C-1", "price": 120000},
    {"id": 2, "name": "Патч-корд оптический LC-LC, 3 м", "sku": "P-2", "price": 450},
]


def _answer(path: str) -> tuple[str, str] | None:
    if path == "/app.js":
        return SCRIPT, "text/javascript"
    if path == "/data/all.json":
        return json.dumps(GOODS), "application/json"
    data = {f"/data/{good['id']}.json": json.dumps(good) for good in GOODS}
    if path in data:
        return data[path], "application/json"
    return (SHELL, "text/html; charset=utf-8") if path in {"/", "/goods/1", "/goods/2"} else None


class _Handler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        found = _answer(self.path)
        self.send_response(200 if found else 404)
        self.send_header("Content-Type", found[1] if found else "text/plain")
        self.end_headers()
        self.wfile.write(found[0].encode() if found else b"")

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002
        pass


@pytest.fixture
def drawn_shop() -> Iterator[str]:
    """The address of the shop."""
    server = ThreadingHTTPServer(("127.0.0.1", 0), _Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}/"
    server.shutdown()
    server.server_close()
    thread.join()
