"""Keys of addresses, remembered: the same links stand on every page of a site."""

from functools import lru_cache

from restock import addresses
from spiders.readers.words import MAX_REMEMBERED


@lru_cache(maxsize=MAX_REMEMBERED)
def absolute(href: str, base: str) -> str | None:
    """The clean absolute address of a reference, None where it isn't one of the web."""
    try:
        url = addresses.clean_url(href, base)
    except ValueError:
        return None
    return url if url.startswith(("http://", "https://")) else None


@lru_cache(maxsize=MAX_REMEMBERED)
def url_key(url: str) -> str:
    """What makes two addresses one; see `restock.addresses.url_key`."""
    return addresses.url_key(url)
