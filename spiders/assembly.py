"""Assembly: the rows that pages gave, folded into one listing for each entry of the shop, whatever their order."""

import json
from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, fields, replace
from functools import lru_cache
from itertools import groupby

from restock.addresses import url_key
from restock.listing import RawListing
from restock.terms import PageRole

# What a card may add to its product page. Money is one group: a page's price never meets a card's currency.
_MONEY = ("price", "regular_price", "currency")
_GROUPS: tuple[tuple[str, ...], ...] = (
    _MONEY, ("availability",), ("quantity",), ("category",), ("sku",), ("brand",), ("mpn",), ("gtin",), ("condition",),
)  # fmt: skip
_SAME_GOODS = ("title", "price", "currency", "condition")


@dataclass(frozen=True, slots=True)
class Assembly:
    """Listings in a fixed order. `folded` counts rows that went into another one, `filled` listings that a card
    completed; `gone` and `unseen` count cards left out because their product page answered 404, or failed or may not be
    fetched."""

    listings: tuple[RawListing, ...]
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
    ordered = _in_order(row for row in rows if not _is_tile(row, lists))
    pages = [row for row in ordered if row.read_from is not PageRole.LIST and _keys(row).isdisjoint(failed)]
    read = {key for row in pages for key in _keys(row)}
    cards: dict[str | None, list[RawListing]] = defaultdict(list)
    missing = {"gone": 0, "unseen": sum(row.read_from is not PageRole.LIST for row in ordered) - len(pages)}
    for row in ordered:
        if row.read_from is not PageRole.LIST:
            continue
        key = _key(row)
        if key is None or key in read or not (key in gone or key in failed):
            cards[key].append(row)
        else:
            missing["gone" if key in gone else "unseen"] += 1
    listings, filled = _from_pages(pages, cards)
    for key, group in cards.items():
        if key is None or key not in read:
            listings += _distinct(group)
    joined = _join_same_goods(listings)
    folded = len(ordered) - len(joined) - sum(missing.values())
    return Assembly(tuple(_in_order(joined)), folded, filled, missing["gone"], missing["unseen"])


def _is_tile(row: RawListing, lists: Collection[str]) -> bool:
    if row.read_from is not PageRole.LIST or not row.url:
        return False
    key = _key(row)
    return key in lists and (row.found_on is None or key != _url_key(row.found_on))


def _from_pages(pages: Sequence[RawListing], cards: dict[str | None, list[RawListing]]) -> tuple[list[RawListing], int]:
    """The listings of product pages, and how many of them a card completed."""
    by_address: dict[str | None, list[RawListing]] = defaultdict(list)
    for row in pages:
        by_address[_key(row)].append(row)
    listings: list[RawListing] = []
    filled = 0
    for group in by_address.values():
        found = _distinct(group)
        keys = {key for row in group for key in _keys(row)}
        own_cards = list(dict.fromkeys(card for key in keys for card in cards.get(key, ())))
        for listing in found:
            fitting = [card for card in own_cards if _fits(card, listing, alone=len(found) == 1)]
            whole = _filled(listing, _best_first(fitting), "card")
            filled += whole is not listing
            listings.append(whole)
    return listings, filled


def _fits(card: RawListing, listing: RawListing, *, alone: bool) -> bool:
    """Whether a card speaks of this listing: of several on one page, only by the same sku."""
    if card.sku is not None and listing.sku is not None:
        return card.sku == listing.sku or alone
    return alone


def _distinct(group: Sequence[RawListing]) -> list[RawListing]:
    """One listing for each sku among rows of one address; rows without a sku join the only one, or each other.

    Rows without any address stay apart unless they say the same."""
    by_sku: dict[object, list[RawListing]] = defaultdict(list)
    for row in group:
        nameless = (row.title, row.price, row.availability, row.quantity, row.condition)
        by_sku[row.sku if row.url is not None else (row.sku, *nameless)].append(row)
    loose = by_sku.get(None, [])
    if loose and len(by_sku) == 2:
        only = next(sku for sku in by_sku if sku is not None)
        by_sku[only] += by_sku.pop(None)
    return [_merged(_best_first(rows)) for rows in by_sku.values()]


def _merged(rows: Sequence[RawListing]) -> RawListing:
    first = rows[0]
    return first if len(rows) == 1 else _filled(first, rows[1:], None)


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


def _join_same_goods(listings: Sequence[RawListing]) -> list[RawListing]:
    """The same goods under two addresses are one listing, under the smaller address: same sku, title and price."""
    joined: dict[object, list[RawListing]] = defaultdict(list)
    for number, listing in enumerate(listings):
        same = (listing.sku, *(getattr(listing, name) for name in _SAME_GOODS))
        joined[same if listing.sku is not None else number].append(listing)
    return [_merged(_in_order(rows)) for rows in joined.values()]


def _best_first(rows: Sequence[RawListing]) -> list[RawListing]:
    """The fullest row first; a longer title before a shorter one, which may be cut off."""
    if len(rows) == 1:
        return list(rows)
    return sorted(rows, key=lambda row: (-len(row.to_json()), -len(row.title), _place(row), _text(row)))


def _keys(row: RawListing) -> set[str]:
    """The addresses that a product page answers to: its own, and the one that was asked for (`found_on`)."""
    asked = _url_key(row.found_on) if row.found_on and row.read_from is PageRole.PRODUCT else None
    return {key for key in (_key(row), asked) if key is not None}


def _key(row: RawListing) -> str | None:
    return _url_key(row.url) if row.url else None


_url_key = lru_cache(maxsize=100_000)(url_key)  # each row is asked for it again and again


def _in_order(rows: Iterable[RawListing]) -> list[RawListing]:
    """Rows in a total order that doesn't depend on when they were read. Few share an address and a sku: only those are
    compared by all that they say."""
    by_place = sorted(rows, key=_place)
    groups = (list(group) for _, group in groupby(by_place, key=_place))
    return [row for group in groups for row in (sorted(group, key=_text) if len(group) > 1 else group)]


def _place(row: RawListing) -> tuple[str, str]:
    return _key(row) or "", row.sku or ""


def _text(row: RawListing) -> str:
    values = {name: str(getattr(row, name)) for name in _FIELDS}
    return json.dumps(values, sort_keys=True, ensure_ascii=False)


_FIELDS = tuple(item.name for item in fields(RawListing))
