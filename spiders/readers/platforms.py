"""Platforms: the selectors of common shop engines, as data in platforms.yaml."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import re2
from lxml import etree
from parsel.csstranslator import HTMLTranslator

from restock.site import Selectors, Site
from spiders.readers import words
from spiders.readers.page import Page
from spiders.readers.text import Element, elements, squeeze, text_of

STRUCTURED = ("json-ld", "microdata")
_GENERIC = ("auto", *STRUCTURED, "selectors")


@dataclass(frozen=True, slots=True)
class Platform:
    """An engine's marks: `signs` tell that a page is built by it, `product` that it is a product page; selectors read
    cards and product pages."""

    name: str
    signs: tuple[bytes, ...] = ()
    product: tuple[str, ...] = ()
    selectors: tuple[Selectors, ...] = field(default=())


@cache
def platforms() -> dict[str, Platform]:
    data: Mapping[str, Mapping[str, list[object]]] = words.load("platforms.yaml")
    return {
        name: Platform(
            name,
            tuple(str(item).encode() for item in row.get("signs", [])),
            tuple(str(item) for item in row.get("product", [])),
            tuple(Selectors.model_validate(item) for item in row.get("selectors", [])),
        )
        for name, row in data.items()
    }


PLATFORM_NAMES: tuple[str, ...] = (*_GENERIC, *platforms())


@cache
def xpath(selector: str) -> etree.XPath:
    """A CSS selector, `::text` and `::attr(x)` included, as a compiled XPath below the element it is asked of."""
    return etree.XPath(HTMLTranslator().css_to_xpath(selector, prefix="descendant-or-self::"))


def select(element: Element, selector: str) -> list[Element]:
    return elements(xpath(selector), element)


def select_text(element: Element, selector: str, *, own: Callable[[Element], bool] | None = None) -> str | None:
    """The first non-blank value: an element's whole text, or the text or attribute that the selector names. `own` says
    which elements count."""
    values = xpath(selector)(element)
    for found in values if isinstance(values, list) else ():
        node = found if isinstance(found, Element) else getattr(found, "getparent", lambda: None)()
        text = text_of(found) if isinstance(found, Element) else squeeze(str(found))
        if text and (own is None or node is None or own(node)):
            return text
    return None


def platform_of(page: Page, site: Site) -> Platform | None:
    """The engine that the site names, else the one whose marks the page bears."""
    if site.platform in platforms():
        return platforms()[site.platform]
    if site.platform != "auto":
        return None
    if _any_sign().search(page.data) is None:
        return None
    return next((one for one in platforms().values() if any(sign in page.data for sign in one.signs)), None)


@cache
def _any_sign() -> Any:
    """Finds a sign of any platform in one go through a page."""
    return re2.compile(b"|".join(re2.escape(sign) for one in platforms().values() for sign in one.signs))


def card_elements(page: Page, chosen: Selectors) -> list[Element]:
    """The cards that selectors find, without those inside another one."""
    if chosen.card is None:
        return []
    found = select(page.body, chosen.card)
    known = set(found)
    return [node for node in found if not any(around in known for around in node.iterancestors())]
