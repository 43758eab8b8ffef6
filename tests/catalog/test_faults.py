"""The fault matrix: what may go wrong with a run, and exactly which layers of the guard stop it; nothing is gone."""

import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field, replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
import yaml

from catalog import Wanted
from catalog.guard import LAYERS
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import Availability, Condition, Event, PriceType, RunStatus

Make = Callable[..., Listing]
Twist = Callable[[list[Listing]], Iterable[Listing]]

CISCO, HPE = 60, 20  # of 100; the rest are small brands
SOUND = CrawlOutcome(
    finished=True, pages={"list": 6, "product": 100}, lists={"shop/a": 60, "shop/b": 40}, totals={"shop/a": 60}
)


def every(**values: Any) -> Twist:
    return lambda seen: [replace(item, **values) for item in seen]


def first(count: int, **values: Any) -> Twist:
    return lambda seen: [replace(item, **values) for item in seen[:count]] + seen[count:]


def without(condition: Callable[[int], bool]) -> Twist:
    return lambda seen: [item for number, item in enumerate(seen) if not condition(number)]


def times(factor: str) -> Twist:
    return lambda seen: [replace(item, price=(item.price or Decimal(0)) * Decimal(factor)) for item in seen]


@dataclass(frozen=True)
class Fault:
    """What went wrong, and the layers that say so. `outcome` is what the crawl noticed of it."""

    layers: set[str]
    twist: Twist = field(default=lambda seen: seen)
    outcome: dict[str, Any] = field(default_factory=dict)


MATRIX: dict[str, Fault] = {
    "product pages failed": Fault(
        {"products_failed"}, outcome={"failed_products": {f"shop.example/p/{n}": "500" for n in range(2)}}
    ),
    "a list page failed": Fault(
        {"lists_failed"}, without(lambda n: n < 5), {"failed_lists": {"shop/a?page=2": "timeout"}}
    ),
    "a middle page of a list is empty": Fault(
        {"lists_failed"}, without(lambda n: 10 <= n < 20), {"failed_lists": {"shop/a?page=2": "empty page"}}
    ),
    "the last pages of a list are empty": Fault(
        {"totals"}, without(lambda n: 45 <= n < 60), {"lists": {"shop/a": 45, "shop/b": 40}}
    ),
    "a list is empty": Fault(
        {"emptied_lists", "known_missing", "below_recent_runs", "group_missing"},
        without(lambda n: n >= CISCO),
        {"lists": {"shop/a": 60, "shop/b": 0}},
    ),
    "a list answers 404": Fault({"dead_lists"}, without(lambda n: n > 90), {"dead_lists": ["shop/b"]}),
    "the deadline came": Fault({"finished"}, without(lambda n: n > 80), {"finished": False, "reason": "deadline"}),
    "a page bound was reached": Fault({"bound"}, without(lambda n: n > 80), {"finished": False, "bound": "80 pages"}),
    "a wall": Fault({"walls"}, without(lambda n: n > 80), {"walls": {"shop/b": "captcha"}}),
    "half of the shop is missing": Fault(
        {"below_recent_runs", "known_missing", "group_missing"}, without(lambda n: n % 2 == 0)
    ),
    "goods are other goods": Fault(
        {"known_missing", "group_missing"}, lambda seen: [replace(item, **_other(item)) for item in seen]
    ),
    "one brand is missing": Fault({"group_missing"}, without(lambda n: CISCO <= n < CISCO + HPE)),
    "one category is missing": Fault({"group_missing"}, without(lambda n: n % 4 == 3)),
    "no listings at all": Fault(
        {"emptied_site", "below_recent_runs", "known_missing", "group_missing"}, lambda _seen: []
    ),
    "no prices": Fault({"fields_lost"}, every(price=None, price_type=PriceType.ON_REQUEST, currency=None)),
    "no prices for a third": Fault({"fields_lost"}, first(35, price=None, price_type=None)),
    "no prices for a tenth": Fault({"fields_lost"}, first(10, price=None, price_type=PriceType.ON_REQUEST)),
    "no currency": Fault({"fields_lost"}, every(currency=None)),
    "no availability": Fault({"fields_lost"}, every(availability=Availability.UNKNOWN)),
    "no quantities": Fault({"fields_lost"}, every(quantity=None)),
    "no brands": Fault({"fields_lost"}, every(brand=None, restricted=False)),
    "no part numbers": Fault({"fields_lost"}, every(mpn=None)),
    "no categories": Fault({"fields_lost"}, every(category=None)),
    "no conditions": Fault({"fields_lost"}, every(condition=None)),
    "all prices times 100": Fault({"prices_jumped"}, times("100")),
    "all prices a hundredth": Fault({"prices_jumped"}, times("0.01")),
    "all prices times 1000": Fault({"prices_jumped"}, times("1000")),
}


