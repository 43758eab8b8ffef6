"""Rates as CSV: day, currency, base, value; where a rate is for more than one unit, nominal; and their source."""

import csv
import io
from collections.abc import Iterator

from restock.rate import Rate
from spiders.pricelists.encodings import encoding_of
from spiders.ratefiles.values import RateError, read_amount, read_code, read_day

OWN = "CSV"
_REQUIRED = ("day", "currency", "base", "value")
_KNOWN = frozenset({*_REQUIRED, "nominal", "source"})


def read_separated(content: bytes) -> list[Rate]:
    """Raises RateError where any of it can't be read."""
    text = content.decode(encoding_of(io.BytesIO(content)), errors="replace").lstrip("\ufeff")
    header = text.partition("\n")[0]
    delimiter = max(",;\t", key=header.count)
    reader = csv.DictReader(io.StringIO(text, newline=""), delimiter=delimiter, restkey="", strict=True)
    try:
        names = [name.strip().casefold() for name in reader.fieldnames or ()]
        _check(names)
        reader.fieldnames = names
        return list(_rates(reader))
    except csv.Error as error:
        raise RateError(f"line {reader.line_num}: {error}") from None


def _check(names: list[str]) -> None:
    if missing := [name for name in _REQUIRED if name not in names]:
        raise RateError(f"line 1: column missing: {', '.join(missing)}")
    if unknown := [name for name in names if name not in _KNOWN]:
        raise RateError(f"line 1: unknown column: {', '.join(unknown)}")


def _rates(reader: "csv.DictReader[str]") -> Iterator[Rate]:
    for row in reader:
        where = f"line {reader.line_num}"
        if "" in row:
            raise RateError(f"{where}: more values than columns")
        value, nominal = read_amount(row["value"], where), row.get("nominal")
        yield Rate(
            day=read_day(row["day"], where),
            currency=read_code(row["currency"], where),
            base=read_code(row["base"], where),
            value=value / read_amount(nominal, where) if nominal else value,
            source=(row.get("source") or "").strip() or OWN,
        )
