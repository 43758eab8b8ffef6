"""A page, decoded and parsed once: its elements, its visible texts in order, and the zones that they stand in."""

import re
from collections import Counter
from collections.abc import Iterator
from functools import cached_property
from typing import Any, NamedTuple
from urllib.parse import urljoin, urlsplit

from lxml import etree

from restock.capture import PageCapture
from restock.site import Site
from spiders.readers import words
from spiders.readers.addresses import absolute, url_key
from spiders.readers.text import Element, decode, space_blocks, squeeze, text_of, xml_bytes

MAX_ELEMENTS = 200_000
_UNSEEN = ("script", "style", "template", "noscript", "svg", "select", "textarea", "iframe", "object", "head")
_HIDDEN_STYLE = re.compile(r"display\s*:\s*none|visibility\s*:\s*hidden", re.IGNORECASE)
_TITLE_PARTS = re.compile(r"\s[|/–—·»-]\s|\s::\s|\s//\s")


class Text(NamedTuple):
    """A run of visible text with the element that it stands in, and the child that it follows there (None where it
    comes first); `order` counts runs from the page's beginning."""

    element: Element
    text: str
    order: int
    after: Element | None = None


class Page:
    """One parsed page. Elements keep their lxml identity, so they serve as keys."""

    def __init__(self, capture: PageCapture, site: Site) -> None:
        self.capture = capture
        self.site = site
        self.url = capture.url
        self.source = decode(capture.body, capture.headers.get("content-type"), site.encoding)
        self.data = xml_bytes(self.source)
        self.root = _parse(self.data)
        self.scripts = self._take_scripts()
        space_blocks(self.root)
        self.base = self._base()
        self.key = url_key(capture.url)
        self.marked: set[Element] = set()
        self._zones: dict[Element, frozenset[str]] = {}

    def _take_scripts(self) -> tuple[str, ...]:
        """The JSON-LD blocks; then everything that isn't seen is taken out of the tree."""
        found = tuple(
            node.text
            for node in self.root.iter("script")
            if node.text and "ld+json" in (node.get("type") or "").lower()
        )
        self.head = self._head()
        etree.strip_elements(self.root, *_UNSEEN, with_tail=False)
        return found

    def _head(self) -> dict[str, str]:
        """What title, meta and link elements say; the first of each name counts."""
        found: dict[str, str] = {}
        for node in self.root.iter("title", "meta", "link", "base"):
            if node.tag == "title":
                name, value = "title", node.text
            elif node.tag == "meta":
                name, value = (node.get("property") or node.get("name") or "").lower(), node.get("content")
            elif node.tag == "link":
                name, value = f"link:{(node.get('rel') or '').lower()}", node.get("href")
            else:
                name, value = "base", node.get("href")
            if name and value and value.strip() and name not in found:
                found[name] = squeeze(value)
        return found

    def _base(self) -> str:
        try:
            base = urljoin(self.url, self.head.get("base", ""))
            return base if urlsplit(base).netloc == urlsplit(self.url).netloc else self.url
        except ValueError:
            return self.url

    @cached_property
    def body(self) -> Element:
        found = self.root.find("body")
        return self.root if found is None else found

    @cached_property
    def around_h1(self) -> frozenset[Element]:
        """The elements that hold a first heading, and the headings themselves."""
        found = [node for node in self.headings if node.tag == "h1"][:50]
        return frozenset(around for node in found for around in (node, *node.iterancestors()))

    @cached_property
    def forms(self) -> Counter[str]:
        """How many forms with a link in them have each class."""
        return Counter(form.get("class") or "" for form in self.body.iter("form") if form.find(".//a") is not None)

    @cached_property
    def texts(self) -> tuple[Text, ...]:
        """Every run of visible text, in order."""
        return tuple(
            Text(element, text, order, after)
            for order, (element, text, after) in enumerate(_runs(self.body))
            if text.strip()
        )

    @cached_property
    def headings(self) -> tuple[Element, ...]:
        return tuple(self.body.iter("h1", "h2", "h3", "h4", "h5", "h6"))

    @cached_property
    def h1(self) -> Element | None:
        """The page's own heading: where there are several, the one that the window title repeats, else the last one
        outside the page's header (a logo is often a heading too)."""
        found = [node for node in self.headings if node.tag == "h1" and text_of(node)]
        title = self.head.get("title", "").casefold()
        named = [node for node in found if text_of(node).casefold() in title and "zone_nav" not in self.zones(node)]
        outside = [node for node in found if "zone_nav" not in self.zones(node)]
        return next(iter(named or outside or found), None)

    @cached_property
    def heading(self) -> str | None:
        """The page's own heading; without an h1, the part of the window title that the page repeats."""
        if self.h1 is not None:
            return text_of(self.h1)
        shown = {squeeze(run.text).casefold() for run in self.texts if len(run.text) < 400}
        parts = [part.strip() for part in _TITLE_PARTS.split(self.head.get("title", ""))]
        return next((part for part in parts if len(part) > 3 and part.casefold() in shown), None)

    def absolute(self, href: str) -> str | None:
        """The clean absolute address of a reference, None where it isn't one of the web."""
        rooted = href.startswith("/") and not href.startswith("//")
        return absolute(href, self.origin if rooted else self.base)

    @cached_property
    def bars_following(self) -> bool:
        """Whether the page asks for none of its links to be followed."""
        return "nofollow" in self.head.get("robots", "").lower()

    @cached_property
    def origin(self) -> str:
        return urljoin(self.base, "/")

    def zones(self, element: Element) -> frozenset[str]:
        """The kinds of the element and of everything around it (zone_nav, hidden, price_class, …)."""
        path: list[Element] = []
        node: Element | None = element
        while node is not None and node not in self._zones:
            path.append(node)
            node = node.getparent()
        around = self._zones[node] if node is not None else frozenset()
        for node in reversed(path):
            own = _zone_kinds(node, holds_heading=node in self.around_h1)
            around = around | own if own else around
            self._zones[node] = around
        return around

    def mark(self, element: Element, zone: str) -> None:
        """Puts an element, and all that it holds, into a zone."""
        self.zones(element)
        for node in element.iter():
            self._zones[node] = self.zones(node) | {zone}
            self.marked.add(node)


