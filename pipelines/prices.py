"""Price texts: the amount asked, its currency, whether it is exact, and VAT; nothing where it isn't understood."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import pairwise
from typing import NamedTuple

from pipelines.tables import Row, Table
from pipelines.text import fold, skeleton, squeeze
from restock.terms import PriceType, Vat

CURRENCIES = Table("currencies.csv", ("mark", "currency", "source"), ("mark",))
WORDINGS = Table("price_wordings.csv", ("wording", "role", "source"), ("wording", "role"))
VAT_WORDINGS = Table("vat_wordings.csv", ("wording", "vat", "source"), ("wording",), ("vat",))
ROLES = frozenset(
    {"request", "from", "from_after", "up_to", "old", "saving", "current", "pieces", "thousand", "thousand_roubles",
     "million", "milliard", "minor", "monthly", "wholesale",
     "filler"}
)  # fmt: skip
_MULTIPLIERS = {"thousand": 1000, "thousand_roubles": 1000, "million": 1_000_000, "milliard": 1_000_000_000}
_EXACT, _NO_VAT = PriceType.EXACT, Vat.UNKNOWN  # bound here: asked of every listing
_ABSURD = Decimal(10) ** 12
_NUMBER = re.compile(
    r"(?<![\w.,])"
    r"(?P<whole>[1-9]\d{0,2}(?P<group>[ .,'_])\d{3}(?:(?P=group)\d{3})*(?!\d)|\d+)"
    r"(?:(?!(?P=group))[.,](?P<cents>\d{1,4})(?!\d)|[.,](?P<plain>\d+)(?![\d.,])"
    rf"|(?<=\d{{3}})[-=](?P<minor>\d\d)(?=\s*(?:{skeleton('руб')}|{skeleton('р')}\b|₽|rub|$)))?"
    r"(?:[.,]?[-–—=](?!\s*\d))?"
)
_PLAIN = re.compile(r"(?P<whole>[1-9]\d{0,2}(?: \d{3})+|[1-9]\d+)(?:[.,](?P<cents>\d{1,2}))?(?![\d.,'_]| \d) ?")
_PERCENT = re.compile(r"[-–(]*\s*(?:\d{1,2}(?:[.,]\d+)?\s*%|%\s?\d{1,2}(?!\d))\)?")
_KOPECKS = re.compile(rf"((?:{skeleton('руб')}|{skeleton('р')})\.? \d\d) ?{skeleton('к')}\b\.?")  # "12 500 р. 50 к."
_INSTALMENTS = re.compile(rf" ?[x×*] ?\d{{1,2}} ?(?:{skeleton('мес')}|month)[^\W\d_]*\.?")  # "1 200 ₽ × 12 мес."
_KOPECK = skeleton("коп")
_LETTER = re.compile(r"[^\W\d_]")
_SPACE = re.compile(r"\s+")
_RANGE = re.compile(r"\s*[-–—]\s*")
_SIGNS = re.compile(r"\W*")


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


@dataclass(slots=True)
class _Amount:
    value: Decimal
    start: int
    end: int
    currency: str | None
    marked: bool
    role: str | None = None
    pieces: bool = False
    after: str | None = None
    factor: int = 1


class PriceReader:
    """Reads price texts by the wordings of the data files; every pattern is compiled once."""

    def __init__(self, currencies: Sequence[Row], wordings: Sequence[Row], vat: Sequence[Row]) -> None:
        self._currency = {squeeze(row["mark"]): row["currency"] or None for row in currencies}
        roles: dict[str, str] = {}
        for row in wordings:
            roles[squeeze(row["wording"])] = row.one_of("role", ROLES)
        self._roles = roles
        self._vat = {squeeze(row["wording"]): Vat(row.one_of("vat", frozenset(Vat))) for row in vat}
        letters = "(?<![^\\W\\d_])"
        suffixes = [word for word, role in roles.items() if role == "from_after"]
        self._suffix = re.compile(_alternatives(suffixes))  # "so'mdan", "TL'den başlayan"
        self._mark = re.compile(_alternatives(self._currency, suffixes))
        glued = [mark for mark in self._currency if mark.isalpha() and mark.isascii()]
        self._glued = re.compile(f"{letters}(?:{'|'.join(sorted(glued, key=len, reverse=True))})(?=\\d)")  # "USD1200"
        self._mark_before = re.compile(_alternatives(self._currency, alone=True) + r"[\s:]*$")
        self._word = re.compile(_alternatives(roles, alone=True))
        wholesale = [word for word, role in roles.items() if role == "wholesale"]
        self._wholesale = re.compile(rf" ?\({_alternatives(wholesale)}\)")  # "10 000 ₽ (опт)"
        saving = [word for word, role in roles.items() if role == "saving"]
        self._saving_before = re.compile(f"{_alternatives(saving, alone=True)}$")
        self._vat_word = re.compile(_alternatives(self._vat, alone=True))
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
        if (match := _PLAIN.match(folded)) and (plain := self._plainly(match, folded)):
            return plain if plain.currency is not None else self._with_currency(plain, claimed, fallback)
        return self._with_currency(self._read_wordy(folded), claimed, fallback)

    def _wordy(self, folded: str) -> Price:
        vat, folded = self._take_vat(self._glued.sub(r"\g<0> ", self._without_percents(folded)))
        amounts, rest = self._amounts(_KOPECKS.sub(rf"\g<1> {_KOPECK}", folded))
        return self._judge(folded, amounts, rest, vat)

    def _plainly(self, match: re.Match[str], folded: str) -> Price | None:
        """An amount with at most its mark and a VAT wording, as most prices are; None for any other text."""
        mark, vat = folded[match.end() :], None
        if mark not in self._currency:
            mark, _, vat = mark.partition(" ")
            mark = mark.removesuffix(",")
            if (mark and mark not in self._currency) or (vat and vat not in self._vat):
                return None
        tax = self._vat[vat] if vat else _NO_VAT
        whole, cents = match["whole"].replace(" ", ""), match["cents"]
        amount = Decimal(f"{whole}.{cents}" if cents else whole)
        if amount >= _ABSURD:
            return _unread(tax)
        currency, rule = (self._currency[mark], "currency mark") if mark else (None, None)
        return Price(amount, currency, _EXACT, tax, None, "one price", rule)

    def _with_currency(self, found: Price, claimed: str | None, fallback: str | None) -> Price:
        if found.currency is not None or found.currency_rule is not None:
            return found
        rule = "currency field" if claimed else "site currency" if fallback else None
        return Price(found.amount, claimed or fallback, found.kind, found.vat, found.regular, found.rule, rule)

    def _without_percents(self, folded: str) -> str:
        """The text without rates of tax and discount, and without the word before a rate of discount."""
        for match in reversed(list(_PERCENT.finditer(folded))):
            before = folded[: match.start()].rstrip(" :-–—")
            word = self._saving_before.search(before)
            folded = f"{before[: word.start()] if word else before} {folded[match.end() :]}"
        return _SPACE.sub(" ", folded).strip()

    def vat(self, folded: str) -> Vat:
        """What a folded text about prices says of VAT."""
        match = self._vat_word.search(self._without_percents(folded))
        return self._vat[match[0]] if match else Vat.UNKNOWN

    def _take_vat(self, folded: str) -> tuple[Vat, str]:
        """The VAT wording, and the text without it and without the sum of the tax that may follow it."""
        match = self._vat_word.search(folded)
        if match is None:
            return Vat.UNKNOWN, folded
        vat = self._vat[match[0]]
        before, after = folded[: match.start()], folded[match.end() :]
        if _NUMBER.search(before) is None:
            return vat, f"{before} {after}"
        tax = _NUMBER.search(after) if vat is Vat.INCLUDED else None
        states_tax = tax is not None and _SIGNS.fullmatch(after[: tax.start()]) is not None
        return vat, before if states_tax or self._vat_word.search(after) else f"{before} {after}"

    def _amounts(self, folded: str) -> tuple[list[_Amount], str]:
        """Every amount with its marks and role, and the words that nothing explains."""
        amounts: list[_Amount] = []
        rest: list[str] = []
        place = 0
        for match in _NUMBER.finditer(folded):
            if match.start() < place:
                continue
            between = folded[place : match.start()]
            before = self._mark_before.search(between)
            amount = self._amount(match, folded, before)
            if amount is None:
                continue
            words = between[: before.start()] if before else between
            amount.role = self._last_role(words)
            rest.append(words)
            place = amount.end
            amounts.append(amount)
        rest.append(folded[place:])
        return self._without_minor(amounts), self._unexplained(rest)

    def _amount(self, match: re.Match[str], folded: str, before: re.Match[str] | None) -> _Amount | None:
        end = match.end()
        value = _decimal(match)
        currency = self._currency[before[0].strip(" :")] if before else None
        marked, pieces, after, factor = before is not None, False, None, 1
        while True:
            gap = end + (folded[end : end + 1] == " ")
            word, mark = self._word.match(folded, gap), self._mark.match(folded, gap)
            role = self._roles[word[0]] if word else None
            if word and (not mark or word.end() > mark.end()) and role in _MULTIPLIERS:
                factor *= _MULTIPLIERS[role]
                if role == "thousand_roubles":
                    currency, marked = "RUB", True
                end = word.end()
            elif mark and (not marked or currency is None):
                currency, marked, end = self._currency[mark[0]], True, mark.end()
                if suffix := self._suffix.match(folded, end):
                    after, end = "from_after", suffix.end()
                    break
            elif word and role in {"pieces", "minor", "from_after", "monthly"}:
                pieces, after, end = pieces or (role == "pieces" and not marked), role, word.end()
                break
            else:
                break
        if end < len(folded) and folded[end].isalpha() and end == match.end():
            return None
        if wholesale := self._wholesale.match(folded, end):
            after, end = "wholesale", wholesale.end()
        elif marked and (instalments := _INSTALMENTS.match(folded, end)):
            after, end = "monthly", instalments.end()
        return _Amount(value * factor, match.start(), end, currency, marked, None, pieces, after, factor)

    def _last_role(self, words: str) -> str | None:
        found = None
        for match in self._word.finditer(words):
            role = self._roles[match[0]]
            found = role if role not in {"filler", "request", "pieces"} else found
        return found

    def _without_minor(self, amounts: list[_Amount]) -> list[_Amount]:
        """ "12 500 руб. 50 коп." is one amount."""
        kept: list[_Amount] = []
        for amount in amounts:
            if amount.after == "minor":
                if kept:
                    kept[-1].value += amount.value / 100
                continue
            kept.append(amount)
        return kept

    def _unexplained(self, parts: Iterable[str]) -> str:
        """Letters that belong to no wording and no currency mark."""
        left = [self._mark.sub(" ", self._word.sub(" ", part)) for part in parts]
        return "".join(_LETTER.findall(" ".join(left)))

    def _is_request(self, word: str, amounts: Sequence[_Amount]) -> bool:
        """Whether a word asks to ask; a dash does where it stands for the price, not between two numbers."""
        return self._roles[word] == "request" and (not amounts or any(map(str.isalpha, word)))

    def _judge(self, folded: str, amounts: list[_Amount], rest: str, vat: Vat) -> Price:
        asked = any(self._is_request(match[0], amounts) for match in self._word.finditer(folded))
        _spread_marks(folded, amounts)
        tiers = any(amount.pieces for amount in amounts)
        offers = [amount for amount in amounts if not amount.pieces and amount.role != "saving"]
        offers = [amount for amount in offers if amount.marked] or offers
        offers = [amount for amount in offers if amount.after != "monthly"] or offers  # an instalment
        # The retail price is the price: a wholesale one is asked of few.
        offers = [amount for amount in offers if "wholesale" not in {amount.role, amount.after}] or offers
        if not offers:
            known = asked and not amounts
            return _nothing("wording: on request", vat) if known else _unread(vat)
        if not any(amount.marked for amount in offers):
            if asked:
                return _nothing("wording: on request", vat)
            if rest:
                return _unread(vat)
        return _offer(folded, offers, vat, tiers=tiers)


def _offer(folded: str, offers: list[_Amount], vat: Vat, *, tiers: bool) -> Price:
    chosen, regular = _choose(folded, offers, tiers=tiers)
    if chosen.role == "up_to" or _negative(folded, chosen) or chosen.value >= _ABSURD:
        return _unread(vat)
    rule = "currency mark" if chosen.marked else None
    if chosen.value in (0, 1):
        return Price(None, chosen.currency, PriceType.ON_REQUEST, vat, None, "0 or 1 is no price", rule)
    is_from = chosen.role == "from" or chosen.after == "from_after" or _is_range(folded, offers)
    kind = PriceType.FROM if is_from else PriceType.EXACT
    name = "lower bound" if is_from else "two prices" if regular else "one price"
    return Price(chosen.value, chosen.currency, kind, vat, regular, name, rule)


def _choose(folded: str, offers: list[_Amount], *, tiers: bool) -> tuple[_Amount, Decimal | None]:
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


def _spread_marks(folded: str, amounts: list[_Amount]) -> None:
    """In "10 000 - 15 000 ₽", "от 10 000 до 15 000 ₽" and "12-15 тыс. руб." mark and multiplier stand for both."""
    for one, other in pairwise(amounts):
        joined = _RANGE.fullmatch(folded[one.end : other.start]) or other.role == "up_to"
        if joined and other.marked and not one.marked:
            one.currency, one.marked = other.currency, True
        if joined and one.factor == 1 and one.value < other.value / other.factor:
            one.value, one.factor = one.value * other.factor, other.factor


def _is_range(folded: str, offers: list[_Amount]) -> bool:
    if len(offers) < 2:
        return False
    return offers[1].role == "up_to" or _RANGE.fullmatch(folded[offers[0].end : offers[1].start]) is not None


def _negative(folded: str, amount: _Amount) -> bool:
    start = amount.start
    return start > 0 and folded[start - 1] in "-–—−" and (start == 1 or folded[: start - 1].isspace())


def _decimal(match: re.Match[str]) -> Decimal:
    whole = match["whole"]
    if match["group"]:
        whole = whole.replace(match["group"], "")
    cents = match["cents"] or match["plain"] or match["minor"]
    return Decimal(f"{whole}.{cents}" if cents else whole)


def _nothing(rule: str, vat: Vat) -> Price:
    return Price(None, None, PriceType.ON_REQUEST, vat, None, rule)


def _unread(vat: Vat) -> Price:
    return Price(None, None, None, vat, None, "not understood")


def _alternatives(wordings: Iterable[str], suffixes: Sequence[str] = (), *, alone: bool = False) -> str:
    """A pattern of all wordings, longest first, each ending where a word ends or one of the suffixes begins; with
    `alone`, no letter stands before it. They are parted by their first letters, so that a search leaps to those."""
    end = f"(?:(?![^\\W\\d_])|(?={_alternatives(suffixes)}))" if suffixes else r"(?![^\W\d_])"
    by_letter: dict[str, list[str]] = {}
    for word in sorted(wordings, key=lambda word: (-len(word), word)):
        by_letter.setdefault(word[0], []).append(re.escape(word[1:]) + (end if word[-1].isalpha() else ""))
    branches = []
    for letter, rests in by_letter.items():
        first = re.escape(letter)
        before = rf"(?<![^\W\d_]{first})" if alone else ""
        branches.append(f"{first}{before}(?:{'|'.join(rests)})")
    return f"(?:{'|'.join(branches)})"
