"""What a row asks and has: price, currency, stock and delivery, each from the columns that speak of it."""

import re
from collections.abc import Callable

from spiders.pricelists.cells import is_number
from spiders.pricelists.layout import Column, Layout
from spiders.pricelists.names import SaidOfPrices, mark

Cells = Callable[[int], str]
"""The text of a column of the row at hand."""

_DIGIT = re.compile(r"\d")
_NOTHING = re.compile(r"0+([.,]0+)?(\s*шт\.?)?|нет|отсутствует|no|none|n/a|", re.IGNORECASE)
_DATE = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}[./]\d{1,2}([./]\d{2,4})?")
_PRICED = re.compile(r"(?!до\b|until\b|till\b)[^\d%]*\d[\d.,'\s]*[^\d%]*", re.IGNORECASE)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}|\d{1,2}\.\d{1,2}\.\d{2,4}(?!\d)")
_THREE = re.compile(r"\d{1,3}[.,]\d{3}")
_TAX = re.compile(r"ндс|vat", re.IGNORECASE)


def money(layout: Layout, cells: Cells, letterhead: SaidOfPrices) -> tuple[str | None, str | None, str | None]:
    """Price, regular price and currency. A currency, a VAT wording and a multiplier of the header, else those of the
    letterhead, go with the amount."""
    column, price = _amount(layout.of("price"), cells, letterhead)
    former, regular = _amount(layout.of("regular_price"), cells, letterhead)
    special, sale = _amount(layout.of("sale_price"), cells, letterhead)
    currency = _currency(column)
    if _is_price(sale):
        if not regular:
            former, regular = column, price
        price, currency = sale, _currency(special) or currency
        if (other := _currency(former)) and other != currency and _DIGIT.search(regular):
            regular = f"{regular} {other}"
        column = special
    tax = _tax(_first(layout.of("vat"), cells)[1]) or (column and column.meaning.vat) or letterhead.vat
    if tax and _DIGIT.search(price) and not _TAX.search(price):
        price = f"{price}, {tax}"
    named = _first(layout.of("currency"), cells)[1] or currency or letterhead.currency
    return price or None, regular or None, named if price else None


def _currency(column: Column | None) -> str | None:
    return column.meaning.currency if column else None


def _amount(columns: list[Column], cells: Cells, letterhead: SaidOfPrices) -> tuple[Column | None, str]:
    """The first of several columns of prices that says something, an amount with the multiplier of its header."""
    column, text = _first(columns, cells)
    scale = (column.meaning.scale if column else None) or letterhead.scale
    if scale is None or not is_number(text) or not text.strip("0., "):
        return column, text
    # Three digits behind a point would read as thousands; of thousands they are single roubles.
    return column, f"{text}0 {scale}" if _THREE.fullmatch(text) else f"{text} {scale}"


def _is_price(text: str) -> bool:
    """Whether a cell of a column on promotions holds a price: no rate, no day, no flag."""
    return _PRICED.fullmatch(text) is not None and not _DAY.search(text) and text not in {"0", "1"}


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
