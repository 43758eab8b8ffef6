"""The fixture shop for sale-server.ru, in both generations that are known.

Known of the old one: `/komplektuyushchie-k-serveram/products`, `/konfigurator/products`, paging `?…&page=2`, the
card (`div.products figure.product-item`, `figcaption.info h3 a` with title and address, `div.prices` with one or two
prices, each ending in `₽`, the first the current one), the configurator's table with `select >
option[value][data-price]`.
Known of the new one: Next.js, `/catalog/<slug>`, `/product/<slug>`, JSON-LD, real 404s, 12 items on the first list
page from the server; the card's badge, condition, three specifications, struck-through price, `Под заказ` in place
of a price, VAT note `с НДС 5%`, status in green or red; the four categories.
Assumed: the old product page and its address, that the new list's further goods come by script, that its sitemap
names every product, what its JSON-LD says (price and availability; no part number), and the contacts page."""

from typing import Any

from resellers.goods import Good, Section, pages_of
from resellers.serving import Answer, Request, Reseller, as_json

_NEW_PAGE, _OLD_PAGE = 12, 16
_BUILT = "konfigurator"


class SaleServer(Reseller):
    name = "sale-server"
    frame = "sale-server/base.html"
    vat = "included"

    def path(self, good: Good) -> str:
        return f"/product/{good.slug}"

    def answer(self, request: Request) -> Answer:
        if request.path == "/robots.txt":
            return self.robots(request)
        if request.path == "/contacts":
            return self.render("contacts", base=self.frame)
        if request.path == "/sitemap.xml":
            return self.sitemap(request, self.addresses())
        return self.page(request)

    def addresses(self) -> list[str]:
        return ["/", *(f"/catalog/{s.path}" for s in self.stock.sections), *map(self.path, self.goods)]

    def page(self, request: Request) -> Answer:
        if request.path == "/":
            return self.render("front")
        if request.path == "/api/products":
            return self._more(request)
        if good := self.good(request.path):
            return self.render("product", good=good, structured=self.structured(good, request), **self._beside(good))
        section = self.section(request.path.removeprefix("/catalog/"))
        if section is None:
            return self.render("missing", 404, base=self.frame)
        goods = self.in_section(section)
        return self.render("list", section=section, goods=goods[:_NEW_PAGE], total=len(goods))

    def _beside(self, good: Good) -> dict[str, Any]:
        """Its section, and similar goods: of the list's first page, so that they lead to no others."""
        section = self.section(good.section)
        first = self.in_section(section)[:_NEW_PAGE] if section else []
        return {"section": section, "similar": [other for other in first if other.id != good.id][:3]}

    def _more(self, request: Request) -> Answer:
        """What the button `Показать ещё` asks for."""
        section = self.section(request.query.get("category", ""))
        pages = list(pages_of(self.in_section(section) if section else [], _NEW_PAGE))
        shown = pages[request.page - 1] if request.page <= len(pages) else []
        return as_json([{"name": good.title, "href": self.path(good), "price": good.price} for good in shown])

    def structured(self, good: Good, request: Request) -> dict[str, Any]:
        """The product's JSON-LD."""
        offer: dict[str, Any] = {"@type": "Offer", "url": request.origin + self.path(good), "priceCurrency": "RUB"}
        offer |= {"price": float(good.price)} if good.price else {}
        offer["availability"] = f"https://schema.org/{'InStock' if good.availability == 'InStock' else 'PreOrder'}"
        return {
            "@context": "https://schema.org",
            "@type": "Product",
            "name": good.title,
            "brand": {"@type": "Brand", "name": good.brand_shown},
            "sku": good.slug,
            "offers": offer,
        }


class OldSaleServer(SaleServer):
    """The generation before."""

    frame = "sale-server/old_base.html"
    vat = "unknown"

    def path(self, good: Good) -> str:
        return f"/{good.section}/products/{good.slug}"

    def addresses(self) -> list[str]:
        return ["/", *(f"/{s.path}/products" for s in self.stock.sections), f"/{_BUILT}/products"]

    def page(self, request: Request) -> Answer:
        if request.path == "/":
            return self.render("old_front")
        if request.path == f"/{_BUILT}/products":
            return self.render("old_built")
        if good := self.good(request.path):
            return self.render("old_product", good=good, **self._beside(good))
        section = self.section(request.path.removesuffix("/products"))
        if section is None or not request.path.endswith("/products"):
            return self.render("missing", 404, base=self.frame)
        return self._list(request, section)

    def _list(self, request: Request, section: Section) -> Answer:
        goods = self.in_section(section)
        if request.query.get("sort") == "price":
            goods.sort(key=lambda good: good.amount or 0, reverse=request.query.get("order") == "desc")
        pages = list(pages_of(goods, _OLD_PAGE))
        number = min(request.page, len(pages))
        return self.render(
            "old_list", section=section, goods=pages[number - 1], page=number, pages=len(pages), address=request.path
        )
