"""VAT in price texts: what the words say, and which of two amounts, with and without the tax, they are said of."""

import re
from collections.abc import Sequence
from decimal import Decimal

from pipelines.amounts import NUMBER, decimal_of
from pipelines.tables import Row, Table
from pipelines.text import squeeze
from pipelines.wordings import alternatives
from restock.terms import Vat

VAT_WORDINGS = Table("vat_wordings.csv", ("wording", "vat", "source"), ("wording",), ("vat",))
_SIGNS = re.compile(r"\W*")
_RATES = tuple(Decimal(percent) / 100 for percent in (5, 7, 10, 12, 15, 16, 18, 19, 20, 21, 22, 23))
_ROUNDED = Decimal("0.001")  # of an amount: how far a shop's rounding may take it from the rate

Taken = tuple[Vat, str, str]
"""What is said of VAT; the text without it; what was said of another amount."""


class VatReader:
    """Reads VAT wordings. Of two amounts, with and without the tax, the one that is named first is the price."""

    def __init__(self, wordings: Sequence[Row]) -> None:
        self._vat = {squeeze(row["wording"]): Vat(row.one_of("vat", frozenset(Vat))) for row in wordings}
        self._word = re.compile(alternatives(self._vat, alone=True))

    def said(self, folded: str) -> Vat:
        match = self._word.search(folded)
        return self._vat[match[0]] if match else Vat.UNKNOWN

    def take(self, folded: str) -> Taken:
        """The VAT wording, and the text without it and without the sum of the tax that may follow it."""
        words = list(self._word.finditer(folded))
        if not words:
            return Vat.UNKNOWN, folded, ""
        if len({self._vat[word[0]] for word in words}) > 1:
            numbers = list(NUMBER.finditer(folded))
            if len(numbers) > 1:
                return self._first_of_two(folded, words, numbers)
        return self._of_one(folded, words)

    def _first_of_two(self, folded: str, words: list[re.Match[str]], numbers: list[re.Match[str]]) -> Taken:
        """Of "без НДС 100 000, с НДС 120 000" the first amount, whichever side of its word it stands on."""
        first, second = words[:2]
        vat = self._vat[first[0]]
        ahead = [number for number in numbers if number.start() < first.start()]
        if not ahead:  # words before their amounts; all the words at once: "без НДС / с НДС: 100 000 / 120 000"
            inside = [number for number in numbers if number.start() < second.start()]
            crowded = len(inside) > 1 and len(inside) == len(numbers)  # "с НДС 120 000 / 100 000 без НДС"
            stop = second.start() if inside and not crowded else numbers[1].start()
            start = first.end() if inside else numbers[0].start()
            return vat, f"{folded[: first.start()]} {folded[start:stop]}", folded[stop:]
        if len(ahead) == len(numbers) == 2:  # "100 000 / 120 000 руб. без НДС / с НДС"
            stop, rest = ahead[1].start(), folded[ahead[1].end() : first.start()]
            return vat, folded[:stop], f"{ahead[1][0]}{rest}"
        return vat, folded[: first.start()], folded[first.end() :]

    def _of_one(self, folded: str, words: list[re.Match[str]]) -> Taken:
        word = words[0]
        vat, before, after = self._vat[word[0]], folded[: word.start()], folded[word.end() :]
        own = list(NUMBER.finditer(before))
        if not own:
            return vat, f"{before} {after}", ""
        other = NUMBER.search(after)
        if other is not None and (paired := _paired(decimal_of(own[-1]), decimal_of(other), vat)):
            return paired, before, after
        states_tax = vat is Vat.INCLUDED and other is not None and _SIGNS.fullmatch(after[: other.start()]) is not None
        smaller = other is not None and decimal_of(other) < decimal_of(own[-1])
        return vat, before if (states_tax and smaller) or len(words) > 1 else f"{before} {after}", ""


def _paired(amount: Decimal, other: Decimal, vat: Vat) -> Vat | None:
    """What an amount is where the one behind the word is the same with the tax, or without it: "120 000 ₽ (без НДС:
    100 000 ₽)"."""
    if _is_taxed(amount, other):
        return Vat.EXCLUDED
    return Vat.INCLUDED if vat is Vat.EXCLUDED and _is_taxed(other, amount) else None


def _is_taxed(net: Decimal, gross: Decimal) -> bool:
    return net < gross and any(abs(net * (1 + rate) - gross) <= gross * _ROUNDED for rate in _RATES)
