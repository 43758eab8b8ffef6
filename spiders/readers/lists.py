"""List pages: the listings that their cards show, and the number of goods that a list prints."""

import re
from dataclasses import dataclass, field
from typing import Any

from spiders.readers import goods, words
from spiders.readers.addresses import url_key
from spiders.readers.crumbs import category_of
from spiders.readers.facts import Facts
from spiders.readers.microdata import ELEMENT
from spiders.readers.platforms import select_text
from spiders.readers.products import _weigh_stock
from spiders.readers.signs import number_of
from spiders.readers.structure import ASIDE, Structure
from spiders.readers.text import Element, short_text, squeeze
from spiders.readers.titles import Card
from spiders.readers.visible import agreeing_price, dress_selected_price, price_tags, visible_facts

_COUNTS = re.compile(
    r"найден|всего|показан|товар|позици|предложени|total|found|showing|result|items?|product|барлығы", re.IGNORECASE
)
Node = dict[str, Any]

_STOCK = ("availability", "quantity")
_TOTAL = re.compile(
    r"(?:(?:найден[оа]?|всего|количество)(?:\s+(?:найдено|товаров|позиций|предложений))?|товаров\s+в\s+(?:категории|разделе)|показан[оы]?[^.]{0,40}?\bиз|товар(?:ы|ов)[^.]{0,30}?\bиз|total|found"
    r"|showing[^.]{0,40}?\bof|results?[^.]{0,30}?\bof|items?\s+\d+\s*[-–—]\s*\d+\s+of|барлығы)\s*:?\s*(\d[\d\s]{0,9})"
    r"|(?<![\d.,])(\d[\d\s]{0,9}?)\s*(?:товар(?:ов|а)?|позици[йия]|предложени[йяе]|products?|items|results?)\s*(?:найдено|found|в\s+(?:категории|разделе))",
    re.IGNORECASE,
)  # fmt: skip


def read(page: Structure) -> list[Facts]:
    """The cards of a list page, in order; of promoted and similar goods only where the page has no others."""
    cards = page.main_cards or [card for card in page.cards if not page.zones(card.element) & {"zone_nav"}]
    structured = _structured(page)
    category = _category(page)
    found: list[Facts] = []
    used: set[int] = set()
    for card in cards:
        node = structured.of(card)
        used.add(id(node))
        facts = _card_facts(page, card, node)
        if _is_listing(facts, card, page):
            facts.say("category", category, "breadcrumbs")
            found.append(facts)
    return found + _unseen(page, structured.nodes, used, category)


def _category(page: Structure) -> str | None:
    if page.key.find("/") < 0:  # a front page stands in no section
        return None
    return category_of(page, None) or page.heading


@dataclass(slots=True)
class _Structured:
    """Structured products of a list, by the element that they were read from and by their address."""

    nodes: list[Node]
    by_element: dict[Element, Node] = field(default_factory=dict)
    by_key: dict[str, Node] = field(default_factory=dict)

    def of(self, card: Card) -> Node | None:
        """The product of a card: the item within or around it, else the one with its address."""
        for node in card.element.iter():
            if node in self.by_element:
                return self.by_element[node]
        around = card.element.getparent()
        if around is not None and around in self.by_element:
            return self.by_element[around]
        return self.by_key.get(url_key(card.url)) if card.url else None


def _structured(page: Structure) -> _Structured:
    items = [*page.item_products[0], *page.item_products[1]]
    main, listed = page.ld_products
    found = _Structured([*items, *main, *listed])
    for node in items:
        found.by_element.setdefault(node[ELEMENT], node)
    for node in (*main, *listed):
        address = goods.listings_of(node, "")[0].get("url")
        url = page.absolute(address) if address else None
        if url is not None:
            found.by_key.setdefault(url_key(url), node)
    return found


