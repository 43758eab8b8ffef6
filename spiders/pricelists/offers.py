"""What a row asks and has: price, currency, stock and delivery, each from the columns that speak of it."""

import re
from collections.abc import Callable

from spiders.pricelists.layout import Column, Layout
from spiders.pricelists.names import mark

Cells = Callable[[int], str]
"""The text of a column of the row at hand."""

_DIGIT = re.compile(r"\d")
_NOTHING = re.compile(r"0+([.,]0+)?(\s*шт\.?)?|нет|отсутствует|no|none|n/a|", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}([./]\d{2,4})?")
_TAX = re.compile(r"ндс|vat", re.IGNORECASE)


def money(
    layout: Layout, cells: Cells, currency: str | None, vat: str | None
) -> tuple[str | None, str | None, str | None]:
    """Price, regular price and currency. A currency and a VAT wording of the header, else those of the
    letterhead, go with the amount."""
    column, price = _first(layout.of("price"), cells)
    regular = _first(layout.of("regular_price"), cells)[1]
    special, sale = _first(layout.of("sale_price"), cells)
    if _DIGIT.search(sale):
        column, price, regular = special, sale, regular or price
    said = column.meaning if column else None
    tax = _tax(_first(layout.of("vat"), cells)[1]) or (said and said.vat) or vat
    if tax and _DIGIT.search(price) and not _TAX.search(price):
        price = f"{price}, {tax}"
    named = _first(layout.of("currency"), cells)[1] or (said and said.currency) or currency
    return price or None, regular or None, named if price else None


def _tax(text: str) -> str | None:
    """A VAT column's words; a bare rate doesn't say whether the price includes it."""
    if not text or not re.search(r"[^\W\d]", text):
        return None
    return text if _TAX.search(text) else f"{text} НДС" if text.casefold() in {"с", "без"} else None


def _first(columns: list[Column], cells: Cells) -> tuple[Column | None, str]:
    """The first of several columns that says something."""
    for column in columns:
        if text := cells(column.place):
            return column, text
    return (columns[0] if columns else None), ""


def stock(layout: Layout, cells: Cells) -> tuple[str | None, str | None]:
    """Availability and quantity. Delivery counts only where nothing is at hand."""
    quantity = _counted(layout.of("quantity"), cells)
    words = _counted(layout.of("availability"), cells)
    if _NOTHING.fullmatch(quantity):
        said = [text for text in (words, _arriving(layout, cells, words), _lead_time(layout, cells)) if text]
        words = ", ".join(said)
    return words or None, quantity or None


def _counted(columns: list[Column], cells: Cells) -> str:
    """The text of one column; of several, each place that has something, with its name."""
    if len(columns) < 2:
        return mark(cells(columns[0].place)) if columns else ""
    texts = [(column, mark(cells(column.place))) for column in columns]
    there = [f"{column.label}: {text}" for column, text in texts if not _NOTHING.fullmatch(text)]
    return "; ".join(there) or next((text for _, text in texts if text), "")


def _arriving(layout: Layout, cells: Cells, words: str) -> str:
    column, text = _first(layout.of("arriving"), cells)
    text = mark(text)
    if column is None or words or _NOTHING.fullmatch(text):
        return ""
    return f"ожидается {text}" if _DATE.search(text) else f"в пути: {text}"


def _lead_time(layout: Layout, cells: Cells) -> str:
    column, text = _first(layout.of("lead_time"), cells)
    if column is None or _NOTHING.fullmatch(text) or not _DIGIT.search(text):
        return text if column and text and not _NOTHING.fullmatch(text) else ""
    unit = "" if re.search(r"[^\W\d]", text) else f" {column.meaning.unit or ''}"
    return f"срок поставки {text}{unit}".rstrip()
