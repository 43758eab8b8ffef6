"""What a command says: rows on stdout, everything else on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from cli.options import Format
from reports.tables import cell_text, csv_lines, json_text, write_table

Row = dict[str, Any]

NO_RUN = "no run yet: `restock snapshot URL` captures a shop, `restock import SITE FILE` takes a price list"

LISTING_COLUMNS = ("site", "title", "brand", "mpn", "price", "currency", "availability", "quantity", "restricted")
"""What a table shows of a listing."""


def say(line: str) -> None:
    """One line for the person at the terminal."""
    sys.stderr.write(f"restock: {printable(line)}\n")
    sys.stderr.flush()


def show(
    rows: Iterable[Row],
    columns: Sequence[str],
    chosen: Format | None,
    output: Path | None = None,
    display: Callable[[Row], Row] | None = None,
    whole: Sequence[str] = (),
) -> int:
    """Prints rows, or writes them to a file; how many there were. A table shows `columns` of what `display` makes of
    a row; the other forms show the whole row. `whole` are all columns of a row, where they are known beforehand: then
    no more than a row is held at a time."""
    form = form_of(chosen)
    if not whole and (output is not None or form is Format.CSV):
        rows = list(rows)
        whole = every_column(rows, columns)
    if output is not None:
        count = write_table(output, whole, rows)
        say(f"{count} rows written to {output}")
        return count
    match form:
        case Format.JSONL:
            return _print_lines(json_text(row) + "\n" for row in rows)
        case Format.CSV:
            return _print_lines(csv_lines(whole, rows)) - 1
        case Format.TABLE:
            return _print_table([display(row) for row in rows] if display else list(rows), columns)


def as_table(chosen: Format | None, output: Path | None) -> bool:
    """Whether rows will be shown as a table, for people."""
    return output is None and form_of(chosen) is Format.TABLE


def form_of(chosen: Format | None) -> Format:
    """How rows are printed: as chosen, else a table on a terminal and JSON lines elsewhere."""
    return chosen or (Format.TABLE if sys.stdout.isatty() else Format.JSONL)


def fills_terminal(chosen: Format | None, output: Path | None) -> bool:
    """Whether rows run over the terminal while they come; a table stands there only at the end."""
    return output is None and sys.stdout.isatty() and form_of(chosen) is not Format.TABLE


WIDE = frozenset(
    {"title", "was", "now", "url", "text", "value", "source", "sample", "counts", "message", "file", "note"}
)
"""Columns whose text may be broken over lines; the others are words, figures and dates, which must not be."""


def every_column(rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """The columns of the rows in the order of their first coming; the given ones where there is no row."""
    return list(dict.fromkeys(name for row in rows for name in row)) or list(columns)


def _print_lines(lines: Iterable[str]) -> int:
    """Prints each line at once, so that whoever reads along need not wait for the last one."""
    count = 0
    out = sys.stdout.buffer
    for count, line in enumerate(lines, start=1):  # noqa: B007  it is the number of lines
        out.write(line.encode())
        out.flush()
    return count


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> int:
    from rich.console import Console  # noqa: PLC0415  rows for a script need no tables
    from rich.table import Table  # noqa: PLC0415

    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=name not in WIDE)
    for row in rows:
        table.add_row(*_cells(row, columns))
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 200).print(table)
    return len(rows)


def _cells(row: Row, columns: Sequence[str]) -> Iterator[str]:
    from rich.markup import escape  # noqa: PLC0415

    for name in columns:
        yield escape(printable(cell_text(row.get(name))))


def printable(text: str) -> str:
    """Text of a page without the control characters that could drive a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
