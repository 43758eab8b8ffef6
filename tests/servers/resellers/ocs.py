"""The fixture of OCS Distribution's business interface, `/api/v2/`.

Known: header X-API-Key, JSON, about 200 requests an hour, the calls `catalog/categories`,
`catalog/categories/all/products` with its parameters, `logistic/shipment/cities`, `logistic/stocks/locations`, the
fields of product, price and locations, `isGreatThan`, `isAvailableForOrder`; an empty list of locations means none.
Assumed: that answers stand in `result`, that the shipment city is a must (400), the values of `condition`, 401
without the key, 429 with Retry-After over the limit, how places are named, and that all products come in one answer.
Left out: the list of allowed client addresses, and `content/batch` (descriptions and pictures)."""

from decimal import Decimal
from typing import Any

from resellers.goods import Good, Section
from resellers.serving import Answer, Request, Reseller, as_json

KEY = "an-invented-key"
_CITIES = ("Москва", "Санкт-Петербург", "Екатеринбург", "Казань")


class Ocs(Reseller):
    name = "ocs"
    limit = 200  # requests in an hour; `hour_begins` starts the next one

    def __init__(self) -> None:
        super().__init__()
        self.spent = 0

    def hour_begins(self) -> None:
        self.spent = 0

    def path(self, good: Good) -> str:
        return f"/api/v2/catalog/products/{good.id}"

    def listing(self, good: Good) -> dict[str, Any]:
        """The interface gives goods no address."""
        return {name: value for name, value in super().listing(good).items() if name != "url"} | {"sku": str(good.id)}

    def answer(self, request: Request) -> Answer:
        if request.path == "/robots.txt":
            return Answer(status=404)
        if request.headers.get("x-api-key") != KEY:
            return as_json({"message": "Unauthorized"}, 401)
        if self.spent >= self.limit:
            return as_json({"message": "Too many requests"}, 429, **{"Retry-After": "3600"})
        self.spent += 1
        return self._call(request.path.removeprefix("/api/v2/").strip("/"), request)

    def _call(self, call: str, request: Request) -> Answer:
        if call == "catalog/categories":
            return as_json([self._branch(section) for section in self.stock.sections if len(section.path) == 3])
        if call == "logistic/shipment/cities":
            return as_json(list(_CITIES))
        if call == "logistic/stocks/locations":
            return as_json([{"location": f"CO_{city}", "description": city} for city in _CITIES])
        parts = call.split("/")
        if len(parts) == 4 and parts[:2] == ["catalog", "categories"] and parts[3] == "products":
            return self._products(parts[2], request)
        return as_json({"message": "Not found"}, 404)

    def _branch(self, section: Section) -> dict[str, Any]:
        below = [s for s in self.stock.sections if s.path.startswith(section.path) and len(s.path) > len(section.path)]
        children = [{"category": s.path, "name": s.title, "children": []} for s in below]
        return {"category": section.path, "name": section.title, "children": children}

    def _products(self, category: str, request: Request) -> Answer:
        if request.query.get("shipmentCity") not in _CITIES:
            return as_json({"message": "shipmentCity is required"}, 400)
        goods = [good for good in self.goods if category == "all" or good.section.startswith(category)]
        kept = [good for good in goods if _wanted(good, request)]
        return as_json({"result": [_product(good) for good in kept]})


def _wanted(good: Good, request: Request) -> bool:
    kind = good.summary.partition("|")[0]
    missing = good.availability in {"OutOfStock", "BackOrder"}
    flags = {
        name: request.query.get(name) == "true" for name in ("includesale", "includeuncondition", "includemissing")
    }
    return (
        (flags["includesale"] or kind != "sale")
        and (flags["includeuncondition"] or kind != "uncondition")
        and (flags["includemissing"] or not missing)
    )


def _product(good: Good) -> dict[str, Any]:
    kind, _, words = good.summary.partition("|")
    return {
        "product": {
            "itemId": str(good.id),
            "productKey": f"{good.id}-{good.slug}",
            "partNumber": good.article_shown,
            "producer": good.brand_shown,
            "category": good.section,
            "productName": good.mpn,
            "itemName": f"{good.brand} {good.mpn}",
            "itemNameRus": good.title,
            "productDescription": "",
            "condition": kind or "regular",
            "conditionDescription": words or None,
            "eaN128": None,
            "upc": None,
            "pnc": None,
            "hsCode": "8517620003" if good.category in {"switch", "router"} else None,
            "traceable": good.category == "server",
        },
        "price": _price(good),
        "isAvailableForOrder": good.availability != "OutOfStock",
        "locations": [_location(place, amount) for place, amount in good.stocks],
    }


def _price(good: Good) -> dict[str, Any]:
    """The dealer's price, and the end user's a fifth above it in roubles; neither where it is on request."""
    if good.amount is None:
        return {}
    rate = Decimal(1 if good.currency == "RUB" else 90)
    end = (good.amount * rate * Decimal("1.2")).quantize(Decimal(1))
    return {
        "order": {"value": float(good.amount), "currency": good.currency},
        "endUser": {"value": float(end), "currency": "RUB"},
    }


def _location(place: str, amount: str) -> dict[str, Any]:
    return {
        "location": f"CO_{place}",
        "description": place,
        "quantity": {"value": int(amount.lstrip(">")), "isGreatThan": amount.startswith(">")},
        "canReserve": True,
    }
