"""Kept listings: a row of the catalogue that becomes a whole listing when somebody looks at it.

A diff compares tens of thousands of states, by their rows, and of most needs little more than the price and whether the
goods can be had.
"""

from collections.abc import Sequence
from dataclasses import fields
from functools import lru_cache
from operator import attrgetter
from typing import Any, Self

from sqlalchemy import Row

from catalog.columns import AVAILABILITIES, from_millionths
from catalog.states import ORIGIN, PLACES, Facts, fill
from restock.listing import Listing

_FIELDS = frozenset(field.name for field in fields(Listing))
_compared = attrgetter(*(field.name for field in fields(Listing) if field.compare))
_set = object.__setattr__
_KEY, _BRAND, _MPN, _RESTRICTED, _CURRENCY, _PRICE, _AVAILABILITY = (
    PLACES[name] for name in ("key", "brand", "mpn", "restricted", "currency", "price", "availability")
)


@lru_cache(maxsize=4096)
def _shared(origin: tuple[Any, ...]) -> tuple[Any, ...]:
    return origin


class Kept(Listing):
    """A listing like any other, equal to one of the same values. What a diff asks of every state is filled at once, the
    rest when somebody asks for it."""

    __slots__ = ("_facts", "_origin", "row")

    row: tuple[Any, ...]
    _origin: tuple[Any, ...]
    _facts: Facts

    @classmethod
    def of(cls, row: Row[Any], facts: Facts) -> Self:
        kept = cls.__new__(cls)
        _set(kept, "row", row[:ORIGIN])
        _set(kept, "_origin", _shared(row[ORIGIN:]))
        _set(kept, "_facts", facts)
        _set(kept, "key", row[_KEY])
        _set(kept, "brand", row[_BRAND])
        _set(kept, "mpn", row[_MPN])
        _set(kept, "restricted", row[_RESTRICTED])
        _set(kept, "currency", row[_CURRENCY])
        _set(kept, "price", None if row[_PRICE] is None else from_millionths(row[_PRICE]))
        _set(kept, "availability", AVAILABILITIES[row[_AVAILABILITY]])
        return kept

    def __getattr__(self, name: str) -> Any:
        # Only a field that isn't filled gets here.
        if name not in _FIELDS:
            raise AttributeError(name)
        fill(self, self.row + self._origin, self._facts)
        return getattr(self, name)

    def __eq__(self, other: object) -> bool:
        if not isinstance(other, Listing):
            return NotImplemented
        return _compared(self) == _compared(other)

    def __hash__(self) -> int:
        return Listing.__hash__(self)


def row_of(listing: Listing) -> Sequence[Any] | None:
    """The row that a listing is kept as; one that was made otherwise has none."""
    row: Sequence[Any] | None = getattr(listing, "row", None)
    return row
