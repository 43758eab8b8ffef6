"""Stock by warehouse: several places with a number each ("Москва: 5 шт., Казань: 3 шт.") as one quantity text."""

import re
from collections import defaultdict

from spiders.readers import words
from spiders.readers.page import Page
from spiders.readers.signs import Kind, Sign
from spiders.readers.text import Element, short_text

MAX_PLACES = 50
_UNITS = "|".join(words.load("words.yaml")["unit"])
_PLACE = re.compile(
    rf"(?P<place>[^\W\d][^:;|<>]{{1,50}}?)\s*[:—–-]?\s*"
    rf"(?P<count>(?:[<>≥]|более|больше|от)?\s*\d[\d\s]*\+?\s*(?:{_UNITS}))(?!\w)\.?",
    re.IGNORECASE,
)
_COUNT = re.compile(rf"\d\s*\+?\s*(?:{_UNITS})(?!\w)", re.IGNORECASE)
_NO_PLACE = re.compile(
    r"цена|price|купить|заказ|минимал|упаковк|гаранти|кратност|доставк|в корзин|порт|комплект|скидк|недел|дн",
    re.IGNORECASE,
)


def warehouse_signs(page: Page) -> list[Sign]:
    """One quantity for each group of two or more neighbours that each name a place and a count."""
    groups: dict[Element, list[tuple[str, Element]]] = defaultdict(list)
    orders: dict[Element, int] = {}
    for run in page.texts:
        if len(run.text) > 80 or not _has_count(run.text) or len(groups) > MAX_PLACES * 20:
            continue
        line = _line(run.element)
        if line is None:
            continue
        parent = line.getparent()
        text = short_text(line)
        if (
            parent is not None
            and _is_place(text)
            and all(link.get("href") is None for link in line.iter("a"))
            and all(line is not known for _, known in groups[parent])
        ):
            groups[parent].append((text, line))
            orders.setdefault(parent, run.order)
    return [
        Sign(
            Kind.LABEL,
            "quantity",
            "; ".join(_shown(text) for text, _ in lines[:MAX_PLACES]),
            lines[0][1],
            orders[parent],
            4,
        )
        for parent, lines in groups.items()
        if len(lines) > 1 and not page.zones(parent) & {"zone_filter", "zone_chat", "zone_nav"}
    ]


@words.told_by_shape
def _has_count(text: str) -> bool:
    return _COUNT.search(text) is not None


def _line(element: Element) -> Element | None:
    """The row, entry or paragraph that a count stands in."""
    node: Element | None = element
    for _ in range(3):
        if node is None or node.tag in {"table", "body", "ul"}:
            return None
        if node.tag in {"tr", "li", "p", "dd"} or (
            node.tag == "div" and len(short_text(node)) > len(short_text(element))
        ):
            return node
        node = node.getparent()
    return None


@words.told_by_shape
def _is_place(text: str) -> bool:
    found = _PLACE.fullmatch(text)
    return (
        found is not None
        and not _NO_PLACE.search(found["place"])
        and not words.CURRENCY.search(found["place"])
        and not words.STOCK.fullmatch(found["place"].strip(" :"))
    )


def _shown(text: str) -> str:
    found = _PLACE.fullmatch(text)
    return f"{found['place'].strip()}: {found['count'].strip()}" if found else text
