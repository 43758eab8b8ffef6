"""The present. RESTOCK_NOW, when set, is what every command takes for now when it dates something."""

import os
from datetime import UTC, datetime

from restock.errors import SettingsError


def parse_moment(text: str) -> datetime:
    """An ISO 8601 date or date-time as an aware UTC datetime; without a zone it is taken as UTC.

    Raises ValueError where the text is neither."""
    moment = datetime.fromisoformat(text.strip())
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def now() -> datetime:
    """The present in UTC, to the second."""
    text = os.environ.get("RESTOCK_NOW")
    if not text:
        return datetime.now(UTC).replace(microsecond=0)
    try:
        return parse_moment(text).replace(microsecond=0)
    except ValueError:
        raise SettingsError(f"RESTOCK_NOW is not an ISO date-time: {text!r}") from None


def real_now() -> datetime:
    """The moment by the machine's clock, whatever RESTOCK_NOW says: for back-off between tries."""
    return datetime.now(UTC)
