"""What every reader of price lists gives: its rows as raw listings, the columns it found, and what it left out."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Protocol

from restock.errors import RestockError, UsageError
from restock.listing import RAW_FIELDS, Evidence, RawListing

MAPPED_FIELDS = tuple(name for name in RAW_FIELDS if name != "site")
IGNORE = "-"
_SAMPLES = 5

ColumnMap = Mapping[str, Sequence[str]]
"""What `--map` says: columns by field, in the order of preference; `-` stands for no column at all."""


class ListError(RestockError):
    """A price list that can't be read to its end; the message says where it breaks."""


@dataclass(frozen=True, slots=True)
class ColumnUse:
    """A column of a list and what is made of it. `field` is None where it isn't used, `note` says why."""

    sheet: str | None
    column: str
    name: str
    field: str | None
    sample: str | None = None
    note: str | None = None

    def to_json(self) -> dict[str, str | None]:
        return {
            "sheet": self.sheet,
            "column": self.column,
            "name": self.name,
            "field": self.field,
            "sample": self.sample,
            "note": self.note,
        }


@dataclass(frozen=True, slots=True)
class Origin:
    """Where a list comes from: its site, and where its bytes are stored."""

    site: str | None = None
    evidence: Evidence | None = None


NOWHERE = Origin()


@dataclass(slots=True)
class Tally:
    """What reading a list came to. `lost` counts rows that are goods and could not be read: what stood there is
    unseen. `left_out` counts rows that are no goods, by reason; `notes` are for the person who imports."""

    rows: int = 0
    lost: int = 0
    samples: list[str] = field(default_factory=list)
    left_out: Counter[str] = field(default_factory=Counter)
    notes: list[str] = field(default_factory=list)

    def lose(self, where: str, reason: str) -> None:
        self.lost += 1
        if len(self.samples) < _SAMPLES:
            self.samples.append(f"{where}: {reason}")

    @property
    def loss(self) -> str | None:
        """One sentence on the rows that could not be read."""
        if not self.lost:
            return None
        more = f" and {self.lost - len(self.samples)} more" if self.lost > len(self.samples) else ""
        return f"{self.lost} row(s) could not be read: {'; '.join(self.samples)}{more}"

    @property
    def remarks(self) -> list[str]:
        return [*self.notes, *(f"{count} row(s) {reason}" for reason, count in sorted(self.left_out.items()))]


class PriceList(Protocol):
    """A list that is open. `rows` can be taken once; `columns` and `tally` are whole when the last row was taken."""

    tally: Tally

    def rows(self, origin: Origin = NOWHERE) -> Iterator[RawListing]: ...

    def columns(self) -> list[ColumnUse]: ...


def checked_map(pairs: Sequence[str]) -> dict[str, list[str]]:
    """`FIELD=COLUMN` texts as a map. Raises UsageError for anything else."""
    found: dict[str, list[str]] = {}
    for pair in pairs:
        name, sign, column = (part.strip() for part in pair.partition("="))
        if not sign or not column:
            raise UsageError(f"--map {pair}: FIELD=COLUMN was expected (a header, a letter, a number; - for none)")
        if name not in MAPPED_FIELDS:
            raise UsageError(f"--map {pair}: no such field; the fields are {', '.join(MAPPED_FIELDS)}")
        found.setdefault(name, []).append(column)
    return found
