"""Health: what operators watch. Market changes go to analysts, breakage goes here."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum
from typing import Any

from restock.listing import time_text
from restock.terms import RunStatus


@dataclass(frozen=True, slots=True, kw_only=True)
class Vitals:
    """The vital signs of one run: listings seen and how many of them fill each field, pages asked, pages that failed,
    walls, seconds. `reasons` are why it was not complete."""

    run: str
    status: RunStatus
    observed_at: datetime
    reasons: tuple[str, ...] = ()
    listings: int = 0
    filled: Mapping[str, int] = field(default_factory=dict)
    pages: int = 0
    failed: int = 0
    walls: int = 0
    seconds: float = 0.0

    def share(self, name: str) -> float | None:
        """How much of its listings fill a field."""
        return self.filled[name] / self.listings if self.listings and name in self.filled else None

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.run,
            "status": self.status.value,
            "observed_at": time_text(self.observed_at),
            "listings": self.listings,
            "fill": {name: round(self.share(name) or 0, 3) for name in self.filled},
            "pages": self.pages,
            "failed": self.failed,
            "walls": self.walls,
            "seconds": self.seconds,
            "reasons": list(self.reasons),
        }


class Trouble(StrEnum):
    """`broken`: the last run was not complete. `odd`: it was, but far from the site's own history. `stale`: not seen
    completely for days. `unreadable`: its definition can't be used."""

    BROKEN = "broken"
    ODD = "odd"
    STALE = "stale"
    UNREADABLE = "unreadable"


@dataclass(frozen=True, slots=True)
class Alarm:
    """A site's trouble, since when it lasts, and when operators heard of it last."""

    site: str
    trouble: str
    since: datetime
    told_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class SiteHealth:
    """How a site is: its trouble (None: it is well) with the reasons, its last run beside what is usual for it."""

    site: str
    trouble: Trouble | None
    reasons: tuple[str, ...]
    last_complete: datetime | None
    latest: Vitals | None
    usual: Mapping[str, float]

    def to_json(self) -> dict[str, Any]:
        latest = self.latest.to_json() if self.latest else {}
        return {
            "site": self.site,
            "health": self.trouble.value if self.trouble else "well",
            "last_complete": time_text(self.last_complete),
            "run": latest.get("run"),
            "status": latest.get("status"),
            "listings": latest.get("listings"),
            "fill": latest.get("fill"),
            "failed": latest.get("failed"),
            "walls": latest.get("walls"),
            "seconds": latest.get("seconds"),
            "usual": dict(self.usual),
            "reasons": list(self.reasons),
        }
