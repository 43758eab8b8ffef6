"""Listings that were read again, under the keys that the catalogue knows them by."""

from collections.abc import Iterable, Iterator
from dataclasses import replace

from restock.addresses import clean_url, url_key
from restock.listing import Listing
from restock.run import Run


def named(run: Run, listings: Iterable[Listing], stored: Iterable[Listing]) -> Iterator[Listing]:
    """The listings of a run's second reading, each with the key of the stored one that it is."""
    keys: dict[str, str] = {}
    for known in stored:
        keys |= dict.fromkeys(_names(known), known.key or "")
    for listing in listings:
        known_as = next((keys[name] for name in _names(listing) if name in keys), None)
        fresh = listing.sku or (listing.url and clean_url(listing.url)) or listing.title
        yield replace(listing, key=known_as or fresh, observed_at=run.observed_at, run=run.id)


def _names(listing: Listing) -> list[str]:
    """What a listing may be known by, the surest first."""
    address = url_key(listing.url) if listing.url else ""
    return [f"{address} {listing.sku} {listing.title}", f"{address} {listing.sku}", address or f"{listing.sku}"]
