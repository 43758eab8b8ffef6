"""What a card or a product's page shows, as a crawl judges it: whether that is goods, and which cards are one."""

import re

from restock.addresses import url_key
from restock.listing import RawListing

_SAME_START = 12  # so many letters that two names begin with make them one; cards cut long names short

_TELLING = ("price", "regular_price", "availability", "quantity", "sku", "brand", "mpn", "gtin")


def shows_goods(listing: RawListing, card_title: str | None) -> bool:
    """Whether what was read on a product's page is that product. A page with a heading and nothing else may say
    anything; it is believed where the card that led to it bears the same name."""
    if any(getattr(listing, name) is not None for name in _TELLING):
        return True
    if card_title is None:
        return False
    heading, name = (re.sub(r"\W+", "", text).casefold() for text in (listing.title, card_title))
    return heading in name or name in heading or heading[:_SAME_START] == name[:_SAME_START]


def is_address(url: str) -> bool:
    try:
        return bool(url_key(url))
    except ValueError:
        return False


def card_key(listing: RawListing) -> str:
    """What makes two cards of a list one."""
    if listing.url:
        try:
            return url_key(listing.url) + (f"#{listing.sku}" if listing.sku else "")
        except ValueError:
            pass
    return f"{listing.sku} {listing.title} {listing.price}"
