"""Which listing a sighting is, whatever the order in which a run saw things."""

import random
from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identity import Known, Name, Resolution, Sighting, resolve


def seen(
    row: int, sku: int | None = None, url: int | None = None, title: int = 0, price: int | None = None, stock: int = 0
) -> Sighting:
    return Sighting(row, sku, url, title, rank=hash((sku, url, title, price, stock)), price=price)


def as_known(item: Sighting, *, live: bool = True) -> Known:
    return Known(item.row, item.sku, item.url, item.title, live, item.rank, item.price)


def test_new_listings_are_named_by_sku_else_address_else_title() -> None:
    found = resolve([seen(1, sku=7, url=70), seen(2, url=71), seen(3, title=5)], [])
    assert found.names == {1: Name.SKU, 2: Name.URL, 3: Name.TITLE}


def test_a_listing_keeps_its_key_when_its_address_moves() -> None:
    assert resolve([seen(1, sku=7, url=99)], [Known(4, 7, 70, 0)]).matches == {1: 4}


def test_a_listing_keeps_its_key_when_it_gains_or_loses_a_sku() -> None:
    assert resolve([seen(1, sku=7, url=70)], [Known(4, None, 70, 0)]).matches == {1: 4}
    assert resolve([seen(1, url=70)], [Known(4, 7, 70, 0)]).matches == {1: 4}
    assert resolve([seen(1, sku=8, url=70)], [Known(4, 7, 70, 0)]).matches == {1: 4}


def test_a_sku_on_different_goods_is_no_sku() -> None:
    found = resolve([seen(1, sku=7, url=70, title=1), seen(2, sku=7, url=71, title=2)], [])
    assert found.names == {1: Name.URL, 2: Name.URL}


def test_the_known_address_keeps_the_key_of_a_sku_that_other_goods_share() -> None:
    found = resolve([seen(1, sku=7, url=71, title=2), seen(2, sku=7, url=70, title=1)], [Known(4, 7, 70, 1)])
    assert found.matches == {2: 4}
    assert found.names == {1: Name.URL}


def test_the_same_goods_under_two_categories_are_one_listing_and_counted() -> None:
    found = resolve([seen(1, sku=7, url=71, title=1), seen(2, sku=7, url=70, title=1)], [Known(4, 7, 70, 1)])
    assert found.matches == {2: 4}
    assert found.duplicates == {1: 2}


def test_variants_at_one_address_are_told_apart_by_sku() -> None:
    known = [Known(1, 10, 70, 5), Known(2, 11, 70, 5)]
    found = resolve([seen(1, sku=10, url=70, title=5), seen(2, sku=12, url=70, title=5)], known)
    assert found.matches == {1: 1}
    assert found.names == {2: Name.SKU}


def test_goods_at_one_address_without_sku_are_told_apart_by_title() -> None:
    rows = [seen(1, url=70, title=1), seen(2, url=70, title=2)]
    assert resolve(rows, []).names == {1: Name.URL_AND_TITLE, 2: Name.URL_AND_TITLE}
    found = resolve(rows, [Known(4, None, 70, 2)])
    assert found.matches == {2: 4}
    assert found.names == {1: Name.URL_AND_TITLE}


def test_a_listing_that_is_gone_comes_back_as_itself_unless_a_living_one_fits() -> None:
    assert resolve([seen(1, url=70)], [Known(4, None, 70, 0, live=False)]).matches == {1: 4}
    known = [Known(4, None, 70, 1, live=False), Known(5, None, 70, 2)]
    assert resolve([seen(1, url=70, title=3)], known).matches == {1: 5}


def test_a_title_names_only_what_has_nothing_better() -> None:
    bare = [Known(4, None, None, 9)]
    assert resolve([seen(1, title=9)], bare).matches == {1: 4}
    assert resolve([seen(1, sku=3, url=30, title=9)], bare).matches == {1: 4}
    assert resolve([seen(1, title=9)], [Known(4, 3, 70, 9)]).matches == {1: 4}
    assert resolve([seen(1, title=9)], [Known(4, 3, 70, 9, live=False)]).matches == {}
    assert resolve([seen(1, title=9)], [Known(4, 3, 70, 9), Known(5, 4, 71, 9)]).matches == {}
    assert resolve([seen(1, url=71, title=9)], [Known(4, None, 70, 9)]).matches == {}


small = st.integers(0, 3)
sightings = st.lists(st.tuples(st.none() | small, st.none() | small, small), max_size=7)
listings = st.lists(st.tuples(st.none() | small, st.none() | small, small, st.booleans()), max_size=6)


def by_content(rows: Sequence[Sighting], found: Resolution) -> list[tuple[object, ...]]:
    content = {item.row: (item.sku, item.url, item.title) for item in rows}
    return sorted(
        repr((content[row], found.matches.get(row), found.names.get(row), row in found.duplicates)) for row in content
    )  # type: ignore[return-value]


@settings(max_examples=300, deadline=None, derandomize=True)
@given(sightings, listings, st.randoms(use_true_random=False))
def test_order_leaves_no_trace_and_nothing_is_given_twice(
    raw: list[tuple[int | None, int | None, int]],
    raw_known: list[tuple[int | None, int | None, int, bool]],
    chance: random.Random,
) -> None:
    known = [Known(place, *row) for place, row in enumerate(raw_known)]
    rows = [seen(place, *row) for place, row in enumerate(raw)]
    found = resolve(rows, known)
    assert len(set(found.matches.values())) == len(found.matches)
    assert set(found.matches) | set(found.names) | set(found.duplicates) == {item.row for item in rows}
    assert not set(found.matches) & set(found.names)
    assert not (set(found.matches) | set(found.names)) & set(found.duplicates)
    shuffled = rows[:]
    chance.shuffle(shuffled)
    assert by_content(shuffled, resolve(shuffled, chance.sample(known, len(known)))) == by_content(rows, found)


