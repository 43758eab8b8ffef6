"""Forms of part numbers: which makers' forms a number has. A form is tried only where the number's length and first
letters allow it, and compiled when it is first tried."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from functools import cached_property, lru_cache

from pipelines.openings import Opening, openings, width
from pipelines.tables import Row, Table

PATTERNS = Table(
    "part_number_patterns.csv",
    ("brand", "form", "regex", "starts", "sure", "category", "examples", "source"),
    ("brand", "form"),
    ("regex",),
)
_BEGUN = 3  # letters of a number by which forms are told apart before they are tried
_ANYTHING = "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"


class Form:
    """A form of whole numbers: whose it is, whether it alone proves that maker, and the kind of goods that have it."""

    def __init__(self, row: Row) -> None:
        self.brand = row["brand"]
        self.sure = row.flag("sure")
        self.category = row["category"]
        self.first_letters = _letters(row["starts"]) if row["starts"] else _ANYTHING
        self._regex = row["regex"]

    @cached_property
    def fits(self) -> Callable[[str], object]:
        return re.compile(self._regex).fullmatch

    @cached_property
    def _openings(self) -> set[Opening]:
        return openings(self._regex, _BEGUN)

    @cached_property
    def _width(self) -> tuple[int, int]:
        return width(self._regex)

    def second_letters(self, first: str) -> frozenset[str]:
        """What may follow a first letter in a number of this form."""
        begun = [opening for opening in self._openings if len(opening) > 1 and first in opening[0]]
        return frozenset().union(*(opening[1] for opening in begun))

    def may_be(self, begun: str, length: int) -> bool:
        """Whether a number that begins so and is so long may have this form."""
        shortest, longest = self._width
        return shortest <= length <= longest and any(
            len(opening) == len(begun) and all(map(frozenset.__contains__, opening, begun))
            for opening in self._openings
        )


class Forms:
    """The forms of all makers."""

    def __init__(self, rows: Sequence[Row]) -> None:
        self._by_letter: dict[str, list[Form]] = defaultdict(list)
        for row in rows:
            form = Form(row)
            if not row.built_in:
                check(row)
            for letter in form.first_letters:
                self._by_letter[letter].append(form)
        self._begun = lru_cache(maxsize=256)(self._by_second_letter)
        self._near = lru_cache(maxsize=8192)(self._that_may_be)

    def _by_second_letter(self, first: str) -> dict[str, list[Form]]:
        found: dict[str, list[Form]] = defaultdict(list)
        for form in self._by_letter.get(first, ()):
            for second in form.second_letters(first):
                found[second].append(form)
        return dict(found)

    def _that_may_be(self, begun: str, length: int) -> tuple[Form, ...]:
        return tuple(form for form in self._begun(begun[:1]).get(begun[1:2], ()) if form.may_be(begun, length))

    def of(self, number: str) -> list[Form]:
        """The forms that a number has."""
        return [form for form in self._near(number[:_BEGUN], len(number)) if form.fits(number)]


def check(row: Row) -> None:
    """Raises SettingsError for a row whose expression is none, or that its own examples don't fit. The built-in rows
    are checked by the tests."""
    pattern, form = row.pattern("regex"), Form(row)
    for example in filter(None, re.split(r"[;\s]+", row["examples"])):
        if not (pattern.fullmatch(example) and example[0] in form.first_letters):
            raise row.error(f"examples: {example!r} doesn't have the form {row['regex']!r}")


def _letters(starts: str) -> str:
    """A, C-F, 0-9 written out."""
    spans = re.sub(r"(\w)-(\w)", lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), starts)
    return spans.replace(" ", "")
