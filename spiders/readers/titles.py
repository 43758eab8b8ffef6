"""Titles: which text of a card is its title, and which link leads to its page."""

from dataclasses import dataclass, field
from itertools import islice

from spiders.readers import words
from spiders.readers.labels import field_of, has_label
from spiders.readers.numbering import Anchor
from spiders.readers.signs import SURE, Kind, Sign, money_in
from spiders.readers.stock import stock_left_over
from spiders.readers.text import Element, squeeze, text_of

HEADINGS = ("h1", "h2", "h3", "h4", "h5", "h6")
MIN_TITLE = 5
MAX_SEARCHED = 200


@dataclass(slots=True, eq=False)
class Card:
    """An entry of a list: its element, the signs in it, its links, and its title with the address of its page."""

    element: Element
    anchors: list[Anchor] = field(default_factory=list)
    signs: list[Sign] = field(default_factory=list)
    title: str | None = None
    url: str | None = None
    is_block: bool = False  # its title is no link


def title_and_address(card: Card) -> tuple[str | None, str | None]:
    """The card's title as shown, and the address of its page."""
    if card.is_block:
        return plain_title(card.element), _details_address(card)
    column = next((sign.text for sign in card.signs if sign.name == "title" and sign.weight > SURE), None)
    if column is not None:
        return column, next((anchor.url for anchor in card.anchors if anchor.skip is None), None)
    best = max(card.anchors, key=lambda anchor: _title_rank(anchor, card), default=None)
    heading = _title_element(card)
    if best is None:
        return (_whole_title(heading) if heading is not None else None), None
    return _title_beside(card, best, heading), best.url


def plain_title(element: Element) -> str | None:
    """The title of an entry that is no link: what is tagged or named as one, else the first text that could be."""
    named = _title_element(Card(element))
    if named is not None:
        return _whole_title(named)
    is_value = False  # of the label that the text before ends with
    for text in islice(element.itertext(), MAX_SEARCHED):
        if text.strip():
            found = None if is_value else _as_title(str(text))
            if found is not None:
                return found
            is_value = field_of(str(text)) is not None
    return None


def _as_title(text: str) -> str | None:
    """A text that reads as the title of goods, without the dash that sets a price apart; else None."""
    bare = squeeze(text).strip(" —–-|•·,;:")
    if not MIN_TITLE <= len(bare) <= 400 or words.is_button(bare) or words.ON_REQUEST.fullmatch(bare):
        return None
    if field_of(bare.partition(":")[0]) is not None or has_label(bare):
        return None
    return bare if money_in(bare[:100]).left_over >= 3 and stock_left_over(bare[:100]) >= 3 else None


def _details_address(card: Card) -> str | None:
    """Where the one link of a block that says "details" leads; a button that buys leads to no page of goods."""
    found = {
        anchor.url
        for anchor in card.anchors
        if anchor.skip is None and not words.is_buy_button(text_of(anchor.element))
    }
    return found.pop() if len(found) == 1 else None


def _title_beside(card: Card, best: Anchor, heading: Element | None) -> str | None:
    """The title of a card with a link: the link's own text, unless an element within or beside it is named a title."""
    link = best.element
    reads = _title_rank(best, card) > 0
    if heading is not None and (link in heading.iterancestors() or not (reads and _related(link, heading))):
        return _whole_title(heading)
    if not reads:
        return _image_title(card)
    return (_own_line(link) if link is card.element else _whole_title(link)) or said_aside(link)


def said_aside(link: Element) -> str:
    """What a link without a text of its own is called: one that lies over its whole card."""
    return squeeze(link.get("title") or link.get("aria-label") or "")


def _related(anchor: Element, heading: Element) -> bool:
    return anchor is heading or heading in anchor.iterancestors() or anchor in heading.iterancestors()


def _title_rank(anchor: Anchor, card: Card) -> float:
    """How much a link looks like the title of its card; 0 or less where it can't be."""
    element = anchor.element
    text = text_of(element) or said_aside(element)
    if (
        not text
        or words.is_button(text)
        or (len(text) < 25 and not money_in(text).left_over and money_in(text).currency)
    ):
        return 0
    rank = min(len(text), 80) / 20
    parent = element.getparent()
    near = [element, *([parent] if parent is not None and parent is not card.element else [])]
    if any(node.tag in HEADINGS or (node.get("itemprop") or "") == "name" for node in (*near, *element)):
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
        tagged = node.tag in HEADINGS or (
            (node.get("itemprop") or "") == "name" and node.tag not in {"meta", "link", "img"}
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
    if len(text) < 4 or len(text) > 400 or words.is_button(text) or field_of(text) is not None:
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
        if said and not words.is_button(said):
            return said
    return next((alt for image in card.element.iter("img") if len(alt := squeeze(image.get("alt") or "")) > 3), None)
