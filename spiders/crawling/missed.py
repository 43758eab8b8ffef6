"""Goods that earlier runs saw and this crawl has not come by: asked for at its end, where they are few.

A list that shifts while its pages are read shows one of its goods on none of them; their own page says whether they are
there still."""

from collections.abc import Callable, Iterator
from pathlib import Path

from restock.addresses import url_key
from restock.site import Guard


class Missed:
    """The known addresses of goods, by key; what is seen is struck off."""

    def __init__(self, file: Path | None, guard: Guard) -> None:
        self._urls = dict(_keyed(file)) if file is not None else {}
        self._known = len(self._urls)
        self._guard = guard

    def saw(self, url: str | None) -> None:
        if self._urls and url and (key := _key(url)):
            self._urls.pop(key, None)

    def take(self, is_known: Callable[[str], bool]) -> list[str]:
        """The addresses of goods that were not seen and are not known to the crawl, once. None where so many are
        missing that the guard will not believe it: such a site is not asked for more."""
        missed = [url for key, url in self._urls.items() if not is_known(key)]
        self._urls.clear()
        many = self._known >= self._guard.lost_from and len(missed) >= self._guard.lost_share * self._known
        return [] if many else missed


def _keyed(file: Path) -> Iterator[tuple[str, str]]:
    for url in file.read_text(encoding="utf-8").splitlines():
        if key := _key(url):
            yield key, url


def _key(url: str) -> str | None:
    """None for what is no address of a page that could be asked for."""
    try:
        return url_key(url)
    except ValueError:
        return None
