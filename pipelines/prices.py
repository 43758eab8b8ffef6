"""Price texts: the amount asked, its currency, whether it is exact, and VAT; nothing where it isn't understood."""

import re
from collections.abc import Sequence
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipelines.amounts import Amount, AmountReader
from pipelines.tables import Row
from pipelines.text import fold, squeeze
from pipelines.vat import VatReader
from restock.terms import PriceType, Vat

MONTHLY = "a rate by time"
_ABSURD, _ONCE = Decimal(10) ** 12, Decimal(1)
# What most prices are: one amount, with words and marks before and behind it that hold no other number but a rate.
_ONE = re.compile(
    r"([^\d%]*)(?<![\w.,])([1-9]\d{0,2}(?P<group>[ .,'_])\d{3}(?:(?P=group)\d{3})*(?!\d)|[1-9]\d+|[2-9])"
    r"(?:(?!(?P=group))[.,](\d{1,2}))?(?![\d.,'_]| \d)([^\d%]*(?:\d{1,2} ?%[^\d%]*)?)"
)
_SAMPLE = 321  # an amount by which words are read: neither 0 nor 1, and no year
_PERCENT = re.compile(r"[-–(]*\s*(?:\d{1,2}(?:[.,]\d+)?\s*%|%\s?\d{1,2}(?!\d))\)?")
# A day is no amount: "2026-12-01", "01.12.2026", "1/12/26".
_DAY = re.compile(r"(?<![\d.,])(?:20\d\d-[01]\d-[0-3]\d|[0-3]?\d(?P<sign>[./])[01]?\d(?P=sign)(?:20)?\d\d)(?![.,]?\d)")
_RANGE = re.compile(r"\s*[-–—]\s*")
# "$10.50 (1+), $9.80 (10+)", "1-9 $10.50 / 10-99 $9.80"
_STEPS = re.compile(r"(?<![\d.,])\d{1,6} ?(?:\+(?! ?\d)|[-–—] ?\d{1,6}:? ?(?=[$€£]))")


class Price(NamedTuple):
    """What a price text says. `kind` None means that it was not understood."""

    amount: Decimal | None
    currency: str | None
    kind: PriceType | None
    vat: Vat
    regular: Decimal | None
    rule: str
    currency_rule: str | None = None
    vat_rule: str = "wording of the price"


class PriceReader:
    """Reads price texts by the wordings of the data files; every pattern is compiled once."""

    def __init__(self, currencies: Sequence[Row], wordings: Sequence[Row], vat: Sequence[Row]) -> None:
        self._amounts = AmountReader(currencies, wordings)
        self._currency = self._amounts.currencies
        self._vat = VatReader(vat)
        self._wording = lru_cache(maxsize=2048)(self._read_wording)
        self._read_wordy = lru_cache(maxsize=4096)(self._wordy)
        self.currency = lru_cache(maxsize=1024)(self._currency_of)

    def _currency_of(self, text: str | None) -> tuple[str | None, bool]:
        """The ISO code of a currency field, and whether the field was understood."""
        if text is None or not (folded := squeeze(text)):
            return None, True
        if folded in self._currency:
            return self._currency[folded], True
        return None, False

    def read(self, text: str | None, claim: str | None = None, fallback: str | None = None) -> Price:
        """The price of a text, with the site's currency field and the site's own currency behind it."""
        claimed = self.currency(claim)[0] if claim else None
        if text is None or not text.strip():
            return Price(None, claimed, PriceType.ON_REQUEST, Vat.UNKNOWN, None, "no price")
        folded = fold(text).strip()
        found = self._of_one(folded) or self._read_wordy(folded)
        return found if found.currency is not None else self._with_currency(found, claimed, fallback)

    def _wordy(self, folded: str) -> Price:
        undated = _DAY.sub(" ", folded)
        vat, text, other = self._vat.take(self._amounts.parted(self._without_percents(undated)))
        found = self._judge(text, *self._amounts.read(text), vat)
        if found.amount is None or found.currency_rule is not None or not other:
            return found
        # "без НДС 100 000, с НДС 120 000 руб.": the mark stands behind the second one only.
        marked = next((amount for amount in self._amounts.read(other)[0] if amount.marked), None)
        return found._replace(currency=marked.currency, currency_rule="currency mark") if marked else found

    def _of_one(self, folded: str) -> Price | None:
        """The price of a text with one amount, by its words, which come again where amounts don't; None for others."""
        match = _ONE.fullmatch(folded)
        if match is None:
            return None
        before, whole, group, cents, behind = match.groups()
        wording, factor = self._wording(before, behind)
        if wording.amount is None:
            return wording
        digits = whole.replace(group, "") if group else whole
        amount = Decimal(f"{digits}.{cents}" if cents else digits) * factor
        return tuple.__new__(Price, (amount, *wording[1:])) if amount < _ABSURD else None

    def _read_wording(self, before: str, behind: str) -> tuple[Price, Decimal]:
        """What words before and behind make of any amount, and by how much they multiply it ("тыс.")."""
        found = self._wordy(f"{before}{_SAMPLE}{behind}")
        return found, found.amount / _SAMPLE if found.amount is not None else _ONCE

    def _with_currency(self, found: Price, claimed: str | None, fallback: str | None) -> Price:
        if found.currency is not None or found.currency_rule is not None:
            return found
        rule = "currency field" if claimed else "site currency" if fallback else None
        return Price(found.amount, claimed or fallback, found.kind, found.vat, found.regular, found.rule, rule)

    def _without_percents(self, folded: str) -> str:
        """The text without rates of tax and discount, and without the word before a rate of discount, unless a
        condition follows: "скидка 10% от 50 000 ₽"."""
        for match in reversed(list(_PERCENT.finditer(folded)) if "%" in folded else ()):
            before, after = folded[: match.start()].rstrip(" :-–—"), folded[match.end() :]
            word = self._amounts.saving_before.search(before)
            if word and not self._amounts.from_behind.match(after):
                before = before[: word.start()]
            folded = f"{before if word else folded[: match.start()]} {after}"
        return " ".join(folded.split())

    def vat(self, folded: str) -> Vat:
        """What a folded text about prices says of VAT."""
        return self._vat.said(self._without_percents(folded))

    def _judge(self, folded: str, amounts: list[Amount], rest: str, vat: Vat) -> Price:
        words = self._amounts.words(folded)
        asked = any(_is_request(word, role, amounts) for word, role in words)
        _spread_marks(folded, amounts)
        terms = any(role == "terms" for _, role in words) and not any(role in {"old", "current"} for _, role in words)
        tiers = terms or any(amount.pieces for amount in amounts) or _STEPS.search(folded) is not None
        offers = _offers(amounts)
        if not offers:
            known = asked and not amounts
            return _nothing("wording: on request", vat) if known else _unread(vat)
        if not any(amount.marked for amount in offers):
            if asked:
                return _nothing("wording: on request", vat)
            if rest and not any(amount.labelled for amount in offers):
                return _unread(vat)
        return _offer(folded, offers, vat, tiers=tiers)


