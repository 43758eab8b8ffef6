"""Names of columns and what they mean: the data file columns.csv, matched without regard to case and punctuation."""

import csv
import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import NamedTuple

_HINTS = ("currency_hint", "vat_hint", "unit_hint", "scale_hint")
_SIGN = re.compile(r"[№$€£₽₸₺]")
_SENTENCE_END = re.compile(r"(?<=[.;!])(?<!gl\.)(?<!kl\.)(?<!cl\.)(?<!ч\.)\s+(?=[А-ЯЁA-Z])|\n")  # "zzgl. MwSt." goes on
_DIGIT = re.compile(r"\d")
_NOT_WORD = re.compile(r"[^\w№$€£₽₸₺]+")
LONGEST_NAME = 80


@dataclass(frozen=True, slots=True)
class Name:
    """A row of the data file. A name counts where it is the whole header, starts it, or stands anywhere in it;
    a lower rank is preferred."""

    name: str
    field: str
    rank: int
    match: str
    text: str


@dataclass(frozen=True, slots=True)
class Meaning:
    """What a header says: the field (None where nothing is known), how much it is preferred, what its words say of the
    values below (`scale`: in thousands), and the words that nothing explains (a city)."""

    field: str | None
    rank: int
    currency: str | None = None
    vat: str | None = None
    unit: str | None = None
    scale: str | None = None
    rest: str = ""


@cache
def _names() -> tuple[Name, ...]:
    with (Path(__file__).parent / "columns.csv").open(encoding="utf-8", newline="") as file:
        return tuple(
            Name(folded(row["name"]) or row["name"], row["field"], int(row["rank"]), row["match"], row["text"])
            for row in csv.DictReader(file)
        )


@cache
def _of(*fields: str) -> tuple[Name, ...]:
    """The names of some fields, the longest first."""
    return tuple(sorted((name for name in _names() if name.field in fields), key=lambda name: -len(name.name)))


@cache
def _by_first_word(*fields: str) -> dict[str, list[Name]]:
    found: dict[str, list[Name]] = defaultdict(list)
    for name in _of(*fields):
        found[name.name.partition(" ")[0]].append(name)
    return dict(found)


def _begun_in(text: str, index: dict[str, list[Name]]) -> list[Name]:
    """The names whose first word stands in a text, the longest first."""
    found = [name for word in dict.fromkeys(text.split()) for name in index.get(word, ())]
    return sorted(found, key=lambda name: -len(name.name))


_HEADERS = (
    "title", "description", "article", "sku", "mpn", "gtin", "brand", "category", "url", "price", "sale_price",
    "regular_price", "currency", "vat", "availability", "quantity", "arriving", "lead_time", "condition", "ignore",
)  # fmt: skip


def folded(text: str) -> str:
    """A header as it is compared: lower case, ё as е, single spaces, no punctuation."""
    spaced = _SIGN.sub(lambda sign: f" {sign[0]} ", text.casefold().replace("ё", "е"))
    return " ".join(_NOT_WORD.sub(" ", spaced).split())


def _within(name: str, text: str) -> bool:
    return f" {name} " in f" {text} "


@lru_cache(maxsize=4096)
def meaning(header: str) -> Meaning:
    """What a header means."""
    text = folded(header)
    if not text or len(header) > LONGEST_NAME:
        return Meaning(None, 0)
    bare, said = text, dict.fromkeys(_HINTS, "")
    for hint in _begun_in(text, _by_first_word(*_HINTS)):
        if _within(hint.name, bare):
            said[hint.field] = said[hint.field] or hint.text
            bare = " ".join(f" {bare} ".replace(f" {hint.name} ", "  ").split())
    currency, vat, unit, scale = (said[kind] or None for kind in _HINTS)
    found = _best(text, {text, bare})
    if found is None:
        return Meaning(None, 0, currency, vat, unit, scale, bare)
    rest = " ".join(f" {bare} ".replace(f" {found.name} ", " ", 1).split())
    return Meaning(found.field, found.rank, currency, vat, unit, scale, rest)


def _best(text: str, wholes: Iterable[str]) -> Name | None:
    """The longest name that the header fits."""
    for name in _begun_in(text, _by_first_word(*_HEADERS)):
        if name.name in wholes or (name.match != "whole" and f"{text} ".startswith(f"{name.name} ")):
            return name
        if name.match == "part" and _within(name.name, text):
            return name
    return None


@cache
def _marks() -> dict[str, str]:
    return {name.name: name.text for name in _of("mark")}


def mark(text: str) -> str:
    """A sign that stands for a word in a column of stock (+, -), as that word."""
    return _marks().get(text, text)


def is_total(title: str) -> bool:
    first, text = title[:1].casefold(), ""
    for name in _of("total"):
        if name.name[0] == first:
            text = text or f"{folded(title)} "
            if text.startswith(f"{name.name} "):
                return True
    return False


class SaidOfPrices(NamedTuple):
    """What a letterhead states for all prices."""

    currency: str | None = None
    vat: str | None = None
    scale: str | None = None


def said_of_prices(texts: Iterable[str]) -> SaidOfPrices:
    """What a letterhead says ("Цены указаны в тыс. USD без НДС"), the first word on each matter.

    A sentence on exchange rates says nothing."""
    said = [_said(sentence) for text in texts for sentence in _SENTENCE_END.split(text)]
    return SaidOfPrices(*(next((found for found in matter if found), None) for matter in zip(*said, strict=True)))


def _said(sentence: str) -> SaidOfPrices:
    line = folded(sentence)
    if not any(_within(name.name, line) for name in _of("letterhead")) and not _is_all_hints(line):
        return SaidOfPrices()
    if any(_within(name.name, line) for name in _of("rate")):
        return SaidOfPrices()
    currency, vat, scale = (_hinted(line, kind) for kind in ("currency_hint", "vat_hint", "scale_hint"))
    return SaidOfPrices(currency, vat, None if _DIGIT.search(line) else scale)  # "Цены от 10 тыс. руб."


def _is_all_hints(line: str) -> bool:
    """Whether a line is nothing but words on currency and VAT: "USD, ex VAT"; a currency alone may be anything's."""
    left, kinds = f" {line} ", set()
    for hint in _of(*_HINTS):
        if f" {hint.name} " in left:
            left = left.replace(f" {hint.name} ", " ")
            kinds.add(hint.field)
    return not left.strip() and {"currency_hint", "vat_hint"} <= kinds


def _hinted(line: str, kind: str) -> str | None:
    return next((hint.text for hint in _of(kind) if _within(hint.name, line)), None)
