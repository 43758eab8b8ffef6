"""Flat lists: entries without an element of their own ("h3, p, p, h3, p, p") get one, so that they read as cards."""

from lxml import etree

from spiders.readers import words
from spiders.readers.text import Element, text_of

MAX_WRAPPED = 20_000
_STARTERS = frozenset({"h2", "h3", "h4", "h5", "h6", "dt"})
_BLOCKS = frozenset({"div", "p", "table", "ul", "ol", "dl", "li", "section", "article", "form", "h1", "h2", "h3", "h4"})


def wrap_flat_lists(body: Element) -> None:
    """Puts each run of siblings that begins with a linked heading (or a linked line) into a block of its own."""
    for parent, tag in _containers(body).items():
        _wrap(parent, tag)


def _containers(body: Element) -> dict[Element, str]:
    """Elements with two or more linked headings, or linked lines, among their own children."""
    counts: dict[tuple[Element, str], int] = {}
    for anchor in body.iter("a"):
        around = anchor.getparent()
        starter = around if around is not None and around.tag in _STARTERS else anchor
        parent = starter.getparent()
        if parent is not None and len(counts) < MAX_WRAPPED:
            key = (parent, str(starter.tag))
            counts[key] = counts.get(key, 0) + 1
    found: dict[Element, str] = {}
    for (parent, tag), count in counts.items():
        if count > 1 and _is_flat(parent, tag):
            found.setdefault(parent, tag)
    return found


def _is_flat(parent: Element, tag: str) -> bool:
    """Headings with a price or stock text between them; or lines that each end in a <br> and name money."""
    children = list(parent)
    if tag == "a":
        lines = [child for child in children if child.tag == "br"]
        tails = [child for child in children if child.tag == "a" and words.CURRENCY.search(child.tail or "")]
        return len(tails) > 1 and len(lines) >= len(tails) - 1 and not any(child.tag in _BLOCKS for child in children)
    between = [child for child in children if child.tag != tag]
    return len(between) >= 2 and sum(_speaks(child) for child in between) > 1


def _speaks(element: Element) -> bool:
    text = text_of(element)[:200]
    return words.CURRENCY.search(text) is not None or words.STOCK_START.match(text) is not None


def _wrap(parent: Element, tag: str) -> None:
    block: Element | None = None
    for child in list(parent):
        starts = child.tag == tag and (tag == "a" or next(child.iter("a"), None) is not None)
        if starts:
            block = etree.Element("div")
            parent.insert(parent.index(child), block)
        if block is not None:
            block.append(child)
