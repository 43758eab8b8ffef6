"""Sites whose source is a feed: crawled, compared, explained and read again like any other."""

import http.server
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

from catalog import Search, Wanted
from restock.listing import Listing
from restock.settings import load_settings
from restock.site import Site
from restock.terms import Event, RunKind, RunStatus
from scheduler.crawl import Pace, crawl_site
from scheduler.evidence import verify_runs
from scheduler.explain import explain
from scheduler.reparse import Reparsed
from scheduler.workspace import Workspace

PACE = Pace(0.0, 2)


class Feed:
    """A YML feed of a few switches at whatever address is asked for."""

    def __init__(self) -> None:
        self.prices = dict.fromkeys(range(1, 21), 1000)
        self.cut = 0
        self.url = ""

    def body(self) -> bytes:
        offers = "".join(
            f'<offer id="{number}" available="true"><url>{self.url}goods/{number}</url><price>{price}</price>'
            f"<currencyId>RUR</currencyId><name>Коммутатор Cisco WS-C2960-{number}</name></offer>"
            for number, price in self.prices.items()
        )
        text = f'<?xml version="1.0"?><yml_catalog><shop><offers>{offers}</offers></shop></yml_catalog>'.encode()
        return text[: len(text) - self.cut]


@contextmanager
def served(feed: Feed) -> Iterator[Feed]:
    class Handler(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            found = self.path.startswith("/yml")
            self.send_response(200 if found else 404)
            self.end_headers()
            self.wfile.write(feed.body() if found else b"")

        def log_message(self, format: str, *args: object) -> None:  # noqa: A002
            pass

    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.05})
    thread.start()
    feed.url = f"http://127.0.0.1:{server.server_port}/"
    yield feed
    server.shutdown()
    server.server_close()
    thread.join()


@pytest.fixture
def feed() -> Iterator[Feed]:
    with served(Feed()) as found:
        yield found


@pytest.fixture
def workspace(tmp_path) -> Iterator[Workspace]:
    with Workspace(load_settings(tmp_path / "home")) as found:
        yield found


def site_of(feed: Feed) -> Site:
    return Site(name="shop", start=(f"{feed.url}yml.xml",), source="price_list")


def listings(workspace: Workspace, site: str = "shop") -> dict[str, Listing]:
    return {listing.sku or "": listing for listing in workspace.catalogue.search(Search(site=site))}


def events(workspace: Workspace) -> list[tuple[Event, str | None]]:
    found = workspace.catalogue.diff(wanted=Wanted(events=frozenset(Event)))
    return [(change.event, change.listing.mpn) for change in found.changes]


def test_the_life_of_a_feed(feed: Feed, workspace: Workspace) -> None:
    site = site_of(feed)
    first = crawl_site(workspace, site, pace=PACE)
    assert (first.status, first.counts["listings"]) == (RunStatus.COMPLETE, 20)
    ref = listings(workspace)["7"].url or ""
    assert explain(workspace, ref).differs == ()
    again = Reparsed(workspace, first.id)
    assert len(list(again)) == 20
    assert again.told() == ["the second reading is what is stored"]

    feed.prices[7] = 900
    del feed.prices[3]
    second = crawl_site(workspace, site, pace=PACE)
    assert second.status is RunStatus.COMPLETE
    assert sorted(events(workspace)) == [
        (Event.DISAPPEARED, "WS-C2960-3"),
        (Event.PRICE_CHANGED, "WS-C2960-7"),
    ]

    feed.cut = 1500
    third = crawl_site(workspace, site, pace=PACE)
    assert (third.status, third.counts["gone"]) == (RunStatus.PARTIAL, 0)
    assert "can't be read to its end" in third.trips[0].message
    assert len(listings(workspace)) == 19
    assert list(verify_runs(workspace, None)) == []


def test_a_changed_rule_reads_the_feed_again(feed: Feed, workspace: Workspace, monkeypatch: pytest.MonkeyPatch) -> None:
    """What was merged of a list that broke off is read again as well: it must not stop the site."""
    feed.cut = 1500
    assert crawl_site(workspace, site_of(feed), pace=PACE).status is RunStatus.PARTIAL
    feed.cut = 0
    monkeypatch.setattr(Workspace, "revision", lambda self, site: "new-rules")
    run = crawl_site(workspace, site_of(feed), pace=PACE)
    assert (run.status, run.counts["listings"], run.warnings) == (RunStatus.COMPLETE, 20, ())
    assert {found.kind for found in workspace.catalogue.runs("shop")} == {RunKind.CRAWL, RunKind.CORRECTION}


def test_a_feed_without_a_definition(feed: Feed, workspace: Workspace) -> None:
    site = workspace.site_for(f"{feed.url}yml.xml")
    run = crawl_site(workspace, site, kind=RunKind.SNAPSHOT, pace=PACE, start=f"{feed.url}yml.xml")
    assert (run.status, run.whole_site) == (RunStatus.COMPLETE, True)
    assert listings(workspace, site.name)["7"].price == 1000


def test_a_feed_beside_the_pages_of_a_definition_makes_nothing_gone(feed: Feed, workspace: Workspace) -> None:
    crawl_site(workspace, site_of(feed), pace=PACE)
    del feed.prices[3]
    run = crawl_site(workspace, site_of(feed), kind=RunKind.SNAPSHOT, pace=PACE, start=f"{feed.url}yml-other.xml")
    assert (run.whole_site, run.counts["gone"]) == (False, 0)
    assert len(listings(workspace)) == 20
