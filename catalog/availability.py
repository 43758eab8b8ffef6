"""Newly available: restricted goods that can be had at a site now, and could not be had there before."""

from collections.abc import Sequence
from typing import Any

from sqlalchemy import Connection, Select, or_, select

from catalog import models as m
from catalog.bulk import fetch_rows
from catalog.questions import chunks
from catalog.states import OBTAINABLE
from catalog.stories import Story
from catalog.windows import Window
from restock.change import are_other_goods
from restock.listing import Listing

Product = tuple[str, str]


def newly_available(connection: Connection, window: Window, told: Sequence[Story]) -> set[int]:
    """The listings (by number) that make a restricted product obtainable which, at the window's start, no listing of
    the site did. Where brand or part number is not known, a listing stands for itself."""
    candidates = [story for story in told if _became_obtainable(story)]
    products = {found for story in candidates if (found := _product(story.ends.after)) is not None}
    before = (story.ends.before for story in told if _obtainable(story.ends.before))
    had = {found for listing in before if (found := _product(listing)) in products}
    had |= _had_untouched(connection, window, products - had, {story.listing_id for story in told})
    return {story.listing_id for story in candidates if _product(story.ends.after) not in had}


def _became_obtainable(story: Story) -> bool:
    before, after = story.ends.before, story.ends.after
    if after is None or not after.restricted or not _obtainable(after):
        return False
    return before is None or not _obtainable(before) or are_other_goods(before, after)


def _obtainable(listing: Listing | None) -> bool:
    return listing is not None and listing.availability.obtainable


def _product(listing: Listing | None) -> Product | None:
    if listing is None or listing.brand is None or listing.mpn is None:
        return None
    return listing.brand, listing.mpn


def _had_untouched(connection: Connection, window: Window, products: set[Product], touched: set[int]) -> set[Product]:
    """Products that a listing which did not change within the window makes obtainable."""
    found: set[Product] = set()
    spans, start = m.version.c, window.from_run.sequence
    for chunk in chunks(sorted({mpn for _, mpn in products})):
        query = select(spans.listing_id, m.details.c.brand, m.details.c.mpn).where(
            # By their numbers, and not by the site, of which nearly everything has another number.
            spans.listing_id.in_(_numbered(window.site, chunk)),
            m.details.c.listing_id == spans.listing_id,
            m.details.c.run_id == spans.details_run,
            m.details.c.mpn.in_(chunk),
            spans.availability.in_(OBTAINABLE),
            spans.from_run <= start,
            or_(spans.to_run.is_(None), spans.to_run > start),
        )
        found |= {(brand, mpn) for number, brand, mpn in fetch_rows(connection, query) if number not in touched}
    return found & products


def _numbered(site: str, numbers: Sequence[str]) -> Select[Any]:
    """The listings of a site that have, or had, one of some part numbers."""
    listing_id = m.details.c.listing_id
    here = select(m.site.c.id).where(m.site.c.name == site).scalar_subquery()
    query = select(listing_id).join(m.listing, m.listing.c.id == listing_id)
    return query.where(m.details.c.mpn.in_(numbers), m.listing.c.site_id + 0 == here)
