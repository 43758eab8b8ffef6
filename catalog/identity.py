"""Which listing is this? Matches what a run saw with what the catalogue knows of its site.

A listing is known by the site's own SKU, else by its address, else by its title (with the part number). Sites misuse
all three, so none is trusted alone: a SKU that stands on different goods is no SKU, an address that several goods share
names none of them. Nothing here depends on the order of what was seen. Texts arrive as hashes (catalog.hashing).
"""

from collections import defaultdict
from collections.abc import Callable, Hashable, Iterable, Sequence
from dataclasses import dataclass, field
from enum import Enum
from typing import TypeVar


@dataclass(frozen=True, slots=True)
class Sighting:
    """What a run saw of one listing. `rank` is a hash of all its values: it breaks ties the same way in any order."""

    row: int
    sku: int | None
    url: int | None
    title: int
    rank: int


@dataclass(frozen=True, slots=True)
class Known:
    """A listing of the site, by what it was last seen under. `live` is False for one that is gone."""

    id: int
    sku: int | None
    url: int | None
    title: int
    live: bool = True


class Name(Enum):
    """What gives a new listing its key."""

    SKU = "sku"
    URL = "url"
    URL_AND_TITLE = "url and title"
    TITLE = "title"


@dataclass(slots=True)
class Resolution:
    """`matches`: row → known listing; `names`: row → what a new listing is named after; `duplicates`: row → the row
    that stands for the same goods."""

    matches: dict[int, int] = field(default_factory=dict)
    names: dict[int, Name] = field(default_factory=dict)
    duplicates: dict[int, int] = field(default_factory=dict)


Item = TypeVar("Item")


def _grouped(items: Iterable[Item], by: Callable[[Item], Hashable]) -> dict[Hashable, list[Item]]:
    groups: dict[Hashable, list[Item]] = defaultdict(list)
    for item in items:
        value = by(item)
        if value is not None:
            groups[value].append(item)
    return groups


def resolve(seen: Sequence[Sighting], known: Iterable[Known]) -> Resolution:
    """Matches every sighting with a known listing, or says what names the new one; each listing is given once."""
    return _Resolver(seen, list(known)).run()


class _Resolver:
    def __init__(self, seen: Sequence[Sighting], known: list[Known]) -> None:
        self.found = Resolution()
        self.known = known
        self.by_sku = _grouped(known, lambda item: item.sku)
        self.by_url = _grouped(known, lambda item: item.url)
        self.claimed: set[int] = set()
        self.open = self._without_duplicates(seen)
        self.sku_rows = _grouped(self.open, lambda item: item.sku)
        self.url_rows = _grouped(self.open, lambda item: item.url)

    def run(self) -> Resolution:
        self._match(self._same_sku_and_url)
        self._match(self._same_sku_and_title)
        self._match(self._only_sku)
        self._match(self._same_url_and_title)
        self._match(self._only_url)
        self._match_titles()
        self.found.names = {item.row: self._name(item) for item in self.open}
        return self.found

    def _without_duplicates(self, seen: Sequence[Sighting]) -> list[Sighting]:
        """One row for goods that a site shows twice: one SKU or one address, and one title."""
        kept = self._fold(seen, lambda item: None if item.sku is None else (item.sku, item.title))
        return self._fold(kept, lambda item: None if item.url is None else (item.url, item.title, item.sku))

    def _fold(self, seen: Iterable[Sighting], by: Callable[[Sighting], Hashable]) -> list[Sighting]:
        alone: list[Sighting] = []
        groups: dict[Hashable, list[Sighting]] = defaultdict(list)
        for item in seen:
            value = by(item)
            if value is None:
                alone.append(item)
            else:
                groups[value].append(item)
        for rows in groups.values():
            best = min(rows, key=self._preference)
            alone.append(best)
            self.found.duplicates |= {item.row: best.row for item in rows if item is not best}
        return alone

    def _preference(self, item: Sighting) -> tuple[bool, int, int]:
        """The address that is known already, so that the same goods don't seem to move; else any, but always one."""
        urls = {listing.url for listing in self.by_sku.get(item.sku, ())} if item.sku is not None else set()
        return item.url not in urls, item.rank, item.url or 0

    def _match(self, pick: Callable[[Sighting], Known | None]) -> None:
        """Gives each open sighting the listing that `pick` finds, where no other sighting finds the same one."""
        wanted: dict[int, list[Sighting]] = defaultdict(list)
        for item in self.open:
            listing = pick(item)
            if listing is not None:
                wanted[listing.id].append(item)
        for listing_id, rows in wanted.items():
            if len(rows) == 1:
                self.found.matches[rows[0].row] = listing_id
                self.claimed.add(listing_id)
        self.open = [item for item in self.open if item.row not in self.found.matches]

    def _one(self, candidates: Iterable[Known]) -> Known | None:
        """The only unclaimed candidate, or the only one of them that is not gone."""
        free = [item for item in candidates if item.id not in self.claimed]
        live = [item for item in free if item.live]
        narrowed = live if len(free) > 1 else free
        return narrowed[0] if len(narrowed) == 1 else None

    def _with_sku(self, item: Sighting) -> list[Known]:
        return self.by_sku.get(item.sku, []) if item.sku is not None else []

    def _with_url(self, item: Sighting) -> list[Known]:
        return self.by_url.get(item.url, []) if item.url is not None else []

    def _same_sku_and_url(self, item: Sighting) -> Known | None:
        candidates = [listing for listing in self._with_sku(item) if listing.url == item.url]
        return self._one(candidates) or self._one(listing for listing in candidates if listing.title == item.title)

    def _same_sku_and_title(self, item: Sighting) -> Known | None:
        return self._one(listing for listing in self._with_sku(item) if listing.title == item.title)

    def _only_sku(self, item: Sighting) -> Known | None:
        """A listing whose address moved, where its SKU stands on nothing else."""
        if len(self.sku_rows.get(item.sku, ())) != 1 or item.sku is None:
            return None
        return self._one(self._with_sku(item))

    def _same_url_and_title(self, item: Sighting) -> Known | None:
        same = (listing for listing in self._with_url(item) if listing.title == item.title)
        return self._one(listing for listing in same if self._may_differ(item, listing))

    def _only_url(self, item: Sighting) -> Known | None:
        if item.url is None or len(self.url_rows[item.url]) != 1:
            return None
        return self._one(listing for listing in self._with_url(item) if self._may_differ(item, listing))

    def _may_differ(self, item: Sighting, listing: Known) -> bool:
        """Whether one address can make one listing of two SKUs: not where it is shared by variants."""
        if item.sku is None or listing.sku is None or item.sku == listing.sku:
            return True
        return len(self.url_rows[item.url]) == 1 and listing.sku not in self.sku_rows

    def _match_titles(self) -> None:
        """A title names what has nothing better: on one of the two sides at least, and on both sides only once."""
        bare = _grouped((item for item in self.known if item.url is None), lambda item: item.title)
        rows = _grouped(self.open, lambda item: item.title)

        def pick(item: Sighting) -> Known | None:
            if len(rows[item.title]) != 1:
                return None
            candidates = bare.get(item.title, ())
            return self._one(known for known in candidates if item.sku is None or known.sku is None)

        self._match(pick)

    def _name(self, item: Sighting) -> Name:
        if item.sku is not None and len(self.sku_rows[item.sku]) == 1:
            return Name.SKU
        if item.url is None:
            return Name.TITLE
        return Name.URL if len(self.url_rows[item.url]) == 1 else Name.URL_AND_TITLE
