"""Review: what analysts said of listings. A mark rests on what the listing was then."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from typing import Any

from restock.listing import Listing, time_text


class Verdict(StrEnum):
    """`known`: right, and nothing new. `false-positive`: not what restock takes it for. `escalated`: passed on."""

    KNOWN = "known"
    FALSE_POSITIVE = "false-positive"
    ESCALATED = "escalated"
    CLEARED = "cleared"


MARKED_FACTS = (
    "title",
    "brand",
    "mpn",
    "relation",
    "category",
    "condition",
    "restricted",
    "restrictions",
    "components",
)
"""What a mark speaks about. Price and stock move every day and say nothing of what a thing is."""


def marked_facts(listing: Listing) -> dict[str, Any]:
    """What of a listing a mark rests on. A reason counts by its rule and id: its wording may be improved."""
    row = listing.to_json()
    facts = {name: row[name] for name in MARKED_FACTS}
    facts["restrictions"] = sorted([rule["rule"], rule["id"]] for rule in row["restrictions"])
    facts["components"] = sorted([part["brand"], part["mpn"] or ""] for part in row["components"])
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """One analyst's word on one listing. `facts` are what the listing was then."""

    site: str
    key: str
    verdict: Verdict
    note: str
    by: str
    at: datetime
    facts: dict[str, Any]

    def changed(self, listing: Listing) -> tuple[str, ...]:
        """What of the listing is other than it was when it was marked. A mark of which anything is has lapsed."""
        now = marked_facts(listing)
        return tuple(name for name in MARKED_FACTS if now[name] != self.facts.get(name))

    def to_json(self) -> dict[str, Any]:
        return {
            "site": self.site,
            "key": self.key,
            "mark": self.verdict.value,
            "note": self.note,
            "by": self.by,
            "at": time_text(self.at),
        }
