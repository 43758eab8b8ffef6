"""schema.org goods: what a Product node, from JSON-LD or microdata, says of its listings."""

import html
import re
from collections.abc import Iterable, Iterator
from decimal import Decimal, InvalidOperation
from typing import Any

from spiders.readers.facts import Facts
from spiders.readers.jsonld import Node, types_of
from spiders.readers.microdata import ELEMENT
from spiders.readers.text import squeeze

PRODUCT_TYPES = frozenset({"Product", "IndividualProduct", "ProductModel", "SomeProducts", "Vehicle", "Book"})
GROUP_TYPES = frozenset({"ProductGroup"})
MAX_DEPTH = 30
_TAG = re.compile(r"<[a-zA-Z/!][^>]{0,500}>")
MAX_FOUND = 5_000
_GTIN = ("gtin13", "gtin", "gtin14", "gtin12", "gtin8", "ean", "ean13", "isbn")
_ONE = ("sku", "mpn")


def products(nodes: Iterable[Node]) -> tuple[list[Node], list[Node]]:
    """The Product nodes that stand for themselves, and those in a list or beside another one (similar goods)."""
    main: list[Node] = []
    listed: list[Node] = []
    for node, within in _walk(nodes):
        kinds = types_of(node)
        if kinds & (PRODUCT_TYPES | GROUP_TYPES):
            (listed if within else main).append(node)
    return main, listed


# fmt: off
_SIDE = frozenset({
    "isRelatedTo", "isSimilarTo", "isAccessoryOrSparePartFor", "isConsumableFor", "itemListElement", "itemReviewed",
    "hasPart", "isVariantOf", "additionalProperty", "review", "aggregateRating",
})
# fmt: on


def _walk(nodes: Iterable[Node]) -> Iterator[tuple[Node, bool]]:
    """Every node with whether it stands in a list or beside another; what a product itself consists of isn't walked."""
    pending: list[tuple[Any, bool, int]] = [(node, False, 0) for node in nodes]
    pending.reverse()
    for _ in range(MAX_FOUND * 4):
        if not pending:
            return
        value, within, depth = pending.pop()
        if isinstance(value, list):
            pending += [(item, within, depth) for item in reversed(value[:MAX_FOUND])]
        elif isinstance(value, dict) and depth < MAX_DEPTH:
            goods = bool(types_of(value) & (PRODUCT_TYPES | GROUP_TYPES))
            if types_of(value):
                yield value, within
            for name, item in value.items():
                if isinstance(item, dict | list) and name != "@graph" and (not goods or name in _SIDE):
                    inside = within or name in _SIDE or goods or "OfferCatalog" in types_of(value)
                    pending.append((item, inside, depth + 1))


def listings_of(node: Node, by: str) -> list[Facts]:
    """The listings of one product: one, or one for each variant or offer that has a sku or an address of its own."""
    variants = [item for item in _list(node.get("hasVariant")) if isinstance(item, dict)]
    if variants:
        return [
            _inherited(found, node, by) for variant in variants[:MAX_FOUND] for found in listings_of_one(variant, by)
        ]
    return listings_of_one(node, by)


def _inherited(facts: Facts, group: Node, by: str) -> Facts:
    for name in ("brand", "category", "description", "title"):
        facts.say(name, _plain(group.get("name" if name == "title" else name)), by)
    return facts


def listings_of_one(node: Node, by: str) -> list[Facts]:
    offers = _offers(node)
    own = [offer for offer in offers if _text(offer.get("sku")) or _text(offer.get("url"))]
    marks = {(_text(offer.get("sku")), _text(offer.get("url"))) for offer in own}
    if len(offers) > 1 and len(own) == len(offers) == len(marks):
        skus = [mark[0] for mark in marks]
        if (len(set(skus)) == len(skus) and None not in skus) or len({mark[1] for mark in marks}) == len(marks):
            return [_facts(node, offer, by) for offer in offers]
    return [_facts(node, _main_offer(offers), by)]


def _offers(node: Node) -> list[Node]:
    found: list[Node] = []
    for offer in _list(node.get("offers"))[:MAX_FOUND]:
        if not isinstance(offer, dict):
            continue
        inner = [item for item in _list(offer.get("offers")) if isinstance(item, dict)]
        if inner and amount(offer.get("lowPrice")) is None:
            found += inner
        else:
            found.append(offer)
    return found


def _main_offer(offers: list[Node]) -> Node:
    """The cheapest offer that has a price, else the first."""
    priced = [(value, number) for number, offer in enumerate(offers) if (value := amount(_price(offer)[0]))]
    return offers[min(priced)[1]] if priced else (offers[0] if offers else {})


def _facts(node: Node, offer: Node, by: str) -> Facts:
    facts = Facts()
    facts.say("title", _plain(node.get("name")), by)
    facts.say("url", _text(offer.get("url")) or _text(node.get("url")) or _identity(node), by)
    for name in _ONE:
        facts.say(name, _text(offer.get(name)) or _text(node.get(name)), by)
    if facts.get("sku") is None:
        facts.say("sku", _product_id(node), by)
    facts.say("brand", _plain(node.get("brand")) or _plain(node.get("manufacturer")), by)
    facts.say(
        "gtin", next((text for name in _GTIN for place in (offer, node) if (text := _text(place.get(name)))), None), by
    )
    facts.say("category", _category(node.get("category")), by)
    facts.say("description", _plain(node.get("description")), by)
    facts.say("condition", _text(offer.get("itemCondition")) or _text(node.get("itemCondition")), by)
    facts.say("availability", _text(offer.get("availability")), by)
    facts.say("quantity", _quantity(offer.get("inventoryLevel")), by)
    _say_price(facts, offer, by)
    return facts


