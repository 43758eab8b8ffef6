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
    """What a run saw of one listing. `rank` is a hash of all its values: it breaks ties the same way in any order.
    `price` is in millionths."""

    row: int
    sku: int | None
    url: int | None
    title: int
    rank: int
    price: int | None = None

    @property
    def bare(self) -> bool:
        """Whether it has nothing but a title."""
        return self.sku is None and self.url is None


@dataclass(frozen=True, slots=True)
class Known:
    """A listing of the site, by what it was last seen under. `live` is False for one that is gone; `state` is what the
    `rank` of a row that says the same would be."""

    id: int
    sku: int | None
    url: int | None
    title: int
    live: bool = True
    state: int | None = None
    price: int | None = None


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
        self.bare = [item for item in self.open if item.bare]
        self.sku_rows = _grouped(self.open, lambda item: item.sku)
        self.url_rows = _grouped(self.open, lambda item: item.url)

    def run(self) -> Resolution:
        self._match(self._same_sku_and_url)
        self._match(self._same_sku_and_title)
        self._match(self._same_page)
        self._match(self._only_sku)
        self._match(self._same_url_and_title)
        self._match(self._only_url)
        self._match_titles()
        self._match_twins(live=True)
        self._fold_twins()
        self._match_twins(live=False)
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

    def _preference(self, item: Sighting) -> tuple[bool, bool, bool, int, int, int]:
        """The address that is known already, so that the same goods don't seem to move; what the catalogue says of
        them, so that they don't seem to change; else the lowest price, and always the same one."""
        known = self._with_sku(item)
        urls = {listing.url for listing in known}
        states = {listing.state for listing in (*known, *self._with_url(item))}
        price = item.price or 0
        return item.url not in urls, item.rank not in states, not price, price, item.rank, item.url or 0

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
        if item.url is None:
            return None
        candidates = [listing for listing in self._with_sku(item) if listing.url == item.url]
        return self._one(candidates) or self._one(listing for listing in candidates if listing.title == item.title)

    def _same_sku_and_title(self, item: Sighting) -> Known | None:
        return self._one(listing for listing in self._with_sku(item) if listing.title == item.title)

    def _same_page(self, item: Sighting) -> Known | None:
        """The same goods on a page of their own, whatever SKU stands there now: some shops number their rows anew."""
        if item.url is None or len(self.url_rows[item.url]) != 1 or len(self.by_url.get(item.url, ())) != 1:
            return None
        return self._one(listing for listing in self._with_url(item) if listing.title == item.title)

    def _only_sku(self, item: Sighting) -> Known | None:
        """A listing whose address or title changed, where its SKU stands on nothing else; one that is gone is not found
        by its SKU alone, which the shop may have given to other goods."""
        if len(self.sku_rows.get(item.sku, ())) != 1 or item.sku is None:
            return None
        found = self._one(self._with_sku(item))
        if found is None or found.live or found.title == item.title or item.url in {None, found.url}:
            return found
        return None

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
        by_title = _grouped((item for item in self.known if item.url is None or item.live), _by_title)
        rows = _grouped(self.open, _by_title)

        def pick(item: Sighting) -> Known | None:
            if len(rows[item.title]) != 1:
                return None
            return self._one(
                known
                for known in by_title.get(item.title, ())
                if item.bare or (known.url is None and (item.sku is None or known.sku is None))
            )

        self._match(pick)

    def _match_twins(self, *, live: bool) -> None:
        """Several goods may have nothing but one title: as many of them as are known are the known ones."""
        known = _grouped((item for item in self.known if item.url is None and item.live is live), _by_title)
        rows = _grouped((item for item in self.open if item.url is None), _by_title)
        for title, twins in rows.items():
            free = [item for item in known.get(title, ()) if item.id not in self.claimed]
            pairs = _paired(twins, free)
            self.found.matches |= pairs
            self.claimed |= set(pairs.values())
        self.open = [item for item in self.open if item.row not in self.found.matches]

    def _fold_twins(self) -> None:
        """Rows that say wholly the same are one row, but where as many goods as rows are known."""
        kept = {(item.title, item.rank): item.row for item in self.bare if item.row in self.found.matches}
        for item in self.open:
            if item.bare:
                first = kept.setdefault((item.title, item.rank), item.row)
                if first != item.row:
                    self.found.duplicates[item.row] = first
        self.open = [item for item in self.open if item.row not in self.found.duplicates]

    def _name(self, item: Sighting) -> Name:
        if item.sku is not None and len(self.sku_rows[item.sku]) == 1:
            return Name.SKU
        if item.url is None:
            return Name.TITLE
        return Name.URL if len(self.url_rows[item.url]) == 1 else Name.URL_AND_TITLE


def _by_state(item: Sighting | Known) -> int | None:
    return item.rank if isinstance(item, Sighting) else item.state


def _by_price(item: Sighting | Known) -> int | None:
    return item.price


def _by_title(item: Sighting | Known) -> int:
    return item.title


# What of goods of one title is compared, in turn; where nothing else is alike, the order of prices says which is which.
_LIKENESSES: tuple[Callable[[Sighting | Known], int | None], ...] = (_by_state, _by_price, _by_title)


def _paired(rows: Iterable[Sighting], known: Iterable[Known]) -> dict[int, int]:
    """Row → listing for rows and listings of one title: the most alike first, as far as both go. Two SKUs that differ
    are two goods."""
    open_rows = sorted(rows, key=lambda item: (item.price or 0, item.rank))
    free = sorted(known, key=lambda item: (item.price or 0, item.id))
    pairs: dict[int, int] = {}
    for alike in _LIKENESSES:
        groups = _grouped(free, alike)
        for item in open_rows:
            candidates = groups.get(alike(item), [])
            found = next((one for one in candidates if item.sku is None or one.sku is None), None)
            if found is not None:
                pairs[item.row] = found.id
                candidates.remove(found)
        open_rows = [item for item in open_rows if item.row not in pairs]
        given = set(pairs.values())
        free = [item for item in free if item.id not in given]
    return pairs
