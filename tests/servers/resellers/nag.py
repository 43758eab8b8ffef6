"""The fixture shop in the form of shop.nag.ru.

Known: addresses of sections (`/catalog/00001.kommutatory/40213.fiksirovannye-kommutatory`), paging
`?sort=price_asc&count=0&page=2` with no number of pages printed, `/search?search=`, the card (`div.setout__item`,
`div.setout__name a`, `span.our-price span.amount`, `span.sale-price > span` in `#main`), `li.filter-category > a`,
prices `123 456 ₽` with a comma, cards without a price, Cyrillic letters that look Latin, and that a script fills the
list.
Assumed: all of the product page (drawn by the server, without structured data), its address (number, dot, name,
below the section), stock by city, what the script asks for, the sitemap (sections alone), the contacts page, real
404s."""

from resellers.goods import Good, Section, pages_of, spaced
from resellers.serving import Answer, Request, Reseller, as_json

PAGE_SIZE = 12


class Nag(Reseller):
    name = "nag"
    vat = "included"
    disallowed = ("/search", "/personal/")

    def path(self, good: Good) -> str:
        return f"/catalog/{good.section}/{good.id}.{good.slug}"

    def answer(self, request: Request) -> Answer:
        if request.path == "/ajax/setout":
            return self._setout(request)
        if request.path == "/robots.txt":
            return self.robots(request)
        if request.path == "/sitemap.xml":
            return self.sitemap(request, ["/", *(f"/catalog/{section.path}" for section in self.stock.sections)])
        if request.path == "/search":
            return self._found(request.query.get("search", ""))
        return self._page(request)

    def _page(self, request: Request) -> Answer:
        if request.path in {"/", "/catalog"}:
            roots = [section for section in self.stock.sections if "/" not in section.path]
            return self.render("list", heading="Каталог", section=None, children=roots, trail=[])
        section = self.section(request.path.removeprefix("/catalog/"))
        if section:
            return self._list(section)
        if good := self.good(request.path):
            return self._product(good)
        if request.path == "/about/contacts":
            return self.render("page", heading="Контакты", lines=self._legal())
        return self.render("page", 404, heading="Страница не найдена", lines=["Проверьте адрес."])

    def _legal(self) -> list[str]:
        legal = self.stock.legal
        return [legal["name"], f"ИНН {legal['inn']}", f"ОГРН {legal['ogrn']}", f"Юридический адрес: {legal['address']}"]

    def _list(self, section: Section) -> Answer:
        below = [s for s in self.stock.sections if s.path.rpartition("/")[0] == section.path]
        trail = self.stock.trail(section.path)
        return self.render("list", heading=section.title, section=section, children=below, trail=trail)

    def _product(self, good: Good) -> Answer:
        return self.render(
            "product",
            good=good,
            trail=self.stock.trail(good.section),
            similar=self.stock.similar(good, self.day),
            analogue=self.stock.analogue(good, self.day),
        )

    def _setout(self, request: Request) -> Answer:
        """What the list's script asks for."""
        section = self.section(request.query.get("category", ""))
        if section is None:
            return as_json({"items": [], "next": None}, 404)
        goods = self.in_section(section)
        if order := request.query.get("sort"):
            goods.sort(key=lambda good: good.amount or 0, reverse=order == "price_desc")
        pages = list(pages_of(goods, PAGE_SIZE))
        shown = pages[request.page - 1] if request.page <= len(pages) else []
        following = request.page + 1 if request.page < len(pages) else None
        return as_json({"items": [self._card(good) for good in shown], "next": following})

    def _card(self, good: Good) -> dict[str, str | None]:
        return {
            "name": good.title,
            "href": self.path(good),
            "our": f"{spaced(good.price)} ₽" if good.price else None,
            "sale": f"{spaced(good.old_price)} ₽" if good.old_price else None,
            "stock": "; ".join(f"{place}: {amount}" for place, amount in good.stocks) or good.stock_shown,
        }

    def _found(self, words: str) -> Answer:
        lines = [f"{good.title}: {self.path(good)}" for good in self.found(words)]
        return self.render("page", heading=f"Поиск: {words}", lines=lines or ["Ничего не найдено"])