def _say_price(facts: Facts, offer: Node, by: str) -> None:
    price, currency, vat = _price(offer)
    low, high = _text(offer.get("lowPrice")), _text(offer.get("highPrice"))
    if price is None and low is not None:
        price = low if high is None or amount(low) == amount(high) else f"от {low}"
        if high is None and amount(_text(offer.get("offerCount"))) not in (None, Decimal(1)):
            price = f"от {low}"
    if price is not None and vat is not None:
        price = f"{price} {'с НДС' if vat else 'без НДС'}"
    facts.say("price", price, by)
    if price is not None:
        facts.say("currency", currency, by)


_LISTED = ("ListPrice", "StrikethroughPrice", "SRP", "MSRP", "RegularPrice")


def _price(offer: Node) -> tuple[str | None, str | None, bool | None]:
    """Price, currency and whether VAT is in it, from an offer or its price specification."""
    parts = [part for part in _list(offer.get("priceSpecification")) if isinstance(part, dict)]
    parts = [part for part in parts if not str(part.get("priceType", "")).endswith(_LISTED)] or []
    spec: Node = parts[0] if parts else {}
    price = _text(offer.get("price"))
    if price is None:
        price = _text(spec.get("price"))
    currency = _text(offer.get("priceCurrency")) or _text(spec.get("priceCurrency"))
    included = spec.get("valueAddedTaxIncluded", offer.get("valueAddedTaxIncluded"))
    vat = {"true": True, "false": False}.get(str(included).lower())
    return price, currency, vat


def amount(text: str | None) -> Decimal | None:
    """The number that a structured price states, whatever stands around it; None where it isn't one."""
    if text is None:
        return None
    digits = "".join(char for char in text if char.isdigit() or char in ".,").strip(".,")
    head, mark, tail = digits.rpartition("," if digits.rfind(",") > digits.rfind(".") else ".")
    if mark and len(tail) != 3:
        plain = "".join(char for char in head if char.isdigit()) + "." + tail
    else:
        plain = "".join(char for char in digits if char.isdigit())
    try:
        return Decimal(plain)
    except InvalidOperation:
        return None


def _list(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [] if value is None else [value]


def _text(value: Any) -> str | None:
    """A scalar's text; of a list the first; of a node with an @id or a value, that."""
    for item in _list(value)[:10]:
        if isinstance(item, bool):
            continue
        if isinstance(item, int | float):
            return f"{item:.10f}".rstrip("0").rstrip(".") if isinstance(item, float) else str(item)
        if isinstance(item, str) and item.strip():
            return item.strip()
        if isinstance(item, dict):
            named = [item[key] for key in ("@value", "value", "name", "@id") if isinstance(item.get(key), str)]
            if named and str(named[0]).strip():
                return str(named[0]).strip()
    return None


def _plain(value: Any) -> str | None:
    """A name or description as it reads: entities resolved, tags gone."""
    text = _text(value)
    if text is None or ("&" not in text and "<" not in text):
        return text
    return squeeze(_TAG.sub(" ", html.unescape(text)))


def _identity(node: Node) -> str | None:
    found = node.get("@id")
    return found if isinstance(found, str) and found.startswith(("http://", "https://", "/")) else None


def _product_id(node: Node) -> str | None:
    """`productID`, which may carry a scheme ("sku:123", "mpn:…"); only a plain one or a sku is the seller's code."""
    text = _text(node.get("productID"))
    if text is None:
        return None
    scheme, mark, rest = text.partition(":")
    return text if not mark else rest if scheme.lower() == "sku" else None


def _category(value: Any) -> str | None:
    names = [name for item in _list(value)[:20] if (name := _plain(item))]
    return " / ".join(dict.fromkeys(names)) or None


def _quantity(value: Any) -> str | None:
    for item in _list(value):
        if isinstance(item, dict):
            low, exact = _text(item.get("minValue")), _text(item.get("value"))
            return exact or (f">={low}" if low else None)
    return _text(value)


def breadcrumbs(nodes: Iterable[Node]) -> list[tuple[str, str | None]]:
    """Names and addresses of the first BreadcrumbList, from the front page on."""
    for node, _ in _walk(nodes):
        if "BreadcrumbList" in types_of(node):
            entries = [item for item in _list(node.get("itemListElement")) if isinstance(item, dict)]
            entries.sort(key=lambda item: amount(_text(item.get("position"))) or Decimal(0))
            found = [(name, _crumb_address(item)) for item in entries if (name := _crumb_name(item))]
            if found:
                return found
    return []


def _crumb_name(entry: Node) -> str | None:
    inner = entry.get("item")
    return _plain(entry.get("name")) or (_plain(inner.get("name")) if isinstance(inner, dict) else None)


def _crumb_address(entry: Node) -> str | None:
    inner = entry.get("item")
    if isinstance(inner, dict):
        return _text(inner.get("@id")) or _text(inner.get("url"))
    return inner if isinstance(inner, str) else _text(entry.get("url"))


def element_of(node: Node) -> Any:
    """The element of a microdata item, None for JSON-LD."""
    return node.get(ELEMENT)
