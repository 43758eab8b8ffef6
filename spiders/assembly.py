"""Assembly: the rows that pages gave, folded into one listing for each entry of the shop, whatever their order."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import groupby

from restock.addresses import url_key
from restock.listing import RawListing
from restock.terms import PageRole
from spiders.shelf import Shelf

# What a card may add to its product page. Money is one group: a page's price never meets a card's currency.
_MONEY = ("price", "regular_price", "currency")
_GROUPS: tuple[tuple[str, ...], ...] = (
    _MONEY, ("availability",), ("quantity",), ("category",), ("sku",), ("brand",), ("mpn",), ("gtin",), ("condition",),
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Assembly:
    """Listings in a fixed order, to be taken as often as is wanted. `folded` counts rows that went into another one,
    `filled` listings that a card completed; `gone` and `unseen` count cards left out because their product page
    answered 404, or failed or may not be fetched."""

    listings: "Assembled"
    folded: int = 0
    filled: int = 0
    gone: int = 0
    unseen: int = 0

    @property
    def notes(self) -> tuple[str, ...]:
        said = (
            (self.folded, "rows folded into another row of the same goods"),
            (self.filled, "listings completed from their cards"),
            (self.gone, "cards left out: their product page is gone"),
            (self.unseen, "rows left out: their product page failed or is forbidden"),
        )
        return tuple(f"{count} {what}" for count, what in said if count)


class Assembled:
    """Listings that are taken from the shelf one at a time."""

    def __init__(self, shelf: Shelf, numbers: Sequence[int]) -> None:
        self._shelf = shelf
        self._numbers = numbers

    def __len__(self) -> int:
        return len(self._numbers)

    def __iter__(self) -> Iterator[RawListing]:
        return map(self._shelf.__getitem__, self._numbers)


@dataclass(frozen=True, slots=True, eq=False)
class _Entry:
    """A row on the shelf by what decides where it goes: the key of its address, that of the address which was asked for
    (of a product page), its sku, and a mark that rows of the same goods share."""

    number: int
    key: str | None
    asked: str | None
    sku: str | None
    same: int
    is_card: bool

    @property
    def keys(self) -> set[str]:
        """The addresses that a product page answers to."""
        return {key for key in (self.key, self.asked) if key is not None}

    @property
    def place(self) -> tuple[str, str]:
        return self.key or "", self.sku or ""


def assemble(
    rows: Iterable[RawListing],
    *,
    gone: Collection[str] = (),
    failed: Collection[str] = (),
    lists: Collection[str] = (),
) -> Assembly:
    """Folds rows by address, fills product pages from their cards, and joins the same goods under two addresses.

    `gone` and `failed` are the URL keys of product pages that answered 404 or 410, and of those that failed, whatever
    they seemed to show, or may not be fetched any more; `lists` those of pages that were read as lists: a card that
    leads to another list is the tile of a section."""
    table = _Table(Shelf())
    ordered = table.in_order(table.entry(row) for row in rows if not _is_tile(row, lists))
    pages = [entry for entry in ordered if not entry.is_card and entry.keys.isdisjoint(failed)]
    read = {key for entry in pages for key in entry.keys}
    cards: dict[str | None, list[_Entry]] = defaultdict(list)
    missing = {"gone": 0, "unseen": sum(not entry.is_card for entry in ordered) - len(pages)}
    for entry in ordered:
        if not entry.is_card:
            continue
        key = entry.key
        if key is None or key in read or not (key in gone or key in failed):
            cards[key].append(entry)
        else:
            missing["gone" if key in gone else "unseen"] += 1
    listings, filled = table.from_pages(pages, cards)
    for key, group in cards.items():
        if key is None or key not in read:
            listings += table.distinct(group)
    joined = table.join_same_goods(listings)
    folded = len(ordered) - len(joined) - sum(missing.values())
    found = Assembled(table.shelf, [entry.number for entry in table.in_order(joined)])
    return Assembly(found, folded, filled, missing["gone"], missing["unseen"])


def _is_tile(row: RawListing, lists: Collection[str]) -> bool:
    if row.read_from is not PageRole.LIST or not row.url:
        return False
    key = _key(row)
    return key in lists and (row.found_on is None or key != _url_key(row.found_on))


@dataclass(frozen=True, slots=True)
class _Table:
    """Where entries are put together. Rows come from the shelf only where entries alone don't decide."""

    shelf: Shelf

    def entry(self, row: RawListing) -> _Entry:
        asked = _url_key(row.found_on) if row.found_on and row.read_from is PageRole.PRODUCT else None
        same = hash(_goods(row)) if row.sku is not None else 0
        return _Entry(self.shelf.put(row), _key(row), asked, row.sku, same, row.read_from is PageRole.LIST)

    def rows(self, entries: Iterable[_Entry]) -> list[RawListing]:
        return [self.shelf[entry.number] for entry in entries]

    def in_order(self, entries: Iterable[_Entry]) -> list[_Entry]:
        """Entries in a total order that doesn't depend on when they were read. Few share an address and a sku: only
        those are compared by all that they say."""
        by_place = sorted(entries, key=lambda entry: entry.place)
        groups = (list(group) for _, group in groupby(by_place, key=lambda entry: entry.place))
        return [entry for group in groups for entry in (self._by_text(group) if len(group) > 1 else group)]

    def _by_text(self, group: list[_Entry]) -> list[_Entry]:
        return sorted(group, key=lambda entry: _text(self.shelf[entry.number]))

    def from_pages(self, pages: Sequence[_Entry], cards: dict[str | None, list[_Entry]]) -> tuple[list[_Entry], int]:
        """The listings of product pages, and how many of them a card completed."""
        by_address: dict[str | None, list[_Entry]] = defaultdict(list)
        for entry in pages:
            by_address[entry.key].append(entry)
        listings: list[_Entry] = []
        filled = 0
        for group in by_address.values():
            found = self.distinct(group)
            keys = {key for entry in group for key in entry.keys}
            own_cards = [card for key in sorted(keys) for card in cards.get(key, ())]
            whole = [self._completed(entry, own_cards, alone=len(found) == 1) for entry in found]
            filled += sum(one is not other for one, other in zip(found, whole, strict=True))
            listings += whole
        return listings, filled

    def _completed(self, entry: _Entry, cards: Sequence[_Entry], *, alone: bool) -> _Entry:
        if not (fitting := [card for card in cards if _fits(card, entry, alone=alone)]):
            return entry
        listing = self.shelf[entry.number]
        whole = _filled(listing, _best_first(self.rows(fitting)), "card")
        return entry if whole is listing else self.entry(whole)

    def distinct(self, group: Sequence[_Entry]) -> list[_Entry]:
        """One listing for each sku among rows of one address; rows without a sku join the only one, or each other.

        Rows without any address stay apart unless they say the same."""
        if len(group) == 1:
            return list(group)
        by_sku: dict[object, list[_Entry]] = defaultdict(list)
        for entry in group:
            by_sku[entry.sku if entry.key is not None else self._nameless(entry)].append(entry)
        loose = by_sku.get(None, [])
        if loose and len(by_sku) == 2:
            only = next(sku for sku in by_sku if sku is not None)
            by_sku[only] += by_sku.pop(None)
        return [self._merged(entries) for entries in by_sku.values()]

    def _nameless(self, entry: _Entry) -> tuple[str | None, ...]:
        row = self.shelf[entry.number]
        return row.sku, row.title, row.price, row.availability, row.quantity, row.condition

    def _merged(self, entries: Sequence[_Entry]) -> _Entry:
        """The fullest of several rows with what the others show and it doesn't."""
        if len(entries) == 1:
            return entries[0]
        rows = self.rows(entries)
        first, *others = _best_first(rows)
        whole = _filled(first, others, None)
        taken = next((entry for entry, row in zip(entries, rows, strict=True) if row is whole), None)
        return taken or self.entry(whole)

    def join_same_goods(self, listings: Sequence[_Entry]) -> list[_Entry]:
        """The same goods under two addresses are one listing, under the smaller address: same sku, title and price."""
        alike: dict[object, list[_Entry]] = defaultdict(list)
        for entry in listings:
            alike[entry.same if entry.sku is not None else entry].append(entry)
        return [one for group in alike.values() for one in (self._joined(group) if len(group) > 1 else group)]

    def _joined(self, group: Sequence[_Entry]) -> list[_Entry]:
        exactly: dict[object, list[_Entry]] = defaultdict(list)
        for entry in group:
            exactly[_goods(self.shelf[entry.number])].append(entry)
        return [self._folded(self.in_order(entries)) for entries in exactly.values()]

    def _folded(self, entries: Sequence[_Entry]) -> _Entry:
        if len(entries) == 1:
            return entries[0]
        first, *others = self.rows(entries)
        whole = _filled(first, others, None)
        return entries[0] if whole is first else self.entry(whole)


