"""Numbered lists: which links of a page are other pages of its list, and which only dress it differently."""

import re
from dataclasses import dataclass
from functools import cache, lru_cache
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from restock.capture import Link
from restock.site import Site
from restock.terms import PageRole
from spiders.readers import words
from spiders.readers.addresses import url_key
from spiders.readers.page import Page
from spiders.readers.text import Element, squeeze, text_of
from spiders.readers.words import MAX_REMEMBERED

_PAGEN = re.compile(r"pagen_\d+", re.IGNORECASE)
_PAGE_PATH = re.compile(
    r"^(?P<list>.*?)/(?:page|pages|stranica|seite)[-_/]?(?P<page>\d{1,6})(?:\.html?)?/?$", re.IGNORECASE
)
_NUMBER = re.compile(r"(?:page|страница|стр\.?|бет)?\W*(\d{1,6})\W*")


@dataclass(slots=True)
class Anchor:
    """A link as it stands on the page. `skip` says why it isn't followed, None where it may be."""

    element: Element
    url: str
    key: str
    skip: str | None


@cache
def link_data() -> dict[str, Any]:
    data: dict[str, Any] = words.load("links.yaml")
    return data


@cache
def known_names(name: str) -> frozenset[str]:
    return frozenset(str(entry).casefold() for entry in link_data()[name])


@cache
def skip_reasons(name: str) -> dict[str, str]:
    return {str(entry): reason for reason, entries in link_data()[name].items() for entry in entries}


def own_hosts(site: Site) -> frozenset[tuple[str, str]]:
    return _hosts(site.start)


@cache
def _hosts(starts: tuple[str, ...]) -> frozenset[tuple[str, str]]:
    return frozenset(host_of(start) for start in starts)


