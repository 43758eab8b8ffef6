"""Yandex Market YML: offers in either form, with the tree of categories above them, however long the file."""

import html
import html.entities
import re
from collections.abc import Iterator
from typing import Any, BinaryIO

from lxml import etree

from restock.listing import RawListing
from spiders.pricelists.lists import NOWHERE, ColumnMap, ColumnUse, ListError, Origin, Tally
from spiders.pricelists.named import NamedValues
from spiders.pricelists.names import meaning

_ROOTS = ("yml_catalog", "shop", "offers")
_STOCK = ("count", "quantity", "quantity_in_stock", "stock_quantity", "stock")
# YML's own words, as a shop would say them on its pages.
_AVAILABLE = {"true": "В наличии", "false": "Под заказ"}
_CONDITIONS = {
    "likenew": "б/у",
    "used": "б/у",
    "preowned": "б/у",
    "showcasesample": "витринный образец",
    "refurbished": "восстановленный",
    "reduction": "уценка",
}
_NO_VAT = frozenset({"NO_VAT", "6"})
_DEEPEST = 30  # levels of categories; a tree that is deeper goes in a circle
_TAG = re.compile(r"<[^<>]*>")
_FROM_PARAMS = ("mpn", "gtin", "brand", "condition")


class Yml:
    def __init__(self, stream: BinaryIO, mapping: ColumnMap) -> None:
        self.tally = Tally()
        self._stream = stream
        self._names = NamedValues(mapping)
        self._categories: dict[str, tuple[str, str | None]] = {}

    def columns(self) -> list[ColumnUse]:
        return self._names.columns()

    def rows(self, origin: Origin = NOWHERE) -> Iterator[RawListing]:
        """Raises ListError where the file breaks off or is no XML."""
        self._stream.seek(0)
        try:
            yield from self._offers(origin)
        except etree.XMLSyntaxError as error:
            raise ListError(f"the XML can't be read to its end: {error}") from None
        self._names.close(self.tally)

    def _offers(self, origin: Origin) -> Iterator[RawListing]:
        """Nothing beyond the file is loaded, no entity is replaced, and each element is let go once it was read."""
        events = etree.iterparse(
            self._stream, events=("start", "end"), resolve_entities=False, no_network=True, load_dtd=False,
            dtd_validation=False, huge_tree=False, remove_comments=True, remove_pis=True,
        )  # fmt: skip
        depth, inside = 0, 0
        for event, element in events:
            tag = _local(element)
            if event == "start":
                depth += 1
                self._check_root(depth, tag)
                inside = inside or (depth if tag == "offer" else 0)
                continue
            if tag == "offer" and depth == inside:
                inside = 0
                raw = self._listing(element, origin)
                if raw is not None:
                    self.tally.rows += 1
                    yield raw
            elif tag == "category" and not inside:
                self._categories[element.get("id", "")] = (_text(element), element.get("parentId"))
            depth -= 1
            if not inside:
                _let_go(element)

    @staticmethod
    def _check_root(depth: int, tag: str) -> None:
        if depth == 1 and tag not in _ROOTS:
            raise ListError(f"not a YML catalogue: the first element is <{tag[:40]}>, not <yml_catalog>")

    def _listing(self, offer: Any, origin: Origin) -> RawListing | None:
        named = dict(_values(offer))
        values = self._fields(offer, named)
        self._names.overrule(values, named)
        self._names.remember(values, named)
        title = values.pop("title")
        if title is None:
            self.tally.lose(f"offer {offer.get('id') or self.tally.rows + self.tally.lost + 1}", "no name")
            return None
        return RawListing(title=title, site=origin.site, evidence=origin.evidence, read_by="yml", **values)  # type: ignore[arg-type]

    def _fields(self, offer: Any, named: dict[str, str]) -> dict[str, str | None]:
        get = named.get
        said = _said_by_params(offer)
        return {
            "title": get("name") or _composed(named) or get("title"),
            "url": get("url"),
            "sku": offer.get("id") or get("shop-sku"),
            "brand": get("vendor") or get("publisher") or said.get("brand"),
            "mpn": said.get("mpn") or get("vendorCode") or said.get("article"),
            "gtin": get("barcode") or said.get("gtin"),
            "category": self._path(get("categoryId")),
            "price": _price(offer, named),
            "regular_price": get("oldprice"),
            "currency": get("currencyId"),
            "availability": _AVAILABLE.get(offer.get("available", get("available", "")).strip().lower()),
            "quantity": next((text for name in _STOCK if (text := get(name))), None) or _outlets(offer),
            "condition": _condition(offer) or said.get("condition"),
            "description": _plain(get("description")),
        }

    def _path(self, number: str | None) -> str | None:
        """The names of a category and of those above it."""
        names: list[str] = []
        while number is not None and number in self._categories and len(names) < _DEEPEST:
            name, number = self._categories[number]
            names.append(name)
        return " / ".join(name for name in reversed(names) if name) or None