def test_the_same_run_again_matches_itself() -> None:
    rows = [seen(1, sku=1, url=10, title=1), seen(2, url=11, title=2), seen(3, title=3), seen(4, sku=2, title=4)]
    assert resolve(rows, [as_known(item) for item in rows]).matches == {1: 1, 2: 2, 3: 3, 4: 4}


TWINS = [seen(1, title=9, price=85), seen(2, title=9, price=79)]


def test_goods_that_share_their_only_title_are_matched_as_far_as_they_go() -> None:
    known = [as_known(item) for item in TWINS]
    assert resolve(TWINS[::-1], known).matches == {1: 1, 2: 2}
    for twin in TWINS:
        assert resolve([twin], known).matches == {twin.row: twin.row}
        found = resolve(TWINS, [as_known(twin)])
        assert found.matches == {twin.row: twin.row}
        assert set(found.names) == {3 - twin.row}


def test_of_twins_the_one_that_changed_is_the_one_that_is_left() -> None:
    known = [as_known(item) for item in TWINS]
    assert resolve([seen(1, title=9, price=71), seen(2, title=9, price=85)], known).matches == {1: 2, 2: 1}
    other_stock = [seen(1, title=9, price=79, stock=4), seen(2, title=9, price=85, stock=4)]
    assert resolve(other_stock, known).matches == {1: 2, 2: 1}
    dearer = [seen(1, title=9, price=80), seen(2, title=9, price=90)]
    assert resolve(dearer, known).matches == {1: 2, 2: 1}


def test_twins_that_say_the_same_are_one_unless_as_many_are_known() -> None:
    same = [seen(1, title=9, price=85), seen(2, title=9, price=85)]
    assert list(resolve(same, []).names) == [1]
    assert resolve(same, []).duplicates == {2: 1}
    assert resolve(same, [as_known(TWINS[0])]).duplicates == {2: 1}
    assert resolve(same, [as_known(TWINS[0]), as_known(TWINS[1], live=False)]).duplicates == {2: 1}
    assert set(resolve(same, [as_known(item) for item in TWINS]).matches.values()) == {1, 2}


def test_a_twin_that_is_gone_comes_back_as_itself() -> None:
    assert resolve(TWINS, [as_known(TWINS[0]), as_known(TWINS[1], live=False)]).matches == {1: 1, 2: 2}


def test_twins_of_two_skus_are_two_goods() -> None:
    known = [Known(1, 5, None, 9), Known(2, None, None, 9), Known(3, None, None, 9)]
    rows = [seen(1, sku=7, title=9), seen(2, sku=8, title=9), seen(3, sku=6, title=9)]
    assert set(resolve(rows, known).matches.values()) == {2, 3}


def test_of_one_sku_twice_the_row_stays_that_is_known_else_the_cheapest() -> None:
    rows = [seen(1, sku=7, title=9, price=85), seen(2, sku=7, title=9, price=79), seen(3, sku=7, title=9)]
    assert resolve(rows, []).duplicates == {1: 2, 3: 2}
    assert resolve(rows, [as_known(rows[0])]).duplicates == {2: 1, 3: 1}


def test_rows_that_a_shop_numbers_anew_stay_the_goods_of_their_pages() -> None:
    known = [Known(number, number, 70 + number, number) for number in range(1, 6)]
    shifted = [seen(number, sku=number + 1, url=70 + number, title=number) for number in range(1, 6)]
    fresh = seen(9, sku=1, url=99, title=99)
    found = resolve([*shifted, fresh], known)
    assert found.matches == {number: number for number in range(1, 6)}
    assert set(found.names) == {9}


def test_a_sku_that_was_given_to_other_goods_brings_nothing_back() -> None:
    gone = [Known(4, 7, 70, 1, live=False)]
    assert resolve([seen(1, sku=7, url=71, title=2)], gone).matches == {}
    assert resolve([seen(1, sku=7, url=71, title=1)], gone).matches == {1: 4}
    assert resolve([seen(1, sku=7, url=70, title=2)], gone).matches == {1: 4}


def test_of_two_goods_under_one_sku_without_an_address_each_is_known_by_its_title() -> None:
    known = [Known(4, 7, None, 1), Known(5, 7, None, 2, live=False)]
    assert resolve([seen(1, sku=7, title=2)], known).matches == {1: 5}
    assert resolve([seen(1, sku=7, title=1)], known).matches == {1: 4}


prices = st.lists(st.none() | st.integers(1, 3), max_size=5)


@settings(max_examples=300, deadline=None, derandomize=True)
@given(prices, prices, st.integers(0, 3))
def test_no_title_alone_is_new_and_gone_at_once(now: list[int | None], before: list[int | None], gone: int) -> None:
    rows = [seen(row, title=9, price=price) for row, price in enumerate(now)]
    earlier = [seen(row, title=9, price=price) for row, price in enumerate(before)]
    known = [as_known(item, live=item.row >= gone) for item in earlier]
    found = resolve(rows, known)
    missing = {item.id for item in known if item.live} - set(found.matches.values())
    assert not (missing and found.names)
    unchanged = {item.state for item in known if item.live} & {item.rank for item in rows}
    matched = {known[listing].state for row, listing in found.matches.items() if rows[row].rank == known[listing].state}
    assert unchanged <= matched
