"""Expressions: many regular expressions tried on one text in a single pass."""

import re
from collections.abc import Callable, Sequence
from typing import cast

import re2

_Tried = tuple[int, Callable[[str], object]]  # the place of an expression that is tried by itself


class Expressions:
    """Regular expressions of whole texts, each with the letters that its texts may begin with (None: any), and known by
    its place. Nearly all become one automaton; those that RE2 doesn't know, as they look around or back, are tried
    one by one."""

    def __init__(self, rows: Sequence[tuple[str, str | None]]) -> None:
        self._all = re2.Set.FullMatchSet(_options())
        self._known: list[tuple[int, str | None]] = []  # by number within the automaton
        self._anywhere: list[_Tried] = []
        self._begun: dict[str, list[_Tried]] = {}  # by first letter, with those that may begin with any
        for place, (regex, letters) in enumerate(rows):
            try:
                self._all.Add(regex)
                self._known.append((place, letters))
            except re2.error:
                self._try(place, regex, letters)
        self._all.Compile()

    def _try(self, place: int, regex: str, letters: str | None) -> None:
        tried = (place, re.compile(regex).fullmatch)
        for letter in letters or ():
            self._begun.setdefault(letter, list(self._anywhere)).append(tried)
        if letters is None:
            for group in (self._anywhere, *self._begun.values()):
                group.append(tried)

    def of(self, text: str) -> list[int]:
        """The places of the expressions that a text has, in order."""
        first, known = text[:1], self._known
        numbers = self._all.Match(text.encode()) or ()
        found = [known[number][0] for number in numbers if (letters := known[number][1]) is None or first in letters]
        for place, fits in self._begun.get(first, self._anywhere):
            if fits(text):
                found.append(place)
        if len(found) > 1:
            found.sort()
        return found


def fitting(regex: str) -> Callable[[str], object] | None:
    """What tells whether a text has an expression, in a time that grows with the text alone; None for one
    that looks around or back. Raises re.error for what is no expression."""
    re.compile(regex)
    try:
        return cast("Callable[[str], object]", re2.compile(regex, _options()).fullmatch)
    except re2.error:
        return None


def _options() -> re2.Options:
    options = re2.Options()
    options.log_errors = False
    options.max_mem = 24 << 20  # bytes that the automaton may grow to
    return options