def _local(element: Any) -> str:
    tag = element.tag
    return tag.rpartition("}")[2] if isinstance(tag, str) else ""


def _let_go(element: Any) -> None:
    element.clear(keep_tail=False)
    while element.getprevious() is not None:
        del element.getparent()[0]


def _text(element: Any) -> str:
    """The text of an element; of entities, those that HTML knows."""
    parts = [element.text or ""]
    for child in element:
        if child.tag is etree.Entity:
            parts.append(html.unescape(child.text) if child.text in _ENTITIES else "")
        elif isinstance(child.tag, str):
            parts.append(_text(child))
        parts.append(child.tail or "")
    return " ".join("".join(parts).split())


_ENTITIES = frozenset(f"&{name}" for name in html.entities.html5 if name.endswith(";"))


def _values(offer: Any) -> Iterator[tuple[str, str]]:
    """Names and texts of an offer's elements, its params by their own names; the first of several counts."""
    seen: set[str] = set()
    for child in offer:
        name = child.get("name", "param") if _local(child) == "param" else _local(child)
        if name and name not in seen and (text := _text(child)):
            seen.add(name)
            yield name, text


def _composed(named: dict[str, str]) -> str | None:
    """The title of an offer of the `vendor.model` form."""
    if not (named.get("model") or named.get("typePrefix")):
        return None
    return " ".join(text for name in ("typePrefix", "vendor", "model") if (text := named.get(name)))


def _said_by_params(offer: Any) -> dict[str, str]:
    """What params say of the goods, by what their names mean in a table."""
    found: dict[str, str] = {}
    for child in offer:
        if _local(child) == "param" and (kind := meaning(child.get("name", "")).field) in (*_FROM_PARAMS, "article"):
            found.setdefault(kind, _text(child))
    return {name: text for name, text in found.items() if text}


def _price(offer: Any, named: dict[str, str]) -> str | None:
    price = named.get("price")
    if price is None:
        return None
    element = offer.find("price")
    if element is not None and element.get("from", "").lower() == "true":
        price = f"от {price}"
    return f"{price}, без НДС" if named.get("vat") in _NO_VAT else price


def _outlets(offer: Any) -> str | None:
    """The stock of each shop, added up by whoever reads numbers."""
    stocks = [stock for outlet in offer.iterfind("outlets/outlet") if (stock := outlet.get("instock"))]
    return (
        "; ".join(f"{place}: {stock}" for place, stock in enumerate(stocks, 1))
        if stocks[1:]
        else "".join(stocks) or None
    )


def _condition(offer: Any) -> str | None:
    element = offer.find("condition")
    if element is None:
        return None
    kind = element.get("type", "").strip().lower()
    return _CONDITIONS.get(kind, kind) or _text(element) or None


def _plain(text: str | None) -> str | None:
    """A description without its markup."""
    if text is None or "<" not in text:
        return text
    return " ".join(html.unescape(_TAG.sub(" ", text)).split()) or None
