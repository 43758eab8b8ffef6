"""What watch lists name, held against what is known: a slip of the pen would watch nothing, and never say so."""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from difflib import get_close_matches
from functools import cache
from typing import Any

from babel.core import get_global

from reports.patterns import is_pattern, matches
from restock.documents import Document, Place
from restock.watching import Criterion, WatchList

Entry = tuple[Place, str, str]
"""Where a text stands, under which key, and the text."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Known:
    """What a watch list may name. `brand` gives the brands that a name stands for; none where nobody knows it."""

    brand: Callable[[str], Collection[str]]
    brands: Collection[str] = ()
    categories: Collection[str] = ()
    tiers: Collection[str] = ()
    sites: Collection[str] = ()
    sellers: Collection[str] = ()

    def of(self, key: str) -> Collection[str]:
        found: dict[str, Collection[str]] = {
            "brand": self.brands, "category": self.categories, "tier": self.tiers,
            "site": self.sites, "seller": self.sellers, "currency": currencies(),
        }  # fmt: skip
        return found[key]


def settled(document: Document, watchlist: WatchList, known: Known) -> WatchList:
    """The list with every brand under its own name.

    Raises SettingsError for a brand, category, tier or currency that is not known."""
    for place, key, text in _entries(watchlist, ("brand", "category", "tier", "currency")):
        if key == "brand" and (is_pattern(text) or known.brand(text)):
            continue
        if not matches((text,) if key == "category" else (_literal(text),), known.of(key)):
            raise document.fault(place, _unknown(key, text, known))
    sides = {side: tuple(_canonical(one, known) for one in getattr(watchlist, side)) for side in ("any", "none")}
    return watchlist.model_copy(update=sides)


def doubts(document: Document, watchlist: WatchList, known: Known) -> Iterator[str]:
    """The entries that fit nothing as yet: a site or seller may be added later, and a pattern may wait for a brand."""
    for place, key, text in _entries(watchlist, ("brand", "site", "seller")):
        if (key != "brand" or is_pattern(text)) and not matches((text,), known.of(key)):
            yield f"{document.fault(place, _unknown(key, text, known))}; it watches nothing until there is one"


@cache
def currencies() -> frozenset[str]:
    """Money that is legal tender somewhere today, by ISO 4217: prices are never in any other."""
    spans = (span for several in get_global("territory_currencies").values() for span in several)
    return frozenset(code for code, _, until, tender in spans if tender and until is None)


def _entries(watchlist: WatchList, keys: Collection[str]) -> Iterator[Entry]:
    for side in ("any", "none"):
        for number, criterion in enumerate(getattr(watchlist, side)):
            for key in keys:
                value: Any = getattr(criterion, key)
                if isinstance(value, str):
                    yield (side, number, key), key, value
                else:
                    yield from (((side, number, key, place), key, text) for place, text in enumerate(value or ()))


def _canonical(criterion: Criterion, known: Known) -> Criterion:
    named = (name for text in criterion.brand for name in ((text,) if is_pattern(text) else known.brand(text)))
    return criterion.model_copy(update={"brand": tuple(dict.fromkeys(named))})


def _literal(text: str) -> str:
    """A text that is no pattern under this key: `*` in it is no wildcard, and fits nothing."""
    return "" if is_pattern(text) else text


def _unknown(key: str, text: str, known: Known) -> str:
    choice = sorted(known.of(key))
    near = get_close_matches(text.casefold(), {name.casefold(): name for name in choice}, 1)
    meant = next((f" (is {name!r} meant?)" for name in choice if near and name.casefold() == near[0]), "")
    if not meant and 0 < len(choice) <= _FEW:
        meant = f" (known: {', '.join(choice)})"
    return f"no {key} is known as {text!r}{meant}{_HINTS.get(key, '')}"


_FEW = 12
_HINTS = {
    "brand": "; a brand of your own is a row of data/brand_countries.csv",
    "currency": "; it is one of ISO 4217 that is in use today",
}
