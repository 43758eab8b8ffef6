"""What is known of one listing while its maker and number are being decided."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from pipelines.bearing import Bearing
from pipelines.brands import Claim
from pipelines.candidate import Candidate
from pipelines.components import Part
from pipelines.lexicon import Hit
from pipelines.titles import Span, Title
from restock.listing import RawListing


@dataclass(slots=True)
class Case:
    """A listing as read so far. `others` are the stretches of its title that speak of other goods. `head` is the
    category of its `noun`; `named` and `own` are the names and candidates that speak of its own goods, not of others'
    and not of parts; `claimed` is the number that the site claims, with the place 0 to 0."""

    title: Title
    raw: RawListing
    claim: Claim
    bearing: Bearing
    others: tuple[Span, ...]
    site_hits: Sequence[Hit]
    noun: Hit | None
    head: str | None
    parts: list[Part]
    named: Sequence[Hit]
    own: Sequence[Candidate]
    claimed: Candidate | None


@dataclass(slots=True)
class Told:
    """A value, the rule that gave it, and the text that it spoke about."""

    value: Any
    rule: str
    text: str | None = None


NOT_SAID = Told(None, "nothing says it")


@dataclass(slots=True)
class MakerFound:
    """A maker (None: nobody is named), the rule that found it, the text that says it, the rule's source."""

    brand: str | None
    rule: str
    text: str | None = None
    source: str | None = None


@dataclass(slots=True)
class NumberFound:
    number: Candidate | None
    rule: str
