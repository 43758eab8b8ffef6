"""The structure of one page: its structured data, signs, links and cards, gathered once for every reader."""

from collections import Counter
from dataclasses import replace
from functools import cached_property
from typing import Any
from urllib.parse import urlsplit

from restock.capture import PageCapture
from restock.site import Site
from restock.terms import PageRole
from spiders.readers import goods, jsonld, microdata, words
from spiders.readers.addresses import url_key
from spiders.readers.blocks import find_blocks, is_about_one
from spiders.readers.cards import fill, find_cards, goods_links
from spiders.readers.flat import wrap_flat_lists
from spiders.readers.labels import label_signs
from spiders.readers.links import anchors
from spiders.readers.numbering import page_number
from spiders.readers.page import Page
from spiders.readers.platforms import Platform, card_elements, platform_of, select
from spiders.readers.signs import Kind, Sign, button_signs, pieces, price_signs
from spiders.readers.stock import WEAK, stock_signs
from spiders.readers.tables import goods_rows
from spiders.readers.text import Element, text_of
from spiders.readers.titles import Card
from spiders.readers.warehouses import warehouse_signs

ASIDE = frozenset({"zone_similar", "zone_aside"})
MAX_TILE = 200
_LAST = 1_000_000  # added to the order of what stands in front of the heading
_NOT_OWN = frozenset({"zone_similar", "zone_nav", "zone_filter", "zone_chat"})
_MENUS = frozenset({"zone_nav", "zone_filter", "zone_chat"})


