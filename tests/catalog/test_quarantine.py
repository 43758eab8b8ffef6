"""A price that jumps a hundredfold is held back until a later run sees it again."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import Catalogue, Search
from restock.listing import Listing
from restock.run import CrawlOutcome, Run
from restock.site import Guard
from restock.terms import Availability, RunStatus

Make = Callable[..., Listing]
Prices = Callable[[], list[int]]


@pytest.fixture
def day(shop: Any, listing: Make) -> Callable[..., Run]:
    """A crawl of three listings, of which the first costs what is said."""

    def crawl(price: str | None, **values: Any) -> Run:
        found: Run = shop.crawl(listing(1, price, **values), listing(2), listing(3))
        return found

    return crawl


@pytest.fixture
def price(shop: Any) -> Callable[[], Decimal | None]:
    return lambda: shop.now()[0].price


@pytest.mark.parametrize("jumped", ["10000", "1", "100000", "0.1", "9800"])
def test_a_jump_is_held_until_it_is_seen_again(day: Callable[..., Run], price: Any, shop: Any, jumped: str) -> None:
    day("100")
    held = day(jumped)
    assert (held.status, held.counts["held"], held.counts["changed"], price()) == (RunStatus.COMPLETE, 1, 0, 100)
    shown = f"https://shop.example/p/1: 100.00 → {Decimal(jumped):.2f} RUB"
    assert held.warnings == (f"1 price(s) jumped and are held back until a later run sees them again: {shown}",)
    assert shop.catalogue.diff().changes == []
    taken = day(jumped)
    assert (taken.counts["held"], taken.counts["changed"], price()) == (0, 1, Decimal(jumped))
    assert taken.warnings == ("1 price(s) that jumped were seen again and taken",)
    (change,) = shop.catalogue.diff().changes
    assert (change.event.value, change.before.price, change.at) == ("price_changed", 100, taken.observed_at)
    assert day(jumped).warnings == ()


@pytest.mark.parametrize(("then", "changed"), [("100", 0), ("101", 1)])
def test_a_reading_error_leaves_no_trace(day: Callable[..., Run], shop: Any, then: str, changed: int) -> None:
    day("100")
    day("10000")
    assert [item.held_price for item in shop.now()] == [10000, None, None]
    mended = day(then)
    assert (mended.counts["held"], mended.counts["changed"]) == (0, changed)
    assert [item.held_price for item in shop.now()] == [None, None, None]
    again = day("10000")
    assert again.counts["held"] == 1


@pytest.mark.parametrize(("price_then", "held"), [("10500", 0), ("20000", 1)])
def test_what_is_seen_again_may_have_moved_a_little(day: Callable[..., Run], price_then: str, held: int) -> None:
    day("100")
    day("10000")
    assert day(price_then).counts["held"] == held


@pytest.mark.parametrize("then", ["8900", "1.2"])
def test_a_smaller_move_is_the_markets(day: Callable[..., Run], price: Any, then: str) -> None:
    day("100")
    assert (day(then).counts["held"], price()) == (0, Decimal(then))


def test_other_currencies_and_prices_on_request_are_no_jumps(day: Callable[..., Run]) -> None:
    day("100")
    assert day("10000", currency="KZT").counts["held"] == 0
    assert day(None).counts["held"] == 0
    assert day("1000000").counts["held"] == 0


def test_what_else_changed_is_taken_at_once(day: Callable[..., Run], shop: Any) -> None:
    day("100")
    day("10000", availability=Availability.OUT_OF_STOCK, title="Renamed")
    now = shop.now()[0]
    assert (now.price, now.availability, now.title) == (100, Availability.OUT_OF_STOCK, "Renamed")


def test_the_same_list_twice_is_not_seen_again(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    held = shop.crawl(listing(1, "10000"))
    again = shop.crawl(listing(1, "10000"), at=held.observed_at)
    assert (again.counts["held"], shop.now()[0].price) == (1, 100)


def test_a_partial_run_that_misses_it_confirms_nothing(shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(20)))
    shop.crawl(listing(0, "10000"), *(listing(number) for number in range(1, 20)))
    assert shop.crawl(*(listing(number) for number in range(1, 10))).status is RunStatus.PARTIAL
    assert shop.now()[0].price == 100
    taken = shop.crawl(listing(0, "10000"), *(listing(number) for number in range(1, 20)))
    assert (taken.counts["changed"], shop.now()[0].price) == (1, 10000)


@pytest.mark.parametrize("also", [{}, {"availability": Availability.BACK_ORDER}])
def test_accepting_the_run_takes_the_price(day: Callable[..., Run], shop: Any, also: dict[str, Any]) -> None:
    first = day("100")
    held = day("10000", **also)
    accepted = shop.catalogue.accept(held.id)
    assert (accepted.accepted, accepted.counts["held"], accepted.counts["changed"]) == (True, 0, 1)
    assert shop.now()[0].price == 10000
    changes = {change.event.value: change for change in shop.catalogue.diff().changes}
    assert changes["price_changed"].at == held.observed_at
    assert shop.catalogue.search(Search(at=first.observed_at)).__next__().price == 100
    assert shop.catalogue.accept(held.id) == accepted
    assert day("10000", **also).counts["changed"] == 0


def test_a_shop_whose_prices_all_jump_is_partial_and_may_be_accepted(shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(20)))
    dear = [listing(number, "10000") for number in range(20)]
    run = shop.crawl(*dear)
    assert [trip.figures for trip in run.trips] == [{"known": 20, "jumped": 20}]
    accepted = shop.catalogue.accept(run.id)
    assert (accepted.status, accepted.counts["changed"]) == (RunStatus.COMPLETE, 20)
    assert {item.price for item in shop.now()} == {10000}


def test_what_is_back_is_judged_by_the_price_that_it_had_last(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1, "10000"), listing(2))
    assert shop.crawl(listing(2)).counts["gone"] == 1
    back = shop.crawl(listing(1, "10000", availability=Availability.BACK_ORDER), listing(2))
    assert (back.status, back.counts["returned"], back.counts["held"]) == (RunStatus.COMPLETE, 1, 1)
    assert back.warnings[0].endswith("https://shop.example/p/1: 100.00 → 10000.00 RUB")
    (change,) = shop.catalogue.diff().changes
    assert (change.event.value, change.after.price, change.change_pct) == ("reappeared", 100, 0)
    assert change.after.availability is Availability.BACK_ORDER
    taken = shop.crawl(listing(1, "10000", availability=Availability.BACK_ORDER), listing(2))
    assert (taken.counts["held"], taken.counts["changed"], shop.now()[0].price) == (0, 1, 10000)


def test_accepting_takes_the_price_of_what_is_back(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(2))
    back = shop.crawl(listing(1, "10000"), listing(2))
    shop.catalogue.accept(back.id)
    (change,) = shop.catalogue.diff().changes
    assert (change.event.value, change.before.price, change.after.price) == ("reappeared", 100, 10000)


def test_a_site_has_its_own_bound(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    assert shop.crawl(listing(1, "1000"), guard=Guard(price_jump=10)).counts["held"] == 1
    assert shop.crawl(listing(1, "99999"), guard=Guard(price_jump=1000)).counts["held"] == 0


def test_prices_at_the_edge_of_what_is_kept_are_judged_too(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1, "0.000001"), listing(2, "9223372036854"))
    run = shop.crawl(listing(1, "9223372036854"), listing(2, "0.000001"))
    assert run.counts["held"] == 2
    assert shop.crawl(listing(1, "9223372036854"), listing(2, "0.000001")).counts["changed"] == 2


def test_a_second_reading_holds_what_its_run_held_and_mends_what_was_misread(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2, "10000"))
    held = shop.crawl(listing(1, "10000"), listing(2, "10000"))
    second = shop.correct(held, listing(1, "10000"), listing(2, "100"))
    assert (second.counts["changed"], [item.price for item in shop.now()]) == (1, [100, 100])
    taken = shop.crawl(listing(1, "10000"), listing(2, "100"))
    assert taken.counts["changed"] == 1
    assert [(item.event.value, item.listing.price) for item in shop.catalogue.diff().changes] == [
        ("price_changed", 10000)
    ]


def test_a_mended_reader_forgets_what_was_held(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    held = shop.crawl(listing(1, "10000"))
    shop.correct(held, listing(1, "100"))
    assert shop.crawl(replace(listing(1), price=Decimal(10000))).counts["held"] == 1


_PRICES = st.sampled_from([1, 2, 100, 105, 10_000, 10_500, 1_000_000])
_WEEK = st.lists(st.tuples(st.dictionaries(st.integers(1, 3), _PRICES, max_size=3), st.booleans()), max_size=6)


def plain_step(run: Run, seen: dict[int, int], now: dict[int, int], last: dict[int, int], held: dict[int, int]) -> None:
    """What a child would do: believe a jump only when it sees it twice."""
    for number, price in seen.items():
        old, waiting = last.get(number), held.pop(number, None)
        jumped = old is not None and max(old, price) >= 90 * min(old, price)
        if jumped and (waiting is None or abs(waiting - price) * 10 > waiting):
            held[number] = price
        else:
            last[number] = price
        now[number] = last[number]
    if run.status is RunStatus.COMPLETE:
        for number in [number for number in now if number not in seen]:
            del now[number]
            held.pop(number, None)


@settings(max_examples=25, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(week=_WEEK)
def test_any_week_is_that_of_a_plain_model(
    week: list[tuple[dict[int, int], bool]], catalogue: Catalogue, shop_class: Any, listing: Make
) -> None:
    name = f"shop-{len(catalogue.sites_seen())}"
    shop, now, last, held = shop_class(catalogue, name=name), dict[int, int](), dict[int, int](), dict[int, int]()
    for seen, finished in week:
        offers = [listing(number, str(price), site=name) for number, price in seen.items()]
        run = shop.crawl(*offers, outcome=CrawlOutcome(finished=finished))
        if run.status is not RunStatus.FAILED:
            plain_step(run, seen, now, last, held)
        there = {int(item.url.rsplit("/")[-1]): (item.price, item.held_price) for item in shop.now()}
        assert there == {number: (price, held.get(number)) for number, price in now.items()}
    assert catalogue.check() == []
