"""Amounts in price texts: each number with its currency, its multiplier, and what the words beside it make of it."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal

from pipelines.tables import Row, Table
from pipelines.text import skeleton, squeeze
from pipelines.wordings import alternatives

CURRENCIES = Table("currencies.csv", ("mark", "currency", "source"), ("mark",))
WORDINGS = Table("price_wordings.csv", ("wording", "role", "source"), ("wording", "role"))
ROLES = frozenset(
    {"request", "from", "from_after", "up_to", "old", "saving", "points", "current", "pieces", "thousand",
     "thousand_roubles", "million", "milliard", "minor", "monthly", "wholesale", "retail", "terms", "lot", "label",
     "filler"}
)  # fmt: skip
_MULTIPLIERS = {"thousand": 1000, "thousand_roubles": 1000, "million": 1_000_000, "milliard": 1_000_000_000}
_SILENT = frozenset(
    {"filler", "request", "pieces", "label", "lot", "retail"}
)  # words that say nothing of the next amount
_BOUNDS = frozenset({"from", "up_to"})
_BEHIND = frozenset({"pieces", "minor", "from_after", "monthly", "points"})  # roles that stand behind their amount
NUMBER = re.compile(
    r"(?<![\w.,])"
    r"(?P<whole>[1-9]\d{0,2}(?P<group>[ .,'_])\d{3}(?:(?P=group)\d{3})*(?!\d)|\d+)"
    r"(?:(?!(?P=group))[.,](?P<cents>\d{1,4})(?!\d)|[.,](?P<plain>\d+)(?![\d.,])"
    rf"|(?<=\d{{3}})[-=](?P<minor>\d\d)(?=\s*(?:{skeleton('руб')}|{skeleton('р')}\b|₽|rub|$)))?"
    r"(?:[.,]?[-–—=](?!\s*\d))?"
)
_KOPECKS = re.compile(rf"((?:{skeleton('руб')}|{skeleton('р')})\.? \d\d) ?{skeleton('к')}\b\.?")  # "12 500 р. 50 к."
_KOPECK = skeleton("коп")
_INSTALMENTS = re.compile(rf" ?[x×*] ?\d{{1,2}} ?(?:{skeleton('мес')}|month)[^\W\d_]*\.?")  # "1 200 ₽ × 12 мес."
_LETTER = re.compile(r"[^\W\d_]")
_ADDED = re.compile(r"[+=] ?$")
_ENDS = re.compile(r" ?(?:$|[/;,|)(])")
_FINEST, _STORED = Decimal("0.0001"), Decimal("0.000001")
# A mark that its number follows: "1-9 $10.50".
_LEADING = frozenset("$£")


@dataclass(slots=True)
class Amount:
    """A number of a price text. `role` is what the word before it says, `after` the word behind it; `pieces` is a count
    of goods; `factor` the multiplier that is in the value; `lot` of a value that was asked for several pieces."""

    value: Decimal
    start: int
    end: int
    currency: str | None
    marked: bool
    role: str | None = None
    pieces: bool = False
    after: str | None = None
    factor: int = 1
    lot: bool = False
    labelled: bool = False


class AmountReader:
    """Finds amounts by the wordings of the data files; every pattern is compiled once."""

    def __init__(self, currencies: Sequence[Row], wordings: Sequence[Row]) -> None:
        self.currencies = {squeeze(row["mark"]): row["currency"] or None for row in currencies}
        self._roles = {squeeze(row["wording"]): row.one_of("role", ROLES) for row in wordings}
        suffixes = self.words_of("from_after")
        self._suffix = re.compile(alternatives(suffixes))  # "so'mdan", "TL'den başlayan"
        self._mark = re.compile(alternatives(self.currencies, suffixes))
        glued = [mark for mark in self.currencies if mark.isalpha() and mark.isascii()]
        longest = "|".join(sorted(glued, key=len, reverse=True))
        self._glued = re.compile(f"(?<![^\\W\\d_])(?:{longest})(?=\\d)")  # "USD1200"
        self._mark_before = re.compile(alternatives(self.currencies, alone=True) + r"[\s:]*$")
        self._word = re.compile(alternatives(self._roles, alone=True))
        self._label_before = re.compile(alternatives(self.words_of("label"), alone=True) + r"[\s:.=–—-]*$")
        self._wholesale = re.compile(rf" ?\({alternatives(self.words_of('wholesale'))}\)| ?{self._alone('wholesale')}")
        lots, pieces = alternatives(self.words_of("lot"), alone=True), alternatives(self.words_of("pieces"))
        self._lot = re.compile(rf" ?(?P<sign>{lots}|/) ?(?P<count>\d{{1,3}}(?: \d{{3}})+|\d+) ?{pieces}\.?")
        self._lot_before = re.compile(rf"{lots} ?$")
        self._packed = re.compile(alternatives(self.words_of("pieces"), alone=True))
        self.saving_before = re.compile(f"{alternatives(self.words_of('saving'), alone=True)}$")
        self.from_behind = re.compile(f" ?{alternatives(self.words_of('from'))}")

    def words_of(self, wanted: str) -> list[str]:
        """The words of a role."""
        return [word for word, role in self._roles.items() if role == wanted]

    def _alone(self, wanted: str) -> str:
        """A wording with which its amount ends: "11 000 ₽ опт / 12 500 ₽"."""
        return f"{alternatives(self.words_of(wanted))}(?={_ENDS.pattern})"

    def words(self, folded: str) -> list[tuple[str, str]]:
        """The wordings in a text, with their roles."""
        return [(match[0], self._roles[match[0]]) for match in self._word.finditer(folded)]

    def read(self, folded: str) -> tuple[list[Amount], str]:
        """Every amount of a parted text with its marks and role, and the letters that nothing explains."""
        amounts: list[Amount] = []
        rest: list[str] = []
        place = 0
        for match in NUMBER.finditer(folded):
            if match.start() < place:
                continue
            between = folded[place : match.start()]
            before = self._mark_before.search(between)
            amount = self._amount(match, folded, before)
            if amount is None:
                continue
            words = between[: before.start()] if before else between
            if words:
                self._lead(amount, amounts, words, rest[-1] if rest else "")
            rest.append(words)
            place = amount.end
            amounts.append(amount)
        rest.append(folded[place:])
        return _without_minor(amounts), self._unexplained(rest)

    def parted(self, folded: str) -> str:
        """The text with its currencies parted from the numbers behind them, and its kopecks named."""
        return _KOPECKS.sub(rf"\g<1> {_KOPECK}", self._glued.sub(r"\g<0> ", folded))

    def _lead(self, amount: Amount, amounts: Sequence[Amount], words: str, led: str) -> None:
        """What the words before an amount, and those before the one before it, make of it."""
        amount.role = self._last_role(words)
        amount.labelled = self._label_before.search(words) is not None
        last = amounts[-1] if amounts else None
        if last is None:
            return
        if last.marked and _ADDED.search(words):
            amount.role = "saving"  # "12 500 ₽ + 500 ₽", "2 × 500 ₽ = 1 000 ₽": what is added, and a sum, is no price
        is_count = last.pieces and last.role is None and last.value > 1 and not self._packed.search(led)
        if is_count and (self._lot_before.search(led) or self._lot_before.fullmatch(words.lstrip())):
            _share(amount, last.value)

    def _amount(self, match: re.Match[str], folded: str, before: re.Match[str] | None) -> Amount | None:
        amount = Amount(decimal_of(match), match.start(), match.end(), None, before is not None)
        if before:
            amount.currency = self.currencies[before[0].strip(" :")]
        self._follow(amount, folded)
        if amount.end < len(folded) and folded[amount.end].isalpha() and amount.end == match.end():
            return None
        amount.value *= amount.factor
        if amount.end < len(folded):
            self._close(amount, folded)
        return amount

    def _follow(self, amount: Amount, folded: str) -> None:
        """Takes the multiplier, the mark and the word that stand behind a number."""
        while True:
            gap = amount.end + (folded[amount.end : amount.end + 1] == " ")
            word, mark = self._word.match(folded, gap), self._mark.match(folded, gap)
            role = self._roles[word[0]] if word else None
            if word and (not mark or word.end() > mark.end()) and role in _MULTIPLIERS:
                amount.factor *= _MULTIPLIERS[role]
                if role == "thousand_roubles":
                    amount.currency, amount.marked = "RUB", True
                amount.end = word.end()
            elif mark and (not amount.marked or amount.currency is None) and not _leads(folded, mark, amount.end):
                amount.currency, amount.marked, amount.end = self.currencies[mark[0]], True, mark.end()
                if suffix := self._suffix.match(folded, amount.end):
                    amount.after, amount.end = "from_after", suffix.end()
                    return
            elif word and role in _BEHIND:
                amount.pieces = role == "pieces" and not amount.marked
                amount.after, amount.end = role, word.end()
                return
            else:
                return

    def _close(self, amount: Amount, folded: str) -> None:
        """Takes what may stand behind the whole of an amount: whose price it is, for how many pieces, how often."""
        if wholesale := self._wholesale.match(folded, amount.end):
            amount.after, amount.end = "wholesale", wholesale.end()
        elif amount.marked and (instalments := _INSTALMENTS.match(folded, amount.end)):
            amount.after, amount.end = "monthly", instalments.end()
        elif not amount.pieces and (lot := self._lot.match(folded, amount.end)):
            count = Decimal(lot["count"].replace(" ", ""))
            if lot["sign"] != "/" or (amount.marked and count % 10 == 0):  # "12 500 ₽ / 3 шт." may be the stock
                _share(amount, count)
                amount.end = lot.end()

    def _last_role(self, words: str) -> str | None:
        found, end = None, 0
        for match in self._word.finditer(words):
            role = self._roles[match[0]]
            bound = (
                found == "saving" and role in _BOUNDS and not words[end : match.start()].strip()
            )  # "монтаж от 500 ₽"
            found = found if bound or role in _SILENT else role
            end = match.end()
        return found

    def _unexplained(self, parts: Iterable[str]) -> str:
        """Letters that belong to no wording and no currency mark."""
        left = [self._mark.sub(" ", self._word.sub(" ", part)) for part in parts]
        return "".join(_LETTER.findall(" ".join(left)))


def decimal_of(match: re.Match[str]) -> Decimal:
    """The value of a number."""
    whole = match["whole"]
    if match["group"]:
        whole = whole.replace(match["group"], "")
    cents = match["cents"] or match["plain"] or match["minor"]
    return Decimal(f"{whole}.{cents}" if cents else whole)


def _leads(folded: str, mark: re.Match[str], end: int) -> bool:
    """Whether a mark is that of the number behind it."""
    return mark[0] in _LEADING and mark.start() > end and folded[mark.end() : mark.end() + 1].isdigit()


def _share(amount: Amount, count: Decimal) -> None:
    """The price of a piece, where the price of several is asked: "12 300 руб. за 10 шт."."""
    if count > 1:
        share = amount.value / count
        amount.value, amount.lot = share if share == share.quantize(_STORED) else share.quantize(_FINEST), True


def _without_minor(amounts: list[Amount]) -> list[Amount]:
    """ "12 500 руб. 50 коп." is one amount."""
    kept: list[Amount] = []
    for amount in amounts:
        if amount.after == "minor":
            if kept:
                kept[-1].value += amount.value / 100
            continue
        kept.append(amount)
    return kept
