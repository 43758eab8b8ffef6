"""`normalise`: raw listing rows from a file, through the same normalisation as a crawl; nothing is stored."""

import csv
import itertools
from collections.abc import Iterable, Iterator
from datetime import date
from typing import Any, TextIO

import orjson

from pipelines.normalise import Normaliser
from restock.listing import RawListing


def normalise_rows(lines: TextIO, normaliser: Normaliser, *, on: date) -> Iterator[dict[str, Any]]:
    """One row out for each row in, in order: the listing as JSON, or `{"error": …, "row": N}` (N from 1)."""
    for number, row in enumerate(_rows(lines), start=1):
        try:
            if isinstance(row, Exception):
                raise row
            yield normaliser.normalise(RawListing.from_json(row), on=on).listing.to_json()
        except (ValueError, TypeError) as error:
            yield {"error": str(error), "row": number}


def _rows(lines: TextIO) -> Iterator[dict[str, Any] | Exception]:
    """JSONL where the first line that isn't blank opens an object, CSV with a header row otherwise."""
    rest = iter(lines)
    first = next((line for line in rest if line.strip("\ufeff \t\r\n")), None)
    if first is None:
        return
    everything = itertools.chain([first.lstrip("\ufeff")], rest)
    if _is_csv_header(first):
        yield from _csv_rows(everything)
    else:
        yield from (_json_row(line) for line in everything if line.strip())


def _is_csv_header(line: str) -> bool:
    names = {name.strip(' "\r\n').casefold() for name in line.replace(";", ",").lstrip("\ufeff").split(",")}
    return "title" in names


def _csv_rows(lines: Iterable[str]) -> Iterator[dict[str, Any] | Exception]:
    source = iter(lines)
    header = next(source)
    delimiter = ";" if header.count(";") > header.count(",") else ","
    reader = csv.DictReader(itertools.chain([header], source), delimiter=delimiter)
    while True:
        try:
            row = next(reader)
        except StopIteration:
            return
        except csv.Error as error:
            yield ValueError(f"not a CSV row: {error}")
            continue
        yield {name.strip().casefold(): value for name, value in row.items() if isinstance(name, str)}


def _json_row(line: str) -> dict[str, Any] | Exception:
    try:
        row = orjson.loads(line)
    except orjson.JSONDecodeError as error:
        return ValueError(f"not JSON: {error}")
    return row if isinstance(row, dict) else ValueError("not a JSON object")
