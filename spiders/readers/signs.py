"""Signs of goods in visible text: price tags, labelled values, stock wordings and buttons, with their elements."""

import re
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from functools import lru_cache
from itertools import islice
from typing import NamedTuple

from spiders.readers import words
from spiders.readers.goods import amount
from spiders.readers.page import Page, Text
from spiders.readers.text import Element, count_letters, is_narrow, short_text, squeeze, text_of
from spiders.readers.words import MAX_REMEMBERED

MAX_TAG = 120  # longer texts are prose, not a price tag or a stock wording
SURE = 3  # the weight of a labelled value; what a table's header or a warehouse list says weighs more
MAX_SIGNS = 20_000
_NUMBER = re.compile(r"\d{1,3}(?:[\s'’.,]\d{3})+(?!\d)(?:[.,]\d{1,2}(?!\d))?|\d+(?:[.,]\d{1,2}(?!\d))?")
_RANGE = re.compile(
    rf"(?:(?:от|from)\s*)?({_NUMBER.pattern})\s*\.?\s*(?:[-–—]|до|to)\s*({_NUMBER.pattern})", re.IGNORECASE
)
# What a range begins with, and what stands in it: most texts that are none are told by that.
_RANGE_MARK = re.compile(r"[-–—]|до|to", re.IGNORECASE)
_MAY_BE_RANGE = re.compile(
    rf"[\s.]*(?:{words.CURRENCY.pattern}[\s.]*)*(?:(?:от|from)\s*)?(?:{words.CURRENCY.pattern}\s*)*\d", re.IGNORECASE
)
_GLUED = re.compile(r"(?<=[₽€$£₸])(?=[^\W\d])|(?<=[a-zа-я])(?=[₽€$£₸]\s?\d)")
_PERCENT = re.compile(r"\W*\d{1,3}(?:[.,]\d+)?\s*%\W*")  # a badge within a price's block
_SEPARATOR = re.compile(r"\s[—–|•·]\s|\s-\s(?=\D)|;\s|^\s*[—–|•·-]\s")


class Kind(StrEnum):
    PRICE = "price"
    STOCK = "stock"
    LABEL = "label"
    BUTTON = "button"


@dataclass(slots=True)
class Sign:
    """One sign. `name` is "price" or "regular_price" of a tag, "availability" or "quantity" of a stock wording, the
    field of a label. `weight` says how sure its kind is; `order` is its place on the page."""

    kind: Kind
    name: str
    text: str
    element: Element
    order: int
    weight: int = 1


class Money(NamedTuple):
    """What a short text says of money: its amounts, whether a currency is named, and how many letters are left over."""

    amounts: int
    currency: bool
    left_over: int


@words.told_by_shape
def money_in(text: str) -> Money:
    bare, currencies = without_currency(words.PRICE_BESIDE.sub(" ", text))
    rest, amounts = _NUMBER.subn("", bare)
    return Money(amounts, currencies > 0, count_letters(rest))


@lru_cache(maxsize=MAX_REMEMBERED)
def without_currency(text: str) -> tuple[str, int]:
    """A text with its currency signs and words blotted out, and how many there were."""
    return words.CURRENCY.subn(" ", text)


@lru_cache(maxsize=MAX_REMEMBERED)
def number_of(text: str) -> Decimal | None:
    """The amount of a price text, its words left aside."""
    found = _NUMBER.search(words.PRICE_BESIDE.sub(" ", text))
    return amount(found[0]) if found else None


@lru_cache(maxsize=MAX_REMEMBERED)
def is_range(text: str) -> bool:
    """Whether a text is a lower and a higher price and nothing else: "100 – 200 ₽", "от 100 до 200 руб."."""
    if not (_MAY_BE_RANGE.match(text) and _RANGE_MARK.search(text)):
        return False
    bare, _ = without_currency(text)
    found = _RANGE.fullmatch(bare.strip(" .")) if len(bare) < MAX_TAG and len(_NUMBER.findall(bare)) == 2 else None
    if found is None:
        return False
    low, high = amount(found[1]), amount(found[2])
    return low is not None and high is not None and low < high


