"""Data files: rows read from the package's `data/` folder, then from `<home>/data/`, where the user's rows win."""

import csv
import io
import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

from restock.errors import SettingsError

BUILT_IN = Path(__file__).parent / "data"
_YEAR = re.compile(r"\d{4}(-\d{2}(-\d{2})?)?")


@dataclass(frozen=True, slots=True)
class Row:
    """One row of a data file, with the place that an error message names."""

    values: dict[str, str]
    where: str
    built_in: bool

    def __getitem__(self, column: str) -> str:
        return self.values.get(column, "")

    def flag(self, column: str) -> bool:
        text = self[column].lower()
        if text not in {"", "yes", "no"}:
            raise self.error(f"{column}: yes or no was expected, not {text!r}")
        return text == "yes"

    def one_of(self, column: str, allowed: frozenset[str]) -> str:
        if self[column] not in allowed:
            raise self.error(f"{column}: {self[column]!r} is none of {', '.join(sorted(allowed))}")
        return self[column]

    def pattern(self, column: str) -> re.Pattern[str]:
        try:
            return re.compile(self[column])
        except re.error as error:
            raise self.error(f"{column}: not a regular expression: {error}") from None

    def moment(self, column: str) -> str:
        """A date of any precision (2022, 2022-03, 2022-03-03), or nothing."""
        text = self[column]
        if text:
            try:
                last_day(text)
            except ValueError:
                raise self.error(f"{column}: not a date: {text!r}") from None
        return text

    def error(self, reason: str) -> SettingsError:
        return SettingsError(f"{self.where}: {reason}")


@cache
def last_day(text: str) -> date:
    """The last day that a date of any precision may mean. Raises ValueError where it is no date."""
    if not _YEAR.fullmatch(text):
        raise ValueError(text)
    if len(text) == 4:
        return date(int(text), 12, 31)
    if len(text) == 7:
        year, month = int(text[:4]), int(text[5:])
        return date.fromordinal(date(year + month // 12, month % 12 + 1, 1).toordinal() - 1)
    return date.fromisoformat(text)


@cache
def first_day(text: str) -> date:
    """The first day that a date of any precision may mean. Raises ValueError where it is no date."""
    last_day(text)
    return date.fromisoformat(text + {4: "-01-01", 7: "-01"}.get(len(text), ""))


@dataclass(frozen=True, slots=True)
class Table:
    """A data file: its name, its columns, those that identify a row, those that may not be empty besides, and those of
    the key that may."""

    name: str
    columns: tuple[str, ...]
    key: tuple[str, ...]
    required: tuple[str, ...] = ()
    blank: tuple[str, ...] = ()

    def rows(self, home: Path | None, check: Callable[["Table", Row], Row] | None = None) -> list[Row]:
        """The built-in rows, overridden and extended by the user's; a row with `off` = yes takes one away. `check`
        gives a row of the user's as it is meant, or raises SettingsError."""
        found = {self._key(row): row for row in self._read(BUILT_IN / self.name, own=True)}
        if home is not None and (mine := home / "data" / self.name).is_file():
            for key, row in self._mine(mine, check).items():
                found.pop(key, None)
                if not row.flag("off"):
                    found[key] = row
        return list(found.values())

    def built_in(self) -> list[Row]:
        """The built-in rows as they stand in the file."""
        return list(self._read(BUILT_IN / self.name, own=True))

    def _mine(self, path: Path, check: Callable[["Table", Row], Row] | None) -> dict[tuple[str, ...], Row]:
        """The user's rows by their keys. Two that differ under one key are refused: one of them would be lost."""
        found: dict[tuple[str, ...], Row] = {}
        for read in self._read(path, own=False):
            row = check(self, read) if check is not None else read
            first = found.setdefault(self._key(row), row)
            if first.values != row.values:
                key = ", ".join(filter(None, (row[column] for column in self.key)))
                raise row.error(f"{key}: another row speaks of it already: {first.where}")
        return found

    def _key(self, row: Row) -> tuple[str, ...]:
        return tuple(row[column].casefold() for column in self.key)

    def _read(self, path: Path, *, own: bool) -> Iterator[Row]:
        try:
            text = path.read_text(encoding="utf-8-sig")
        except (OSError, UnicodeDecodeError) as error:
            raise SettingsError(f"{path}:1: the data file can't be read: {error}") from None
        if "\0" in text:
            line = text.count("\n", 0, text.index("\0")) + 1
            raise SettingsError(f"{path}:{line}: a NUL character: the file is damaged, or no text")
        reader = csv.DictReader(io.StringIO(text, newline=""), restkey="", restval=None, strict=True)
        done = 0  # lines of whole rows: an unclosed quote is named where it opens
        try:
            self._check_header(path, reader.fieldnames or ())
            done = reader.line_num
            for values in reader:
                yield self._row(values, path.name if own else str(path), reader.line_num, own=own)
                done = reader.line_num
        except csv.Error as error:
            raise SettingsError(f"{path}:{done + 1}: a quote is not closed, or not doubled: {error}") from None

    def _check_header(self, path: Path, header: object) -> None:
        names = set(header) if isinstance(header, list | tuple) else set()
        if missing := set(self.key) - set(self.blank) - names:
            raise SettingsError(f"{path}:1: column missing: {', '.join(sorted(missing))}")
        if unknown := names - {*self.columns, "off"}:
            raise SettingsError(f"{path}:1: unknown column: {', '.join(sorted(map(str, unknown)))}")

    def _row(self, values: dict[str, str | None], name: str, line: int, *, own: bool) -> Row:
        where = f"{name}:{line}"
        if "" in values:
            raise SettingsError(f"{where}: more values than columns")
        row = Row({column: (text or "").strip() for column, text in values.items()}, where, own)
        empty = [column for column in (*self.key, *self.required) if not row[column] and column not in self.blank]
        if empty and not row.flag("off"):
            raise SettingsError(f"{where}: {empty[0]} is empty")
        return row
