"""The traps of the field: what is read of a shop that sets one, and what its run says of itself."""

import shutil
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest
import trap_shops as traps
from answering_shop import Shop

from catalog import Search, Wanted
from restock.listing import Listing
from restock.run import Run
from restock.settings import load_settings
from restock.site import Site
from restock.terms import Event, RunStatus
from scheduler.crawl import Pace, crawl_site
from scheduler.workspace import Workspace

Facts = tuple[str | None, str]
PLAIN: Facts = ("1000.00", "InStock")
MOST = 25  # pages that a crawl of the shop may ask for


@dataclass(frozen=True)
class Trap:
    """How the shop is laid out, how many goods it has, what some of them are, and what the run says. `known` says that
    an earlier run saw the whole shop."""

    lay: traps.Lay
    goods: int = 12
    facts: dict[str, Facts] = field(default_factory=dict)
    reason: str | None = None
    known: bool = False
    status: RunStatus | None = None


TRAPS = {
    "similar goods": Trap(traps.similar_goods, 4, {"1": (None, "BackOrder")}),
    "two product blocks": Trap(traps.two_blocks, 3),
    "AggregateOffer": Trap(traps.aggregate_offer, 3, {"1": ("900.00", "InStock")}),
    "price 0": Trap(traps.price_zero, 3, {"0": (None, "BackOrder")}),
    "comma decimals": Trap(traps.comma_decimals, 3, dict.fromkeys("012", ("1234.50", "InStock"))),
    "stock that the text contradicts": Trap(traps.contradicted_stock, 3, {"1": ("1000.00", "BackOrder")}),
    "soft 404": Trap(traps.soft_404, reason="3 product page(s) failed", known=True),
    "city chooser over pages": Trap(traps.chooser_over_pages),
    "city chooser before pages": Trap(
        traps.chooser_before_pages, reason="is a wall: city", known=True, status=RunStatus.FAILED
    ),
    "login wall": Trap(traps.login_wall, reason="1 list page(s) failed", known=True),
    "endless calendar": Trap(traps.endless_calendar),
    "filter combinations": Trap(traps.filter_combinations),
    "several categories": Trap(traps.several_categories, 6),
    "pagination that shifts back": Trap(traps.shifted_back, known=True),
    "pagination that shifts ahead": Trap(traps.shifted_ahead, known=True),
    "another page parameter": Trap(traps.another_parameter, known=True),
    "unknown page parameter": Trap(traps.unknown_parameter, known=True),
    "a page that loops": Trap(traps.loop),
    "nofollow and robots.txt": Trap(traps.forbidden_ways, 6),
    "429 with a short wait": Trap(traps.asked_to_wait, 6),
    "429 with a long wait": Trap(traps.asked_to_leave, reason="come back in 3600 s (429)", known=True),
    "a total that does not reconcile": Trap(traps.total_that_is_more, reason="fewer goods than the total"),
}


@pytest.fixture(scope="module")
def shop() -> Iterator[Shop]:
    found = Shop()
    yield found
    found.close()


def crawl(home: Path, shop: Shop, lay: traps.Lay) -> tuple[Run, dict[str, Listing], list[str]]:
    """A run over a layout of the shop; with it, what the catalogue has then, and which goods are told to be gone."""
    shop.forget()
    lay(shop)
    with Workspace(load_settings(home)) as workspace:
        run = crawl_site(workspace, Site(name="shop", start=(shop.url,)), pace=Pace(0.0, 4))
        rows = {row.sku or row.key: row for row in workspace.catalogue.search(Search(site="shop"))}
        gone = workspace.catalogue.diff(wanted=Wanted(events=frozenset({Event.DISAPPEARED}))).changes
        return run, rows, sorted(change.listing.sku or "" for change in gone)


@pytest.fixture(scope="module")
def known_home(shop: Shop, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home whose catalogue knows the whole shop."""
    home = tmp_path_factory.mktemp("known") / "home"
    assert crawl(home, shop, traps.whole)[0].status is RunStatus.COMPLETE
    return home


@pytest.fixture
def home(tmp_path: Path, known_home: Path) -> Callable[[bool], Path]:
    """A home of the test's own, with or without what the earlier run saw."""

    def make(known: bool) -> Path:
        return shutil.copytree(known_home, tmp_path / "home") if known else tmp_path / "home"

    return make


@pytest.mark.parametrize("name", TRAPS)
def test_a_trap(name: str, shop: Shop, home: Callable[[bool], Path]) -> None:
    trap = TRAPS[name]
    run, rows, gone = crawl(home(trap.known), shop, trap.lay)
    told = "; ".join([*(trip.message for trip in run.trips), *run.warnings])
    assert run.status is (trap.status or (RunStatus.PARTIAL if trap.reason else RunStatus.COMPLETE)), told
    assert (trap.reason or "") in told
    assert {sku: facts(row) for sku, row in rows.items()} == {
        str(number): PLAIN for number in range(trap.goods)
    } | trap.facts
    assert gone == []
    assert len(shop.paths()) <= MOST


def facts(row: Listing) -> Facts:
    return None if row.price is None else f"{row.price:.2f}", row.availability.value


def test_goods_that_no_list_shows_are_gone_where_their_page_shows_nothing(
    shop: Shop, home: Callable[[bool], Path]
) -> None:
    run, rows, gone = crawl(home(True), shop, traps.goods_that_left)
    assert (run.status, run.warnings) == (RunStatus.COMPLETE, ())
    assert gone == ["10", "8", "9"]
    assert len(rows) == 9
