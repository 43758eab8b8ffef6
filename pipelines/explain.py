"""Findings: why each value of a listing is what it is, put into words only when somebody asks."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import partial
from typing import Any

from pipelines.case import Told
from pipelines.category import Kind
from pipelines.identity import Identity
from pipelines.prices import Price
from pipelines.restrictions import Verdict
from pipelines.stock import Stock
from pipelines.text import mixed_script
from pipelines.verdict import Court, bought_line
from restock.listing import Finding, Listing, Normalised, RawListing, money_text
from restock.terms import Vat

Precision = Mapping[tuple[str, str], float]  # by field and rule


@dataclass(slots=True)
class Reasoning:
    """What was read of one raw listing, with the rules that spoke; the verdict is put into words when asked for."""

    raw: RawListing
    identity: Identity
    price: Price
    stock: Stock
    category: Told
    condition: Told
    kind: Kind | None
    verdict: Verdict
    court: Court
    on: date

    def why_restricted(self) -> str:
        return self.court.why(self.identity, self.kind, self.verdict, self.on)


class Explained(Normalised):
    """A normalised listing that keeps its reasoning; most are never asked for their findings."""

    __slots__ = ("_precision", "_reasoning")
    _precision: Precision
    _reasoning: Reasoning

    def __init__(self, listing: Listing, unread: tuple[str, ...], reasoning: Reasoning, precision: Precision) -> None:
        self.listing = listing  # type: ignore[misc]  # the noun is frozen for the type checker only
        self.unread = unread  # type: ignore[misc]
        self._reasoning = reasoning
        self._precision = precision

    @property
    def findings(self) -> tuple[Finding, ...]:
        return findings(self.listing, self._reasoning, self._precision)

    def __reduce__(self) -> tuple[Any, ...]:
        """Elsewhere it is the plain noun."""
        return partial(Normalised, listing=self.listing, findings=self.findings, unread=self.unread), ()


def findings(listing: Listing, reasoning: Reasoning, precision: Precision) -> tuple[Finding, ...]:
    """One finding for each value that a rule gave, and one for a title of mixed script."""

    def say(field: str, value: Any, rule: str, text: str | None = None, source: str | None = None) -> Finding:
        return Finding(field, value, rule, text, source, precision.get((field, rule)))

    identity, price, stock = reasoning.identity, reasoning.price, reasoning.stock
    found = [
        say("brand", listing.brand, identity.maker.rule, identity.maker.text, identity.maker.source),
        say("mpn", listing.mpn, identity.number_rule, listing.mpn),
        say("relation", listing.relation.value, identity.relation_rule, identity.relation_text),
        say("category", listing.category, reasoning.category.rule, reasoning.category.text),
        say("price", money_text(listing.price), price.rule, reasoning.raw.price),
        say("availability", listing.availability.value, stock.rule, stock.text),
    ]
    found.extend(_of_offer(listing, reasoning, say))
    if price.currency_rule is not None:
        found.append(say("currency", listing.currency, price.currency_rule, reasoning.raw.price))
    if listing.condition is not None:
        found.append(say("condition", listing.condition.value, reasoning.condition.rule, reasoning.condition.text))
    found.extend(say("components", part.brand, "part named in the title", part.text) for part in listing.components)
    found.append(say("restricted", listing.restricted, reasoning.why_restricted(), bought_line(identity)))
    found.extend(
        say("restrictions", reason.id, reason.rule.value, reason.reason, reason.source)
        for reason in listing.restrictions
    )
    if mixed_script(listing.title):
        found.append(say("title", None, "mixed script", listing.title))
    return tuple(found)


def _of_offer(listing: Listing, reasoning: Reasoning, say: Callable[..., Finding]) -> Iterator[Finding]:
    """What the texts on price and stock say besides the amount and the state."""
    raw, price, stock = reasoning.raw, reasoning.price, reasoning.stock
    yield say("price_type", listing.price_type and listing.price_type.value, price.rule, raw.price)
    if listing.vat is not Vat.UNKNOWN:
        yield say("vat", listing.vat.value, price.vat_rule, raw.price)
    if listing.quantity is not None:
        yield say("quantity", listing.quantity, "quantity", raw.quantity or stock.text)
        yield say("quantity_bound", listing.quantity_bound and listing.quantity_bound.value, "quantity", raw.quantity)
    if listing.hs6 is not None:
        yield say("hs6", listing.hs6, "code of the kind of goods", listing.category)
