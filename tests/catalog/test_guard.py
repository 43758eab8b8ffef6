"""Each layer of the guard has a case that only that layer stops."""

from dataclasses import replace

import pytest

from catalog import guard
from catalog.guard import LAYERS, PAGE_LAYERS, Case, Layer, Lost, judge
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import RunStatus

SOUND = CrawlOutcome(finished=True, pages={"list": 10, "product": 1000}, lists={"shop/a": 50, "shop/b": 50})
WHOLE = Case(
    outcome=SOUND,
    listings=100,
    known=Lost(100, 0),
    groups={("brand", "Cisco"): Lost(60, 0), ("category", "switch"): Lost(80, 0)},
    values={name: Lost(90, 5) for name in ("price", "availability", "brand", "mpn")},
    recent=(100, 101, 99, 100, 100),
    lists_before={"shop/a": 50, "shop/b": 50, "shop/c": 2},
)


def crawled(**values: object) -> Case:
    return replace(WHOLE, outcome=replace(SOUND, **values))


CASES: dict[Layer, Case] = {
    guard.unfinished: crawled(finished=False, reason="killed"),
    guard.bound_reached: crawled(finished=False, bound="20000 pages"),
    guard.lists_failed: crawled(failed_lists={"shop/a?page=2": "500"}),
    guard.products_failed: crawled(failed_products={f"shop/p/{n}": "timeout" for n in range(6)}),
    guard.walls: crawled(walls={"shop/a": "captcha"}),
    guard.dead_lists: crawled(dead_lists=["shop/b"]),
    guard.emptied_lists: crawled(lists={"shop/a": 100, "shop/b": 0}),
    guard.totals: crawled(totals={"shop/a": 60}),
    guard.below_recent_runs: replace(WHOLE, listings=69),
    guard.known_missing: replace(WHOLE, known=Lost(100, 30), missing=("shop/p/1",)),
    guard.group_missing: replace(WHOLE, groups={("brand", "HPE"): Lost(20, 8)}),
    guard.emptied_site: replace(WHOLE, listings=0, known=Lost(4, 4), recent=(), values={}),
    guard.fields_lost: replace(WHOLE, values={"price": Lost(100, 30)}),
    guard.prices_jumped: replace(WHOLE, jumped=Lost(100, 30), jumps=("shop/p/1: 1.00 → 100.00 RUB",)),
}


def test_a_whole_run_is_complete() -> None:
    assert judge(WHOLE).status is RunStatus.COMPLETE


def test_every_layer_has_a_case() -> None:
    assert set(CASES) == set(LAYERS)


@pytest.mark.parametrize("layer", LAYERS, ids=lambda layer: layer.__name__)
def test_a_layer_stops_what_no_other_does(layer: Layer) -> None:
    verdict = judge(CASES[layer])
    assert verdict.status is RunStatus.PARTIAL
    assert [trip.message for trip in verdict.trips] != []
    without = judge(CASES[layer], [other for other in LAYERS if other is not layer])
    assert without.status is RunStatus.COMPLETE


@pytest.mark.parametrize(
    "case",
    [
        crawled(failed_products={f"shop/p/{n}": "500" for n in range(5)}),
        crawled(failed_products={"shop/p/1": "500"}, pages={"product": 3}),
        crawled(failed_products={"shop/p/1": "captcha"}, walls={"shop/p/1": "captcha"}),
        crawled(dead_lists=["shop/never-read"]),
        crawled(lists={"shop/a": 100, "shop/c": 0}),
        crawled(totals={"shop/a": 51}),
        crawled(gone_products=["shop/p/1"], skipped={"robots": 7}),
        replace(WHOLE, listings=70),
        replace(WHOLE, known=Lost(100, 29)),
        replace(WHOLE, known=Lost(9, 8), recent=(9,), listings=1, groups={}),
        replace(WHOLE, groups={("brand", "HPE"): Lost(19, 19), ("brand", "Dell"): Lost(20, 7)}),
        replace(WHOLE, values={"price": Lost(100, 9), "brand": Lost(0, 0)}),
        replace(WHOLE, values={"price": Lost(100, 29)}, usual={"price": 0.1}),
        replace(WHOLE, values={"price": Lost(9, 7), "mpn": Lost(4, 4)}),
        replace(WHOLE, jumped=Lost(100, 29)),
        replace(WHOLE, values={"price": Lost(100, 100)}, forgiven=frozenset({"price"})),
    ],
)
def test_what_happens_to_sound_runs_trips_nothing(case: Case) -> None:
    assert judge(case).status is RunStatus.COMPLETE


def test_thresholds_are_the_sites_own() -> None:
    steady = Guard(lost_share=0.05, lost_from=5, group_lost_share=0.05, group_from=5, failed_share=0.0)
    case = replace(WHOLE, guard=steady, known=Lost(100, 6), groups={("brand", "HPE"): Lost(6, 1)}, listings=90)
    case = replace(case, outcome=replace(SOUND, failed_products={"a": "500", "b": "500"}))
    assert {trip.layer for trip in judge(case).trips} == {
        "products_failed",
        "known_missing",
        "group_missing",
        "below_recent_runs",
    }


def test_nothing_usable_is_a_failure() -> None:
    unreachable = CrawlOutcome(finished=False, reason="shop.example: connection refused")
    assert judge(Case(outcome=unreachable, listings=0, known=Lost(10, 10))).status is RunStatus.FAILED
    assert judge(Case(outcome=CrawlOutcome(finished=True), listings=0)).status is RunStatus.FAILED
    refused = judge(Case(outcome=unreachable, listings=0))
    assert "connection refused" in refused.trips[0].message


def test_a_run_over_pages_is_not_held_to_the_whole_site() -> None:
    page = replace(WHOLE, listings=1, known=Lost(100, 99), whole=False)
    assert judge(page).status is RunStatus.COMPLETE
    assert judge(replace(page, outcome=CASES[guard.lists_failed].outcome)).status is RunStatus.PARTIAL
    assert set(PAGE_LAYERS) < set(LAYERS)


@pytest.mark.parametrize("name", ["price", "availability", "brand", "mpn"])
@pytest.mark.parametrize("lost", [Lost(10, 3), Lost(1000, 500), Lost(5, 4)])
def test_values_lost_at_once_are_named(name: str, lost: Lost) -> None:
    trip = judge(replace(WHOLE, values={name: lost, "condition": Lost(50, 1)})).trips[0]
    assert trip.figures == {name: {"known": lost.known, "lost": lost.missing}}


def test_a_site_has_its_own_threshold_for_lost_values() -> None:
    case = replace(WHOLE, values={"price": Lost(100, 40)})
    assert judge(case).status is RunStatus.PARTIAL
    assert judge(replace(case, guard=Guard(lost_value_share=0.5))).status is RunStatus.PARTIAL
    assert judge(replace(case, guard=Guard(lost_value_share=0.5), usual={"price": 0.2})).status is RunStatus.COMPLETE
    assert judge(replace(case, guard=Guard(lost_value_from=101))).status is RunStatus.COMPLETE


def test_figures_and_samples_say_what_tripped() -> None:
    trip = judge(CASES[guard.group_missing]).trips[0]
    assert trip.figures == {"brand HPE": {"known": 20, "missing": 8}}
    assert judge(CASES[guard.known_missing]).trips[0].samples == ("shop/p/1",)
