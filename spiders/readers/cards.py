"""Cards: the entries of a list, found by selectors, by structured data, or by the signs of goods that repeat."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field

from spiders.readers import words
from spiders.readers.labels import field_of
from spiders.readers.links import Anchor
from spiders.readers.page import Element, Page, squeeze, text_of
from spiders.readers.signs import Kind, Sign, money_in

MAX_CARD_LINKS = 12
_STOPS = frozenset({"html", "body", "main", "nav", "table", "tbody", "thead", "ul", "ol", "dl", "form"})
_HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
_PLAIN_WEIGHT = 1


@dataclass(slots=True, eq=False)
class Card:
    """An entry of a list: its element, the signs in it, its links, and its title with the address of its page."""

    element: Element
    anchors: list[Anchor] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    title: str | None = None
    url: str | None = None


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
    cores = _cores(page, goods, signs)
    held = Counter(node for core in cores for node in core.iterancestors())
    grown = [_grown(core, held, page, alone=len(cores) == 1) for core in cores]
    return _with_siblings(list(dict.fromkeys(grown)), goods, page)


def _cores(page: Page, goods: Goods, signs: Sequence[Sign]) -> dict[Element, None]:
    cores: dict[Element, None] = {}
    for sign in signs:
        if sign.kind is Kind.LABEL and sign.name not in {"price", "article", "sku", "mpn", "availability", "quantity"}:
            continue
        if page.zones(sign.element) & {"zone_nav", "zone_filter", "zone_chat"}:
            continue
        node: Element | None = sign.element
        while node is not None and node.tag not in _STOPS and not _names_goods(node, sign, goods):
            node = node.getparent()
        if node is not None and node.tag not in _STOPS and node not in page.around_h1:
            cores[node] = None
    around = {node for core in cores for node in core.iterancestors()}
    return {core: None for core in cores if core not in around}


def _names_goods(node: Element, sign: Sign, goods: Goods) -> bool:
    """Whether the node holds a link that could be a title: more than a button or the sign itself."""
    for anchor in goods.inside.get(node, ()):
        if anchor.element is sign.element and sign.kind is Kind.BUTTON:
            continue
        text = text_of(anchor.element)
        if words.BUTTON.fullmatch(text) and _inner_title(node) is None:
            continue
        if text or next(anchor.element.iter("img"), None) is not None:
            return True
    return False


def _inner_title(node: Element) -> Element | None:
    return next((item for item in node.iter(*_HEADINGS) if text_of(item)), None)


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
    return _in_order(page, chosen)


def _around(element: Element, chosen: dict[Element, None]) -> bool:
    return any(node in chosen for node in element.iterdescendants())


def _make(element: Element) -> tuple[str, str]:
    names = (element.get("class") or "").split()
    return str(element.tag), names[0] if names else ""


def _has_title(element: Element, goods: Goods) -> bool:
    return any(not words.BUTTON.fullmatch(text_of(anchor.element)) for anchor in goods.inside[element])


def _in_order(page: Page, chosen: Iterable[Element]) -> list[Element]:
    wanted = set(chosen)
    return [node for node in page.body.iter() if node in wanted]


def fill(page: Page, elements: Sequence[Element], goods: Goods, signs: Iterable[Sign]) -> tuple[list[Card], list[Sign]]:
    """Cards with their links and signs, and the signs that stand in none of them."""
    cards = {element: Card(element) for element in elements}
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
    return [card for card in cards.values() if card.title], loose


def _card_around(element: Element, cards: dict[Element, Card]) -> Card | None:
    node: Element | None = element
    while node is not None:
        if node in cards:
            return cards[node]
        node = node.getparent()
    return None


def title_and_address(card: Card) -> tuple[str | None, str | None]:
    """The card's title as shown, and the address of its page."""
    named = next(
        (sign for sign in card.signs if sign.name == "title" and sign.kind is Kind.LABEL and sign.weight > 3), None
    )
    if named is not None:
        return named.text, next((anchor.url for anchor in card.anchors if anchor.skip is None), None)
    ranked = sorted(card.anchors, key=lambda anchor: -_title_rank(anchor, card))
    best = ranked[0] if ranked else None
    heading = _title_element(card)
    inside = best is not None and best.element is card.element
    if heading is not None and best is not None and best.element in heading.iterancestors():
        return _whole_title(heading), best.url
    if (
        best is not None
        and not inside
        and _title_rank(best, card) > 0
        and (heading is None or _related(best.element, heading))
    ):
        return _whole_title(best.element), best.url
    if heading is not None:
        return _whole_title(heading), best.url if best else None
    if best is None:
        return None, None
    if _title_rank(best, card) > 0:
        return (_own_line(best.element) if inside else _whole_title(best.element)), best.url
    return _image_title(card), best.url


