"""Normalisation: a raw listing becomes a listing, every value with the rule that gave it."""

from datetime import date
from functools import lru_cache
from typing import Any

from pipelines.case import NOT_SAID, Told
from pipelines.category import category_of
from pipelines.condition import condition_of
from pipelines.described import NOTHING, Described
from pipelines.explain import Explained, Reasoning
from pipelines.identity import Identity
from pipelines.lexicon import Hit
from pipelines.prices import MONTHLY, Price
from pipelines.relation import bearing
from pipelines.rules import Rules
from pipelines.text import clean, skeleton
from pipelines.titles import Title, read_title
from pipelines.verdict import Court
from restock.addresses import clean_url
from restock.listing import Component, Listing, Normalised, RawListing
from restock.terms import Condition, PriceType, Relation, Vat

_SERVICE_FOR, _NO_VAT, _FROM = Relation.SERVICE_FOR, Vat.UNKNOWN, PriceType.FROM  # bound here: asked of every listing
_BY_TIME = frozenset({"licence", "service"})
_REFURBISHED = ("-RF", "-RF=")


class Normaliser:
    """Normalises raw listings of one market by one set of rules. `currency` is the site's own, where it has one."""

    def __init__(self, rules: Rules, *, market: str = "RU", currency: str | None = None) -> None:
        self._rules = rules
        self._market = market
        self._currency = currency
        self._court = Court(rules.restrictions, rules.kinds, market)
        self._field_hits = lru_cache(maxsize=8192)(self._scan)

    def _scan(self, text: str | None) -> tuple[Hit, ...]:
        """What stands in a short text of the site (category, condition), remembered."""
        return tuple(self._rules.lexicon.scan(" ".join(skeleton(clean(text)).split()))) if text else ()

    def normalise(self, raw: RawListing, *, on: date) -> Normalised:
        """The listing of a raw one, judged by the rules of the day `on`. Any text is safe."""
        rules = self._rules
        title = read_title(raw.title, rules.lexicon, rules.grammar)
        site_hits = self._field_hits(raw.category)
        described = rules.descriptions.read(raw.description) if raw.description else NOTHING
        identity = rules.identifier.identify(title, raw, bearing(title, site_hits), site_hits, described)
        category = category_of(title, identity, site_hits, rules.refinements)
        kind = rules.kinds.get(category.value)
        reasoning = Reasoning(
            raw,
            identity,
            self._price(raw, described, identity, category),
            rules.stock.read(raw.availability, raw.quantity),
            category,
            self._condition(raw, title, identity, described),
            kind,
            self._court.judge(identity, title, kind, on),
            self._court,
            on,
        )
        listing, unread = self._listing(reasoning)
        return Explained(listing, unread, reasoning, rules.precision)

    def _listing(self, reasoning: Reasoning) -> tuple[Listing, tuple[str, ...]]:
        """The listing, and the names of the raw fields that no rule understood."""
        raw, identity, price, stock = reasoning.raw, reasoning.identity, reasoning.price, reasoning.stock
        kind, verdict, on = reasoning.kind, reasoning.verdict, reasoning.on
        hs6 = kind.hs6 if kind and identity.relation is not _SERVICE_FOR else None
        url, gtin = _url(raw.url), _gtin(raw.gtin) if raw.gtin is not None else None
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
            regular_price=self._regular(raw, price) if raw.regular_price or price.regular else None,
            availability=stock.availability,
            quantity=stock.quantity,
            quantity_bound=stock.bound,
            lead_time_days=stock.lead_time(on),
            condition=reasoning.condition.value,
            components=self._components(identity, on) if identity.parts else (),
            restricted=verdict.restricted,
            restrictions=verdict.reasons,
            undecided=verdict.open,
            evidence=raw.evidence,
        )
        return listing, self._unread(reasoning, url, gtin)

    def _unread(self, reasoning: Reasoning, url: str | None, gtin: str | None) -> tuple[str, ...]:
        raw, unread = reasoning.raw, reasoning.stock.unread
        if reasoning.price.kind is None:
            unread += ("price",)
        if raw.currency is not None and not self._rules.prices.currency(raw.currency)[1]:
            unread += ("currency",)
        if url is None and raw.url is not None:
            unread += ("url",)
        if gtin is None and raw.gtin is not None:
            unread += ("gtin",)
        return unread

    def _price(self, raw: RawListing, described: Described, identity: Identity, category: Told) -> Price:
        """The price of its text; VAT as the description says where the price says nothing. What goods cost a month is
        an instalment or a rent, and not their price; of a service or a licence it is."""
        price = self._rules.prices.read(raw.price, raw.currency, self._currency)
        if price.rule is MONTHLY and not self._is_paid_by_time(identity, category):
            price = price._replace(amount=None, kind=None)
        if not raw.priced:
            price = price._replace(kind=None, rule="no column of prices is known")
        if described.vat is not _NO_VAT and price.vat is _NO_VAT:
            return price._replace(vat=described.vat, vat_rule="wording of the description")
        return price

    def _is_paid_by_time(self, identity: Identity, category: Told) -> bool:
        kind = self._rules.kinds.get(category.value)
        return identity.relation is _SERVICE_FOR or (kind is not None and kind.sort in _BY_TIME)

    def _condition(self, raw: RawListing, title: Title, identity: Identity, described: Described) -> Told:
        """The site's field and the title together, the worse one where they differ; else what the description says."""
        number = identity.number.number if identity.number is not None else ""
        refurbished = number.endswith(_REFURBISHED)
        if not (raw.condition or title.conditions or refurbished):
            if described.condition is None:
                return NOT_SAID
            return Told(described.condition, "wording of the description", described.condition_text)
        stated, written = condition_of(self._field_hits(raw.condition)), condition_of(title.conditions)
        found = condition_of([hit for hit in (stated and stated[1], written and written[1]) if hit])
        if refurbished and (found is None or found[0] is Condition.NEW):
            return Told(Condition.REFURBISHED, "suffix of the part number", number)
        if found is None:
            return NOT_SAID
        if written is not None and written[1] is found[1]:
            return Told(found[0], "wording of the title", title.text[found[1][0] : found[1][1]])
        return Told(found[0], "condition field", raw.condition)

    def _regular(self, raw: RawListing, price: Price) -> Any:
        """The struck-through price, where it is higher than the current one."""
        if price.amount is None or price.kind is _FROM:
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


def _url(url: str | None) -> str | None:
    """The address without tracking; None for one that can't be split."""
    try:
        return clean_url(url) if url is not None else None
    except ValueError:
        return None


def _gtin(text: str) -> str | None:
    """A GTIN of 8, 12, 13 or 14 digits whose check digit is right; None for anything else."""
    digits = "".join(text.split()).replace("-", "")
    if not (digits.isascii() and digits.isdigit() and len(digits) in {8, 12, 13, 14}):
        return None
    total = sum(map(int, digits[-1::-2])) + 3 * sum(map(int, digits[-2::-2]))
    return digits if total and total % 10 == 0 else None
