"""Openings: with which characters the strings of a regular expression can begin, so that most need no trying."""

from collections.abc import Iterable
from re import _constants as op  # type: ignore[attr-defined]  # the standard library's own reading of a pattern
from re import _parser  # type: ignore[attr-defined]
from typing import Any

Opening = tuple[frozenset[str], ...]
"""The characters that may stand at the first place, at the second …; it is shorter where the string may end there."""

_EVERY = frozenset(map(chr, range(128)))
_CATEGORIES = {
    op.CATEGORY_DIGIT: frozenset(filter(str.isdigit, _EVERY)),
    op.CATEGORY_WORD: frozenset(letter for letter in _EVERY if letter.isalnum() or letter == "_"),
    op.CATEGORY_SPACE: frozenset(filter(str.isspace, _EVERY)),
}
_REPEATS = frozenset({op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT})
_SINGLE = frozenset({op.LITERAL, op.NOT_LITERAL, op.IN, op.ANY})
_NO_WIDTH = frozenset({op.AT, op.ASSERT, op.ASSERT_NOT})


def openings(regex: str, size: int) -> set[Opening]:
    """How an ASCII string in upper case that the expression matches whole may begin: in one of these ways. Every way
    that is possible is among them, and perhaps one that isn't."""
    return _after(_parser.parse(regex), {()}, size)


def width(regex: str) -> tuple[int, int]:
    """How many characters a string that the expression matches has at least, and at most."""
    shortest, longest = _parser.parse(regex).getwidth()
    return shortest, longest


def _after(items: Iterable[tuple[Any, Any]], begun: set[Opening], size: int) -> set[Opening]:
    """The openings that go on with some items."""
    for kind, value in items:
        if kind is op.SUBPATTERN:
            begun = _after(value[-1], begun, size)
        elif kind is op.BRANCH:
            begun = set().union(*(_after(branch, begun, size) for branch in value[1]))
        elif kind in _REPEATS:
            begun = _repeated(value, begun, size)
        elif kind in _SINGLE:
            begun = _with(_characters(kind, value), begun, size)
        elif kind not in _NO_WIDTH:  # something that needs a closer look: anything may stand there
            begun = {opening + (_EVERY,) * (size - len(opening)) for opening in begun}
    return begun


def _repeated(value: tuple[int, int, Any], begun: set[Opening], size: int) -> set[Opening]:
    least, most, items = value
    found = set(begun) if least == 0 else set()
    for turn in range(1, min(most, size) + 1):
        begun = _after(items, begun, size)
        if turn >= least or turn == size:
            found |= begun
    return found


def _with(characters: frozenset[str], begun: set[Opening], size: int) -> set[Opening]:
    return {opening if len(opening) == size else (*opening, characters) for opening in begun}


def _characters(kind: Any, value: Any) -> frozenset[str]:
    """The characters that one item stands for; every one where that is not plain to see."""
    if kind is op.LITERAL:
        return frozenset({chr(value), chr(value).upper()})
    if kind is op.IN and value[0][0] is not op.NEGATE:
        return frozenset().union(*(_characters(*item) for item in value))
    if kind is op.RANGE:
        span = frozenset(map(chr, range(value[0], min(value[1], 127) + 1)))
        return span | frozenset(map(str.upper, span))
    if kind is op.CATEGORY:
        return _CATEGORIES.get(value, _EVERY)
    return _EVERY
