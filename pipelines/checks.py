"""The user's data rows checked column by column: what refers to another file, codes, dates and expressions."""

import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, replace
from difflib import get_close_matches
from functools import cached_property
from pathlib import Path

from pipelines import brands, category, forms, part_numbers, restrictions
from pipelines.expressions import fitting
from pipelines.tables import Row, Table, first_day, last_day
from pipelines.text import number as as_number
from pipelines.text import squeeze
from restock.countries import is_country
from restock.errors import SettingsError
from restock.rate import is_currency

TIERS = ("1", "2", "3.A", "3.B", "4.A", "4.B")
_PRECISIONS = ("day", "month", "year")
_ESCAPED = re.compile(r"\\.|\(\?[a-zA-Z]*(?:P<\w+>)?")
# Numbers as unlike each other as numbers are: an expression that fits two of them tells nothing.
_UNLIKE = ("QZ7XW93KJ", "0471-9930-55", "W", "J-4K/Q8=", "5500917", "YKVQ")


@dataclass(frozen=True)
class Known:
    """The names that other files may refer to."""

    home: Path | None

    @cached_property
    def makers(self) -> dict[str, str]:
        """Makers by their folded names, in the spelling that the built-in rows refer to."""
        return _spelt(restrictions.COUNTRIES, "brand", self.home)

    @cached_property
    def built_in(self) -> frozenset[str]:
        return frozenset(squeeze(row["brand"]) for row in restrictions.COUNTRIES.built_in())

    @cached_property
    def aliases(self) -> dict[str, str]:
        return self._aliases(brands.ALIASES.rows(self.home))

    @cached_property
    def read_as(self) -> dict[str, str]:
        """The aliases that need no witness."""
        return self._aliases(row for row in brands.ALIASES.rows(self.home) if not row.flag("ambiguous"))

    def _aliases(self, rows: Iterable[Row]) -> dict[str, str]:
        names = [(squeeze(row["alias"]), squeeze(row["brand"])) for row in rows]
        return {alias: self.makers[brand] for alias, brand in names if brand in self.makers}

    @cached_property
    def expressions(self) -> frozenset[str]:
        """The expressions of the built-in rows, which are known to end."""
        tables = (forms.PATTERNS, part_numbers.SPECIFICATIONS)
        return frozenset(row["regex"] for table in tables for row in table.built_in())

    @cached_property
    def categories(self) -> dict[str, str]:
        return _spelt(category.CATEGORIES, "category", self.home)


def _spelt(table: Table, column: str, home: Path | None) -> dict[str, str]:
    names = {squeeze(row[column]): row[column] for row in table.rows(home)}
    own = {squeeze(row[column]): row[column] for row in table.built_in()}
    return {folded: own.get(folded, name) for folded, name in names.items()}


# A check gives the value as it is meant, or raises ValueError with the reason.
Check = Callable[[str, Known], str]


def _near(text: str, names: Iterable[str]) -> str:
    found = get_close_matches(text, list(names), 1)
    return f" (did you mean {found[0]!r}?)" if found else ""


def _brand(text: str, known: Known) -> str:
    folded = squeeze(text)
    found = known.makers.get(folded) or known.aliases.get(folded)
    if found is None:
        hint = _near(text, known.makers.values())
        raise ValueError(f"{text!r} is not in brand_countries.csv{hint}; a new maker needs a row there")
    return found


def _read_brand(text: str, known: Known) -> str:
    """A maker that listings are given to: one whose name is read as another's would never be met."""
    found = _brand(text, known)
    if (other := known.read_as.get(squeeze(found), found)) != found:
        raise ValueError(
            f"listings that say {found!r} are read as {other} (brand_aliases.csv): name {other}, or a title"
        )
    return found


def _own_brand(text: str, known: Known) -> str:
    """The name of a row of brand_countries.csv: a known maker keeps its spelling, since other rows refer to it."""
    folded = squeeze(text)
    found = known.makers.get(folded, text)
    if folded not in known.built_in and (other := known.aliases.get(folded, found)) != found:
        raise ValueError(f"{text!r} is another name of {other} (brand_aliases.csv): a row there can part them")
    return found


def _category(text: str, known: Known) -> str:
    found = known.categories.get(squeeze(text))
    if found is None:
        hint = _near(text.casefold(), known.categories.values())
        raise ValueError(f"{text!r} is not in categories.csv{hint}")
    return found


def _own_category(text: str, known: Known) -> str:
    return known.categories.get(squeeze(text), text)


def _code(text: str, _: Known) -> str:
    if not re.fullmatch(r"[0-9]{4}\.[0-9]{2}", text):
        raise ValueError(f"an HS code of six digits was expected (8517.62), not {text!r}")
    return text


def _one_of(*words: str) -> Check:
    def check(text: str, _: Known) -> str:
        if text not in words:
            raise ValueError(f"{text!r} is none of {', '.join(words)}")
        return text

    return check


def _precision(text: str, _: Known) -> str:
    if text.partition(",")[0] not in _PRECISIONS:  # "day, report date"
        raise ValueError(f"{text!r} doesn't begin with one of {', '.join(_PRECISIONS)}")
    return text


def _event(text: str, _: Known) -> str:
    words = (*restrictions.STOPPED, *restrictions.STATED)
    if not text.lower().startswith(words):
        raise ValueError(f"{text!r} doesn't begin with one of: {', '.join(words)}")
    return text


