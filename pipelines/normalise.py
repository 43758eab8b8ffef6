"""Normalisation: a raw listing becomes a listing, every value with the rule that gave it."""

import re
from datetime import date
from functools import lru_cache
from typing import Any

from pipelines.category import category_of
from pipelines.condition import condition_of
from pipelines.identity import Identity
from pipelines.lexicon import Hit
from pipelines.prices import Price
from pipelines.relation import bearing
from pipelines.rules import Rules
from pipelines.stock import Stock
from pipelines.text import clean, mixed_script, skeleton
from pipelines.titles import Title, read_title
from restock.addresses import clean_url
from restock.listing import Component, Finding, Listing, Normalised, RawListing, Restriction, money_text
from restock.terms import Condition, PriceType, Relation, RestrictionRule

_PLAIN_URL = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?/[^\s?#;]*")
_NOT_SETTING = frozenset({RestrictionRule.BATTLEFIELD})
_REFURBISHED = re.compile(r"-RF=?$")


class Normaliser:
    """Normalises raw listings of one market by one set of rules. `currency` is the site's own, where it has one."""

    def __init__(self, rules: Rules, *, market: str = "RU", currency: str | None = None) -> None:
        self._rules = rules
        self._market = market
        self._currency = currency
        self._field_hits = lru_cache(maxsize=8192)(self._scan)
        self._say = lru_cache(maxsize=16384)(self._finding)

    def _finding(
        self, field: str, value: Any, rule: str, text: str | None = None, source: str | None = None
    ) -> Finding:
        return Finding(field, value, rule, text, source, self._rules.precision.get((field, rule)))

    def _scan(self, text: str | None) -> tuple[Hit, ...]:
        """What stands in a short text of the site (category, condition), remembered."""
        return tuple(self._rules.lexicon.scan(" ".join(skeleton(clean(text)).split()))) if text else ()

    def normalise(self, raw: RawListing, *, on: date) -> Normalised:
        """The listing of a raw one, judged by the rules of the day `on`. Any text is safe."""
        rules = self._rules
        title = read_title(raw.title, rules.lexicon, rules.grammar)
        site_hits = self._field_hits(raw.category)
        identity = rules.identifier.identify(title, raw, bearing(title, site_hits), site_hits)
        number = identity.number
        price = rules.prices.read(raw.price, raw.currency, self._currency)
        stock = rules.stock.read(raw.availability, raw.quantity)
        category, category_rule, category_text = category_of(
            title,
            identity.noun,
            identity.foreign,
            number and (number.number, number.owners),
            identity.maker.brand,
            site_hits,
            rules.refinements,
        )
        kind = rules.kinds.get(category or "")
        condition, condition_rule, condition_text = self._condition(raw, title, identity)
        hs6 = kind.hs6 if kind and identity.relation is not Relation.SERVICE_FOR else None
        parts = self._components(identity, on)
        reasons, is_open = self._restrictions(identity, title, hs6, kind.sort if kind else None, on)
        url, url_unread = _url(raw.url)
        gtin, gtin_unread = _gtin(raw.gtin)
        listing = Listing(
            site=raw.site,
            key=None,
            url=url,
            title=raw.title,
            brand=identity.maker.brand,
            mpn=identity.number.number if identity.number else None,
            gtin=gtin,
            sku=raw.sku,
            category=category,
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
            condition=condition,
            components=parts,
            restricted=any(reason.rule not in _NOT_SETTING for reason in reasons),
            restrictions=reasons,
            undecided=is_open,
            evidence=raw.evidence,
        )
        findings = self._findings(
            listing, identity, price, stock, raw, (category_rule, category_text), (condition_rule, condition_text)
        )
        unread = (*(("price",) if price.kind is None else ()), *stock.unread, *url_unread, *gtin_unread)
        return Normalised(listing, findings, self._unread_currency(raw, unread))

    def _unread_currency(self, raw: RawListing, unread: tuple[str, ...]) -> tuple[str, ...]:
        understood = self._rules.prices.currency(raw.currency)[1]
        return unread if understood else (*unread, "currency")

    def _condition(self, raw: RawListing, title: Title, identity: Identity) -> tuple[Condition | None, str, str | None]:
        """The site's field and the title together; the worse one where they differ."""
        hits = [*self._field_hits(raw.condition), *title.conditions]
        if not hits and not (identity.number and _REFURBISHED.search(identity.number.number)):
            return None, "nothing says it", None
        found = condition_of(hits)
        if found is not None and found[0] is not Condition.NEW:
            return found[0], "wording", found[1][2].value.value
        if identity.number and _REFURBISHED.search(identity.number.number):
            return Condition.REFURBISHED, "suffix of the part number", identity.number.number
        return (found[0], "wording", None) if found else (None, "nothing says it", None)

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
        nameless = identity.maker.brand is None and identity.relation in {
            Relation.COMPATIBLE_WITH,
            Relation.ACCESSORY_FOR,
        }
        judged = book.judge(identity.maker.brand, None if nameless else hs6, sort, self._market, on)
        reasons = list(judged.reasons)
        seen: set[str] = set()
        for part in identity.parts:
            kind = self._rules.kinds.get(part.category)
            reason = book.component(part.brand, kind.hs6 if kind else None, self._market, on)
            if reason is not None and part.brand not in seen:
                seen.add(part.brand)
                reasons.append(reason)
        mpn = identity.number.number if identity.number else None
        reasons.extend(book.watchlist(identity.maker.brand, mpn, title.folded, on))
        if identity.relation is not Relation.COMPATIBLE_WITH and (found := book.battlefield(identity.maker.brand, mpn)):
            reasons.append(found)
        is_open = not nameless and not reasons and (judged.open or self._may_be_restricted(identity, title, on))
        return tuple(reasons), is_open

    def _may_be_restricted(self, identity: Identity, title: Title, on: date) -> bool:
        """No maker was found, yet a number has the form of a maker that stopped sales."""
        if identity.maker.brand is not None or self._market != "RU":
            return False
        names = {
            name for item in title.candidates for name in (*item.owners.known, *item.owners.sure, *item.owners.weak)
        }
        return any(self._rules.restrictions.policy(name, on) for name in names)

    def _findings(
        self, listing: Listing, identity: Identity, price: Price, stock: Stock, raw: RawListing,
        category: tuple[str, str | None], condition: tuple[str, str | None],
    ) -> tuple[Finding, ...]:  # fmt: skip
        """Why each value is what it is."""
        say, precision = self._say, self._rules.precision
        rule = identity.number_rule
        found = [
            say("brand", listing.brand, *identity.maker[1:]),
            Finding("mpn", listing.mpn, rule, listing.mpn, None, precision.get(("mpn", rule))),
            say("relation", listing.relation, identity.relation_rule, identity.relation_text),
            say("category", listing.category, *category),
            Finding(
                "price", money_text(listing.price), price.rule, raw.price, None, precision.get(("price", price.rule))
            ),
            say("availability", listing.availability, stock.rule, stock.text),
        ]
        if listing.condition is not None:
            found.append(say("condition", listing.condition, *condition))
        found.extend(say("components", part.brand, "part named in the title", part.text) for part in listing.components)
        found.extend(
            say("restrictions", reason.id, reason.rule, reason.reason, reason.source) for reason in listing.restrictions
        )
        if mixed_script(raw.title):
            found.append(say("title", None, "mixed script", raw.title))
        return tuple(found)


def _url(url: str | None) -> tuple[str | None, tuple[str, ...]]:
    if url is None or _PLAIN_URL.fullmatch(url):
        return url, ()
    try:
        return clean_url(url), ()
    except ValueError:
        return None, ("url",)


def _gtin(text: str | None) -> tuple[str | None, tuple[str, ...]]:
    """A GTIN of 8, 12, 13 or 14 digits whose check digit is right; anything else is unread."""
    if text is None:
        return None, ()
    digits = "".join(text.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in {8, 12, 13, 14}):
        return None, ("gtin",)
    total = sum(int(digit) * (3 if place % 2 else 1) for place, digit in enumerate(reversed(digits)))
    return (digits, ()) if total % 10 == 0 and int(digits) else (None, ("gtin",))