def price_signs(page: Page, pieces: Iterable[Text]) -> list[Sign]:
    """Every price tag of the page, struck-through ones as "regular_price"."""
    found: dict[Element, Sign] = {}
    for run in pieces:
        if len(found) >= MAX_SIGNS:
            break
        sign = _price_sign(run, page)
        if sign is not None:
            found.setdefault(sign.element if sign.text != run.text else run.element, sign)
    return list(found.values())


def pieces(page: Page) -> list[Text]:
    """The page's short texts in one line each that may speak of a price or a stock; a line of several parts
    ("12 500 руб. — в наличии") part by part."""
    return [
        Text(run.element, part, run.order)
        for run in page.texts
        if len(run.text) <= MAX_TAG * 2
        for part in _telling_parts(run.text)
    ]


@lru_cache(maxsize=MAX_REMEMBERED)
def _telling_parts(text: str) -> tuple[str, ...]:
    """Most texts of a page have none, and those of its menu were asked before."""
    return tuple(part for part in _parts(text) if _may_tell(part))


def _may_tell(text: str) -> bool:
    return _price_wording(text) is not None or words.speaks_of_stock(text) or words.counts(text)


def _parts(text: str) -> tuple[str, ...]:
    parts = [text] if is_range(squeeze(text)) else _SEPARATOR.split(text)
    return tuple(squeeze(part) for part in parts if part.strip())


class Wording(StrEnum):
    """What a text could be by its words alone: a VAT wording, something with a number, a price to be asked for."""

    VAT = "vat"
    NUMBER = "number"
    ASKED = "asked"


@lru_cache(maxsize=MAX_REMEMBERED)
def _price_wording(text: str) -> Wording | None:
    if len(text) > MAX_TAG or _PERCENT.fullmatch(text):
        return None
    if words.VAT.fullmatch(text):
        return Wording.VAT if len(text) > 4 else None  # a bare "НДС" says nothing
    if any(map(str.isdigit, text)):
        return Wording.NUMBER
    return Wording.ASKED if words.ON_REQUEST.fullmatch(text) else None


def _price_sign(run: Text, page: Page) -> Sign | None:
    text = run.text
    wording = _price_wording(text)
    if wording is None:
        return None
    if wording is Wording.VAT:  # to be read with the price that it stands beside
        return Sign(Kind.PRICE, "vat", text, run.element, run.order, 0)
    if wording is Wording.NUMBER:
        return _number_sign(run, text, page)
    named = _names_a_price(run.element)
    asked = named or not text.casefold().startswith("запр")
    return _tag(run, run.element, text, named, page) if asked else None


def _number_sign(run: Text, text: str, page: Page) -> Sign | None:
    """A price tag around a number: named as a price by the markup, or with a currency beside it."""
    money = money_in(text)
    if not money.amounts or money.left_over > (12 if money.currency else 0):
        return None
    named = _names_a_price(run.element)
    if money.left_over > (12 if named and money.currency else 0):
        return None
    if not named and not without_currency(text)[1] and not _currency_beside(run.element):
        return None
    element, text = _whole_tag(run.element, text, money.amounts)
    return _tag(run, element, text, named, page) if named or money_in(text).currency else None


def _currency_beside(element: Element) -> bool:
    """Whether the parent's text, short as a price tag is, names a currency ("<b>12 500</b> ₽")."""
    parent = element.getparent()
    if parent is None or not is_narrow(parent):
        return False
    text = text_of(parent)
    return len(text) <= MAX_TAG and without_currency(text)[1] > 0


def _names_a_price(element: Element) -> bool:
    """Whether the element, or one of two around it, is called a price."""
    node: Element | None = element
    for _ in range(3):
        if node is None or node.tag in {"tr", "tbody", "table", "ul", "ol", "body"}:
            return False
        if "price" in (node.get("itemprop") or "").lower() or "price_class" in kinds_at(node):
            return True
        node = node.getparent()
    return False