def _other(item: Listing) -> dict[str, Any]:
    return {"url": f"{item.url}-other", "title": f"Other {item.title}", "mpn": f"{item.mpn}-OTHER"}


@pytest.fixture
def stock(listing: Make) -> list[Listing]:
    return [
        listing(
            number,
            str(1000 + number),
            brand="Cisco" if number < CISCO else "HPE" if number < CISCO + HPE else f"Brand {number}",
            category="router" if number % 4 == 3 else "switch",
            quantity=5,
            condition=Condition.NEW,
        )
        for number in range(100)
    ]


@pytest.mark.parametrize("name", MATRIX)
def test_a_fault_is_stopped_by_its_layers_and_changes_nothing(name: str, shop: Any, stock: list[Listing]) -> None:
    fault = MATRIX[name]
    before = shop.crawl(*stock, outcome=SOUND)
    run = shop.crawl(*fault.twist(stock), outcome=replace(SOUND, **fault.outcome))
    assert {trip.layer for trip in run.trips} == fault.layers
    assert all(trip.message for trip in run.trips)
    assert (run.status, run.counts["gone"]) == (RunStatus.PARTIAL, 0)
    assert len(shop.now()) >= len(stock)
    found = shop.catalogue.diff(since=before.id, until=run.id, wanted=Wanted(events=frozenset(Event))).changes
    assert {change.event for change in found} <= {Event.APPEARED}
    sound = shop.crawl(*stock, outcome=SOUND)
    if name != "goods are other goods":
        assert (sound.status, sound.counts["changed"]) == (RunStatus.COMPLETE, 0)
        assert shop.catalogue.diff().changes == []


def test_every_layer_stands_in_the_matrix() -> None:
    told = {layer for fault in MATRIX.values() for layer in fault.layers}
    names = {"unfinished": "finished", "bound_reached": "bound"}
    assert {names.get(layer.__name__, layer.__name__) for layer in LAYERS} == told


LAXER: dict[str, dict[str, Any]] = {
    "product pages failed": {"failed_share": 0.02},
    "the last pages of a list are empty": {"total_share": 0.3},
    "half of the shop is missing": {"lost_share": 0.6, "group_lost_share": 0.7},
    "one brand is missing": {"group_from": 61},
    "one category is missing": {"group_lost_share": 1.0, "group_from": 26},
    "no prices for a third": {"lost_value_share": 0.4, "unusual_value_share": 0.4},
    "no prices for a tenth": {"unusual_value_from": 11},
    "no quantities": {"lost_value_from": 101, "few_lost_value_from": 101},
    "no part numbers": {"lost_value_from": 101, "few_lost_value_from": 101},
    "all prices times 100": {"price_jump": 101},
}


@pytest.mark.parametrize("name", LAXER)
def test_a_site_may_be_less_steady_than_most(name: str, shop: Any, stock: list[Listing]) -> None:
    fault, guard = MATRIX[name], Guard(**LAXER[name])
    shop.crawl(*stock, outcome=SOUND, guard=guard)
    run = shop.crawl(*fault.twist(stock), outcome=replace(SOUND, **fault.outcome), guard=guard)
    assert (run.status, run.trips) == (RunStatus.COMPLETE, ())


@pytest.mark.parametrize(("emptied_from", "status"), [(3, RunStatus.PARTIAL), (4, RunStatus.COMPLETE)])
def test_a_short_list_may_empty(shop: Any, stock: list[Listing], emptied_from: int, status: RunStatus) -> None:
    guard = Guard(emptied_from=emptied_from)
    shop.crawl(*stock, outcome=replace(SOUND, lists={"shop/c": 3}, totals={}), guard=guard)
    run = shop.crawl(*stock[3:], outcome=replace(SOUND, lists={"shop/c": 0}, totals={}), guard=guard)
    assert run.status is status


@pytest.mark.parametrize(("recent_runs", "status"), [(1, RunStatus.COMPLETE), (3, RunStatus.PARTIAL)])
def test_how_many_runs_say_what_to_expect(shop: Any, stock: list[Listing], recent_runs: int, status: RunStatus) -> None:
    guard = Guard(recent_runs=recent_runs, group_lost_share=1.0)
    for there in (stock, stock, stock[25:]):
        shop.crawl(*there, guard=guard)
    assert shop.crawl(*stock[45:], guard=guard).status is status


def test_the_documentation_shows_every_threshold_with_its_default() -> None:
    text = (Path(__file__).parents[2] / "docs" / "add-a-site.md").read_text(encoding="utf-8")
    example = re.search(r"```yaml\n(.*?)```", text, re.DOTALL)
    assert example is not None
    assert yaml.safe_load(example[1])["guard"] == Guard().model_dump()
