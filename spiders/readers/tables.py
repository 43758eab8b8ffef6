"""Tables of goods: rows under a header that names their columns ("Артикул | Наименование | Цена, руб. | Остаток")."""

import re

from spiders.readers import words
from spiders.readers.labels import field_of
from spiders.readers.page import Page
from spiders.readers.signs import Kind, Sign
from spiders.readers.text import Element, text_of

MAX_COLUMNS = 30
MAX_ROWS = 20_000
_ADDED = re.compile(r"\(.*?\)|,.*$|\b(?:с|без)\s+ндс\b|\d+\s?%", re.IGNORECASE)
_UNIT = re.compile(r"[,(]\s*([^()]{1,25})\)?\s*$")


def goods_rows(page: Page) -> tuple[list[Element], list[Sign]]:
    """Rows of tables whose header names goods, and their cells as labelled values."""
    rows: list[Element] = []
    signs: list[Sign] = []
    for table in page.body.iter("table"):
        header, columns = _header(table)
        if header is None:
            continue
        body = [row for row in table.iter("tr") if row is not header and _own_table(row) is table]
        for row in body[:MAX_ROWS]:
            found = _cells(row, columns)
            if any(sign.name == "title" for sign in found) or row.find(".//a") is not None:
                rows.append(row)
                signs += found
    return rows, signs


def _own_table(row: Element) -> Element | None:
    return next(row.iterancestors("table"), None)


def _header(table: Element) -> tuple[Element | None, list[tuple[str | None, str]]]:
    """The first row that names at least three columns, of them a title or a code, and a price or a stock."""
    for row in list(table.iter("tr"))[:5]:
        cells = [text_of(cell) for cell in row if cell.tag in {"th", "td"}][:MAX_COLUMNS]
        columns = [(_column(text), text) for text in cells]
        names = {name for name, _ in columns if name}
        stated = names & {"price", "availability", "quantity"}
        if len(cells) >= 3 and stated and names & {"title", "article", "mpn", "sku"}:
            return row, columns
    return None, []


def _column(text: str) -> str | None:
    if len(text) > 60:
        return None
    name = field_of(text) or field_of(_ADDED.sub("", text))
    return "quantity" if name is None and words.STOCK_START.match(text) else name


def _cells(row: Element, columns: list[tuple[str | None, str]]) -> list[Sign]:
    found: list[Sign] = []
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    if len(cells) != len(columns):
        return found
    for order, (cell, (name, header)) in enumerate(zip(cells, columns, strict=True)):
        text = text_of(cell)
        if name is not None and text and text not in {"-", "–", "—"}:
            found.append(Sign(Kind.LABEL, name, _with_unit(name, text, header), cell, order, 4))
    return found


def _with_unit(name: str, text: str, header: str) -> str:
    """A price cell with the currency or the VAT wording that only the header says ("Цена, руб.")."""
    if name not in {"price", "regular_price"} or not any(char.isdigit() for char in text):
        return text
    said = _UNIT.search(header)
    unit = said[1].strip() if said else ""
    if unit and (words.CURRENCY.search(unit) or "ндс" in unit.lower()) and not words.CURRENCY.search(text):
        text = f"{text} {unit}"
    if "ндс" in header.lower() and "ндс" not in text.lower():
        text = f"{text} {header[re.search(r'(?:с|без|вкл)?[^ ]* ?ндс', header.lower()).start() :]}"  # type: ignore[union-attr]
    return text