class Structure(Page):
    """A page with what stands on it."""

    def __init__(self, capture: PageCapture, site: Site) -> None:
        super().__init__(capture, site)
        self.platform: Platform | None = platform_of(self, site)
        self.blocks, self.broken_blocks = jsonld.read_blocks(self.scripts)
        self.items: list[dict[str, Any]] = microdata.read_items(self) if "itemscope" in self.source else []
        wrap_flat_lists(self.body)
        self._mark_asides()
        self._mark_sections()
        self.anchors = anchors(self)
        self.rows, cells = goods_rows(self)
        self.signs = self._signs(cells)
        self.goods_links = goods_links(self, self.anchors)

    def _signs(self, cells: list[Sign]) -> list[Sign]:
        """All signs in order. In a table of goods the header says what a cell is, and no guess is made; the counts of
        several warehouses stand in place of each one's."""
        places = warehouse_signs(self)
        counted = {node for sign in places for node in _block(sign.element).iter()}
        parts = pieces(self)
        guessed = [*price_signs(self, parts), *stock_signs(self, parts), *label_signs(self), *button_signs(self)]
        rows = set(self.rows)
        kept = [
            sign
            for sign in guessed
            if sign.element not in counted
            and not (rows and any(node in rows for node in sign.element.iterancestors("tr")))
        ]
        return sorted([*cells, *places, *kept], key=lambda sign: sign.order)

    def _mark_asides(self) -> None:
        """Zones that only a heading tells: "С этим товаром покупают", "Вы смотрели"."""
        for heading in self.headings:
            if heading.tag == "h1":
                continue
            text = text_of(heading)
            zone = "zone_similar"
            if len(text) > 80 or not (words.SIMILAR.match(text) or words.PROMOTED.match(text)):
                continue
            parent = heading.getparent()
            following = parent.getnext() if parent is not None else None
            if parent is not None and parent.tag not in {"body", "main"} and _only_heading(parent, heading):
                self.mark(parent, zone)
                if following is not None and heading.getnext() is None and heading.getprevious() is None:
                    self.mark(following, zone)
            else:
                self._mark_following(heading, zone)

    def _mark_sections(self) -> None:
        """Tiles of sections are a menu: a class that says so, around one address and nothing that only goods have."""
        for node in self.body.iter("li", "div", "article", "a"):
            names = node.get("class")
            if not names or "section_class" not in words.kinds_of(names) or node in self.around_h1:
                continue
            text = text_of(node)
            links = {link.get("href") for link in node.iter("a") if link.get("href")}
            sold = words.STOCK.search(text) or any(words.is_buy_button(text_of(part)) for part in node.iter())
            if len(links) == 1 and len(text) < MAX_TILE and not sold:
                self.mark(node, "zone_nav")

    def _mark_following(self, heading: Element, zone: str) -> None:
        node = heading.getnext()
        while node is not None and not (node.tag in {"h1", "h2", "h3"} or node.tag == heading.tag):
            self.mark(node, zone)
            node = node.getnext()

    @cached_property
    def ld_products(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return goods.products(self.blocks)

    @cached_property
    def item_products(self) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
        return goods.products(self.items)

    @cached_property
    def found(self) -> tuple[list[Card], list[Sign]]:
        """Cards, and the signs that stand in none of them.

        Entries without links count where the page isn't about one product, whose parts and variants they would be."""
        elements = self._card_elements()
        cards, loose = fill(elements, self.goods_links, self.signs)
        blocks = [] if self.site.selectors.card is not None else self._blocks(cards, loose)
        return fill([*elements, *blocks], self.goods_links, self.signs, set(blocks)) if blocks else (cards, loose)

    def _blocks(self, cards: list[Card], loose: list[Sign]) -> list[Element]:
        known = {card.element for card in cards}
        around = {node for element in known for node in element.iterancestors()}
        lone = self.is_numbered and self.capture.role is not PageRole.PRODUCT and not cards
        found = [
            element
            for element in find_blocks(self, loose, lone=lone)
            if element not in around and not any(node in known for node in (element, *element.iterancestors()))
        ]
        return [] if not found or self._claims_one or is_about_one(self, found, loose) else found

    @cached_property
    def _claims_one(self) -> bool:
        """Whether the markup says that this is the page of one product: the engine's, OpenGraph's, or structured data
        that the heading names."""
        if self.says_product:
            return True
        if self.platform is not None and any(select(self.root, mark) for mark in self.platform.product):
            return True
        heading = (self.heading or "").casefold()
        nodes = [*self.ld_products[0], *self.item_products[0]][:20]
        titles = [(goods.listings_of(node, "")[0].get("title") or "").casefold() for node in nodes]
        return bool(heading) and any(title and (title in heading or heading in title) for title in titles)

    @property
    def says_product(self) -> bool:
        """Whether OpenGraph calls the page a product's; a group of products is a list."""
        return self.head.get("og:type", "").lower() in {"product", "og:product", "product.item"}

    @property
    def cards(self) -> list[Card]:
        return self.found[0]

    @cached_property
    def entries(self) -> list[Card]:
        """Cards that are surely entries of a list, and no link in the page's own price block."""
        repeated = set(self.repeated)
        return [card for card in self.cards if card in repeated or self._is_lone_entry(card)]

    @cached_property
    def loose(self) -> list[Sign]:
        """Signs of the page itself: outside its cards, its menus and blocks of other goods."""
        entries = set(self.entries)
        alone = [card for card in self.cards if card not in entries]
        signs = [*self.found[1], *(sign for card in alone for sign in card.signs)]
        kept = [sign for sign in signs if not self.zones(sign.element) & _NOT_OWN]
        return sorted(kept, key=lambda sign: sign.order)

    @cached_property
    def heading_order(self) -> int:
        """Where the page's own heading stands among its texts."""
        heading = self.h1
        if heading is None:
            return 0
        inside = set(heading.iter())
        return next((run.order for run in self.texts if run.element in inside), 0)

    @cached_property
    def own_signs(self) -> list[Sign]:
        """The loose signs; those in front of the heading (a header's cart, a city's stock) come last."""
        first = self.heading_order
        kept = [
            sign for sign in self.loose if sign.kind is not Kind.STOCK or sign.weight != WEAK or sign.name != "quantity"
        ]
        return [sign if sign.order >= first else replace(sign, weight=0, order=sign.order + _LAST) for sign in kept]

    def _is_lone_entry(self, card: Card) -> bool:
        """Whether a card without its like is the only entry of a list, and not a link in the page's own price block."""
        title = (card.title or "").casefold()
        if len(title) < 10 or card.url is None or any(sign.text.casefold() == title for sign in card.signs):
            return False
        heading = (self.heading or "").casefold()
        return title not in heading and any(sign.kind is Kind.PRICE for sign in card.signs)

    def _card_elements(self) -> list[Element]:
        """The site's own selector decides; else the platform's, microdata's and the repeated ones together."""
        if self.site.selectors.card is not None:
            return card_elements(self, self.site.selectors)
        known = [*self._known_cards(), *self.rows]
        whole = set(known)
        around = {node for card in known for node in card.iterancestors()}
        for element in find_cards(self, self.goods_links, self.signs):
            if element in whole or element in around or any(node in whole for node in element.iterancestors()):
                continue
            known.append(element)
        return known

    def _known_cards(self) -> list[Element]:
        chosen = self.platform.selectors if self.platform is not None else ()
        for selectors in chosen:
            found = [node for node in card_elements(self, selectors) if self.goods_links.inside.get(node)]
            if found:
                return found
        main, listed = self.item_products
        elements = [node[microdata.ELEMENT] for node in (*main, *listed)]
        return [node for node in elements if node not in self.around_h1 and self._is_entry(node)]

    def _is_entry(self, element: Element) -> bool:
        """Whether a microdata product is an entry of a list: it leads to another page than this one, or is one of
        several without a link."""
        return bool(self.goods_links.inside.get(element)) or len(self.item_products[0]) > 1

    @cached_property
    def repeated(self) -> list[Card]:
        """Cards that have one of the same make beside them, or stand among other goods."""
        makes = Counter(_make(card.element) for card in self.cards)
        rows = set(self.rows)
        return [
            card
            for card in self.cards
            if (makes[_make(card.element)] > 1 and (card.url is not None or card.element.get("itemscope") is not None))
            or card.element in rows
            or card.is_block
            or self.zones_around(card) & ASIDE
        ]

    @cached_property
    def main_cards(self) -> list[Card]:
        """Cards outside blocks of similar and promoted goods."""
        return [card for card in self.cards if not self.zones_around(card) & (ASIDE | _MENUS)]

    def zones_around(self, card: Card) -> frozenset[str]:
        """The zones that a card stands in; a card's own names ("card hit promo") are no zone."""
        parent = card.element.getparent()
        return self.zones(card.element if parent is None or card.element in self.marked else parent)

    @property
    def is_later_page(self) -> bool:
        """Whether the address has a page's number: some count from 0, and none has it for a product."""
        return page_number(self.url) is not None

    @cached_property
    def is_numbered(self) -> bool:
        """Whether the page belongs to a list with numbered pages."""
        here = urlsplit(self.url).path.rstrip("/")
        return self.is_later_page or any(
            page_number(anchor.url) is not None and urlsplit(anchor.url).path.rstrip("/").startswith(here)
            for anchor in self.anchors
            if anchor.skip is None and text_of(anchor.element).isdecimal()
        )

    @cached_property
    def canonical(self) -> str | None:
        """The page's own other address; None where the claim leads to the front page, a parent section or elsewhere."""
        href = self.head.get("link:canonical")
        url = self.absolute(href) if href else None
        if url is None:
            return None
        own, other = urlsplit(self.url), urlsplit(url)
        if (own.hostname or "").removeprefix("www.") != (other.hostname or "").removeprefix("www."):
            return None
        if own.port != other.port or (other.path in {"", "/"} and not other.query):
            return None
        if own.path.rstrip("/").startswith(other.path.rstrip("/") + "/") or page_number(url) is not None:
            return None
        if other.path.rstrip("/") == own.path.rstrip("/") and not other.query and own.query:
            # The same script without what names the product ("index.php" for "index.php?product_id=42").
            return None if other.path.endswith(".php") else url
        return url

    @property
    def own_keys(self) -> frozenset[str]:
        asked = url_key(self.capture.requested_url)
        return frozenset({self.key, asked} | ({url_key(self.canonical)} if self.canonical else set()))


def _only_heading(parent: Element, heading: Element) -> bool:
    """Whether a block belongs to this heading: no h1 in it, and no heading of the same rank that is not a card's."""
    first = next(parent.iter("h1", "h2", "h3", "h4", "h5", "h6"), None)
    return first is heading and sum(1 for child in parent if child.tag == heading.tag) == 1


def _block(element: Element) -> Element:
    parent = element.getparent()
    return element if parent is None else parent


def _make(element: Element) -> tuple[str, str, Element | None]:
    names = (element.get("class") or "").split()
    parent = element.getparent()
    return str(element.tag), names[0] if names else "", None if names or parent is None else parent


def loose_of(structure: Structure, kind: Kind) -> list[Sign]:
    return [sign for sign in structure.loose if sign.kind is kind]
