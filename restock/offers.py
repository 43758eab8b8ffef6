"""Which prices may be set against each other: exact ones, of goods in a like condition, with a like VAT."""

from restock.listing import Listing
from restock.terms import Condition, PriceType, Vat

_AS_NEW = frozenset({None, Condition.NEW})


def is_exact(listing: Listing) -> bool:
    """Whether the price is one, and neither a lower bound nor left to be asked for."""
    return listing.price is not None and listing.price > 0 and listing.price_type is PriceType.EXACT


def are_alike(one: Listing, other: Listing) -> bool:
    """Whether neither condition nor VAT makes two prices different things. What a shop doesn't say of a condition
    passes for new; what it doesn't say of VAT, for whatever the other has."""
    same_condition = one.condition == other.condition or {one.condition, other.condition} <= _AS_NEW
    return same_condition and {one.vat, other.vat} != {Vat.INCLUDED, Vat.EXCLUDED}
