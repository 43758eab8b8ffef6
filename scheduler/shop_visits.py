"""What goes in and out of the demo's shops: visits, answers, and the engine of their templates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from jinja2 import Environment, FileSystemLoader, StrictUndefined


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """One response of a shop."""

    status: int = 200
    body: bytes = b""
    content_type: str = "text/html; charset=utf-8"
    headers: Mapping[str, str] = field(default_factory=dict)


def environment(folder: Path) -> Environment:
    """The engine of all shops' templates."""
    found = Environment(
        loader=FileSystemLoader(folder / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    found.filters["spaced"] = spaced
    found.filters["slug"] = slug
    return found


def spaced(amount: Decimal, separator: str) -> str:
    """`1 234 567` or `24.20`, with the separator that the engine uses."""
    whole = amount == amount.to_integral_value()
    return f"{amount:,.0f}".replace(",", separator) if whole else f"{amount:,.2f}".replace(",", separator)


def slug(text: str) -> str:
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One request: who asks for which page of which day."""

    path: str
    query: Mapping[str, str]
    day: int
    fault: str | None
    origin: str
    session: str

    @property
    def number(self) -> int:
        """The number of the list page, by whichever name it is asked for."""
        asked = self.query.get("page") or self.query.get("PAGEN_1") or "1"
        return int(asked) if asked.isdecimal() and asked != "0" else 1
