"""The links of a page: which stay on the site, which are worth following, and what their pages are expected to be."""

import re
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from functools import lru_cache
from urllib.parse import parse_qsl, unquote, urlsplit

from restock.capture import Link
from restock.terms import PageRole
from spiders.readers.addresses import url_key
from spiders.readers.numbering import Anchor, Numbering, host_of, known_names, own_hosts, skip_reasons
from spiders.readers.page import Page
from spiders.readers.text import Element
from spiders.readers.words import MAX_REMEMBERED

MAX_LINKS = 20_000
_DATE_PATH = re.compile(r"/(?:19|20)\d\d(?:/\d{1,2}){1,2}/?$|/\d{4}-\d{2}(?:-\d{2})?/?$")


def anchors(page: Page) -> list[Anchor]:
    """Every link of the page with a web address, in order."""
    hosts = own_hosts(page.site)
    found: list[Anchor] = []
    for element in page.body.iter("a", "area"):
        href = element.get("href")
        if not href or len(found) >= MAX_LINKS:
            continue
        href = href.strip()
        if not href or href[0] == "#" or href[:11].lower().startswith(("javascript:", "mailto:", "tel:", "data:")):
            continue
        url = page.absolute(href)
        if url is not None:
            found.append(Anchor(element, url, url_key(url), _skip_reason(element, url, page, hosts)))
    return found


def _skip_reason(element: Element, url: str, page: Page, hosts: frozenset[tuple[str, str]]) -> str | None:
    follow = page.site.follow
    if not _is_own(url, hosts):
        return "off-site"
    if _matches(url, follow.skip):
        return "definition"
    if _matches(url, follow.list) or _matches(url, follow.product):
        return None
    if page.bars_following or "nofollow" in (element.get("rel") or "").lower():
        return "nofollow"
    return "file" if element.get("download") is not None else address_skip(url)


@lru_cache(maxsize=MAX_REMEMBERED)
def _is_own(url: str, hosts: frozenset[tuple[str, str]]) -> bool:
    try:
        return host_of(url) in hosts
    except ValueError:
        return False


def _matches(url: str, patterns: Sequence[str]) -> bool:
    return bool(patterns) and any(re.search(pattern, url) for pattern in patterns)


@lru_cache(maxsize=MAX_REMEMBERED)
def address_skip(url: str) -> str | None:
    """Why an address isn't worth following by itself: a cart, a login, a file, a calendar, …"""
    parts = urlsplit(url)
    segments = [segment for segment in unquote(parts.path).casefold().split("/") if segment]
    if segments and "." in segments[-1] and segments[-1].rpartition(".")[2] in known_names("file_endings"):
        return "file"
    reasons = skip_reasons("skip_segments")
    found = next((reasons[segment] for segment in segments if segment in reasons), None)
    if found is None and _DATE_PATH.search(parts.path):
        found = "calendar"
    return found or _query_skip(parts.query)


def _query_skip(query: str) -> str | None:
    keys, routes = skip_reasons("skip_query_keys"), skip_reasons("skip_routes")
    values = skip_reasons("skip_query_values")
    for name, value in parse_qsl(query, keep_blank_values=True):
        if name.casefold() in keys:
            return keys[name.casefold()]
        if (said := f"{name}={value}".casefold()) in values:
            return values[said]
        if name == "route":
            return next((reason for route, reason in routes.items() if value.startswith(route)), None)
    return None


def find_links(
    page: Page, found: Iterable[Anchor], goods: Mapping[str, str], role: PageRole
) -> tuple[list[Link], Counter[str]]:
    """What to follow, each address once with its surest role, and what isn't followed by reason.

    `goods` are the addresses by key that cards name as their own page; `role` is what the page turned out to be."""
    best: dict[str, Link] = {}
    skipped: Counter[str] = Counter()
    numbered = Numbering(page, role)
    for anchor in found:
        if anchor.key == page.key and anchor.skip is None:
            continue
        link = None if anchor.skip else _link(page, anchor, goods, numbered)
        reason = anchor.skip or ("filter" if link is None else None)
        if reason is not None:
            skipped[reason] += anchor.key not in best
        elif link is not None:
            known = best.get(anchor.key)
            if known is None or _rank(link) > _rank(known):
                best[anchor.key] = link
    for link in [*numbered.head_links(), *(Link(url, PageRole.PRODUCT) for url in _unlinked(page, goods, best))]:
        if url_key(link.url) not in best or not _rank(best[url_key(link.url)]):
            best[url_key(link.url)] = link
    return list(best.values()), skipped


def _unlinked(page: Page, goods: Mapping[str, str], known: Collection[str]) -> list[str]:
    """Pages of goods that only structured data names (a list that a script draws)."""
    hosts = own_hosts(page.site)
    fresh = [url for key, url in goods.items() if key not in known]
    return [url for url in fresh if _is_own(url, hosts) and address_skip(url) is None]


_ORDER = {PageRole.PRODUCT: 3, PageRole.LIST: 1, PageRole.OTHER: 0, PageRole.START: 0}


def _rank(link: Link) -> int:
    return _ORDER[link.role] + (link.page is not None) + (link.role is not PageRole.OTHER and link.certain)


def _link(page: Page, anchor: Anchor, goods: Mapping[str, str], numbered: Numbering) -> Link | None:
    """The link of one anchor; None for a variant of a list (sorted, filtered).

    The definition's patterns speak first; where it names both kinds, nothing else is followed."""
    follow = page.site.follow
    if _matches(anchor.url, follow.product):
        return Link(anchor.url, PageRole.PRODUCT)
    if numbered.is_own_page(anchor):
        return None if numbered.role is PageRole.PRODUCT else Link(anchor.url, PageRole.OTHER)
    found = numbered.link(anchor)
    if found is None and _matches(anchor.url, follow.list):
        found = Link(anchor.url, PageRole.LIST)
    if found is None and anchor.key in goods:
        found = Link(anchor.url, PageRole.OTHER if follow.product else PageRole.PRODUCT)
    if found is not None or (follow.list and follow.product) or numbered.is_variant(anchor):
        return found
    return Link(anchor.url, _expected(anchor.url))


@lru_cache(maxsize=MAX_REMEMBERED)
def _expected(url: str) -> PageRole:
    """What the page of an address is taken for by its words alone."""
    segments = [segment for segment in urlsplit(url).path.casefold().split("/") if segment]
    listed = not known_names("list_segments").isdisjoint(segments[:2]) or "route=product/category" in url
    return PageRole.LIST if listed else PageRole.OTHER
