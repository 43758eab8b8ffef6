"""Cells of a table as text, as they are shown as far as the file says it."""

from datetime import date, datetime, time, timedelta

from restock.listing import number_text

Cell = str | int | float | bool | date | datetime | time | timedelta | None


class Damaged(list[Cell]):
    """A row that can't be read, with the reason: nothing in it can be trusted."""

    def __init__(self, reason: str) -> None:
        super().__init__()
        self.reason = reason


def text_of(value: Cell) -> str:
    """A cell's text: whole numbers without `.0`, others to the 15 digits that a spreadsheet keeps, dates as ISO."""
    if isinstance(value, str):
        return value.strip()
    if value is None:
        return ""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int | float):
        return number_text(value)
    if isinstance(value, datetime) and not (value.hour or value.minute or value.second):
        return value.date().isoformat()
    return value.isoformat() if isinstance(value, date | time) else str(value)


def is_number(text: str) -> bool:
    """Whether a cell holds an amount and nothing else."""
    bare = text.replace(" ", "").replace("\u00a0", "").replace("\u202f", "").replace(",", ".", 1)
    return bare.replace(".", "", 1).removeprefix("-").isdecimal()


def letter(place: int) -> str:
    """The letter of a column, counted from 0: A … Z, AA …"""
    found = ""
    place += 1
    while place:
        place, rest = divmod(place - 1, 26)
        found = chr(65 + rest) + found
    return found


def place_of(text: str) -> int | None:
    """The column that a letter or a number from 1 names, counted from 0."""
    if text.isascii() and text.isdecimal():
        return int(text) - 1 if int(text) else None
    if not (text.isascii() and text.isalpha() and len(text) <= 3):
        return None
    place = 0
    for sign in text.upper():
        place = place * 26 + ord(sign) - 64
    return place - 1