def _parse(data: bytes) -> Element:
    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True, no_network=True, huge_tree=True)
    try:
        root = etree.fromstring(data, parser) if data.strip() else None
    except etree.LxmlError:
        root = None
    return etree.Element("html") if root is None else root


_NAMES = ("class", "id", "role", "data-entity")
_TELLING = frozenset({*_NAMES, "style", "hidden"})
_ZONED = frozenset({"aside", "nav", "footer", "header"})
_NOWHERE: frozenset[str] = frozenset()


def _zone_kinds(element: Element, *, holds_heading: bool) -> frozenset[str]:
    """The zones that an element opens by its tag, its names and its style."""
    tag = element.tag
    said: dict[str, Any] = {name: value for name, value in element.items() if name in _TELLING}
    if not said and tag not in _ZONED:
        return _NOWHERE
    names = " ".join([said[name] for name in _NAMES if said.get(name)]) if said else ""
    found = frozenset(kind for kind in words.kinds_of(names) if kind.startswith("zone_")) if names else frozenset()
    if "price_class" in words.kinds_of(names):
        found = frozenset()  # "promo-price" is a price, no promotion
    if tag == "aside":
        found |= {"zone_aside"}
    if tag in {"html", "body", "main", "h1"} or (found and holds_heading):
        return frozenset()
    if tag in {"nav", "footer", "header"} and _is_page_part(element, holds_heading=holds_heading):
        found |= {"zone_nav"}
    style = said.get("style")
    if "hidden" in said or (style and _HIDDEN_STYLE.search(style)):
        found |= {"hidden"}
    return found


def _is_page_part(element: Element, *, holds_heading: bool) -> bool:
    """A nav always is; a header or footer where it isn't part of a card, and holds no page heading."""
    if element.tag == "nav":
        return True
    if next(element.iterancestors("article", "li", "main", "td"), None) is not None:
        return False
    parent = element.getparent()
    at_top = parent is not None and parent.tag == "body"
    return element.tag == "footer" or at_top or not holds_heading


def _runs(root: Element) -> Iterator[tuple[Element, str, Element | None]]:
    """Texts with the element that they stand in and the child that they follow, in document order."""
    pending: list[tuple[Element, Element]] = []
    for count, node in enumerate(root.iter()):
        if count > MAX_ELEMENTS:
            return
        parent = node.getparent()
        while pending and pending[-1][0] is not parent:
            done, owner = pending.pop()
            if done.tail:
                yield owner, done.tail, done
        if node.text:
            yield node, node.text, None
        pending.append((node, parent if parent is not None else node))
    while len(pending) > 1:
        done, owner = pending.pop()
        if done.tail:
            yield owner, done.tail, done
