"""What the two fixture shops on 1C-Bitrix share: sections, paging, smart filter and price filter, sitemap index."""

import re

from resellers.goods import Good, Section, pages_of
from resellers.serving import Answer, Request, Reseller


class BitrixShop(Reseller):
    """A shop whose catalogue lies under `root`; its templates are list, product and page."""

    root = "/catalog/"
    page_size = 10
    disallowed = ("/bitrix/", "/personal/", "/search/", "/basket/")
    brand_filter = "brand-is"
    iblock = 7

    def path(self, good: Good) -> str:
        return f"{self.root}{good.section}/{good.slug}/"

    def answer(self, request: Request) -> Answer:
        if request.path == "/robots.txt":
            return self.robots(request)
        if request.path == "/sitemap.xml":
            return self.sitemap_index(request, ["/sitemap-files.xml", f"/sitemap-iblock-{self.iblock}.xml"])
        if request.path == "/sitemap-files.xml":
            return self.sitemap(request, ["/", self.contacts])
        if request.path == f"/sitemap-iblock-{self.iblock}.xml":
            return self.sitemap(request, [f"{self.root}{section.path}/" for section in self.stock.sections])
        return self.page(request)

    contacts = "/contacts/"

    def page(self, request: Request) -> Answer:
        if request.path in {"/", self.root}:
            return self.render("page", heading=self.stock.title, lines=["Оптовые и розничные поставки."], following="")
        if request.path == self.contacts:
            return self.render("page", heading="Контакты", lines=self.legal(), following="")
        bare, _, narrowing = request.path.partition("/filter/")
        section = self.section(bare.removeprefix(self.root.rstrip("/")))
        if section and request.path.startswith(self.root):
            return self.shelf(request, section, narrowing)
        if good := self.good(request.path):
            return self.product(good)
        return self.missing()

    def legal(self) -> list[str]:
        legal = self.stock.legal
        return [f"{legal['name']}, {legal['address']}", f"ИНН {legal['inn']} ОГРН {legal['ogrn']}"]

    def missing(self) -> Answer:
        return self.render("page", 404, heading="Страница не найдена", lines=["Ошибка 404"], following="")

    def shelf(self, request: Request, section: Section, narrowing: str) -> Answer:
        """A list page; a number that is too high gives the last page, as Bitrix does."""
        goods = [good for good in self.in_section(section) if self._passes(good, narrowing)]
        low, high = (request.query.get(f"arrFilter_P1_{end}", "") for end in ("MIN", "MAX"))
        if low.isdecimal() and high.isdecimal():
            goods = [good for good in goods if good.amount and int(low) <= good.amount <= int(high)]
        if request.query.get("sort") == "PRICE":
            goods.sort(key=lambda good: good.amount or 0)
        pages = list(pages_of(goods, self.page_size))
        number = min(request.page, len(pages))
        return self.render(
            "list",
            section=section,
            goods=pages[number - 1],
            page=number,
            pages=len(pages),
            address=request.path,
            brands=sorted({good.brand for good in self.in_section(section)}),
            narrowed=self._brands(narrowing),
        )

    def _brands(self, narrowing: str) -> list[str]:
        found = re.search(rf"{self.brand_filter}-(.+?)/", narrowing)
        return found[1].split("-or-") if found else []

    def _passes(self, good: Good, narrowing: str) -> bool:
        brands = self._brands(narrowing)
        return not brands or good.brand.lower().replace(" ", "_") in brands

    def product(self, good: Good) -> Answer:
        trail = self.stock.trail(good.section)
        return self.render(
            "product",
            good=good,
            trail=trail,
            crumbs=[(section.title, f"{self.root}{section.path}/") for section in trail],
            similar=self.stock.similar(good, self.day),
            analogue=self.stock.analogue(good, self.day),
        )
