"""JSON lines: one raw listing a line."""

from collections.abc import Iterator
from dataclasses import replace
from typing import Any, BinaryIO

import orjson

from restock.listing import RawListing
from spiders.pricelists.lists import NOWHERE, ColumnMap, ColumnUse, Origin, Tally
from spiders.pricelists.named import NamedValues

_LONGEST_LINE = 1 << 24


class JsonLines:
    def __init__(self, stream: BinaryIO, mapping: ColumnMap) -> None:
        self.tally = Tally()
        self._stream = stream
        self._names = NamedValues(mapping)

    def columns(self) -> list[ColumnUse]:
        return self._names.columns()

    def rows(self, origin: Origin = NOWHERE) -> Iterator[RawListing]:
        self._stream.seek(0)
        number = 0
        while line := self._stream.readline(_LONGEST_LINE):
            number += 1
            if number == 1:
                line = line.removeprefix(b"\xef\xbb\xbf")
            if line.strip():
                raw = self._listing(number, line, origin)
                if raw is not None:
                    self.tally.rows += 1
                    yield raw
        self._names.close(self.tally)

    def _listing(self, number: int, line: bytes, origin: Origin) -> RawListing | None:
        try:
            row = orjson.loads(line)
        except orjson.JSONDecodeError as error:
            self.tally.lose(f"row {number}", f"not JSON: {error}")
            return None
        if not isinstance(row, dict):
            self.tally.lose(f"row {number}", "not a JSON object")
            return None
        named = {key: str(value) for key, value in row.items() if isinstance(value, str | int | float)}
        values: dict[str, Any] = {**row, "site": origin.site}
        self._names.overrule(values, named)
        self._names.remember(values, named)
        try:
            return replace(RawListing.from_json(values), evidence=origin.evidence, read_by="json")
        except ValueError as error:
            self.tally.lose(f"row {number}", str(error))
            return None