def _currency(text: str, _: Known) -> str:
    if not is_currency(text):
        raise ValueError(f"a currency's three capital letters were expected (ISO 4217), not {text!r}")
    return text


def _country(text: str, _: Known) -> str:
    if not is_country(text):
        raise ValueError(f"a country's two capital letters were expected (ISO 3166), not {text!r}")
    return text


def _moment(text: str, _: Known) -> str:
    try:
        last_day(text)
    except ValueError:
        raise ValueError(f"not a date: {text!r}") from None
    return text


def _expression(text: str, known: Known) -> str:
    try:
        fits = fitting(text)
    except re.error as error:
        raise ValueError(f"not a regular expression: {error}") from None
    if fits is None and text in known.expressions:
        return text
    if fits is None:
        raise ValueError(f"{text!r} looks around or back (?=, ?!, \\1), which may take forever; it must go without")
    if any(letter.islower() for letter in _ESCAPED.sub("", text)):
        raise ValueError(f"{text!r} has small letters: it is tried on numbers in upper case")
    if fits("") or sum(fits(probe) is not None for probe in _UNLIKE) > 1:
        raise ValueError(f"{text!r} fits nearly everything, or nothing at all")
    return text


def _number(text: str, _: Known) -> str:
    found = as_number(text)
    if found is None or len(found) < 3:
        raise ValueError(f"{text!r} can't be a part number")
    return found


def _watched_number(text: str, known: Known) -> str:
    _number(text, known)
    return text


def _share(text: str, _: Known) -> str:
    try:
        within = 0 <= float(text) <= 1
    except ValueError:
        within = False
    if not within:
        raise ValueError(f"not a number between 0 and 1: {text!r}")
    return text


# What the columns of each file hold; a column that isn't here holds free text, or words that its reader checks.
COLUMNS: dict[str, dict[str, Check]] = {
    "brand_aliases.csv": {"brand": _brand, "category": _category},
    "brand_countries.csv": {"brand": _own_brand, "country": _country, "coalition": _one_of("yes", "no", "partial")},
    "brand_policies.csv": {
        "brand": _read_brand, "event": _event, "date": _moment, "date_precision": _precision, "until": _moment,
    },
    "brand_splits.csv": {"brand": _brand, "becomes": _brand, "category": _category},
    "categories.csv": {"category": _own_category, "hs6": _code},
    "category_refinements.csv": {"category": _category, "becomes": _category},
    "category_wordings.csv": {"category": _category},
    "chpl.csv": {"hs_code": _code, "tier": _one_of(*TIERS), "since": _moment, "until": _moment},
    "currencies.csv": {"currency": _currency},
    "known_part_numbers.csv": {"brand": _brand, "part_number": _number, "category": _category},
    "part_number_patterns.csv": {"brand": _brand, "regex": _expression, "category": _category},
    "product_families.csv": {"brand": _brand, "category": _category},
    "rule_precision.csv": {"precision": _share},
    "specification_forms.csv": {"regex": _expression},
    "strict_numbers.csv": {"brand": _brand},
    "watchlist.csv": {"brand": _read_brand, "mpn": _watched_number, "since": _moment, "until": _moment},
}  # fmt: skip
_SPANS = {"brand_policies.csv": "date", "chpl.csv": "since", "watchlist.csv": "since"}


def checked(table: Table, row: Row, known: Known) -> Row:
    """The row with its values as they are meant: names in the spelling of the file that they come from.

    Raises SettingsError ("file:line: column: reason")."""
    values = dict(row.values)
    columns = COLUMNS.get(table.name, {})
    for column in table.key if row.flag("off") else columns:
        if column in columns and row[column]:
            try:
                values[column] = columns[column](row[column], known)
            except ValueError as error:
                raise row.error(f"{column}: {error}") from None
    if missing := _imprecise(values):
        raise row.error(f"date: {row['date']} names no {missing}, as date_precision says it does")
    begin = _SPANS.get(table.name)
    if begin and row[begin] and row["until"] and last_day(row["until"]) < first_day(row[begin]):
        raise row.error(f"until: {row['until']} is before {begin}: {row[begin]}")
    return replace(row, values=values)


def _imprecise(values: Mapping[str, str]) -> str | None:
    """What a date that is said to be known to the day, or the month, doesn't name."""
    said, parts = values.get("date_precision", "").partition(",")[0], len(values.get("date", "").split("-"))
    if not values.get("date"):
        return None
    return "day" if said == "day" and parts < 3 else "month" if said in {"day", "month"} and parts < 2 else None


def read_tables(tables: Iterable[Table], home: Path | None) -> dict[str, list[Row]]:
    """The rows of data files by the file's name, the user's checked."""
    known = Known(home)
    return {table.name: table.rows(home, lambda table, row: checked(table, row, known)) for table in tables}


def check_names(home: Path | None, tables: Iterable[Table]) -> None:
    """Raises SettingsError for a file of the user's that no rule would read."""
    names = [table.name for table in tables]
    folder = home / "data" if home is not None else None
    if folder is None or not folder.is_dir():
        return
    for path in sorted(folder.iterdir()):
        if path.suffix.lower() == ".csv" and path.name not in names:
            hint = _near(path.name.lower(), names) or f": one of {', '.join(sorted(names))}"
            raise SettingsError(f"{path}:1: there is no data file of this name{hint}")
