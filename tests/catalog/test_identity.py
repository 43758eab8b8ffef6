"""Which listing a sighting is, whatever the order in which a run saw things."""

import random
from collections.abc import Sequence

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from catalog.identity import Known, Name, Resolution, Sighting, resolve


def seen(row: int, sku: int | None = None, url: int | None = None, title: int = 0) -> Sighting:
    return Sighting(row, sku, url, title, rank=hash((sku, url, title)))


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
    assert resolve([seen(1, title=9)], [Known(4, None, 70, 9)]).matches == {}


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


@pytest.mark.parametrize("times", [1, 3])
def test_the_same_run_again_matches_itself(times: int) -> None:
    rows = [seen(1, sku=1, url=10, title=1), seen(2, url=11, title=2), seen(3, title=3), seen(4, sku=2, title=4)]
    known = [Known(item.row, item.sku, item.url, item.title) for item in rows]
    for _ in range(times):
        assert resolve(rows, known).matches == {1: 1, 2: 2, 3: 3, 4: 4}