def _fits(card: _Entry, listing: _Entry, *, alone: bool) -> bool:
    """Whether a card speaks of this listing: of several on one page, only by the same sku."""
    if card.sku is not None and listing.sku is not None:
        return card.sku == listing.sku or alone
    return alone


def _filled(listing: RawListing, others: Sequence[RawListing], source: str | None) -> RawListing:
    """The listing with what others show and it doesn't; its title, address and evidence stay."""
    found: dict[str, str] = {}
    for group in _GROUPS:
        if any(getattr(listing, name) is not None for name in group[:1]):
            continue
        giver = next((other for other in others if getattr(other, group[0]) is not None), None)
        if giver is not None:
            found |= {name: value for name in group if (value := getattr(giver, name)) is not None}
    if not found:
        return listing
    said = "+".join(part for part in (listing.read_by, source) if part) or None
    return replace(listing, **found, read_by=said)  # type: ignore[arg-type]


def _goods(row: RawListing) -> tuple[str | None, ...]:
    return row.sku, row.title, row.price, row.currency, row.condition


def _best_first(rows: Sequence[RawListing]) -> list[RawListing]:
    """The fullest row first; a longer title before a shorter one, which may be cut off."""
    if len(rows) == 1:
        return list(rows)
    return sorted(
        rows, key=lambda row: (-len(row.to_json()), -len(row.title), _key(row) or "", row.sku or "", _text(row))
    )


def _key(row: RawListing) -> str | None:
    return _url_key(row.url) if row.url else None


_url_key = lru_cache(maxsize=4_096)(url_key)  # cards of one list were found on one page


def _text(row: RawListing) -> str:
    values = {name: str(getattr(row, name)) for name in _FIELDS}
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


_FIELDS = tuple(item.name for item in fields(RawListing))
