"""Forms of part numbers: which makers' forms a number has, and whether it has the form of a specification."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import NamedTuple

from pipelines.expressions import Expressions, fitting
from pipelines.tables import Row, Table

PATTERNS = Table(
    "part_number_patterns.csv",
    ("brand", "form", "regex", "starts", "sure", "category", "examples", "source"),
    ("brand", "form"),
    ("regex",),
)
_ANYTHING = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


@dataclass(frozen=True, slots=True, eq=False)
class Form:
    """A form of whole numbers: whose it is, whether it alone proves that maker, and the kind of goods that have it."""

    brand: str
    sure: bool
    category: str


class Fitting(NamedTuple):
    """What a number looks like: the makers' forms that it has, and whether it has that of a specification."""

    forms: tuple[Form, ...]
    is_specification: bool


NOTHING = Fitting((), is_specification=False)


class Forms:
    """The forms of all makers, and those of tokens that are no numbers."""

    def __init__(self, patterns: Sequence[Row], specifications: Sequence[Row]) -> None:
        for row in patterns:
            if not row.built_in:
                check(row)
        self._forms = [Form(row["brand"], row.flag("sure"), row["category"]) for row in patterns]
        numbers = [(row["regex"], first_letters(row)) for row in patterns]
        others = [(row.pattern("regex").pattern, None) for row in specifications]
        self._expressions = Expressions([*numbers, *others])
        self._fitting = lru_cache(maxsize=2048)(self._of_places)

    def of(self, number: str) -> Fitting:
        """What a number looks like; of other letters than ASCII, nothing."""
        places = self._expressions.of(number) if number.isascii() else []
        return self._fitting(tuple(places)) if places else NOTHING

    def _of_places(self, places: tuple[int, ...]) -> Fitting:
        forms, last = self._forms, len(self._forms)
        return Fitting(tuple([forms[place] for place in places if place < last]), places[-1] >= last)


def check(row: Row) -> None:
    """Raises SettingsError for a row whose expression is none, or that its own examples don't fit. The built-in rows
    are checked by the tests."""
    pattern, letters = row.pattern("regex"), first_letters(row)
    fits = fitting(row["regex"]) or pattern.fullmatch
    for example in filter(None, re.split(r"[;\s]+", row["examples"])):
        if not (fits(example) and example[0] in letters):
            raise row.error(f"examples: {example!r} doesn't have the form {row['regex']!r}")


def first_letters(row: Row) -> str:
    """The letters that numbers of a form may begin with: A, C-F, 0-9 written out."""
    if not row["starts"]:
        return _ANYTHING
    spans = re.sub(
        r"(\w)-(\w)", lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), row["starts"]
    )
    return spans.replace(" ", "")
