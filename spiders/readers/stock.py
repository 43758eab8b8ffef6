"""Stock wordings in visible text: "В наличии: 12 шт", "Под заказ", ">10 шт" where the markup speaks of stock."""

import re
from collections.abc import Iterable

from spiders.readers import words
from spiders.readers.page import Page, Text
from spiders.readers.signs import MAX_SIGNS, MAX_TAG, Kind, Sign, kinds_at
from spiders.readers.text import Element, count_letters, is_narrow, short_text, text_of

WEAK = 1  # the weight of a count that nothing calls a stock; a product page may count other things
_ELSEWHERE = frozenset({"zone_filter", "hidden", "zone_chat", "zone_nav"})
_PLACE = re.compile(r"(?<!\w)(?:в|на|во|г\.)\s+[А-ЯЁ][\w-]+")  # "в Москве"


def stock_signs(page: Page, pieces: Iterable[Text]) -> list[Sign]:
    """Every stock wording of the page; a count with nothing but a unit ("5 шт.") is the weakest of them."""
    found: dict[Element, Sign] = {}
    for run in pieces:
        if len(found) >= MAX_SIGNS:
            break
        sign = _stock_sign(run, page)
        if sign is not None:
            found.setdefault(sign.element, sign)
    return list(found.values())


def _stock_sign(run: Text, page: Page) -> Sign | None:
    text = run.text
    speaks = words.speaks_of_stock(text)
    if not (speaks or words.counts(text)):
        return None
    named = "stock_class" in kinds_at(run.element) or "stock_class" in kinds_at(_parent(run.element))
    if not (speaks or named):
        return None
    element, text = _whole_stock(run.element, text)
    if stock_left_over(text) > (12 if named else 0) or page.zones(element) & _ELSEWHERE:
        return None
    state = words.STOCK.search(text) is not None
    weight = (3 if named else 2 if state else WEAK) - 2 * _is_button(run.element)
    return Sign(Kind.STOCK, "availability" if state else "quantity", text, element, run.order, weight)


def _parent(element: Element) -> Element:
    parent = element.getparent()
    return element if parent is None else parent


def _is_button(element: Element) -> bool:
    node: Element | None = element
    for _ in range(3):
        if node is None:
            return False
        if (
            node.tag in {"button", "a", "input"}
            or "btn" in (node.get("class") or "")
            or "button" in (node.get("class") or "")
        ):
            return True
        node = node.getparent()
    return False


def _whole_stock(element: Element, text: str) -> tuple[Element, str]:
    """The outermost element that still speaks of this stock alone."""
    own = short_text(element)
    if own and len(own) <= MAX_TAG and not stock_left_over(own):
        text = own
    for _ in range(3):
        parent = element.getparent()
        if parent is None or parent.tag in {"body", "tr", "tbody", "table", "ul", "ol", "dl"} or not is_narrow(parent):
            break
        wider = text_of(parent)
        if len(wider) > MAX_TAG or stock_left_over(wider) or words.is_button(wider):
            break
        element, text = parent, wider
    return element, text


@words.told_by_shape
def stock_left_over(text: str) -> int:
    """How many letters of a text have nothing to do with stock."""
    bare = words.STOCK_BESIDE.sub(" ", words.STOCK.sub(" ", _PLACE.sub(" ", text)))
    return count_letters(bare)
