"""The layout of a table: which column fills which field, by the names of the columns and by what the user maps."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from functools import cached_property

from restock.errors import UsageError
from spiders.pricelists.cells import letter, place_of
from spiders.pricelists.lists import IGNORE, ColumnMap
from spiders.pricelists.names import Meaning, folded, is_total, meaning

_STOCK = ("quantity", "availability")
_JOINED = frozenset({"category"})


@dataclass(frozen=True)
class Column:
    """A column in use: where it stands, its header, and what the header says of its values."""

    place: int
    name: str
    meaning: Meaning

    @cached_property
    def label(self) -> str:
        """What tells this column from others of its kind: a city of several stocks."""
        return " ".join(word for word in self.name.split() if folded(word) in self.meaning.rest.split()) or self.name


@dataclass(slots=True)
class Layout:
    """Columns by field, the preferred one first. Beside the raw fields there are `article` (resolved into sku and mpn),
    `sale_price`, `vat`, `arriving` and `lead_time`. `unused` says why a column fills nothing."""

    names: tuple[str, ...]
    columns: dict[str, list[Column]] = field(default_factory=dict)
    unused: dict[int, str] = field(default_factory=dict)

    def of(self, name: str) -> list[Column]:
        return self.columns.get(name, [])

    def first(self, name: str) -> int | None:
        found = self.columns.get(name)
        return found[0].place if found else None

    @property
    def has_prices(self) -> bool:
        return bool(self.of("price") or self.of("sale_price"))

    def fields_at(self, place: int) -> list[str]:
        return [name for name, columns in self.columns.items() if any(column.place == place for column in columns)]


def lay_out(names: Sequence[str], mapping: ColumnMap) -> Layout:
    """The layout of a header. Raises UsageError where the map names a column that isn't there."""
    layout = Layout(tuple(names))
    chosen = {name: [_find(names, text) for text in texts if text != IGNORE] for name, texts in mapping.items()}
    taken = {place for places in chosen.values() for place in places}
    found: defaultdict[str, list[Column]] = defaultdict(list)
    for column in _known(names):
        kind = column.meaning.field
        if column.place not in taken and kind is not None and kind != "ignore":
            found[kind].append(column)
    for kind in found:
        found[kind].sort(key=_preference)
    _resolve_articles(found, layout)
    _resolve_titles(found)
    for name, places in chosen.items():
        for dropped in ("price", "sale_price") if name == "price" else (name,):
            layout.unused |= {column.place: "overruled by --map" for column in found.pop(dropped, [])}
        if places:
            found[name] = [Column(place, names[place], meaning(names[place])) for place in places]
    _choose(found, layout, mapping)
    return layout


def _known(names: Sequence[str]) -> Iterator[Column]:
    for place, name in enumerate(names):
        if name:
            yield Column(place, name, meaning(name))


def _preference(column: Column) -> tuple[int, bool, int]:
    """By rank; a price with VAT before one without; then from the left."""
    return column.meaning.rank, column.meaning.vat == "без НДС", column.place


def _find(names: Sequence[str], text: str) -> int:
    """The column that a header text, a letter or a number from 1 names."""
    same = [place for place, name in enumerate(names) if name and (name == text or folded(name) == folded(text) != "")]
    place = same[0] if same else place_of(text)
    if place is None or place >= len(names):
        there = ", ".join(f"{letter(at)} {name!r}" for at, name in enumerate(names) if name)
        raise UsageError(f"--map: there is no column {text!r}; the columns are {there}")
    return place


def _resolve_articles(found: dict[str, list[Column]], layout: Layout) -> None:
    """An article is the seller's number where no column says so more clearly, and claims to be the maker's number where
    none does."""
    articles = found.pop("article", [])
    fields = [name for name in ("sku", "mpn") if not found.get(name)]
    if not fields:
        layout.unused |= {column.place: "sku and mpn have columns of their own" for column in articles}
    for name in fields if articles else ():
        found[name] = [*articles]


def _resolve_titles(found: dict[str, list[Column]]) -> None:
    """A table without names calls its goods by their description."""
    if not found.get("title") and found.get("description"):
        found["title"] = found.pop("description")


def _choose(found: dict[str, list[Column]], layout: Layout, mapping: ColumnMap) -> None:
    """Keeps the columns that can stand together, and says why others are not used."""
    for name, columns in found.items():
        kept = columns if name in _JOINED or name in mapping else _choice(name, columns)
        layout.columns[name] = kept
        for column in columns:
            if column not in kept:
                layout.unused[column.place] = f"{kept[0].name!r} is preferred as {name}"


def _choice(name: str, columns: list[Column]) -> list[Column]:
    best = columns[0]
    if name in _STOCK and len(columns) > 1:
        return _stocks(columns)
    if name == "price":
        # Lists fill either the rouble or the dollar column of a row.
        others = {column.meaning.currency: column for column in reversed(columns) if _rivals(column, best)}
        return [best, *(column for column in columns if column in others.values())]
    return [best]


def _rivals(column: Column, best: Column) -> bool:
    return column.meaning.rank == best.meaning.rank and column.meaning.currency != best.meaning.currency


def _stocks(columns: list[Column]) -> list[Column]:
    """One total where there is one, else the stock of every place."""
    totals = [column for column in columns if not column.meaning.rest or is_total(column.meaning.rest)]
    return totals[:1] or columns
