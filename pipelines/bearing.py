"""Bearing: what the wording of a title makes of its goods, before makers and part numbers have their say."""

from typing import NamedTuple

from pipelines.titles import Span
from restock.terms import Relation


class Bearing(NamedTuple):
    """What the wording of a title makes of the goods, before the part number has its say.

    `foreign` are the stretches about other goods; within the `loose` ones (after "для") a genuine spare may stand.
    `nobody` where no name, number or claim can tell the maker: a mug with Cisco's name on it."""

    relation: Relation
    foreign: tuple[Span, ...]
    loose: tuple[Span, ...]
    rule: str
    text: str | None
    nobody: bool = False


IS = Bearing(Relation.IS, (), (), "nothing else said", None)
EVERYTHING = ((0, 1 << 30),)  # the whole title speaks of other goods
