"""JSON interfaces: an answer of items read by the paths that the site's definition names, or one of categories."""

import json
from collections.abc import Iterator
from decimal import Decimal
from typing import Any
from urllib.parse import parse_qsl, quote, unquote, urlencode, urljoin, urlsplit, urlunsplit

from restock.addresses import url_key
from restock.api import Api, Paging, Price
from restock.capture import Link, PageCapture, PageReading
from restock.listing import RAW_FIELDS, RawListing
from restock.site import Site
from restock.terms import PageRole
from spiders.readers.paths import amount_at, filled, text_at, value_at

_MOST_CATEGORIES = 20_000
_DEEPEST = 30
_SHOWN = 120
# What an address can't say travels behind it, where no server sees it and the evidence keeps it: which page of its list
# an answer is, how many items came before it, and whose category.
_PAGE, _BEFORE, _CATEGORY = "page", "before", "category"


def read_api(capture: PageCapture, site: Site) -> PageReading:
    """What an answer holds; where it isn't what the definition says, `fault` tells how."""
    api = site.api
    if api is None:
        raise ValueError(f"{site.name}: its source is api, and its definition says nothing of it")
    if capture.status >= 300:
        return PageReading(role=PageRole.OTHER)
    try:
        document = json.loads(_text(capture), parse_float=Decimal)
    except (ValueError, RecursionError) as error:
        return _unread(f"not JSON ({type(error).__name__}): {_shown(capture)}")
    if api.categories is not None and url_key(capture.requested_url) in {url_key(start) for start in site.start}:
        return _categories(document, api, capture)
    return _items(document, api, capture, site)


def _text(capture: PageCapture) -> str:
    """JSON is UTF-8 (RFC 8259); some servers put a mark before it."""
    return capture.body.decode("utf-8-sig", "replace")


def _shown(capture: PageCapture) -> str:
    return " ".join(_text(capture)[:_SHOWN].split())


def _unread(fault: str) -> PageReading:
    return PageReading(role=PageRole.OTHER, fault=fault)


def _categories(document: Any, api: Api, capture: PageCapture) -> PageReading:
    given = api.categories
    assert given is not None
    found = value_at(document, given.items)
    if not isinstance(found, list):
        return _unread(f"no list of categories at {given.items!r}: {_shown(capture)}")
    links: list[Link] = []
    for category, names in _walk(found, api, ()):
        address = filled(given.url, category)
        if address is None:
            return _unread(f"a category without what {given.url!r} needs: {str(category)[:_SHOWN]}")
        links.append(Link(_behind(urljoin(capture.url, address), 1, " / ".join(names)), PageRole.LIST))
        if len(links) > _MOST_CATEGORIES:
            return _unread(f"more than {_MOST_CATEGORIES} categories")
    return PageReading(role=PageRole.OTHER, links=tuple(links))


def _walk(found: list[Any], api: Api, above: tuple[str, ...]) -> Iterator[tuple[Any, tuple[str, ...]]]:
    given = api.categories
    assert given is not None
    for category in found:
        name = text_at(category, given.name) if given.name is not None else None
        names = (*above, name) if name else above
        within = value_at(category, given.children) if given.children is not None else None
        inner = within if isinstance(within, list) and len(above) < _DEEPEST else []
        if not inner or not given.leaves:
            yield category, names
        yield from _walk(inner, api, names)


def _items(document: Any, api: Api, capture: PageCapture, site: Site) -> PageReading:
    found = value_at(document, api.items)
    if not isinstance(found, list):
        return _unread(f"no list of items at {api.items!r}: {_shown(capture)}")
    said = _said(capture.url)
    listings = [_listing(item, api, capture, site, said.get(_CATEGORY)) for item in found]
    read = tuple(listing for listing in listings if listing is not None)
    lost = len(listings) - len(read)
    total = _total(document, api)
    links = _further(document, api.paging, capture, len(found), total)
    return PageReading(
        role=PageRole.LIST,
        listings=read,
        links=tuple(links),
        total=total,
        fault=f"{lost} items could not be read: they have no title" if lost else None,
    )


def _total(document: Any, api: Api) -> int | None:
    text = text_at(document, api.total) if api.total is not None else None
    return int(text) if text is not None and _is_number(text) else None


def _is_number(text: str | None) -> bool:
    return text is not None and text.isascii() and text.isdecimal() and len(text) < 12


