"""Listings that a diff gives: kept as rows, whole as soon as somebody looks."""

import copy
import gc
import pickle
from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from catalog.collecting import uncollected
from restock.listing import Component, Listing, Restriction
from restock.terms import Availability, RestrictionRule

Make = Callable[..., Listing]
REASONS = (
    Restriction(
        RestrictionRule.BRAND_POLICY, "cisco", "Cisco stopped sales", "https://policies.example/", "2022-03-03"
    ),
    Restriction(RestrictionRule.CHPL, "8517.62", "on the list", "https://lists.example/", tier="2"),
)
PARTS = (Component("Intel", None, "Intel Core i7"),)


def changed(shop: Any, listing: Make) -> tuple[Any, Listing]:
    """A change, and the listing after it as the catalogue knows it otherwise."""
    shop.crawl(listing(1, restrictions=REASONS, components=PARTS), listing(2))
    shop.crawl(listing(1, "90.5", restrictions=REASONS, components=PARTS, quantity=3), listing(2, "80"))
    (first, _) = shop.catalogue.diff().changes
    return first, shop.catalogue.listing("shop:" + first.after.key)


def test_a_listing_of_a_diff_is_the_catalogues(shop: Any, listing: Make) -> None:
    change, known = changed(shop, listing)
    assert change.after == known
    (again, _) = shop.catalogue.diff().changes
    assert known == again.after
    assert hash(again.after) == hash(known)
    assert (again.after.restrictions, again.after.components) == (REASONS, PARTS)
    assert again.before != again.after
    assert again.after != "a listing"
    assert again.after.to_json() == known.to_json()


def test_a_listing_of_a_diff_can_be_used_as_any_other(shop: Any, listing: Make) -> None:
    change, known = changed(shop, listing)
    assert pickle.loads(pickle.dumps(change.before)) == change.before
    assert copy.deepcopy(change.after) == known
    gone = replace(change.after, availability=Availability.OUT_OF_STOCK)
    assert (gone.availability, gone.title) == (Availability.OUT_OF_STOCK, known.title)
    assert gone != known
    with pytest.raises(AttributeError):
        _ = change.after.colour


def test_what_is_filled_at_once_is_what_the_whole_listing_has(shop: Any, listing: Make) -> None:
    change, known = changed(shop, listing)
    names = ("key", "brand", "mpn", "restricted", "currency", "price", "availability")
    at_once = {name: getattr(change.after, name) for name in names}
    assert change.after.title == known.title
    assert at_once == {name: getattr(change.after, name) for name in names}
    assert at_once["price"] == Decimal("90.5")


def test_the_collector_runs_again_after_a_pause() -> None:
    with uncollected():
        assert not gc.isenabled()
    assert gc.isenabled()
    with pytest.raises(ValueError, match="broken"), uncollected():
        raise ValueError("broken")
    assert gc.isenabled()


def test_a_pause_within_a_pause_ends_nothing() -> None:
    with uncollected():
        with uncollected():
            pass
        assert not gc.isenabled()
    assert gc.isenabled()