@lru_cache(maxsize=MAX_REMEMBERED)
def kinds_at(element: Element) -> frozenset[str]:
    names = " ".join(filter(None, (element.get("class"), element.get("id"), element.get("data-entity"))))
    return words.kinds_of(names) if names else frozenset()


def _whole_tag(element: Element, text: str, amounts: int) -> tuple[Element, str]:
    """The outermost element that is still this price and nothing else, and its text ("12 500 ₽ с НДС")."""
    own = short_text(element)
    if len(own) <= MAX_TAG and money_in(own)[::2] == (amounts, 0):
        text = own
    for _ in range(5):
        parent = element.getparent()
        if parent is None or parent.tag in {"body", "tr", "tbody", "table"} or _is_struck(element, kinds_at(element)):
            break
        wider = short_text(parent)
        if not wider or len(wider) > MAX_TAG:
            break
        money = money_in(wider)
        if (money.amounts != amounts or money.left_over) and not (money.amounts == 2 and is_range(wider)):
            break
        amounts = money.amounts
        element, text = parent, wider
    return element, text


def _tag(run: Text, element: Element, text: str, named: bool, page: Page) -> Sign | None:
    if page.zones(element) & {"zone_filter", "zone_delivery", "zone_chat", "hidden"}:
        return None
    role = _price_role(element, text)
    if role is None:
        return None
    text = _GLUED.sub(" ", text)
    weight = 1 + named + 2 * ((element.get("itemprop") or run.element.get("itemprop")) == "price")
    return Sign(Kind.PRICE, role, text, element, run.order, weight)


def _is_struck(element: Element, kinds: frozenset[str]) -> bool:
    style = element.get("style") or ""
    return element.tag in {"del", "s", "strike"} or "price_old" in kinds or "line-through" in style


def _price_role(element: Element, text: str) -> str | None:
    """ "price" or "regular_price"; None for money that is no price of the goods (savings, delivery, a rate)."""
    speaking = [(node, kinds_at(node)) for node in _speaking(element, text)]
    if any(_is_struck(node, kinds) for node, kinds in speaking):
        return "regular_price"
    if any("price_aside" in kinds for _, kinds in speaking):
        return None
    before = _words_before(element, text)
    if words.OLD_WORDS.search(before):
        return "regular_price"
    return None if words.ASIDE_WORDS.search(before) else "price"


def _speaking(element: Element, text: str) -> list[Element]:
    """The elements whose names speak of this very price: those within it that hold its number, where the element is
    the price and nothing else, and those around it that hold little more."""
    found = [element]
    whole = short_text(element)
    if whole == text:
        inner = list(islice(element.iterdescendants(), 6))
        found += [node for node in inner if money_in(text_of(node)[:MAX_TAG]).amounts]
    elif not whole or money_in(whole[:MAX_TAG]).amounts != money_in(text).amounts:
        return []
    parent = element.getparent()
    while parent is not None and len(found) < 9 and parent.tag != "body":
        around = short_text(parent)
        if not around or len(around) > len(text) + 40 or money_in(around).amounts != money_in(text).amounts:
            break
        found.append(parent)
        parent = parent.getparent()
    return found


def _words_before(element: Element, text: str) -> str:
    """The words of the price itself and those right before it in its own line."""
    parent = element.getparent()
    before = ""
    previous = element.getprevious()
    if previous is not None and previous.tag not in {"del", "s", "strike", "h1", "h2", "h3", "h4", "a"}:
        said = text_of(previous)
        before = said if len(said) <= 30 and not any(char.isdigit() for char in said) else ""
        before += previous.tail or ""
    elif previous is None and parent is not None:
        before = parent.text or ""
    return f"{before[-40:]} {text}"


def button_signs(page: Page) -> list[Sign]:
    """Buttons that stand beside goods: buy, order, ask for a price."""
    return [
        Sign(Kind.BUTTON, "buy", squeeze(run.text), run.element, run.order)
        for run in page.texts
        if len(run.text) < 60 and words.is_buy_button(run.text) and "zone_nav" not in page.zones(run.element)
    ]
