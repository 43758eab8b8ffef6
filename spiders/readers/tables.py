"""Tables of goods: rows under a header that names their columns ("Артикул | Наименование | Цена, руб. | Остаток")."""

from spiders.readers import words
from spiders.readers.labels import field_of_column, with_unit
from spiders.readers.page import Page
from spiders.readers.signs import Kind, Sign
from spiders.readers.text import Element, text_of

MAX_COLUMNS = 30
MAX_ROWS = 20_000


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
    name = field_of_column(text)
    return "quantity" if name is None and words.STOCK_START.match(text) else name


def _cells(row: Element, columns: list[tuple[str | None, str]]) -> list[Sign]:
    found: list[Sign] = []
    cells = [cell for cell in row if cell.tag in {"td", "th"}]
    if len(cells) != len(columns):
        return found
    for order, (cell, (name, header)) in enumerate(zip(cells, columns, strict=True)):
        text = text_of(cell)
        if name is not None and text and text not in {"-", "–", "—"}:
            found.append(Sign(Kind.LABEL, name, with_unit(name, text, header), cell, order, 4))
    return found
