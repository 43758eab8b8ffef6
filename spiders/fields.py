"""Fields of a sample: how many listings show each, by which readers, and how sure it is that it was read rightly."""

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any

from restock.addresses import url_key
from restock.listing import RAW_FIELDS, RawListing
from restock.terms import PageRole
from spiders.readers.signs import number_of

SHOWN_FIELDS = tuple(name for name in RAW_FIELDS if name != "site")
# Who says what a text is: structured data, a label, a selector, a column. Others tell it by its form and place.
_NAMED = ("json-ld", "microdata", "selectors", "labels", "row", "yml", "api")
_OFTEN = 0.5
_AGREED = 2  # so many values that lists and product pages both show
_DIFFERS = 0.1
_MONEY = frozenset({"price", "regular_price"})


@dataclass(frozen=True, slots=True)
class Seen:
    """A listing of a sample, and who gave each of its fields."""

    listing: RawListing
    by: Mapping[str, str] = field(default_factory=dict)

    def reader(self, name: str) -> str:
        return self.by.get(name) or self.listing.read_by or "row"


@dataclass(frozen=True, slots=True)
class FieldFill:
    """How many of the sampled listings show a field, by which readers, with one text as shown; how sure that is
    ("sure", "likely", "doubtful", None where nothing is shown), and why."""

    field: str
    filled: int
    of: int
    read_by: str | None
    sample: str | None
    sure: str | None = None
    why: str | None = None

    @property
    def share(self) -> float:
        return self.filled / self.of if self.of else 0.0

    def to_json(self) -> dict[str, Any]:
        return asdict(self)


def fill_rates(seen: Sequence[Seen], cards: Sequence[Seen] = ()) -> list[FieldFill]:
    """Each field of the listings. `cards` are what lists show of the same goods: where both agree, it is sure."""
    pairs = _pairs(seen, cards)
    return [_fill(name, seen, pairs) for name in SHOWN_FIELDS]


def _pairs(seen: Iterable[Seen], cards: Iterable[Seen]) -> list[tuple[RawListing, RawListing]]:
    by_key = {key: one.listing for one in cards if (key := _key(one.listing)) is not None}
    found = ((one.listing, _key(one.listing)) for one in seen if one.listing.read_from is PageRole.PRODUCT)
    return [(listing, by_key[key]) for listing, key in found if key in by_key]


def _key(listing: RawListing) -> str | None:
    try:
        return url_key(listing.url) if listing.url else None
    except ValueError:
        return None


def _fill(name: str, seen: Sequence[Seen], pairs: Iterable[tuple[RawListing, RawListing]]) -> FieldFill:
    shown = [(one, text) for one in seen if (text := getattr(one.listing, name)) is not None]
    if not shown:
        return FieldFill(name, 0, len(seen), None, None, None, "no page of the sample shows it")
    counts: defaultdict[str, int] = defaultdict(int)
    for one, _ in shown:
        counts[one.reader(name)] += 1
    readers = sorted(counts, key=lambda reader: -counts[reader])
    sure, why = _sureness(name, readers, pairs)
    if sure == "sure" and len(shown) < _OFTEN * len(seen) and name in {"title", "price", "availability"}:
        sure, why = "likely", f"{len(shown)} of {len(seen)} listings show it"
    sample = min((text for _, text in shown), key=len)[:120]
    return FieldFill(name, len(shown), len(seen), ", ".join(readers[:3]), sample, sure, why)


def _sureness(name: str, readers: Sequence[str], pairs: Iterable[tuple[RawListing, RawListing]]) -> tuple[str, str]:
    both = [(page, card) for page, card in pairs if getattr(page, name) and getattr(card, name)]
    differing = [(page, card) for page, card in both if not _same(name, getattr(page, name), getattr(card, name))]
    if name not in {"url", "category", "description"} and len(differing) > _DIFFERS * len(both):
        page, card = (str(getattr(listing, name))[:60] for listing in differing[0])
        return "doubtful", f"{len(differing)} of {len(both)} differ between list and product page: {card!r}, {page!r}"
    if name == "url" or any(part in _NAMED for reader in readers for part in reader.split("+")):
        return "sure", "the links of the pages say so" if name == "url" else f"named as such ({readers[0]})"
    if len(both) >= _AGREED:
        return "sure", f"lists and product pages agree on {len(both)}"
    return "likely", "told by its form and place alone"


def _same(name: str, page: str, card: str) -> bool:
    """Whether two texts say one thing. A card may cut a name short, and say less of the stock."""
    if name in _MONEY:
        return number_of(page) == number_of(card)
    one, other = (" ".join(text.casefold().split()).rstrip(".… ") for text in (page, card))
    return one in other or other in one