def _listing(item: Any, api: Api, capture: PageCapture, site: Site, category: str | None) -> RawListing | None:
    values = {name: _field(item, api, name) for name in RAW_FIELDS if name in api.fields}
    values |= _money(item, "price", api.price) | _money(item, "regular_price", api.regular_price)
    if api.stock is not None:
        quantity = _stock(item, api)
        # Words say something where nothing is at hand.
        values |= {"quantity": quantity, "availability": None if quantity != "0" else values.get("availability")}
        if quantity is None:
            values["availability"] = _field(item, api, "availability")
    if api.url is not None and (address := filled(api.url, item)) is not None:
        values["url"] = address
    values["category"] = values.get("category") or category
    title = values.pop("title", None)
    if title is None:
        return None
    return RawListing(
        title=title,
        site=site.name,
        read_from=PageRole.LIST,
        read_by="api",
        found_on=capture.url.partition("#")[0],
        evidence=capture.evidence,
        **{name: text for name, text in values.items() if text is not None},  # type: ignore[arg-type]
    )


def _field(item: Any, api: Api, name: str) -> str | None:
    read = amount_at if name in {"price", "regular_price"} else text_at
    text = next((text for path in api.fields.get(name, ()) if (text := read(item, path)) is not None), None)
    return api.words.get(name, {}).get(text, text) if text is not None else None


def _money(item: Any, name: str, prices: tuple[Price, ...]) -> dict[str, str | None]:
    """The first of several prices that is there, with the currency that stands beside it."""
    for price in prices:
        amount = amount_at(item, price.amount)
        if amount is not None:
            currency = text_at(item, price.currency) if price.currency is not None else None
            text = f"{amount}, {price.vat}" if price.vat else amount
            return {name: text, "currency": currency} if name == "price" and currency else {name: text}
    return {}


def _stock(item: Any, api: Api) -> str | None:
    """Each place that has something, with its name; they are added up by whoever reads numbers. None where the item
    says nothing of its stock."""
    given = api.stock
    assert given is not None
    places = value_at(item, given.places)
    if not isinstance(places, list):
        return None
    said: list[str] = []
    for number, place in enumerate(places, 1):
        quantity = text_at(place, given.quantity)
        if quantity is None or not quantity.strip("0. "):
            continue
        bound = ">" if given.at_least is not None and value_at(place, given.at_least) is True else ""
        name = (text_at(place, given.place) if given.place is not None else None) or str(number)
        said.append(f"{name}: {bound}{quantity}")
    if len(said) == 1:
        return said[0].rpartition(": ")[2]
    return "; ".join(said) or "0"


def _further(document: Any, paging: Paging | None, capture: PageCapture, count: int, total: int | None) -> list[Link]:
    """The next answer of the same list. Where nothing says how many there are, it may lead past the end."""
    if paging is None or not count:
        return []
    said = _said(capture.url)
    page, seen = int(said.get(_PAGE, "1")), int(said.get(_BEFORE, "0")) + count
    if paging.by in {"cursor", "link"}:
        target = text_at(document, paging.path or "")
        if target is None or target == "false":
            return []
        url = urljoin(capture.url, target) if paging.by == "link" else _with(capture.url, paging, target)
        return [_next(url, capture, page + 1, seen, certain=True)]
    if seen >= total if total is not None else count < (paging.size or 1):
        return []
    number = page + paging.first if paging.by == "page" else seen
    return [_next(_with(capture.url, paging, str(number)), capture, page + 1, seen, certain=total is not None)]


def _next(url: str, capture: PageCapture, page: int, seen: int, *, certain: bool) -> Link:
    address = _behind(url.partition("#")[0], page, _said(capture.url).get(_CATEGORY), seen)
    return Link(address, PageRole.LIST, page=page, certain=certain, same_list=True)


def _with(url: str, paging: Paging, value: str) -> str:
    """The address with the paging parameter set."""
    parts = urlsplit(url.partition("#")[0])
    pairs = [(name, text) for name, text in parse_qsl(parts.query, keep_blank_values=True) if name != paging.parameter]
    return urlunsplit(parts._replace(query=urlencode([*pairs, (paging.parameter or "", value)])))


def _behind(url: str, page: int, category: str | None, seen: int = 0) -> str:
    said = f"{_PAGE}={page}&{_BEFORE}={seen}" + (f"&{_CATEGORY}={quote(category)}" if category else "")
    return f"{url}#{said}"


def _said(url: str) -> dict[str, str]:
    pairs = (pair.partition("=") for pair in url.partition("#")[2].split("&"))
    found = {name: unquote(text) for name, _, text in pairs}
    return {name: text for name, text in found.items() if name == _CATEGORY or _is_number(text)}
