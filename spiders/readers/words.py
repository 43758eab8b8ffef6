"""The words and class names that readers know, compiled once from words.yaml."""

import re
from collections.abc import Callable
from functools import cache, lru_cache
from pathlib import Path
from typing import Any, TypeVar

import yaml

T = TypeVar("T")
_FOLDER = Path(__file__).parent


@cache
def load(name: str) -> Any:
    """The parsed content of a data file beside this module."""
    return yaml.safe_load((_FOLDER / name).read_text(encoding="utf-8"))


def _alternatives(name: str) -> str:
    return "|".join(f"(?:{pattern})" for pattern in load("words.yaml")[name])


def _words(name: str) -> re.Pattern[str]:
    """Matches the entries as whole words, longest alternatives as they are ordered."""
    return re.compile(rf"(?<!\w)(?:{_alternatives(name)})(?!\w)", re.IGNORECASE)


CURRENCY = re.compile(rf"(?<![^\W\d_])(?:{_alternatives('currency')})(?![^\W\d_])", re.IGNORECASE)
PRICE_BESIDE = _words("price_beside")
VAT = re.compile(rf"\W*(?:{_alternatives('vat')})\W*", re.IGNORECASE)
ON_REQUEST = re.compile(rf"\W*(?:{_alternatives('on_request')})\W*", re.IGNORECASE)
STOCK = _words("stock")
_UNIT = rf"(?:{_alternatives('unit')})(?!\w)"
_COUNT_FIRST = rf"(?:[<>≥]?\s*\d[\d\s]*\+?\s*(?:{_UNIT})?\s*)?"  # "45 в наличии", "7 шт. на складе"
STOCK_START = re.compile(rf"\W*{_COUNT_FIRST}(?:{_alternatives('stock')})(?!\w)", re.IGNORECASE)
STOCK_BESIDE = _words("stock_beside")
BUTTON = re.compile(rf"\W*(?:{_alternatives('button')})\W*", re.IGNORECASE)
BUY_BUTTON = re.compile(rf"\W*(?:{_alternatives('buy_button')})\W*", re.IGNORECASE)
SIMILAR = re.compile(rf"(?<!\w)(?:{_alternatives('similar')})", re.IGNORECASE)
PROMOTED = re.compile(rf"(?<!\w)(?:{_alternatives('promoted')})", re.IGNORECASE)
SERVICE = re.compile(rf"\W*(?:{_alternatives('service')})(?:\s*(?:,|и|and|&)\s*\w+(?:\s+\w+)?)?\W*", re.IGNORECASE)
OLD_WORDS = _words("price_old_words")
ASIDE_WORDS = re.compile(rf"(?<!\w)(?:{_alternatives('price_aside_words')})", re.IGNORECASE)
COUNTED = re.compile(rf"\W*\d[\d\s]*\+?\s*{_UNIT}\W*", re.IGNORECASE)
_BOUND = r"(?:(?:более|больше|свыше|more\s+than|over|>|≥|<|менее|до|от)\s*)?"
_COUNTS = (
    rf"\d[\d\s]*\+?\s*(?:{_UNIT}|$)",
    rf"(?<![\d.,])\d[\d\s]*(?=\s(?:{_alternatives('stock')})(?!\w))",
)
_BARE_COUNT = r"[<>≥]\s*\d+|\d+\s*\+|(?<=\()[<>≥]?\s*\d+\+?(?=\))"
QUANTITY = re.compile(rf"{_BOUND}{_COUNTS[0]}|{_BARE_COUNT}|{_BOUND}{_COUNTS[1]}", re.IGNORECASE)
# Matches somewhere where QUANTITY does, in a tenth of the time: a bound never stands without its count.
COUNT = re.compile(rf"{_COUNTS[0]}|{_BARE_COUNT}|{_COUNTS[1]}", re.IGNORECASE)

# A text of a menu or a button stands on every page of its site: what it is was found out before.
MAX_REMEMBERED = 8_192


_DIGITS = bytes.maketrans(b"23456789", b"00000000")
_ONE_PIECE = re.compile(r"за|/", re.IGNORECASE)


@lru_cache(maxsize=MAX_REMEMBERED)
def shape(text: str) -> str:
    """A text with one digit for all: no wording tells numbers apart, but for the one of "за 1 шт" and "/1 шт". Prices
    of one length are one text then, and what it says of money or stock is found out once."""
    # Bytes are translated in a fifth of the time that a text takes; in UTF-8 no other letter holds a digit's byte.
    alike = text.encode("utf-8", "surrogatepass").translate(_DIGITS).decode("utf-8", "surrogatepass")
    return alike if "1" not in alike or _ONE_PIECE.search(alike) else alike.replace("1", "0")


def told_by_shape(tell: Callable[[str], T]) -> Callable[[str], T]:
    """Remembers what a function says of a text, and so of every text that differs from it in its digits only."""
    of_shape = lru_cache(maxsize=MAX_REMEMBERED)(tell)

    @lru_cache(maxsize=MAX_REMEMBERED)
    def of_text(text: str) -> T:
        return of_shape(shape(text))

    return of_text


@told_by_shape
def speaks_of_stock(text: str) -> bool:
    """Whether a text begins like a stock wording, or is a count and nothing else."""
    return STOCK_START.match(text) is not None or COUNTED.fullmatch(text) is not None


@told_by_shape
def counts(text: str) -> bool:
    """Whether a count of goods stands somewhere in a text."""
    return COUNT.search(text) is not None


@lru_cache(maxsize=MAX_REMEMBERED)
def is_button(text: str) -> bool:
    """Whether a link's or a button's text is no title."""
    return BUTTON.fullmatch(text) is not None


@lru_cache(maxsize=MAX_REMEMBERED)
def is_buy_button(text: str) -> bool:
    """Whether a text stands on a button beside goods."""
    return BUY_BUTTON.fullmatch(text) is not None


_CLASS_KINDS = (
    "zone_nav", "zone_similar", "zone_aside", "zone_chat", "zone_filter", "zone_delivery",
    "price_class", "price_old", "price_aside", "stock_class", "title_class", "crumbs_class",
    "section_class",
)  # fmt: skip
_CLASS_PATTERNS = {kind: re.compile(rf"(?:{_alternatives(kind)})", re.IGNORECASE) for kind in _CLASS_KINDS}


@lru_cache(maxsize=MAX_REMEMBERED)
def kinds_of(names: str) -> frozenset[str]:
    """What the words of a class or id attribute speak of: zone_nav, price_class, stock_class, …"""
    tokens = [token for token in names.replace("__", " ").split() if len(token) <= 60]
    tokens += [token for token in names.split() if "__" in token]
    return frozenset(
        kind for kind, pattern in _CLASS_PATTERNS.items() if any(pattern.fullmatch(token) for token in tokens[:12])
    )
