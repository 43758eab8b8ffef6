"""Condition of the goods: what the site's field or the title says; nothing said is None, never new."""

from collections.abc import Iterable

from pipelines.lexicon import Hit
from pipelines.tables import Table
from restock.terms import Condition

WORDINGS = Table("condition_wordings.csv", ("wording", "condition", "source"), ("wording",), ("condition",))
# Where several are said, the worse one is the news: "восстановленный, как новый".
_WORST_FIRST = (Condition.DAMAGED, Condition.REFURBISHED, Condition.USED, Condition.NEW)


def condition_of(hits: Iterable[Hit]) -> tuple[Condition, Hit] | None:
    """The worst condition among the hits, with the hit that says it."""
    found = {hit[2].value: hit for hit in hits if hit[2].kind == "condition"}
    for condition in _WORST_FIRST:
        if condition in found:
            return condition, found[condition]
    return None
