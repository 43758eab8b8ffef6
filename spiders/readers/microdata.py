"""Microdata: a page's items in the form that JSON-LD has, each with the element that it was read from."""

from typing import Any

from lxml import etree

from spiders.readers.page import Page
from spiders.readers.text import Element, elements, text_of

MAX_ITEMS = 5_000
_FIND = etree.XPath("descendant-or-self::*[@itemscope or @itemprop]")
_ADDRESS = {"a": "href", "area": "href", "link": "href", "img": "src", "object": "data", "embed": "src"}
ELEMENT = "element"  # the key under which an item keeps its element; no schema.org property has this name


def read_items(page: Page) -> list[dict[str, Any]]:
    """The items that aren't a property of another one, in document order."""
    tops: list[dict[str, Any]] = []
    items: dict[Element, dict[str, Any]] = {}
    for element in elements(_FIND, page.root)[: MAX_ITEMS * 20]:
        scoped = element.get("itemscope") is not None
        if scoped and len(items) < MAX_ITEMS:
            kind = (element.get("itemtype") or "").split()
            items[element] = {"@type": kind, ELEMENT: element}
        names = (element.get("itemprop") or "").split()
        owner = _owner(element, items)
        if names and owner is not None:
            value: Any = items[element] if element in items else _value(element)
            for name in names:
                _add(owner, name, value)
        elif element in items:
            tops.append(items[element])
    return tops


def _owner(element: Element, items: dict[Element, dict[str, Any]]) -> dict[str, Any] | None:
    node = element.getparent()
    while node is not None:
        if node in items:
            return items[node]
        node = node.getparent()
    return None


def _add(item: dict[str, Any], name: str, value: Any) -> None:
    """A property that is said again becomes a list."""
    if value in ("", None):
        return
    if name not in item:
        item[name] = value
    elif isinstance(item[name], list):
        item[name].append(value)
    else:
        item[name] = [item[name], value]


def _value(element: Element) -> str | None:
    content = element.get("content")
    if content is not None:
        return content.strip()
    tag = str(element.tag)
    if tag in _ADDRESS:
        href = element.get(_ADDRESS[tag])
        named = (element.get("itemprop") or "").lower()
        if tag == "a" and named not in {"url", "item", "sameas", "image", "availability", "itemcondition"}:
            return text_of(element)
        return href.strip() if href else None
    if tag in {"data", "meter"} and element.get("value"):
        return element.get("value")
    if tag == "time" and element.get("datetime"):
        return element.get("datetime")
    return text_of(element)
