"""Stock texts: availability, quantity with its bound, and lead time; stocks of several warehouses are added up."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from typing import NamedTuple

from pipelines.lexicon import Entry, Hit, Lexicon
from pipelines.tables import Row, Table
from pipelines.text import clean, skeleton
from restock.terms import Availability, QuantityBound

WORDINGS = Table("stock_wordings.csv", ("wording", "role", "source"), ("wording", "role"))
_LATER = frozenset({Availability.BACK_ORDER, Availability.PRE_ORDER})
_STATES = frozenset(state.value for state in Availability)
_OTHER_ROLES = frozenset(
    {"many", "at_least", "at_least_after", "at_most", "piece", "days", "weeks", "months", "remote", "total", "reserved",
     "minimum", "later"}
    | {f"month:{number}" for number in range(1, 13)}
)  # fmt: skip
_DAYS = {"days": 1, "weeks": 7, "months": 30}
# What speaks first where a text says several things at once: goods on one shelf outweigh a delivery to another.
_ORDER = ("Discontinued", "LimitedAvailability", "InStock", "many", "PreOrder", "BackOrder", "OutOfStock")
_FAR = frozenset({"PreOrder", "BackOrder"})
_NO_STOCK = frozenset({"reserved", "minimum"})  # counts of what can't be had, and of the smallest order
_REMOTE = "remote"  # a warehouse elsewhere: goods to order, whose count adds to that of the others
_ELSEWHERE = frozenset({"OutOfStock", "BackOrder", "PreOrder"})  # what is said of one place and not of all
_AT_HAND = frozenset({"InStock", "LimitedAvailability"})
_DATE = re.compile(
    r"(?<!\d)(\d{4})-(\d{2})-(\d{2})(?!\d)|(?<![\d.])(\d{1,2})[./](\d{1,2})(?:[./](\d{4}|\d{2}))?(?![\d.]\d)"
)
_NUMBER = re.compile(
    r"(?<![\w.,])(?P<sign>[<>≥≤~]=?|-)?\s*"
    r"(?P<digits>\d{1,3}(?P<group>[ ,]|\.(?!000))\d{3}(?:(?P=group)\d{3})*(?!\d)|\d+)"
    r"(?P<zeros>[.,]0+(?!\d))?(?P<plus>\s?\+)?"
)
_WEB = re.compile(r"^https?://schema\.org/", re.IGNORECASE)
_DAY_BEFORE = re.compile(r"(\d{1,2})\s*$")
_YEAR_AFTER = re.compile(r"\s*(\d{4})")
_GLUED = re.compile(r"(?<=\d)(?=[^\W\d_])")  # "3шт."
_TIME = re.compile(r"(?<!\d)\d{1,2}:\d{2}(?!\d)")
_IN_BRACKETS = re.compile(r"\([^()]*\)")
# A warehouse's own number: "склад 1 — 3 шт.; склад 2 — 8 шт."
_PLACE_NUMBER = re.compile(
    rf"\b(?P<place>{skeleton('склад|магазин|филиал|офис|пункт|точка|қойма')}|warehouse|store|shop|lager|depot|depo|ombor|"
    r"entrepôt|filiale) ?[№#]? ?\d{1,3}(?= [—–-] [<>~≥≤]?\d| ?[:=] ?[<>~≥≤]?\d)"
)
_PLACE = re.compile(r"[^\W\d_]{2}\s?:\s?$")
_AT_PLACE = re.compile(r"[^\W\d_]{2}(?:\s?:|\s[—–-])\s?$|[,;/|] ?[^\W\d_]{3,}(?:[ -][^\W\d_]{3,})? $")
_COUNT_AT_PLACE = re.compile(
    r"[^\W\d_]{2}(?:\s?:|\s[—–-])\s?[1-9]|(?:^|[,;/|] ?)[^\W\d_]{3,}(?:[ -][^\W\d_]{3,})? [1-9]"
)
_OWN_COUNT = re.compile(r"[^,;/|]*\d")
_PLUS = re.compile(r"(?:^|[:=] ?|[—–-] )\+{1,3} ?(?=$|[,;/|])")  # "+", "Москва: +"
_SPAN = re.compile(r"\s*[-–—]\s*(\d+)")


class Stock(NamedTuple):
    """What stock texts say. `arrival` is a date, or (day, month) of the next such date; `lead_days` the upper end."""

    availability: Availability
    quantity: int | None
    bound: QuantityBound | None
    lead_days: int | None
    arrival: date | tuple[int, int] | None
    rule: str
    text: str | None
    unread: tuple[str, ...]

    def lead_time(self, on: date) -> int | None:
        """Days from `on` until the goods can be had, where the texts say so and the goods are not at hand."""
        if self.availability not in _LATER:
            return None
        if self.arrival is None:
            return self.lead_days
        day = self.arrival if isinstance(self.arrival, date) else _next(self.arrival, on)
        return (day - on).days if day is not None and day >= on else None


@dataclass(slots=True)
class _Reading:
    """What one text says by itself."""

    states: set[str] = field(default_factory=set)
    near: list[tuple[int, bool]] = field(default_factory=list)
    far: list[tuple[int, bool]] = field(default_factory=list)
    total: tuple[int, bool] | None = None
    at_most: bool = False
    lead_days: int | None = None
    arrival: date | tuple[int, int] | None = None

    @property
    def understood(self) -> bool:
        return bool(self.states or self.near or self.far or self.at_most or self.lead_days or self.arrival)


class StockReader:
    """Reads stock texts by the wordings of the data file."""

    def __init__(self, wordings: Sequence[Row]) -> None:
        allowed = _STATES | _OTHER_ROLES
        entries = [(row["wording"], Entry("stock", row.one_of("role", allowed))) for row in wordings]
        self._lexicon = Lexicon(entries)
        self._one = lru_cache(maxsize=4096)(self._read_one)  # words come again, and small numbers do
        self.read = lru_cache(maxsize=8192)(self._read)

    def _read(self, availability: str | None, quantity: str | None) -> Stock:
        """The stock of an availability text and a quantity text, either of which may be missing."""
        words = self._one(availability, False)
        count = self._one(quantity, True)
        unread = (*_unread("availability", availability, words), *_unread("quantity", quantity, count))
        number, bound = _sum(count.near or words.near or count.far)
        state, rule = _state(words, count, number)
        return Stock(
            state, number, bound,
            words.lead_days or count.lead_days, words.arrival or count.arrival,
            rule, availability or quantity, unread,
        )  # fmt: skip

    def _read_one(self, text: str | None, loose: bool) -> _Reading:
        found = _Reading()
        if not text or not text.strip():
            return found
        folded = " ".join(skeleton(clean(_WEB.sub("", text.strip()))).replace("_", " ").split())
        folded = _TIME.sub(" ", _PLACE_NUMBER.sub(r"\g<place> ", _GLUED.sub(" ", folded)))
        hits = self._lexicon.scan(folded)
        dated = self._take_dates(folded, hits, found)
        found.states = {entry.value for _, _, entry in hits if entry.value in _STATES or entry.value == "many"}
        if any(entry.value == _REMOTE for _, _, entry in hits):
            found.states.add("BackOrder")
        if "+" in folded and _PLUS.search(folded):
            found.states.add("InStock")
        loose = loose or not any(letter.isalpha() for letter in folded)
        if "(" in dated:  # "3 (Москва: 2, Казань: 1)": the brackets hold the parts of the count before them
            outside = _IN_BRACKETS.sub(lambda part: " " * len(part[0]), dated)
            self._take_numbers(outside, hits, found, loose=loose)
        if not found.near:
            self._take_numbers(dated, hits, found, loose=loose)
        if found.near and found.total is None and any(_is_elsewhere(dated, hit) for hit in hits):
            found.near = [(value, True) for value, _ in found.near]
        found.states -= {state for state in found.states & _ELSEWHERE if _is_only_elsewhere(dated, hits, found, state)}
        if found.lead_days is None and not found.near:
            found.lead_days = next((_DAYS[e.value] for _, _, e in hits if e.value in _DAYS), None)
        return found

    def _take_numbers(self, text: str, hits: Sequence[Hit], found: _Reading, *, loose: bool) -> None:
        spent = 0  # where a range ended, whose upper end is no count of its own
        for match in _NUMBER.finditer(text):
            if match.start() >= spent:
                spent = _take_number(text, match, hits, found, loose=loose)
        if found.total is not None:
            found.near = [found.total]

    def _take_dates(self, folded: str, hits: Sequence[Hit], found: _Reading) -> str:
        """The text with its dates blanked out; the first is the day of arrival."""
        for start, end, entry in hits:
            if not entry.value.startswith("month:") or (day := _DAY_BEFORE.search(folded[:start])) is None:
                continue
            month, year = int(entry.value[6:]), _YEAR_AFTER.match(folded, end)
            whole = _date(int(year[1]), month, int(day[1])) if year else None
            found.arrival = found.arrival or whole or (int(day[1]), month)
            stop = year.end() if year else end
            folded = folded[: day.start()] + " " * (stop - day.start()) + folded[stop:]
        for match in _DATE.finditer(folded):
            arrival = _arrival(match)
            if arrival is not None:
                found.arrival = found.arrival or arrival
                folded = folded[: match.start()] + " " * len(match[0]) + folded[match.end() :]
        return folded


def _take_number(text: str, match: re.Match[str], hits: Sequence[Hit], found: _Reading, *, loose: bool) -> int:
    """Takes a number as days or as a count, "10-50" as its lower end; returns where it, or its range, ends."""
    end = match.end()
    upper = _SPAN.match(text, end)
    last = upper.end() if upper else end
    follower = _role_at(hits, last, text)
    value = int(re.sub(r"[ ,.]", "", match["digits"]))
    if follower in _DAYS:
        days = int(upper[1]) if upper else value
        if days * _DAYS[follower] < 10_000:
            found.lead_days = max(found.lead_days or 0, days * _DAYS[follower])
        return last
    minus = match["sign"] == "-" and not _joins(text, match)
    piece = follower == "piece"
    if minus or text[end : end + 1] in {":", "%"} or (upper and not (loose or piece)):
        return end
    at_hand = _state_at(hits, last, text) in _AT_HAND  # "45 in stock"
    placed = _PLACE.search(text, 0, match.start()) is not None  # "Berlin: 4 / Zürich: 1"
    if not (
        piece
        or follower == "at_least_after"
        or loose
        or at_hand
        or placed
        or _role_before(hits, match.start())
        or not text[end : end + 2].strip(" .,;)")
    ):
        return end
    if follower is None and not at_hand and text[last : last + 2].strip(" ")[:1].isalpha():
        return end
    is_range = upper is not None and int(upper[1]) > value
    piece_end = _after_piece(hits, last, text) if piece else last
    _count(match, value, hits, found, piece_end=piece_end, text=text, more=is_range)
    return last if is_range else end


def _is_elsewhere(text: str, hit: Hit) -> bool:
    """Whether a place is said to have many and no count: "Москва: 5, Казань: много"."""
    many = hit[2].value == "many" and _AT_PLACE.search(text, 0, hit[0]) is not None
    return many and _OWN_COUNT.match(text, hit[1]) is None


def _is_only_elsewhere(text: str, hits: Sequence[Hit], found: _Reading, state: str) -> bool:
    """Whether one place has none, or has goods to order, and another has pieces: "Москва: 3, Новосибирск: нет"."""
    if not any(value for value, _ in found.near) or _COUNT_AT_PLACE.search(text) is None:
        return False
    return all(_AT_PLACE.search(text, 0, start) for start, _, entry in hits if entry.value == state)


def _joins(text: str, match: re.Match[str]) -> bool:
    """Whether the dash before a number parts it from a place ("Москва - 4") and is no sign."""
    return text[match.start() + 1 : match.start() + 2] == " " and text[: match.start()].rstrip()[-1:].isalpha()


def _count(
    match: re.Match[str], value: int, hits: Sequence[Hit], found: _Reading, *, piece_end: int, text: str, more: bool
) -> None:
    before = _role_before(hits, match.start())
    if before in _NO_STOCK:
        return
    sign = match["sign"] or ""
    if sign.startswith(("<", "≤")) or before == "at_most":
        found.at_most = True
        return
    more = more or bool(match["plus"]) or sign.startswith((">", "≥")) or before == "at_least"
    more = (
        more
        or _role_at(hits, piece_end, text) == "at_least_after"
        or _role_at(hits, match.end(), text) == "at_least_after"
    )
    if before == "total":
        found.total = (value, more)
    state = _state_before(hits, match.start())
    behind = _state_at(hits, piece_end, text)
    later = _role_at(hits, piece_end, text) == "later"  # "100 шт. через 2 недели"
    if later:
        found.states.add("BackOrder")
    is_far = state in _FAR or later or behind == "PreOrder" or (behind == "BackOrder" and bool(found.near))
    (found.far if is_far and behind not in _AT_HAND else found.near).append((value, more))


def _role_at(hits: Sequence[Hit], place: int, text: str) -> str | None:
    """The role of the wording that starts at this place, spaces and points aside."""
    place = _past_points(text, place)
    for start, _, entry in hits:
        if start in {place, place - 1} and entry.value not in _STATES:
            return str(entry.value)
    return None


def _state_at(hits: Sequence[Hit], place: int, text: str) -> str | None:
    """The state whose wording starts at this place, spaces and points aside."""
    place = _past_points(text, place)
    return next((entry.value for start, _, entry in hits if start == place and entry.value in _STATES), None)


def _past_points(text: str, place: int) -> int:
    while place < len(text) and text[place] in " .'":
        place += 1
    return place


def _after_piece(hits: Sequence[Hit], place: int, text: str) -> int:
    place = _past_points(text, place)
    return next((end for start, end, entry in hits if start == place and entry.value == "piece"), place)


def _role_before(hits: Sequence[Hit], place: int) -> str | None:
    """The role of the wording that ends right before this place."""
    for _, end, entry in hits:
        if 0 <= place - end <= 3:
            return str(entry.value)
    return None


def _state_before(hits: Sequence[Hit], place: int) -> str | None:
    before = [entry.value for start, _, entry in hits if start < place and entry.value in _STATES | {_REMOTE}]
    return before[-1] if before else None


def _unread(name: str, text: str | None, reading: _Reading) -> tuple[str, ...]:
    return (name,) if text and not reading.understood and text.strip() else ()


def _sum(counts: Iterable[tuple[int, bool]]) -> tuple[int | None, QuantityBound | None]:
    counts = list(counts)
    if not counts or (total := sum(value for value, _ in counts)) > 10**9:
        return None, None
    return total, QuantityBound.AT_LEAST if any(more for _, more in counts) else QuantityBound.EXACT


def _state(words: _Reading, count: _Reading, number: int | None) -> tuple[Availability, str]:
    """Words on availability first, then words in the quantity, then the quantity itself."""
    for reading, rule in ((words, "wording"), (count, "wording of the quantity")):
        state = next((state for state in _ORDER if state in reading.states), None) if reading.states else None
        if state is not None:
            return _spoken(state, number, f"{rule}: {state}")
    if number is not None:
        return (Availability.IN_STOCK if number else Availability.OUT_OF_STOCK), "quantity"
    if words.at_most or count.at_most:
        return Availability.LIMITED, "upper bound of the quantity"
    if words.arrival or count.arrival:
        return Availability.PRE_ORDER, "date of arrival"
    if words.lead_days or count.lead_days:
        return Availability.BACK_ORDER, "lead time"
    return Availability.UNKNOWN, "nothing says it"


def _spoken(state: str, number: int | None, rule: str) -> tuple[Availability, str]:
    """A shelf that is counted empty is empty, whatever the label beside the number is called."""
    if number == 0 and state in _AT_HAND:
        return Availability.OUT_OF_STOCK, f"{rule}, and the quantity is 0"
    return Availability.IN_STOCK if state == "many" else Availability(state), rule


def _arrival(match: re.Match[str]) -> date | tuple[int, int] | None:
    if match[1]:
        return _date(int(match[1]), int(match[2]), int(match[3]))
    day, month, year = int(match[4]), int(match[5]), match[6]
    if not year:
        return (day, month) if len(match[5]) == 2 and 1 <= day <= 31 and 1 <= month <= 12 else None
    return _date(int(year) + (2000 if len(year) == 2 else 0), month, day)


def _date(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def _next(day_month: tuple[int, int], on: date) -> date | None:
    day, month = day_month
    this = _date(on.year, month, day)
    return this if this is not None and this >= on else _date(on.year + 1, month, day)
