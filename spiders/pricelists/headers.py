"""The header of a table: which of its first rows name the columns, above them the letterhead, below them the goods."""

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass

from spiders.pricelists.cells import is_number
from spiders.pricelists.names import LONGEST_NAME, folded, meaning

SEARCHED = 100  # rows; no letterhead is longer
_NAMES_GOODS = frozenset({"title", "description"})


@dataclass(frozen=True, slots=True)
class Header:
    """The names of a table's columns, and the number of rows down to the last of them. `depth` is how many rows hold
    the names."""

    names: tuple[str, ...]
    rows: int
    depth: int = 1


def find_header(rows: Sequence[Sequence[str]], wanted: Collection[str] = ()) -> Header | None:
    """The row, or the pair of rows, in which the most columns are known; None where no row names the goods and
    something else. `wanted` are headers that the user names."""
    known = frozenset(map(folded, wanted))
    worths = [(place, worth, header) for place, worth, header in _candidates(rows, known) if worth]
    if not worths:
        return None
    # The first good one: a later header with more columns is that of the goods below it.
    enough = max(worth for _, worth, _ in worths) / 2
    first = min(place for place, worth, _ in worths if worth >= enough)
    near = [(worth, -header.depth, header) for place, worth, header in worths if place in {first, first + 1}]
    return max(near, key=lambda found: found[:2])[2]


def _candidates(rows: Sequence[Sequence[str]], wanted: Collection[str]) -> Iterator[tuple[int, int, Header]]:
    """Where a header may begin, how many columns it knows, and the header."""
    for place, row in enumerate(rows):
        alone = Header(tuple(row), place + 1)
        yield place, _worth(alone.names, wanted), alone
        if place + 1 < len(rows) and (joined := _joined(row, rows[place + 1])) is not None:
            yield place, _worth(joined, wanted), Header(joined, place + 2, depth=2)


def _worth(names: Sequence[str], wanted: Collection[str]) -> int:
    """How many columns are known; 0 for a row that is no header."""
    mine = sum(folded(name) in wanted for name in names if name)
    fields = [found for name in names if name and (found := meaning(name).field) is not None]
    useful = {name for name in fields if name != "ignore"}
    if mine or (len(useful) >= 2 and useful & _NAMES_GOODS):
        return 2 * mine + 2 * len(fields) - (len(fields) - len(useful))
    return 0


def _joined(top: Sequence[str], below: Sequence[str]) -> tuple[str, ...] | None:
    """Two rows as one header: a name above several columns is carried to each name that stands below it."""
    if any(is_number(cell) or len(cell) > LONGEST_NAME for cell in (*top, *below)):
        return None
    names: list[str] = []
    above = ""
    for place in range(max(len(top), len(below))):
        own = top[place] if place < len(top) else ""
        lower = below[place] if place < len(below) else ""
        above = own or (above if lower else "")
        names.append(f"{above} {lower}".strip())
    return tuple(names)
