"""The rules of normalisation: the built-in data files and the user's own, read and compiled once."""

import hashlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from pipelines import (
    amounts,
    brands,
    category,
    components,
    condition,
    described,
    forms,
    part_numbers,
    relation,
    restrictions,
    stock,
    vat,
)  # fmt: skip
from pipelines.brands import BrandBook
from pipelines.category import Kind, Refinements, kinds_of, refinements_of
from pipelines.checks import TIERS, check_names, read_tables
from pipelines.described import DescriptionReader
from pipelines.identity import Identifier
from pipelines.lexicon import Entry, Lexicon
from pipelines.part_numbers import Grammar
from pipelines.prices import PriceReader
from pipelines.restrictions import RestrictionBook
from pipelines.stock import StockReader
from pipelines.tables import BUILT_IN, Row, Table
from restock.terms import Condition

PRECISION = Table("rule_precision.csv", ("field", "rule", "precision", "cases"), ("field", "rule"), ("precision",))
TABLES = (
    brands.ALIASES, brands.SPLITS, brands.IGNORED, category.CATEGORIES, category.WORDINGS, category.REFINEMENTS,
    components.FAMILIES, condition.WORDINGS, described.WORDINGS, forms.PATTERNS, part_numbers.KNOWN,
    part_numbers.SPECIFICATIONS, part_numbers.STRICT, amounts.CURRENCIES, amounts.WORDINGS, vat.VAT_WORDINGS,
    relation.WORDINGS, restrictions.POLICIES, restrictions.CHPL, restrictions.COUNTRIES, restrictions.BATTLEFIELD,
    restrictions.WATCHLIST, stock.WORDINGS, PRECISION,
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Rules:
    """Everything that normalisation knows. `revision` changes with any data file that decides a value, and with the
    code that reads it; where the files lie doesn't count."""

    revision: str
    lexicon: Lexicon
    grammar: Grammar
    brands: BrandBook
    identifier: Identifier
    kinds: dict[str, Kind]
    refinements: Refinements
    prices: PriceReader
    stock: StockReader
    descriptions: DescriptionReader
    restrictions: RestrictionBook
    precision: dict[tuple[str, str], float]


_loaded: dict[tuple[Path | None, str], Rules] = {}
# How often a rule was right says how far to trust a value, not which value it is.
_DECIDING = tuple(table for table in TABLES if table is not PRECISION)


def load_rules(home: Path | None = None) -> Rules:
    """The built-in rules, extended and overridden by `<home>/data/*.csv`.

    Raises SettingsError ("file:line: reason") for a row that can't be used."""
    check_names(home, TABLES)
    revision = _digest(home, _DECIDING)
    key = (home, _digest(home, TABLES))
    if key not in _loaded:
        _loaded.clear()
        _loaded[key] = _build(home, revision)
    return _loaded[key]


def load_brands(home: Path | None = None) -> BrandBook:
    """The names of all brands alone: to know one by another spelling takes no other rule.

    Raises SettingsError ("file:line: reason") for a row that can't be used."""
    tables = (restrictions.COUNTRIES, components.FAMILIES, brands.ALIASES, brands.SPLITS, brands.IGNORED)
    data = read_tables(tables, home)
    return _brand_book(data, _makers(data))


@dataclass(frozen=True, slots=True)
class Names:
    """What people may name: brands by any spelling, the categories, the tiers of the Common High Priority List."""

    brands: BrandBook
    categories: frozenset[str]
    tiers: frozenset[str]


def load_names(home: Path | None = None) -> Names:
    """As `load_brands`, with the categories and tiers."""
    categories = read_tables((category.CATEGORIES,), home)[category.CATEGORIES.name]
    return Names(load_brands(home), frozenset(kinds_of(categories)), frozenset(TIERS))


def _makers(data: dict[str, list[Row]]) -> dict[str, restrictions.Maker]:
    return {row["brand"]: restrictions.maker_of(row) for row in data[restrictions.COUNTRIES.name]}


def _brand_book(data: dict[str, list[Row]], makers: dict[str, restrictions.Maker]) -> BrandBook:
    processors = frozenset(row["brand"] for row in data[components.FAMILIES.name] if row["category"] == "cpu")
    return BrandBook(data[brands.ALIASES.name], makers, data[brands.SPLITS.name], data[brands.IGNORED.name], processors)


def _build(home: Path | None, revision: str) -> Rules:
    data = read_tables(TABLES, home)
    makers = _makers(data)
    book = _brand_book(data, makers)
    grammar = Grammar(
        data[forms.PATTERNS.name], data[part_numbers.KNOWN.name],
        data[part_numbers.SPECIFICATIONS.name], data[part_numbers.STRICT.name],
    )  # fmt: skip
    kinds = kinds_of(data[category.CATEGORIES.name])
    lexicon = Lexicon([*book.entries, *_wordings(data, kinds, makers)])
    price_reader = PriceReader(data[amounts.CURRENCIES.name], data[amounts.WORDINGS.name], data[vat.VAT_WORDINGS.name])
    return Rules(
        revision=revision,
        lexicon=lexicon,
        grammar=grammar,
        brands=book,
        identifier=Identifier(book, grammar, frozenset(name for name, kind in kinds.items() if kind.sort == "device")),
        kinds=kinds,
        refinements=refinements_of(data[category.REFINEMENTS.name], kinds),
        prices=price_reader,
        stock=StockReader(data[stock.WORDINGS.name]),
        descriptions=DescriptionReader(data[described.WORDINGS.name], lexicon, price_reader),
        restrictions=RestrictionBook(
            data[restrictions.POLICIES.name],
            data[restrictions.CHPL.name],
            makers,
            data[restrictions.BATTLEFIELD.name],
            data[restrictions.WATCHLIST.name],
            book.brand_of,
        ),
        precision=dict(_precisions(data[PRECISION.name])),
    )


def _wordings(
    data: dict[str, list[Row]], kinds: dict[str, Kind], makers: dict[str, restrictions.Maker]
) -> Iterator[tuple[str, Entry]]:
    names = frozenset(kinds)
    for row in data[category.WORDINGS.name]:
        leads = any("а" <= letter <= "я" for letter in row["wording"].lower())
        yield _stemmed(row, "wording", "category", row.one_of("category", names), leads)
    for row in data[components.FAMILIES.name]:
        if row["brand"] not in makers:
            raise row.error(f"brand: {row['brand']!r} is not in brand_countries.csv")
        entry = Entry(
            "family", row["brand"], row.one_of("category", names), source=row["source"], prefix=row["note"] == "prefix"
        )
        yield row["family"], entry
    for row in data[relation.WORDINGS.name]:
        yield _stemmed(row, "wording", "relation", row.one_of("role", relation.ROLES))
    conditions = frozenset(Condition)
    for row in data[condition.WORDINGS.name]:
        yield _stemmed(row, "wording", "condition", Condition(row.one_of("condition", conditions)))


def _stemmed(row: Row, column: str, kind: str, value: object, detail: object = None) -> tuple[str, Entry]:
    wording = row[column]
    if "*" in wording[:-1]:
        raise row.error(f"{column}: a star stands at the end of a wording only: {wording!r}")
    stem = wording.endswith("*")
    if wording == "*":
        raise row.error(f"{column}: a star alone would stand for every word")
    return wording.rstrip("*"), Entry(kind, value, detail, source=row["source"], stem=stem)


def _precisions(rows: list[Row]) -> Iterator[tuple[tuple[str, str], float]]:
    for row in rows:
        try:
            yield (row["field"], row["rule"]), float(row["precision"])
        except ValueError:
            raise row.error(f"precision: not a number: {row['precision']!r}") from None


def _digest(home: Path | None, tables: Iterable[Table]) -> str:
    """A short hash over data files, built-in and the user's, and the code that reads them."""
    names = sorted(table.name for table in tables)
    files = {f"code/{path.name}": path for path in Path(__file__).parent.glob("*.py")}
    files |= {f"data/{name}": BUILT_IN / name for name in names}
    if home is not None:
        files |= {f"home/{name}": path for name in names if (path := home / "data" / name).is_file()}
    digest = hashlib.sha256()
    for name, path in sorted(files.items()):
        digest.update(name.encode() + b"\0" + path.read_bytes() + b"\0")
    return digest.hexdigest()[:12]
