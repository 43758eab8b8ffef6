"""Times on the command line: ISO dates, ISO date-times and run ids."""

import re
from datetime import datetime, timedelta

from restock.clock import parse_moment
from restock.errors import UsageError

_DATE = re.compile(r"\d{4}-\d{2}-\d{2}")
_LIKE_A_DATE = re.compile(r"\d{1,4}[-./]\d{1,2}[-./]?\d*|\d{4}-.*")


def marker(text: str | None, option: str, *, end_of_day: bool = False) -> datetime | str | None:
    """A moment, or a run's id. A bare date is its first moment, or its last one with `end_of_day`.

    Raises UsageError for what looks like a date and is none."""
    if text is None:
        return None
    try:
        return moment(text, option, end_of_day=end_of_day)
    except UsageError:
        if _LIKE_A_DATE.fullmatch(text):
            raise
        return text


def moment(text: str, option: str, *, end_of_day: bool = False) -> datetime:
    """An ISO date or date-time in UTC. Raises UsageError for anything else."""
    try:
        found = parse_moment(text)
    except ValueError:
        raise UsageError(f"{option}: not an ISO date, date-time or run: {text!r}") from None
    if end_of_day and _DATE.fullmatch(text.strip()):
        return found + timedelta(days=1, microseconds=-1)
    return found
