"""`normalise`: raw listing rows from a file, through the same normalisation as a crawl; nothing is stored."""

import io
from collections.abc import Iterator
from datetime import date
from typing import Any

from pipelines.normalise import Normaliser
from restock.listing import RawListing
from spiders.pricelists import Tally, arriving_rows


def normalise_rows(
    stream: io.BufferedReader, normaliser: Normaliser, *, on: date, encoding: str | None, tally: Tally
) -> Iterator[dict[str, Any]]:
    """One row out for each row in, in order: the listing as JSON, or `{"error": …, "row": N}` (N from 1). What is no
    goods (a group's heading, a total, a repeated header) is counted in the tally.

    Raises UsageError for a table without a column of titles, or in an encoding that can't be told."""
    for number, row in arriving_rows(stream, encoding, tally):
        if row is None:
            continue
        try:
            if isinstance(row, ValueError):
                raise row
            raw = row if isinstance(row, RawListing) else RawListing.from_json(row)
            yield normaliser.normalise(raw, on=on).listing.to_json()
        except (ValueError, TypeError) as error:
            yield {"error": str(error), "row": number}
