"""The fixture of 3Logic: its interface for partners, and its web pages.

Known: an interface with login and token; filters `only_in_stock`, brand, category; prices that may be in dollars
(`currency_iso_code`); article, barcode, stock, attributes, photos; the site's search `/search/?q=`; pictures
`/pimg/pim/regular/1509793.jpg`.
Assumed: that both come as request headers, the address `/api/products`, its paging and envelope, the forms of stock,
and all of the web pages (addresses, markup, that a visitor without a login sees no price, the contacts page).
Left out: the older SOAP service."""

from typing import Any

from resellers.goods import Good, pages_of
from resellers.serving import Answer, Request, Reseller, as_json

_HIDDEN = {"price": None, "price_type": "on_request", "regular_price": None}
_UNSAID = {"currency", "vat"}
LOGIN, TOKEN = "an-invented-login", "an-invented-token"
_API_PAGE, _WEB_PAGE = 20, 10


class ThreeLogic(Reseller):
    name = "3logic"

    def path(self, good: Good) -> str:
        return f"/product/{good.id}/"

    def answer(self, request: Request) -> Answer:
        if request.path == "/api/products":
            return self._products(request)
        if request.path == "/api/categories":
            return self._allowed(request) or as_json([{"id": s.path, "name": s.title} for s in self.stock.sections])
        if request.path == "/robots.txt":
            return self.robots(request)
        if request.path == "/sitemap.xml":
            return self.sitemap(request, ["/", *(f"/catalog/{s.path}/" for s in self.stock.sections)])
        return self._page(request)

    def _allowed(self, request: Request) -> Answer | None:
        given = request.headers.get("x-login"), request.headers.get("x-token")
        return None if given == (LOGIN, TOKEN) else as_json({"error": "authorization required"}, 403)

    def _products(self, request: Request) -> Answer:
        if refused := self._allowed(request):
            return refused
        query = request.query
        goods = [
            good
            for good in self.goods
            if (query.get("only_in_stock") != "1" or good.availability == "InStock")
            and query.get("brand") in {None, good.brand}
            and query.get("category") in {None, good.section}
        ]
        pages = list(pages_of(goods, _API_PAGE))
        shown = pages[request.page - 1] if request.page <= len(pages) else []
        meta = {"page": request.page, "pages": len(pages), "total": len(goods)}
        return as_json({"data": [self._item(good) for good in shown], "meta": meta})

    def _item(self, good: Good) -> dict[str, Any]:
        section = self.section(good.section)
        return {
            "id": good.id,
            "article": good.article_shown,
            "barcode": None,
            "name": good.title,
            "brand": good.brand_shown,
            "category": section.title if section else None,
            "price": float(good.amount) if good.amount is not None else 0,
            "currency_iso_code": good.currency,
            "stock": good.stock_shown,
            "url": self.path(good),
            "attributes": [{"name": "Гарантия", "value": "12 мес."}],
            "photos": [f"/pimg/pim/regular/{good.id}.jpg"],
        }

    def _page(self, request: Request) -> Answer:
        if request.path == "/":
            return self.render("front")
        section = self.section(request.path.removeprefix("/catalog"))
        if section:
            return self._list(section.title, f"/catalog/{section.path}/?", self.in_section(section), request)
        if request.path == "/search/":
            words = request.query.get("q", "")
            return self._list(f"Поиск: {words}", f"/search/?q={words}&", self.found(words), request)
        if good := self.good(request.path):
            trail, similar = self.stock.trail(good.section), self.stock.similar(good, self.day)
            return self.render("product", good=good, trail=trail, similar=similar)
        if request.path == "/contacts/":
            return self.render("contacts")
        return self.render("missing", 404)

    def _list(self, heading: str, address: str, goods: list[Good], request: Request) -> Answer:
        pages = list(pages_of(goods, _WEB_PAGE))
        if request.page > len(pages):
            return self.render("missing", 404)
        return self.render(
            "list", heading=heading, address=address, goods=pages[request.page - 1], page=request.page, pages=len(pages)
        )


class ThreeLogicPages(ThreeLogic):
    """The same shop as a visitor without a login sees it: no prices, and so no changes of them."""

    def listing(self, good: Good) -> dict[str, Any]:
        return {name: value for name, value in (super().listing(good) | _HIDDEN).items() if name not in _UNSAID}

    def events(self, day: int) -> list[tuple[str, str]]:
        return [event for event in super().events(day) if event[1] != "price_changed"]
