"""Cards: the entries of a list, found by selectors, by structured data, or by the signs of goods that repeat."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Sequence
from dataclasses import dataclass
from itertools import islice

from spiders.readers import words
from spiders.readers.numbering import Anchor, page_number
from spiders.readers.page import Page
from spiders.readers.signs import Kind, Sign
from spiders.readers.text import Element, text_of
from spiders.readers.titles import HEADINGS, Card, said_aside, title_and_address

MAX_CARD_LINKS = 12
_ALIKE = 200  # elements that are looked through for another of its make
_FORMS = 3
_FEW_PARTS = 8  # of a table or list that is one card
_CARD_PARTS = {"table": ("tr",), "dl": ("dt", "dd"), "ul": ("li",), "ol": ("li",)}
_STOPS = frozenset({"html", "body", "main", "nav", "table", "tbody", "thead", "ul", "ol", "dl", "form"})


@dataclass(slots=True)
class Goods:
    """What cards are made of: the links that may name goods, by every element around them."""

    anchors: Sequence[Anchor]
    inside: dict[Element, list[Anchor]]


def goods_links(page: Page, found: Iterable[Anchor]) -> Goods:
    """Links that may be the title of a card: within the site, not in a menu, not this page itself."""
    usable = [
        anchor
        for anchor in found
        if anchor.skip in (None, "nofollow") and anchor.key != page.key and "zone_nav" not in page.zones(anchor.element)
    ]
    inside: dict[Element, list[Anchor]] = defaultdict(list)
    for anchor in usable:
        node: Element | None = anchor.element
        while node is not None and node.tag != "body":
            around = inside[node]
            if len(around) > MAX_CARD_LINKS:  # too many for a card; so it is with everything around
                break
            around.append(anchor)
            node = node.getparent()
    return Goods(usable, inside)


def find_cards(page: Page, goods: Goods, signs: Sequence[Sign]) -> list[Element]:
    """Elements that each hold the signs and the link of one entry, in document order.

    Each sign climbs to the first element around it that holds a link; what holds another such element is no card.
    Then a card grows to where the next one begins, and its plain siblings (no price, no stock) join."""
    cores = _whole(_cores(page, signs, lambda node, sign: _names_goods(node, sign, goods)), goods)
    return _with_siblings(_grown_all(cores, page), goods, page)


def grown_cores(page: Page, signs: Iterable[Sign], names: Callable[[Element, Sign], bool]) -> list[Element]:
    """For each sign the first element around it that `names` an entry, grown to where the next entry begins."""
    return _grown_all(_cores(page, signs, names), page)


def _whole(cores: dict[Element, None], goods: Goods) -> dict[Element, None]:
    """Cores without the parts of one entry: where a picture with a badge ("Под заказ") and the text below it lead to
    one address, the element around both, which leads to no other, is the core. Parts with a title each are entries."""
    wider = {core: _around_one_address(core, goods) for core in cores}
    held = Counter(wider.values())
    titled = Counter(wider[core] for core in cores if _says_a_title(core, goods))
    joined = {around for around, count in held.items() if count > 1 and titled[around] == 1}
    return {wider[core] if wider[core] in joined else core: None for core in cores}


def _says_a_title(core: Element, goods: Goods) -> bool:
    return _inner_title(core) is not None or any(text_of(anchor.element) for anchor in goods.inside.get(core, ()))


def _around_one_address(core: Element, goods: Goods) -> Element:
    keys = {anchor.key for anchor in goods.inside.get(core, ())}
    widest = core
    for node in islice(core.iterancestors(), 3):
        inside = goods.inside.get(node, ())
        if node.tag in _STOPS or len(keys) != 1 or len(inside) > MAX_CARD_LINKS or {one.key for one in inside} != keys:
            break
        widest = node
    return widest


def _grown_all(cores: dict[Element, None], page: Page) -> list[Element]:
    held = Counter(node for core in cores for node in core.iterancestors())
    return list(dict.fromkeys(_grown(core, held, page, alone=len(cores) == 1) for core in cores))


def _cores(page: Page, signs: Iterable[Sign], names: Callable[[Element, Sign], bool]) -> dict[Element, None]:
    cores: dict[Element, None] = {}
    for sign in signs:
        if sign.kind is Kind.LABEL and sign.name not in {"price", "article", "sku", "mpn", "availability", "quantity"}:
            continue
        if page.zones(sign.element) & {"zone_nav", "zone_filter", "zone_chat"}:
            continue
        node: Element | None = sign.element
        while node is not None and not _is_stop(node, page) and not names(node, sign):
            node = node.getparent()
        if node is not None and not _is_stop(node, page) and node not in page.around_h1:
            cores[node] = None
    around = {node for core in cores for node in core.iterancestors()}
    return {core: None for core in cores if core not in around}


def _is_stop(node: Element, page: Page) -> bool:
    """Whether a card can't be as wide as this. A form is a card where there are others of its make, or on a numbered
    page of a list; so is a table or a list of few parts."""
    if node.tag not in _STOPS:
        return False
    if node.tag == "form":
        return page.forms[node.get("class") or ""] < _FORMS and page_number(page.url) is None
    whole = node.getparent() if node.tag == "tbody" else node
    return whole is None or whole.tag not in _CARD_PARTS or not _is_card(whole, page)


def _is_card(element: Element, page: Page) -> bool:
    """Whether a table or list of few parts is a card, and no list of cards: it has others of its class beside it, or
    is what is left for the last page of a list."""
    parent = element.getparent()
    if parent is None or not element.get("class") or element.find(".//th") is not None:
        return False
    made = (element.tag, element.get("class"))
    alike = sum((child.tag, child.get("class")) == made for child in islice(parent, _ALIKE))
    parts = islice(element.iter(*_CARD_PARTS[str(element.tag)]), _FEW_PARTS + 1)
    enough = alike > 1 or page_number(page.url) is not None
    return enough and sum(1 for _ in parts) <= _FEW_PARTS


def _names_goods(node: Element, sign: Sign, goods: Goods) -> bool:
    """Whether the node holds a link that could be a title: more than a button or the sign itself."""
    for anchor in goods.inside.get(node, ()):
        if anchor.element is sign.element and sign.kind is Kind.BUTTON:
            continue
        text = text_of(anchor.element)
        if words.is_button(text) and _inner_title(node) is None:
            continue
        if text or said_aside(anchor.element) or next(anchor.element.iter("img"), None) is not None:
            return True
    return False


def _inner_title(node: Element) -> Element | None:
    return next((item for item in node.iter(*HEADINGS) if text_of(item)), None)


def _grown(core: Element, held: Counter[Element], page: Page, *, alone: bool) -> Element:
    """The widest element around a core that holds no other core; a lone core grows no further than its own block.
    `held` counts the cores in each element around one."""
    node = core
    for _ in range(8):
        parent = node.getparent()
        if parent is None or parent.tag in _STOPS or node.tag in {"tr", "li", "article"}:
            break
        if parent in page.around_h1 or held[parent] > 1 or (alone and _is_wide(parent)):
            break
        node = parent
    return node


def _is_wide(element: Element) -> bool:
    names = f"{element.get('class') or ''} {element.get('id') or ''}".casefold()
    wide = ("list", "items", "grid", "catalog", "products", "row", "container", "content", "wrap", "section", "page")
    return element.tag in {"section", "main"} or any(word in names for word in wide)


def _with_siblings(found: list[Element], goods: Goods, page: Page) -> list[Element]:
    """Adds entries of the same make beside the cards that were found: those without a price or a stock wording."""
    chosen = dict.fromkeys(found)
    by_parent: dict[Element, list[Element]] = defaultdict(list)
    for element in found:
        parent = element.getparent()
        if parent is not None:
            by_parent[parent].append(element)
    for parent, members in by_parent.items():
        makes = {_make(member) for member in members}
        for child in parent:
            if child in chosen or _make(child) not in makes or not (len(members) > 1 or child.get("class")):
                continue
            if goods.inside.get(child) and _has_title(child, goods) and not _around(child, chosen):
                chosen[child] = None
    return in_order(page, chosen)


def _around(element: Element, chosen: dict[Element, None]) -> bool:
    return any(node in chosen for node in element.iterdescendants())


def _make(element: Element) -> tuple[str, str]:
    names = (element.get("class") or "").split()
    return str(element.tag), names[0] if names else ""


def _has_title(element: Element, goods: Goods) -> bool:
    return any(not words.is_button(text_of(anchor.element)) for anchor in goods.inside[element])


def in_order(page: Page, chosen: Iterable[Element]) -> list[Element]:
    """Elements as they follow each other on the page, each once."""
    wanted = set(chosen)
    return [node for node in page.body.iter() if node in wanted]


def fill(
    elements: Sequence[Element], goods: Goods, signs: Iterable[Sign], blocks: Collection[Element] = ()
) -> tuple[list[Card], list[Sign]]:
    """Cards with their links and signs, and the signs that stand in none of them. `blocks` are those of the elements
    whose title is no link."""
    cards = {element: Card(element, is_block=element in blocks) for element in elements}
    loose: list[Sign] = []
    for sign in signs:
        card = _card_around(sign.element, cards)
        (card.signs if card else loose).append(sign)
    for anchor in goods.anchors:
        card = _card_around(anchor.element, cards)
        if card is not None:
            card.anchors.append(anchor)
    for card in cards.values():
        card.title, card.url = title_and_address(card)
        if card.title is None:
            loose += card.signs
    _drop_shared_addresses([card for card in cards.values() if card.is_block])
    return [card for card in cards.values() if card.title is not None], loose


def _drop_shared_addresses(blocks: Sequence[Card]) -> None:
    """Where the buttons of several blocks lead to one place, it is no page of theirs."""
    shared = Counter(card.url for card in blocks)
    for card in blocks:
        if shared[card.url] > 1:
            card.url = None


def _card_around(element: Element, cards: dict[Element, Card]) -> Card | None:
    node: Element | None = element
    while node is not None:
        if node in cards:
            return cards[node]
        node = node.getparent()
    return None
