"""The fixture shop for prosoft.ru: industrial computers whose descriptions name other makers' parts.

Known: pictures under `/upload/iblock/…`, the path form of 1C-Bitrix.
Assumed: all else. The markup is that of Bitrix's default catalogue templates, with the microdata that they write
(which can say only InStock or OutOfStock, whatever the text says). Also assumed: `/products/` as the root, prices
mostly on request or from an amount on, some in dollars, delivery times in the stock's words, and a calendar without
end."""

import re

from resellers.bitrix import BitrixShop
from resellers.goods import Good
from resellers.serving import Answer, Request


class Prosoft(BitrixShop):
    name = "prosoft"
    root = "/products/"
    brand_filter = "manufacturer-is"
    contacts = "/about/contacts/"
    iblock = 12

    def parts(self, good: Good) -> set[str]:
        """The makers of the restricted parts that a good's description names."""
        return set(filter(None, good.components.split("+")))

    def page(self, request: Request) -> Answer:
        if request.path == "/calendar/":
            return self._calendar(request.query.get("month", ""))
        return super().page(request)

    def _calendar(self, month: str) -> Answer:
        found = re.fullmatch(r"(\d{4})-(\d\d)", month)
        year, number = (int(found[1]), int(found[2])) if found else (2026, 12)
        year, number = (year + 1, 1) if number >= 12 else (year, number + 1)
        following = f"/calendar/?month={year:04d}-{number:02d}"
        return self.render("page", heading=f"Семинары, {month}", lines=["Мероприятий нет."], following=following)