def _is_request(word: str, role: str, amounts: Sequence[Amount]) -> bool:
    """Whether a word asks to ask; a dash does where it stands for the price, not between two numbers."""
    return role == "request" and (not amounts or any(map(str.isalpha, word)))


def _offers(amounts: Sequence[Amount]) -> list[Amount]:
    """The amounts that may be the price: those with a mark before those that a word calls the price, before others."""
    offers = [
        amount for amount in amounts if not amount.pieces and amount.role != "saving" and amount.after != "points"
    ]
    offers = [amount for amount in offers if amount.marked] or [a for a in offers if a.labelled] or offers
    offers = [amount for amount in offers if amount.after != "monthly"] or offers  # an instalment
    # The retail price is the price: a wholesale one is asked of few.
    return [amount for amount in offers if "wholesale" not in {amount.role, amount.after}] or offers


def _offer(folded: str, offers: list[Amount], vat: Vat, *, tiers: bool) -> Price:
    chosen, regular = _choose(folded, offers, tiers=tiers)
    if chosen.role == "up_to" or _negative(folded, chosen) or chosen.value >= _ABSURD:
        return _unread(vat)
    rule = "currency mark" if chosen.marked else None
    if chosen.value in (0, 1) and not chosen.lot:
        return Price(None, chosen.currency, PriceType.ON_REQUEST, vat, None, "0 or 1 is no price", rule)
    is_from = chosen.role == "from" or chosen.after == "from_after" or _is_range(folded, offers)
    kind = PriceType.FROM if is_from else PriceType.EXACT
    name = "lower bound" if is_from else "two prices" if regular else "price of several" if chosen.lot else "one price"
    name = MONTHLY if chosen.after == "monthly" else name
    return Price(chosen.value, chosen.currency, kind, vat, regular, name, rule)


def _choose(folded: str, offers: list[Amount], *, tiers: bool) -> tuple[Amount, Decimal | None]:
    """The current price, and the struck-through one where a second, higher price stands in the same currency."""
    now = [offer for offer in offers if offer.role != "old"]
    if not now:
        return offers[0], None
    chosen = next((offer for offer in now if offer.role == "current"), None)
    others = [offer for offer in offers if offer.currency == now[0].currency]
    if chosen is None:
        if tiers or now[0].role in {"from", "up_to"} or _is_range(folded, offers) or len(others) != 2:
            chosen = now[0]
        else:
            chosen = min((offer for offer in others if offer.role != "old"), key=lambda offer: offer.value)
    higher = [offer.value for offer in others if offer.value > chosen.value and offer.role != "from"]
    if tiers or chosen.role == "from" or _is_range(folded, offers) or not higher:
        return chosen, None
    return chosen, max(higher)


def _spread_marks(folded: str, amounts: list[Amount]) -> None:
    """In "10 000 - 15 000 ₽", "от 10 000 до 15 000 ₽" and "12-15 тыс. руб." mark and multiplier stand for both."""
    for one, other in pairwise(amounts):
        joined = _RANGE.fullmatch(folded[one.end : other.start]) or other.role == "up_to"
        if joined and other.marked and not one.marked:
            one.currency, one.marked = other.currency, True
        if joined and one.factor == 1 and one.value < other.value / other.factor:
            one.value, one.factor = one.value * other.factor, other.factor


def _is_range(folded: str, offers: list[Amount]) -> bool:
    if len(offers) < 2:
        return False
    return offers[1].role == "up_to" or _RANGE.fullmatch(folded[offers[0].end : offers[1].start]) is not None


def _negative(folded: str, amount: Amount) -> bool:
    start = amount.start
    return start > 0 and folded[start - 1] in "-–—−" and (start == 1 or folded[: start - 1].isspace())


def _nothing(rule: str, vat: Vat) -> Price:
    return Price(None, None, PriceType.ON_REQUEST, vat, None, rule)


def _unread(vat: Vat) -> Price:
    return Price(None, None, None, vat, None, "not understood")
