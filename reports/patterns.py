"""Patterns of watch lists: `*` is any text, `?` any one character, and case doesn't count."""

import re
from collections.abc import Iterable
from functools import lru_cache


def is_pattern(text: str) -> bool:
    return "*" in text or "?" in text


def matches(patterns: Iterable[str], texts: Iterable[str]) -> bool:
    """Whether any of the patterns fits any of the texts."""
    folded = [text.casefold() for text in texts]
    return any(_pattern(pattern).fullmatch(text) for pattern in patterns for text in folded)


@lru_cache(maxsize=4096)
def _pattern(text: str) -> re.Pattern[str]:
    """Everything but the two wildcards is itself."""
    parts = {"*": ".*", "?": "."}
    return re.compile("".join(parts.get(char) or re.escape(char) for char in text.casefold()), re.DOTALL)
