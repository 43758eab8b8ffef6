"""Wordings as patterns: many phrases in one expression, the longest first, between word boundaries."""

import re
from collections.abc import Iterable, Sequence

_NOTHING = "(?!)"


def alternatives(wordings: Iterable[str], suffixes: Sequence[str] = (), *, alone: bool = False) -> str:
    """A pattern of all wordings, longest first, each ending where a word ends or one of the suffixes begins; with
    `alone`, no letter stands before it. They are parted by their first letters, so that a search leaps to those."""
    end = f"(?:(?![^\\W\\d_])|(?={alternatives(suffixes)}))" if suffixes else r"(?![^\W\d_])"
    by_letter: dict[str, list[str]] = {}
    for word in sorted(wordings, key=lambda word: (-len(word), word)):
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]) + (end if word[-1].isalpha() else ""))
    branches = []
    for letter, rests in by_letter.items():
        first = re.escape(letter)
        before = rf"(?<![^\W\d_]{first})" if alone else ""
        branches.append(f"{first}{before}(?:{'|'.join(rests)})")
    return f"(?:{'|'.join(branches)})" if branches else _NOTHING
