"""The pages of the demo's shops, written as their engines would write them, and the faults of a bad day."""

import re
import secrets
from collections.abc import Callable
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit
from zlib import crc32

from jinja2 import Environment

from scheduler.shop_goods import Good, ShopData, ShopSection
from scheduler.shop_visits import Answer, Visit, slug

FAULTS = ("captcha", "empty", "error", "front_page", "half")


class ShopPages:
    """Answers for one shop. Pure: the same visit gives the same page, but for the session that it carries."""

    def __init__(self, data: ShopData, templates: Environment) -> None:
        self._data = data
        self._templates = templates
        self._form = data.form
        self._parameter = str(self._form["page_parameter"])

    def answer(self, target: str, day: int, fault: str | None, origin: str) -> Answer:
        """The response to a request target (path and query)."""
        parts = urlsplit(target)
        visit = Visit(
            path=parts.path,
            query=dict(parse_qsl(parts.query)),
            day=day,
            fault=fault,
            origin=origin,
            session=secrets.token_hex(12),
        )
        return self._service(visit) or self._broken(visit) or self._page(visit)

    def _goods(self, visit: Visit) -> list[Good]:
        goods = self._data.on(visit.day)
        return goods[::2] if visit.fault == "half" else goods

    def _service(self, visit: Visit) -> Answer | None:
        """What robots read: it answers on bad days too."""
        if visit.path == "/robots.txt":
            rules = "".join(f"Disallow: {path}\n" for path in self._form["disallow"])
            text = f"User-agent: *\n{rules}\nSitemap: {visit.origin}/sitemap.xml\n"
            return Answer(body=text.encode(), content_type="text/plain; charset=utf-8")
        if visit.path == "/sitemap.xml":
            return self._sitemap(visit)
        return None

    def _sitemap(self, visit: Visit) -> Answer:
        paths = ["/", *(self._section_path(s) for s in self._data.sections), *(g.path for g in self._goods(visit))]
        rows = "".join(f"<url><loc>{visit.origin}{path}</loc></url>\n" for path in paths)
        head = '<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">\n'
        return Answer(body=f"{head}{rows}</urlset>\n".encode(), content_type="application/xml; charset=utf-8")

    def _broken(self, visit: Visit) -> Answer | None:
        """What a shop with a fault answers in place of the page; None where this page is still whole."""
        if visit.fault in {None, "half"} or visit.path == "/":
            return None
        section, good = self._found_section(visit.path), self._found_good(visit)
        if section is None and good is None:
            return None
        if visit.fault == "front_page":
            return Answer(status=302, headers={"Location": f"{visit.origin}/"})
        if visit.fault == "empty":
            return self._list(visit, section, ()) if section else self._render(visit, "page", heading="", text="")
        return self._refused(visit, good)

    def _refused(self, visit: Visit, good: Good | None) -> Answer | None:
        """A captcha or an error, on the further list pages and about half of the products: the wall comes midway."""
        hit = crc32(visit.path.encode()) % 2 == 0 if good else visit.number > 1
        if not hit:
            return None
        if visit.fault == "captcha":
            body = self._templates.get_template("shared/captcha.html").render(session=visit.session)
            return Answer(body=body.encode())
        return Answer(status=500, body=b"<h1>500 Internal Server Error</h1>")

    def _page(self, visit: Visit) -> Answer:
        if visit.path == "/":
            return self._render(visit, "front", popular=self._goods(visit)[3:90:17])
        section, good = self._found_section(visit.path), self._found_good(visit)
        if section:
            return self._list(visit, section, self._listed(visit, section))
        if good:
            return self._product(visit, good)
        if visit.path.strip("/") in _PAGES:
            heading, text = _PAGES[visit.path.strip("/")]
            return self._render(visit, "page", heading=heading, text=text)
        return self._missing(visit)

    def _missing(self, visit: Visit) -> Answer:
        text = "Возможно, товар снят с витрины или адрес набран с ошибкой."
        return self._render(visit, "page", status=404, heading="Страница не найдена", text=text)

    def _found_section(self, path: str) -> ShopSection | None:
        bare = _FILTER.sub("/", path)
        return next((s for s in self._data.sections if self._section_path(s) == bare), None)

    def _found_good(self, visit: Visit) -> Good | None:
        return next((good for good in self._goods(visit) if good.path == visit.path), None)

    def _section_path(self, section: ShopSection) -> str:
        return str(self._form["section_path"]).format(path=section.path)

    def _listed(self, visit: Visit, section: ShopSection) -> tuple[Good, ...]:
        descend = bool(self._form["parents_list_goods"])
        goods = [good for good in self._goods(visit) if section.holds(good, descend=descend)]
        if wanted := _FILTER.search(visit.path):
            goods = [good for good in goods if slug(good.brand or "") == wanted[1]]
        if order := _ORDERS.get(visit.query.get("sort", "")):
            goods.sort(key=order, reverse=visit.query.get("order") == "desc")
        return tuple(goods)

    def _list(self, visit: Visit, section: ShopSection, goods: tuple[Good, ...]) -> Answer:
        size = int(self._form["page_size"])
        pages = max(1, -(-len(goods) // size))
        number = visit.number
        if number > pages and self._form["beyond"] == "missing":
            return self._missing(visit)
        if number > pages and self._form["beyond"] == "last":
            number = pages
        return self._render(
            visit,
            "list",
            section=section,
            goods=goods[(number - 1) * size : number * size],
            total=len(goods),
            page=number,
            pages=pages,
            page_link=lambda wanted: self._page_link(visit, wanted),
            brands=sorted({good.brand for good in goods if good.brand}),
            **self._trail(visit, section),
        )

    def _page_link(self, visit: Visit, number: int) -> str:
        asked = {name: value for name, value in visit.query.items() if name in {"sort", "order"}}
        if number > 1:
            asked[self._parameter] = str(number)
        if session := self._form.get("session_parameter"):
            asked[str(session)] = visit.session
        return visit.path + (f"?{urlencode(asked)}" if asked else "")

    def _product(self, visit: Visit, good: Good) -> Answer:
        section = next(s for s in self._data.sections if s.path == good.section)
        others = [other for other in self._goods(visit) if other.section == good.section and other.id != good.id]
        first = good.id % max(1, len(others) - 3)
        similar = others[first : first + 4]
        return self._render(
            visit, "product", item=good, section=section, similar=similar, **self._trail(visit, section)
        )

    def _trail(self, visit: Visit, section: ShopSection) -> dict[str, Any]:
        """Bread crumbs, as visible links and as structured data."""
        above = [s for s in self._data.sections if section.path == s.path or section.path.startswith(f"{s.path}/")]
        crumbs = [("Главная", "/"), *((s.title, self._section_path(s)) for s in above)]
        items = [
            {"@type": "ListItem", "position": place, "name": name, "item": visit.origin + link}
            for place, (name, link) in enumerate(crumbs, 1)
        ]
        structured = {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": items}
        return {"crumbs": crumbs, "breadcrumbs": structured}

    def _render(self, visit: Visit, template: str, *, status: int = 200, **values: Any) -> Answer:
        page = self._templates.get_template(f"{self._data.name}/{template}.html")
        counted = self._counted(visit)
        text = page.render(
            shop=self._data,
            origin=visit.origin,
            session=visit.session,
            roots=[section for section in counted if "/" not in section["path"]],
            children=lambda parent: [s for s in counted if s["path"].startswith(f"{_path(parent)}/")],
            **values,
        )
        encoding = str(self._form["encoding"])
        body = text.encode(encoding, "xmlcharrefreplace")
        return Answer(status=status, body=body, content_type=f"text/html; charset={encoding}")

    def _counted(self, visit: Visit) -> list[dict[str, Any]]:
        goods = self._goods(visit)
        return [
            {"path": s.path, "title": s.title, "count": sum(s.holds(good, descend=True) for good in goods)}
            for s in self._data.sections
        ]


def _path(section: Any) -> str:
    return str(section["path"] if isinstance(section, dict) else section.path)


_FILTER = re.compile(r"/filter/brand-is-([a-z0-9-]+)/apply/$")
_ORDERS: dict[str, Callable[[Good], Any]] = {
    "price": lambda good: (good.price is None, good.price or 0),
    "name": lambda good: good.title,
}
_PAGES = {
    "delivery": ("Доставка и оплата", "Отправляем транспортными компаниями. Счёт действует 3 рабочих дня."),
    "payment": ("Оплата", "Безналичный расчёт по счёту."),
    "contacts": ("Контакты", "Магазин учебный: ни адреса, ни телефона у него нет."),
    "about": ("О компании", "Магазин учебный: ничего не продаётся."),
    "search": ("Поиск", "Введите артикул."),
    "cart": ("Корзина", "В корзине нет товаров."),
    "basket": ("Корзина", "В корзине нет товаров."),
    "personal/cart": ("Корзина", "Ваша корзина пуста."),
    "login": ("Вход", "Для оптовых покупателей."),
}
