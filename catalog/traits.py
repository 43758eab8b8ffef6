"""Traits: which values a listing has, one bit each. Rows that were settled are counted by them alone."""

from collections.abc import Mapping

from sqlalchemy import Connection, func, select

from catalog import models as m
from catalog.bulk import Values

TRAITS = (
    "restricted", "undecided", "availability", "brand", "mpn", "category", "condition", "price", "currency", "quantity",
)  # fmt: skip
Counts = Mapping[str, int]


def traits_of(details: Values, offer: Values) -> int:
    """The traits of a row, given its details and its offer in the order of their columns. An unknown availability is
    stored as 0."""
    found: int = (
        details[13]
        | details[14] << 1
        | (offer[5] != 0) << 2
        | (details[2] is not None) << 3
        | (details[3] is not None) << 4
        | (details[6] is not None) << 5
        | (details[10] is not None) << 6
        | (offer[0] is not None) << 7
        | (offer[1] is not None) << 8
        | (offer[6] is not None) << 9
    )
    return found


def settled_counts(connection: Connection) -> Counts:
    """How many listings were settled ("listings"), and how many of them have each trait."""
    traits = m.sighted.c.traits
    query = select(traits, func.count()).join(m.settled, m.settled.c.row == m.sighted.c.row).group_by(traits)
    found = [(int(bits), int(count)) for bits, count in connection.execute(query)]
    counts = {name: sum(count for bits, count in found if bits >> place & 1) for place, name in enumerate(TRAITS)}
    return counts | {"listings": sum(count for _, count in found)}