def _card_facts(page: Structure, card: Card, node: Node | None) -> Facts:
    facts = Facts()
    by = page.platform.name if page.platform is not None else "cards"
    for name, selector in page.site.selectors.card_fields.items():
        text = select_text(card.element, selector)
        facts.say(name, page.absolute(text) if name == "url" and text else text, "selectors")
    dress_selected_price(facts, card.signs)
    structured = Facts()
    if node is not None:
        structured = goods.listings_of(node, "microdata" if ELEMENT in node else "json-ld")[0]
        address = structured.get("url")
        structured.drop("url")
        if card.url is None and address:
            structured.say("url", page.absolute(address), structured.by.get("title", by))
    title = facts.get("title") or structured.get("title") or card.title
    visible = visible_facts(card.signs, by, title=title)
    _say_platform(page, card, visible, by)
    _weigh_card_price(card, structured, visible)
    _weigh_stock(structured, visible)
    facts.take(structured)
    facts.take(visible)
    facts.say("title", card.title, by)
    facts.say("url", card.url, by)
    return facts


def _say_platform(page: Structure, card: Card, visible: Facts, by: str) -> None:
    for selectors in page.platform.selectors if page.platform is not None else ():
        for name, selector in selectors.card_fields.items():
            if (
                visible.get(name)
                or getattr(card, name, None)
                or (name in _STOCK and any(visible.get(one) for one in _STOCK))
            ):
                continue
            text = select_text(card.element, selector)
            visible.say(name, page.absolute(text) if name == "url" and text else text, by)


def _weigh_card_price(card: Card, structured: Facts, visible: Facts) -> None:
    claim = structured.get("price") or ""
    claimed = goods.amount(claim)
    if claimed is None:
        structured.drop("price", "currency", "regular_price")
        return
    agreeing = next((tag for tag in price_tags(card.signs) if number_of(tag.text) == claimed), None)
    if agreeing is not None:
        structured.replace("price", agreeing_price(claim, agreeing, card.signs), structured.by["price"])
    elif price_tags(card.signs) and visible.get("price"):
        structured.drop("price", "currency")
        return
    structured.say("regular_price", visible.get("regular_price"), visible.by.get("regular_price", ""))


def _is_listing(facts: Facts, card: Card, page: Structure) -> bool:
    """A card of goods: not a tile of a section, which shows neither price nor stock nor a code among others that do."""
    if facts.get("title") is None or (
        facts.get("url") is None and not (card.is_block or card.signs or facts.get("price") or facts.get("sku"))
    ):
        return False
    if facts.get("url") and url_key(facts.get("url") or "") == page.key:
        return False
    return not words.is_button(facts.get("title") or "")


def _unseen(page: Structure, nodes: list[Node], used: set[int], category: str | None) -> list[Facts]:
    """Goods that only structured data lists (a list drawn by a script), with an address of their own."""
    found: list[Facts] = []
    seen = {page.key, *(url_key(card.url) for card in page.cards if card.url)}
    for node in nodes:
        if id(node) in used:
            continue
        element = node.get(ELEMENT)
        if element is not None and page.zones(element) & ASIDE:
            continue
        for facts in goods.listings_of(node, "microdata" if element is not None else "json-ld"):
            address = page.absolute(facts.get("url") or "") if facts.get("url") else None
            key = url_key(address) if address is not None else facts.get("sku")
            if facts.get("title") is None or key is None or key in seen:
                continue
            seen.add(key)
            facts.drop("url")
            facts.say("url", address, facts.by["title"])
            facts.say("category", category, "breadcrumbs")
            found.append(facts)
    return found


@words.told_by_shape
def _counts(text: str) -> bool:
    return _COUNTS.search(text) is not None


def total_of(page: Structure) -> int | None:
    """The number of goods that the list prints ("Найдено 128 товаров", "1–20 из 128")."""
    if page.site.selectors.total is not None:
        digits = re.sub(r"\D", "", select_text(page.root, page.site.selectors.total) or "")
        return int(digits) if digits else None
    in_cards = {card.element for card in page.cards}
    for run in page.texts:
        if len(run.text) > 160 or not _counts(run.text) or page.zones(run.element) & {"zone_filter", "zone_chat"}:
            continue
        for place in (run.element, run.element.getparent()):
            line = (short_text(place) if place is not None else "") or squeeze(run.text)
            found = _TOTAL.search(line) if len(line) <= 160 else None
            if found is not None and not any(node in in_cards for node in run.element.iterancestors()):
                return int(re.sub(r"\D", "", found[1] or found[2]))
    return None
