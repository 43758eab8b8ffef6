"""Normalisation: a raw listing becomes a listing, every value with the rule that gave it."""

import re
from collections.abc import Iterator
from datetime import date
from functools import lru_cache
from typing import Any

from pipelines.case import NOT_SAID, Told
from pipelines.category import category_of
from pipelines.condition import condition_of
from pipelines.explain import Explained, Reasoning
from pipelines.identity import Identity
from pipelines.lexicon import Hit
from pipelines.prices import Price
from pipelines.relation import bearing
from pipelines.restrictions import MARKET
from pipelines.rules import Rules
from pipelines.text import clean, skeleton
from pipelines.titles import Title, read_title
from restock.addresses import clean_url
from restock.listing import Component, Listing, Normalised, RawListing, Restriction
from restock.terms import Condition, PriceType, Relation, RestrictionRule

_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?/[^\s?#;]*")
_REFURBISHED = ("-RF", "-RF=")
_NAMELESS = frozenset({Relation.COMPATIBLE_WITH, Relation.ACCESSORY_FOR})


class Normaliser:
    """Normalises raw listings of one market by one set of rules. `currency` is the site's own, where it has one."""

    def __init__(self, rules: Rules, *, market: str = "RU", currency: str | None = None) -> None:
        self._rules = rules
        self._market = market
        self._currency = currency
        self._field_hits = lru_cache(maxsize=8192)(self._scan)

    def _scan(self, text: str | None) -> tuple[Hit, ...]:
        """What stands in a short text of the site (category, condition), remembered."""
        return tuple(self._rules.lexicon.scan(" ".join(skeleton(clean(text)).split()))) if text else ()

    def normalise(self, raw: RawListing, *, on: date) -> Normalised:
        """The listing of a raw one, judged by the rules of the day `on`. Any text is safe."""
        rules = self._rules
        title = read_title(raw.title, rules.lexicon, rules.grammar)
        site_hits = self._field_hits(raw.category)
        identity = rules.identifier.identify(title, raw, bearing(title, site_hits), site_hits)
        category = category_of(title, identity, site_hits, rules.refinements)
        reasoning = Reasoning(
            raw,
            identity,
            rules.prices.read(raw.price, raw.currency, self._currency),
            rules.stock.read(raw.availability, raw.quantity),
            category,
            self._condition(raw, title, identity),
        )
        listing, unread = self._listing(reasoning, title, on)
        return Explained(listing, unread, reasoning, rules.precision)

    def _listing(self, reasoning: Reasoning, title: Title, on: date) -> tuple[Listing, tuple[str, ...]]:
        """The listing, and the names of the raw fields that no rule understood."""
        raw, identity, price, stock = reasoning.raw, reasoning.identity, reasoning.price, reasoning.stock
        kind = self._rules.kinds.get(reasoning.category.value)
        hs6 = kind.hs6 if kind and identity.relation is not Relation.SERVICE_FOR else None
        reasons, is_open = self._restrictions(identity, title, hs6, kind.sort if kind else None, on)
        url, gtin = _url(raw.url), _gtin(raw.gtin)
        listing = Listing(
            site=raw.site,
            key=None,
            url=url,
            title=raw.title,
            brand=identity.maker.brand,
            mpn=identity.number.number if identity.number else None,
            gtin=gtin,
            sku=raw.sku,
            category=reasoning.category.value,
            hs6=hs6,
            hs6_basis="category" if hs6 else None,
            relation=identity.relation,
            price=price.amount,
            currency=price.currency,
            price_type=price.kind,
            vat=price.vat,
            regular_price=self._regular(raw, price),
            availability=stock.availability,
            quantity=stock.quantity,
            quantity_bound=stock.bound,
            lead_time_days=stock.lead_time(on),
            condition=reasoning.condition.value,
            components=self._components(identity, on) if identity.parts else (),
            restricted=bool(reasons) and any(reason.rule is not RestrictionRule.BATTLEFIELD for reason in reasons),
            restrictions=reasons,
            undecided=is_open,
            evidence=raw.evidence,
        )
        return listing, self._unread(reasoning, url, gtin)

    def _unread(self, reasoning: Reasoning, url: str | None, gtin: str | None) -> tuple[str, ...]:
        raw = reasoning.raw
        found = list(reasoning.stock.unread)
        if reasoning.price.kind is None:
            found.append("price")
        if raw.currency is not None and not self._rules.prices.currency(raw.currency)[1]:
            found.append("currency")
        if raw.url is not None and url is None:
            found.append("url")
        if raw.gtin is not None and gtin is None:
            found.append("gtin")
        return tuple(found)

    def _condition(self, raw: RawListing, title: Title, identity: Identity) -> Told:
        """The site's field and the title together; the worse one where they differ."""
        refurbished = identity.number is not None and identity.number.number.endswith(_REFURBISHED)
        if not (raw.condition or title.conditions or refurbished):
            return NOT_SAID
        stated, written = condition_of(self._field_hits(raw.condition)), condition_of(title.conditions)
        found = condition_of([hit for hit in (stated and stated[1], written and written[1]) if hit])
        if refurbished and (found is None or found[0] is Condition.NEW):
            return Told(Condition.REFURBISHED, "suffix of the part number", identity.number and identity.number.number)
        if found is None:
            return NOT_SAID
        if written is not None and written[1] is found[1]:
            return Told(found[0], "wording of the title", title.text[found[1][0] : found[1][1]])
        return Told(found[0], "condition field", raw.condition)

    def _regular(self, raw: RawListing, price: Price) -> Any:
        """The struck-through price, where it is higher than the current one."""
        if price.amount is None or price.kind is PriceType.FROM:
            return None
        stated = self._rules.prices.read(raw.regular_price, raw.currency, self._currency) if raw.regular_price else None
        regular = stated.amount if stated is not None and stated.currency in {price.currency, None} else None
        regular = regular or price.regular
        return regular if regular is not None and regular > price.amount else None

    def _components(self, identity: Identity, on: date) -> tuple[Component, ...]:
        found: dict[str, Component] = {}
        for part in identity.parts:
            if part.brand not in found and self._rules.restrictions.is_controlled(part.brand, on):
                found[part.brand] = Component(part.brand, None, part.text)
        return tuple(found.values())

    def _restrictions(
        self, identity: Identity, title: Title, hs6: str | None, sort: str | None, on: date
    ) -> tuple[tuple[Restriction, ...], bool]:
        """The reasons that speak about a listing, and whether it stays open."""
        book = self._rules.restrictions
        if identity.relation is Relation.SERVICE_FOR:
            return (), False
        nameless = identity.maker.brand is None and identity.relation in _NAMELESS
        judged = book.judge(identity.maker.brand, None if nameless else hs6, sort, self._market, on)
        reasons = list(judged.reasons)
        if identity.parts:
            reasons.extend(self._of_parts(identity, on))
        mpn = identity.number.number if identity.number else None
        reasons.extend(book.watchlist(identity.maker.brand, mpn, title.folded, on))
        if identity.relation is not Relation.COMPATIBLE_WITH and (found := book.battlefield(identity.maker.brand, mpn)):
            reasons.append(found)
        is_open = not nameless and not reasons and (judged.open or self._may_be_restricted(identity, title, on))
        return tuple(reasons), is_open

    def _of_parts(self, identity: Identity, on: date) -> Iterator[Restriction]:
        """One reason for each brand of a part that would itself be restricted."""
        seen: set[str] = set()
        for part in identity.parts:
            kind = self._rules.kinds.get(part.category)
            reason = self._rules.restrictions.component(part.brand, kind.hs6 if kind else None, self._market, on)
            if reason is not None and part.brand not in seen:
                seen.add(part.brand)
                yield reason

    def _may_be_restricted(self, identity: Identity, title: Title, on: date) -> bool:
        """No maker was found, yet a number has the form of a maker that stopped sales."""
        if identity.maker.brand is not None or self._market != MARKET:
            return False
        names = {
            name for item in title.candidates for name in (*item.owners.known, *item.owners.sure, *item.owners.weak)
        }
        return any(self._rules.restrictions.policy(name, on) for name in names)


def _url(url: str | None) -> str | None:
    """The address without tracking; None for one that can't be split."""
    if url is None or _PLAIN_URL.fullmatch(url):
        return url
    try:
        return clean_url(url)
    except ValueError:
        return None


def _gtin(text: str | None) -> str | None:
    """A GTIN of 8, 12, 13 or 14 digits whose check digit is right; None for anything else."""
    if text is None:
        return None
    digits = "".join(text.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in {8, 12, 13, 14}):
        return None
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return digits if total % 10 == 0 and int(digits) else None
