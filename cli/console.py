"""What a command says: rows on stdout, everything else on stderr."""

import sys
from collections.abc import Callable, Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.markup import escape
from rich.table import Table

from cli.options import Format
from reports.tables import cell_text, csv_lines, json_text, write_table

Row = dict[str, Any]


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
) -> int:
    """Prints rows, or writes them to a file; how many there were. A table shows `columns` of what `display` makes of
    a row; the other forms show the whole row."""
    if output is not None:
        everything = list(rows)
        write_table(output, every_column(everything, columns), everything)
        say(f"{len(everything)} rows written to {output}")
        return len(everything)
    match _format(chosen):
        case Format.JSONL:
            return _print_jsonl(rows)
        case Format.CSV:
            return _print_csv(list(rows), columns)
        case Format.TABLE:
            return _print_table([display(row) for row in rows] if display else list(rows), columns)


def as_table(chosen: Format | None, output: Path | None) -> bool:
    """Whether rows will be shown as a table, for people."""
    return output is None and _format(chosen) is Format.TABLE


def _format(chosen: Format | None) -> Format:
    return chosen or (Format.TABLE if sys.stdout.isatty() else Format.JSONL)


WIDE = frozenset({"title", "was", "now", "url", "text", "value", "source", "sample", "counts", "message", "file"})
"""Columns whose text may be broken over lines; the others are words, figures and dates, which must not be."""


def every_column(rows: Sequence[Row], columns: Sequence[str]) -> list[str]:
    """The columns of the rows in the order of their first coming; the given ones where there is no row."""
    return list(dict.fromkeys(name for row in rows for name in row)) or list(columns)


def _print_jsonl(rows: Iterable[Row]) -> int:
    count = 0
    out = sys.stdout.buffer
    for row in rows:
        out.write(json_text(row).encode() + b"\n")
        count += 1
    out.flush()
    return count


def _print_csv(rows: Sequence[Row], columns: Sequence[str]) -> int:
    sys.stdout.buffer.writelines(line.encode() for line in csv_lines(every_column(rows, columns), rows))
    sys.stdout.buffer.flush()
    return len(rows)


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> int:
    table = Table(box=None, pad_edge=False, header_style="bold")
    for name in columns:
        table.add_column(name.replace("_", " "), overflow="fold", no_wrap=name not in WIDE)
    for row in rows:
        table.add_row(*_cells(row, columns))
    Console(soft_wrap=not sys.stdout.isatty(), width=None if sys.stdout.isatty() else 200).print(table)
    return len(rows)


def _cells(row: Row, columns: Sequence[str]) -> Iterator[str]:
    for name in columns:
        yield escape(printable(cell_text(row.get(name))))


def printable(text: str) -> str:
    """Text of a page without the control characters that could drive a terminal."""
    return "".join(char if char.isprintable() else " " for char in text)
