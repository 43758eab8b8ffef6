"""Health: what operators watch. Market changes go to analysts, breakage goes here."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Alarm:
    """A site's trouble, since when it lasts, and when operators heard of it last."""

    site: str
    trouble: str
    since: datetime
    told_at: datetime