def _related(anchor: Element, heading: Element) -> bool:
    return anchor is heading or heading in anchor.iterancestors() or anchor in heading.iterancestors()


def _title_rank(anchor: Anchor, card: Card) -> float:
    """How much a link looks like the title of its card; 0 or less where it can't be."""
    element = anchor.element
    text = text_of(element) or squeeze(element.get("title") or "")
    if (
        not text
        or words.BUTTON.fullmatch(text)
        or (len(text) < 25 and not money_in(text).left_over and money_in(text).currency)
    ):
        return 0
    rank = min(len(text), 80) / 20
    parent = element.getparent()
    near = [element, *([parent] if parent is not None and parent is not card.element else [])]
    if any(node.tag in _HEADINGS or (node.get("itemprop") or "") == "name" for node in (*near, *element)):
        rank += 5
    if any("title_class" in words.kinds_of(node.get("class") or "") for node in near):
        rank += 3
    if any(label.text == text for label in card.signs if label.kind is Kind.LABEL and label.name != "title"):
        rank -= 6
    return max(rank, 0.1) if anchor.skip is None else rank / 10


def _title_element(card: Card) -> Element | None:
    """An element that is named or tagged as a title, whether it is a link or not."""
    element = card.element
    for node in element.iter():
        if node is element:
            continue
        tagged = (
            node.tag in _HEADINGS or ((node.get("itemprop") or "") == "name" and node.tag not in {"meta", "link", "img"})
        )
        if tagged and _reads_as_title(node, card):
            return node
    for node in element.iterdescendants():
        if (
            node.get("class")
            and "title_class" in words.kinds_of(node.get("class") or "")
            and _reads_as_title(node, card)
        ):
            return node
    return None


def _reads_as_title(node: Element, card: Card) -> bool:
    text = text_of(node)
    if len(text) < 4 or len(text) > 400 or words.BUTTON.fullmatch(text) or field_of(text) is not None:
        return False
    if ":" in text and field_of(text.partition(":")[0]) is not None:
        return False
    return (node.get("itemprop") != "name" or not _in_other_item(node, card.element)) and not money_in(
        text[:100]
    ).currency


def _in_other_item(node: Element, card: Element) -> bool:
    """Whether a name is that of a brand or an offer within the card."""
    for around in node.iterancestors():
        if around is card:
            return False
        if around.get("itemscope") is not None and "Product" not in (around.get("itemtype") or ""):
            return True
    return False


def _whole_title(element: Element) -> str | None:
    """The text of a title; where it is cut off ("Коммутатор Cis…"), the title attribute that goes on."""
    text = text_of(element)
    given = [squeeze(node.get("title") or "") for node in (element, *element.iterdescendants("a"))]
    stem = text.rstrip(".… ")
    if text.endswith(("…", "...")):
        return next((title for title in given if title.startswith(stem) and len(title) > len(stem)), text)
    return text or next((title for title in given if title), None)


def _own_line(element: Element) -> str | None:
    """Of a card that is one link: its first text that is no price, stock or label."""
    for node in element.iter():
        text = squeeze(node.text or "")
        if (
            len(text) > 3
            and not money_in(text[:100]).currency
            and not words.STOCK_START.match(text)
            and field_of(text.partition(":")[0]) is None
        ):
            return text
    return None


def _image_title(card: Card) -> str | None:
    for anchor in card.anchors:
        said = squeeze(anchor.element.get("title") or "")
        if said and not words.BUTTON.fullmatch(said):
            return said
    return next((alt for image in card.element.iter("img") if len(alt := squeeze(image.get("alt") or "")) > 3), None)