def host_of(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    port = parts.port or (443 if parts.scheme == "https" else 80)
    # A shop may link to itself by http and https; the default ports count as one place.
    return (parts.hostname or "").removeprefix("www."), "" if port in {80, 443} else str(port)


@lru_cache(maxsize=MAX_REMEMBERED)
def page_number(url: str) -> int | None:
    """The number of a numbered list page by its address; None where the address has none."""
    parts = urlsplit(url)
    for name, value in parse_qsl(parts.query):
        if is_page_parameter(name) and value.isdecimal() and len(value) < 7:
            return int(value)
    found = _PAGE_PATH.match(parts.path)
    return int(found["page"]) if found else None


@lru_cache(maxsize=MAX_REMEMBERED)
def _split(url: str) -> tuple[str, tuple[tuple[str, str], ...]]:
    """The path of an address without a slash behind it, and its parameters."""
    parts = urlsplit(url)
    return parts.path.rstrip("/"), tuple(parse_qsl(parts.query, keep_blank_values=True))


def is_page_parameter(name: str) -> bool:
    return name.casefold() in known_names("page_parameters") or _PAGEN.fullmatch(name) is not None


@lru_cache(maxsize=MAX_REMEMBERED)
def list_key(url: str) -> str:
    """The key of a list whatever page of it the address means."""
    parts = urlsplit(url)
    query = "&".join(
        piece
        for piece in parts.query.split("&")
        if not is_page_parameter(piece.partition("=")[0])
        and piece.partition("=")[0] not in known_names("offset_parameters")
    )
    found = _PAGE_PATH.match(parts.path)
    path = found["list"] + "/" if found else parts.path
    return url_key(parts._replace(path=path, query=query).geturl())


class Numbering:
    """How the pages of the list on this page are numbered."""

    def __init__(self, page: Page, role: PageRole) -> None:
        self.page = page
        self.role = role
        self.has_list = role is PageRole.LIST
        self.list_key = list_key(page.url)
        self.number = page_number(page.url) or 1
        self.path, pairs = _split(page.url)
        self.query = dict(pairs)

    def is_own_page(self, anchor: Anchor) -> bool:
        """A numbered page of something that is no list of goods: a product's reviews, news."""
        return not self.has_list and page_number(anchor.url) is not None and list_key(anchor.url) == self.list_key

    def link(self, anchor: Anchor) -> Link | None:
        """A numbered page of this list, or of another one; or the page that "next" names."""
        number = page_number(anchor.url)
        same = list_key(anchor.url) == self.list_key
        text = _NUMBER.fullmatch(_label(anchor.element))
        if number is not None and same and not self._is_odd(anchor.url):
            said = int(text[1]) if text else None
            certain = said is not None or number < self.number or "last" in self._words(anchor)
            return Link(anchor.url, PageRole.LIST, page=number, certain=certain)
        if number is None and same and self._is_bare_first(anchor.url):
            return Link(anchor.url, PageRole.LIST, page=1)
        if text and self._is_offset(anchor.url, int(text[1])):
            return Link(anchor.url, PageRole.LIST, page=int(text[1]))
        if self.has_list and self._continues(anchor) and "next" in self._words(anchor):
            return Link(anchor.url, PageRole.LIST, page=number or self.number + 1, certain=False)
        return None

    def _is_odd(self, url: str) -> bool:
        """Whether the query holds more than the page: a sorted or filtered variant."""
        own = set(self.query)
        return any(name not in own and not is_page_parameter(name) for name, _ in parse_qsl(urlsplit(url).query))

    def _is_bare_first(self, url: str) -> bool:
        return self.number > 1 and url_key(url) == self.list_key

    def _is_offset(self, url: str, said: int) -> bool:
        """A list that counts goods: "?start=40" under the text "3"."""
        parts = urlsplit(url)
        if parts.path.rstrip("/") != self.path or said > 10_000:
            return False
        extra = {name: value for name, value in parse_qsl(parts.query) if self.query.get(name) != value}
        return (
            len(extra) == 1
            and next(iter(extra)).casefold() in known_names("offset_parameters")
            and (next(iter(extra.values())).isdecimal())
        )

    def _words(self, anchor: Anchor) -> frozenset[str]:
        """Whether the anchor speaks of the next or of the last page."""
        element = anchor.element
        said = {
            _label(element),
            squeeze(element.get("title") or "").casefold(),
            squeeze(element.get("aria-label") or "").casefold(),
        }
        names = (
            f"{element.get('class') or ''} {element.get('rel') or ''}".casefold()
            .replace("-", " ")
            .replace("_", " ")
            .split()
        )
        found = set()
        if said & known_names("next_words") or {"next", "forward"} & set(names):
            found.add("next")
        if said & known_names("last_words"):
            found.add("last")
        return frozenset(found)

    def _continues(self, anchor: Anchor) -> bool:
        """A "next" leads on within the same path, or stands where pages are numbered."""
        here, _ = _split(anchor.url)
        near = here == self.path or (self.path and here.startswith(self.path + "/"))
        return bool(near or "next" in (anchor.element.get("rel") or "").lower())

    def head_links(self) -> list[Link]:
        href = self.page.head.get("link:next")
        url = self.page.absolute(href) if href else None
        if (
            url is None
            or not self.has_list
            or host_of(url) not in own_hosts(self.page.site)
            or url_key(url) == self.page.key
        ):
            return []
        return [Link(url, PageRole.LIST, page=page_number(url) or self.number + 1, certain=False)]

    def is_variant(self, anchor: Anchor) -> bool:
        """A sorted, filtered or otherwise dressed variant of a list: known parameters, or unknown ones that are added
        to the address of a page with goods."""
        path, pairs = _split(anchor.url)
        extra = [name.casefold() for name, value in pairs if self.query.get(name) != value]
        if not extra:
            return (
                bool(self.query)
                and path == self.path
                and self.has_list
                and bool({name.casefold() for name in self.query} & known_names("variant_parameters"))
            )
        if any(self._dresses(name) for name in extra) and not any(
            name in known_names("identity_parameters") for name in extra
        ):
            return True
        if path != self.path or not self.has_list:
            return False
        if "zone_filter" in self.page.zones(anchor.element):
            return True
        adds = all(self.query.get(name) is not None for name in self.query) and not all(
            name in known_names("identity_parameters") or is_page_parameter(name) for name in extra
        )
        return adds and "zone_nav" not in self.page.zones(anchor.element)

    @staticmethod
    def _dresses(name: str) -> bool:
        return name in known_names("variant_parameters") or name.startswith(tuple(link_data()["variant_prefixes"]))


def _label(element: Element) -> str:
    return text_of(element)[:60].casefold()
