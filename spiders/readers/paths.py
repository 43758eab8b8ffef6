"""Paths into JSON documents, and templates that hold them in braces."""

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import lru_cache
from typing import Any
from urllib.parse import quote

from restock.listing import unlike_thousands

_STEP = re.compile(r"([^.\[\]]*)(?:\[([^\[\]=]+)=([^\[\]]*)\])?")
_HOLE = re.compile(r"\{([^{}]*)\}")

Step = tuple[str, str, str]


@lru_cache(maxsize=512)
def steps(path: str) -> tuple[Step, ...]:
    """The steps of a path: a key, and the key and the value that choose an item of a list. Raises ValueError."""
    found: list[Step] = []
    place = 0
    while place < len(path):
        match = _STEP.match(path, place)
        if match is None or match.end() == place or (match.end() < len(path) and path[match.end()] != "."):
            raise ValueError(f"not a path: {path!r}")
        found.append((match[1], match[2] or "", match[3] or ""))
        place = match.end() + 1
    if path.endswith("."):
        raise ValueError(f"not a path: {path!r}")
    return tuple(found)


def value_at(document: Any, path: str) -> Any:
    """What a path leads to; None where it leads nowhere."""
    found = document
    for key, chosen, wanted in steps(path):
        if key:
            found = _child(found, key)
        if chosen:
            items = found if isinstance(found, list) else []
            found = next((item for item in items if text_at(item, chosen) == wanted), None)
        if found is None:
            return None
    return found


def _child(found: Any, key: str) -> Any:
    if isinstance(found, dict):
        return found.get(key)
    if isinstance(found, list) and key.isascii() and key.isdecimal() and len(key) < 10:
        return found[int(key)] if int(key) < len(found) else None
    return None


def text_at(document: Any, path: str) -> str | None:
    """The text of a value; of a list, of its first. None for nothing, blanks and whatever is no text."""
    found = value_at(document, path)
    if isinstance(found, list):
        found = found[0] if found else None
    if found is None or isinstance(found, dict | list):
        return None
    if isinstance(found, bool):
        return "true" if found else "false"
    text = f"{found:f}" if isinstance(found, Decimal) else str(found)
    return text if text.strip() else None


def amount_at(document: Any, path: str) -> str | None:
    """The text of a number as a price."""
    text = text_at(document, path)
    is_number = text is not None and isinstance(value_at(document, path), Decimal)
    return unlike_thousands(text) if text is not None and is_number else text


def holes(template: str) -> Iterator[str]:
    """The paths in the braces of a template."""
    return (match[1] for match in _HOLE.finditer(template))


def filled(template: str, document: Any) -> str | None:
    """A template with its braces filled, each value encoded for an address; None where one has no value."""
    texts = [text_at(document, path) for path in holes(template)]
    if None in texts:
        return None
    values = iter(texts)
    return _HOLE.sub(lambda _: quote(str(next(values)), safe=""), template)
