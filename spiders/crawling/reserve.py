"""The reserve: pages that sitemaps name, asked for where links lead no further, as long as their kind shows goods."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from typing import NamedTuple
from urllib.parse import urlsplit

from restock.capture import Link
from spiders.crawling.frontier import Visit

_FIRST = 40  # pages of one section of the site, before it must have shown goods


class Named(NamedTuple):
    """A page that a sitemap names, with the visit of that sitemap."""

    link: Link
    source: Visit


class Reserve:
    """Keeps the pages by the section of the site that their address begins with. A section whose first pages show no
    goods (a blog, a help centre) is left out."""

    def __init__(self) -> None:
        self._sections: defaultdict[str, list[Named]] = defaultdict(list)
        self._taken: defaultdict[str, int] = defaultdict(int)

    def keep(self, named: Named) -> None:
        self._sections[section_of(named.link.url)].append(named)

    def take(self, fruitful: Collection[str]) -> list[Named]:
        """The next pages of each section: few at first, and twice as many whenever the last ones showed goods.
        `fruitful` are the sections in which goods were found."""
        found: list[Named] = []
        for section, waiting in self._sections.items():
            taken = self._taken[section]
            if taken >= _FIRST and section not in fruitful:
                continue
            some = waiting[taken : taken + max(taken, _FIRST)]
            self._taken[section] += len(some)
            found += some
        return found

    def sample(self, size: int) -> list[Named]:
        """So many pages from all over the reserve, once."""
        everything = [named for waiting in self._sections.values() for named in waiting]
        self._sections.clear()
        return spread(everything, size)

    @property
    def left_out(self) -> int:
        """Pages that were not asked for."""
        return sum(len(waiting) - self._taken[section] for section, waiting in self._sections.items())


def spread(items: Sequence[Named], size: int) -> list[Named]:
    """So many of the items, evenly from the first to the last."""
    if len(items) <= size:
        return list(items)
    return [items[number * len(items) // size] for number in range(size)]


def section_of(url: str) -> str:
    return urlsplit(url).path.strip("/").partition("/")[0]
