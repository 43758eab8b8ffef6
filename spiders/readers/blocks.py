"""Blocks: the entries of a list whose titles are no links, told by their like and by what they show of goods."""

import re
from collections import defaultdict
from collections.abc import Iterable, Sequence
from functools import cache
from statistics import median

from restock.terms import PageRole
from spiders.readers import words
from spiders.readers.cards import grown_cores, in_order
from spiders.readers.page import Page
from spiders.readers.signs import Kind, Sign
from spiders.readers.text import Element, text_of
from spiders.readers.titles import plain_title

MAX_TOLD = 4_000
MAX_ORDER = 1_000_000_000
_ELSEWHERE = frozenset(
    {"zone_nav", "zone_filter", "zone_chat", "zone_similar", "zone_aside", "zone_delivery", "hidden"}
)
_MODEL = re.compile(r"(?=\S*[^\W\d_])(?=\S*\d)[\w/.+-]{4,}")
_CODES = frozenset({"sku", "article", "mpn", "gtin"})
_STATES = frozenset({"price", "availability", "quantity"})
_OWN = _CODES | {"price", "regular_price"}
_MOSTLY = 0.5
_SHORT = 10
_MANY = 4


def find_blocks(page: Page, signs: Sequence[Sign], *, lone: bool) -> list[Element]:
    """Elements of one make that each hold a price or a stock wording and a title of their own, in document order.

    `lone`: the page is known to go on with a list, so that an entry without its like is one too."""
    told = [sign for sign in signs if _tells(sign) and not page.zones(sign.element) & _ELSEWHERE]
    if not told or len(told) > MAX_TOLD or speaks_of_service(page):
        return []
    titled = cache(lambda node: plain_title(node) is not None)  # the same elements stand around many signs
    groups: dict[object, list[Element]] = defaultdict(list)
    for element in grown_cores(page, told, lambda node, _: titled(node)):
        groups[_make(element)].append(element)
    found = [element for group in groups.values() if _is_list(group, signs, lone=lone) for element in group]
    return in_order(page, [*found, *_plain_siblings(found)])


def _tells(sign: Sign) -> bool:
    if sign.kind is Kind.LABEL:
        return sign.name in _STATES
    return sign.name == "price" or (sign.kind is Kind.STOCK and sign.weight > 1)


def speaks_of_service(page: Page) -> bool:
    """Whether a page's heading names terms: what repeats under "Доставка и оплата" are no goods."""
    heading = page.h1 if page.h1 is not None else next(iter(page.headings), None)
    return heading is not None and words.SERVICE.fullmatch(text_of(heading)) is not None


def _make(element: Element) -> tuple[object, ...]:
    """Elements of one tag and class are alike wherever they stand; without a class, those within one parent."""
    names = (element.get("class") or "").split()
    return (element.tag, names[0]) if names else (element.tag, element.getparent())


def _is_list(group: Sequence[Element], signs: Iterable[Sign], *, lone: bool) -> bool:
    """Whether alike elements are goods: each has a title of its own, and most show two things that goods have (price,
    stock, code, button), show a price where they are many, or name a model."""
    titles = [title for element in group if (title := plain_title(element))]
    if len(group) == 1:
        return lone and bool(titles)
    distinct = len({title.casefold() for title in titles})
    if distinct < 2 or distinct <= _MOSTLY * len(group) or median(map(len, titles)) < _SHORT:
        return False
    shown: dict[Element, set[str]] = {element: set() for element in group}
    for sign in signs:
        around = next((node for node in (sign.element, *sign.element.iterancestors()) if node in shown), None)
        if around is not None:
            shown[around].add("code" if sign.name in _CODES else sign.kind if sign.name not in _STATES else sign.name)
    plenty = len(group) >= _MANY
    rich = sum(len(kinds) > 1 or (plenty and Kind.PRICE in kinds) for kinds in shown.values())
    return max(rich, sum(has_model(title) for title in titles)) > _MOSTLY * len(group)


def has_model(text: str) -> bool:
    """Whether a text names a model: a word of letters and digits ("WS-C2960", "R640")."""
    return _MODEL.search(text) is not None


def _plain_siblings(found: Sequence[Element]) -> list[Element]:
    """Entries of the same class beside those that were found, which show neither price nor stock."""
    known = set(found)
    around = {node for element in found for node in element.iterancestors()}
    makes = {(element.getparent(), _make(element)) for element in found if element.get("class")}
    return [
        child
        for parent in dict.fromkeys(element.getparent() for element in found)
        for child in (parent if parent is not None else ())
        if child not in known and child not in around and (parent, _make(child)) in makes and plain_title(child)
    ]


def is_about_one(page: Page, blocks: Sequence[Element], loose: Iterable[Sign]) -> bool:
    """Whether a page shows one product, whose variants, offers or parts the blocks are: its price or code stands in
    front of them; or it was expected or shows a code, and the blocks vary what its heading names."""
    inside = {node for element in blocks for node in element.iter()}
    own, first = [], MAX_ORDER
    for sign in loose:
        if sign.element in inside:
            first = min(first, sign.order)
        elif not page.zones(sign.element) & _ELSEWHERE and sign.name in _OWN:
            own.append(sign)
    start = _order_of(page, page.h1)
    if any(start <= sign.order < first for sign in own):
        return True
    expected = page.capture.role is PageRole.PRODUCT or any(sign.name in _CODES for sign in own)
    return expected and _are_variants(page.heading, [title for element in blocks if (title := plain_title(element))])


def _order_of(page: Page, heading: Element | None) -> int:
    inside = set(heading.iter()) if heading is not None else set()
    return next((run.order for run in page.texts if run.element in inside), 0)


def _are_variants(heading: str | None, titles: Sequence[str]) -> bool:
    """Whether entries are variants of what the heading names: they repeat a heading of several words, or name no model
    where the heading does."""
    named = " ".join((heading or "").casefold().split())
    if not named:
        return False
    repeated = sum(named in title.casefold() for title in titles) if " " in named else 0
    bare = sum(not has_model(title) for title in titles) if has_model(named) else 0
    return max(repeated, bare) > _MOSTLY * len(titles)
