"""Tables: the goods of a workbook or a CSV file, sheet by sheet, each with a header and groups of its own."""

import itertools
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Protocol

from restock.errors import UsageError
from restock.listing import RawListing
from spiders.pricelists import offers
from spiders.pricelists.cells import Cell, Damaged, is_number, letter, place_of, text_of
from spiders.pricelists.headers import SEARCHED, Header, find_header
from spiders.pricelists.layout import Layout, lay_out
from spiders.pricelists.lists import IGNORE, NOWHERE, ColumnMap, ColumnUse, Origin, Tally
from spiders.pricelists.names import SaidOfPrices, folded, is_total, meaning, said_of_prices

_NUMBERS = ("sku", "mpn", "gtin", "url")
_PART_NUMBER = re.compile(r"(?<!\S)(?=\S*\d)(?=\S*[^\W\d])\S{5,}")
_PLAIN_NUMBER = re.compile(r"(?<!\S)(?=(?:\S*\d){2})(?=\S*[^\W\d_])(?=\S*-|\S{6})\S{5,}")
_TOTALS = "of totals were left out"
_LONGEST_GROUP = 150
_NO_TITLE = "no title"


class Source(Protocol):
    """Where tables come from. `sheets` gives each visible sheet with its rows, and can be asked more than once."""

    notes: list[str]

    def sheets(self) -> Iterator[tuple[str | None, Iterable[Sequence[Cell]]]]: ...


@dataclass(slots=True)
class Plan:
    """How one sheet is read: its header, its layout, and what the letterhead says of all prices."""

    sheet: str | None
    header: Header
    layout: Layout
    said: SaidOfPrices
    sample: Sequence[str] = ()


class TableList:
    """A price list of one or more tables."""

    def __init__(self, source: Source, mapping: ColumnMap) -> None:
        self.tally = Tally(notes=[*source.notes])
        self._source = source
        self._mapping = mapping
        self._plans = self._planned()

    def columns(self) -> list[ColumnUse]:
        return [use for plan in self._plans.values() for use in _uses(plan)]

    def rows(self, origin: Origin = NOWHERE) -> Iterator[RawListing]:
        for name, rows in self._source.sheets():
            plan = self._plans.get(name)
            if plan is not None:
                yield from SheetReader(plan, self._mapping, self.tally, origin).read(rows)

    def _planned(self) -> dict[str | None, Plan]:
        plans: dict[str | None, Plan] = {}
        faults: list[str] = []
        for name, rows in self._source.sheets():
            top = [[text_of(cell) for cell in row] for row in itertools.islice(rows, SEARCHED)]
            if not any(map(any, top)):
                continue
            try:
                plans[name] = plan_of(name, top, self._mapping)
            except UsageError as error:
                faults.append(str(error))
        if not plans:
            raise UsageError(faults[0] if faults else "the list is empty")
        self.tally.notes += [f"not read: {fault}" for fault in faults]
        self.tally.notes += [_priceless(plan) for plan in plans.values() if not plan.layout.has_prices]
        return plans


def plan_of(sheet: str | None, top: Sequence[Sequence[str]], mapping: ColumnMap) -> Plan:
    """How to read a sheet, by its first rows. Raises UsageError where nothing says which column names the goods."""
    named = [text for texts in mapping.values() for text in texts if text != IGNORE and place_of(text) is None]
    header = find_header(top, named)
    if header is None and any(place_of(text) is not None for text in mapping.get("title", ())):
        header = Header(("",) * max(map(len, top)), 0)
    where = f"sheet {sheet!r}: " if sheet else ""
    if header is None:
        raise UsageError(f"{where}no header row was found. {_seen(top)} {_HINT}")
    layout = lay_out(header.names, mapping)
    if layout.first("title") is None:
        found = ", ".join(name for name in header.names if name)
        raise UsageError(f"{where}no column names the goods; the header is {found}. {_HINT}")
    said = _letterhead(top[: header.rows])
    return Plan(sheet, header, layout, said, next(iter(_goods(top, header, layout)), ()))


_HINT = "Say which column is which, such as --map title=B --map price=E (a header, a letter or a number)"


def _seen(top: Sequence[Sequence[str]]) -> str:
    rows = [" | ".join(cell[:30] for cell in row if cell) for row in top if any(row)]
    return f"It begins: {' / '.join(rows[:3])}."


def _letterhead(rows: Sequence[Sequence[str]]) -> SaidOfPrices:
    return said_of_prices(cell for row in rows for cell in row if cell and meaning(cell).field is None)


def _goods(top: Sequence[Sequence[str]], header: Header, layout: Layout) -> Iterator[Sequence[str]]:
    title = layout.first("title") or 0
    for row in top[header.rows :]:
        if len(row) > title and row[title] and sum(map(bool, row)) > 1:
            yield row


def _uses(plan: Plan) -> Iterator[ColumnUse]:
    for place, name in enumerate(plan.header.names):
        sample = plan.sample[place] if place < len(plan.sample) else ""
        fields = plan.layout.fields_at(place)
        if name or fields or sample:
            note = plan.layout.unused.get(place)
            if not fields and note is None and meaning(name).field is None:
                note = "nothing is known of such a column; --map can use it"
            yield ColumnUse(plan.sheet, letter(place), name, "+".join(fields) or None, sample or None, note)


def _priceless(plan: Plan) -> str:
    where = f"sheet {plan.sheet!r}: " if plan.sheet else ""
    found = ", ".join(name for name in plan.header.names if name)
    return f"warning: {where}no column of prices is known; prices stay unknown. --map price=… names one of: {found}"


class SheetReader:
    """Reads the rows of one sheet. What stands in the one filled cell of a row is the group of the rows below it."""

    def __init__(self, plan: Plan, mapping: ColumnMap, tally: Tally, origin: Origin) -> None:
        self._plan = plan
        self._origin = origin
        self._mapping = mapping
        self._tally = tally
        self._groups: list[tuple[tuple[int, int], str]] = []
        self._row: Sequence[Cell] = ()
        self._texts: list[str] = []
        self._fault = ""
        self._take(plan.layout)

    def _take(self, layout: Layout) -> None:
        self._layout = layout
        self._title_name = folded(layout.of("title")[0].name)
        self._places = {name: tuple(column.place for column in columns) for name, columns in layout.columns.items()}
        self._named = [column.place for name in _NUMBERS for column in layout.of(name)]
        self._idle = {
            place
            for place, name in enumerate(layout.names)
            if meaning(name).field == "ignore" and not layout.fields_at(place)
        }
        self._priced = layout.has_prices
        self._only_titles = sum(map(len, layout.columns.values())) == 1

    def read(self, rows: Iterable[Sequence[Cell]]) -> Iterator[RawListing]:
        return (raw for _, raw in self.read_each(rows) if isinstance(raw, RawListing))

    def read_each(self, rows: Iterable[Sequence[Cell]]) -> Iterator[tuple[int, RawListing | ValueError | None]]:
        """Each row below the header with its number: goods, why a row could not be read, None for no goods."""
        first = self._plan.header.rows
        for number, row in enumerate(itertools.islice(rows, first, None), start=first + 1):
            self._row, self._texts, self._fault = row, [text_of(cell) for cell in row], ""
            if isinstance(row, Damaged):
                self._lose(number, row.reason)
            raw = self._listing(number)
            self._tally.rows += raw is not None
            yield number, ValueError(self._fault) if self._fault else raw

    def _text(self, place: int) -> str:
        return self._texts[place] if place < len(self._texts) else ""

    def _of(self, name: str) -> str | None:
        """The first of a field's columns that says something."""
        for place in self._places.get(name, ()):
            if place < len(self._texts) and self._texts[place]:
                return self._texts[place]
        return None

    def _listing(self, number: int) -> RawListing | None:
        everything = [place for place, text in enumerate(self._texts) if text]
        # A merged group row begins wherever the table does, in a column of running numbers too.
        filled = [place for place in everything if place not in self._idle] or everything
        if not filled:
            return None
        title = self._of("title")
        if len(filled) == 1 and self._is_group(title, filled[0]):
            self._begin_group(filled[0])
        elif title is None and is_total(self._texts[filled[0]]):
            self._tally.left_out[_TOTALS] += 1
        elif title is None:
            self._leave_out(number)
        elif not self._is_header(title) and not self._is_sum(title):
            return self._raw(title)
        return None

    def _is_group(self, title: str | None, place: int) -> bool:
        """One filled cell; goods of which nothing else is known have no other cell either. They hold a part number, in
        a list with columns of numbers a plain one, where groups stand elsewhere."""
        if title is None:
            return True
        if self._only_titles:
            return False
        if not self._named:
            return not _PART_NUMBER.search(title)
        return any(group[0][0] == place for group in self._groups) or not _PLAIN_NUMBER.search(title)

    def _begin_group(self, place: int) -> None:
        """A group within another stands further to the right or is indented; else it takes the other's place."""
        cell, text = self._row[place], self._texts[place]
        if not isinstance(cell, str) or is_number(text) or len(text) > _LONGEST_GROUP:
            self._tally.left_out["with one cell that is no group were left out"] += 1
            self._fault = _NO_TITLE
            return
        depth = (place, len(cell) - len(cell.lstrip()))
        self._groups = [group for group in self._groups if group[0] < depth]
        self._groups.append((depth, text))
        self._tally.left_out["were read as groups of the rows below them"] += 1

    def _leave_out(self, number: int) -> None:
        if any(map(self._text, self._named)):
            self._lose(number, _NO_TITLE)
        else:
            self._tally.left_out["without title and number were left out"] += 1
            self._fault = _NO_TITLE

    def _lose(self, number: int, reason: str) -> None:
        self._tally.lose(f"{self._plan.sheet}, row {number}" if self._plan.sheet else f"row {number}", reason)
        self._fault = reason

    def _is_sum(self, title: str) -> bool:
        if any(map(self._text, self._named)) or not is_total(title):
            return False
        self._tally.left_out[_TOTALS] += 1
        return True

    def _is_header(self, title: str) -> bool:
        """A header stands again over each page or group; one with other columns holds from there on."""
        names = self._layout.names
        if (
            not self._title_name
            or title[:1].casefold() != self._title_name[0]
            or not self._title_name.startswith(folded(title))
        ):
            return False
        header = find_header([self._texts])
        if header is None:
            return False
        if not all(names[place].startswith(text) for place, text in enumerate(self._texts) if place < len(names)):
            self._take(lay_out(header.names, self._mapping))
        self._tally.left_out["repeat the header"] += 1
        return True

    def _raw(self, title: str) -> RawListing:
        price, regular_price, currency = offers.money(self._layout, self._text, self._plan.said)
        availability, quantity = offers.stock(self._layout, self._text)
        return RawListing(
            title=title,
            url=self._of("url"),
            sku=self._of("sku"),
            brand=self._of("brand"),
            mpn=self._part_number(),
            gtin=self._of("gtin"),
            category=self._category(),
            price=price,
            regular_price=regular_price,
            currency=currency,
            availability=availability,
            quantity=quantity,
            condition=self._of("condition"),
            description=self._of("description"),
            read_by="table",
            priced=self._priced,
            site=self._origin.site,
            evidence=self._origin.evidence,
        )

    def _part_number(self) -> str | None:
        """A number that the spreadsheet has made a date of is lost."""
        for place in self._places.get("mpn", ()):
            if place < len(self._row) and isinstance(self._row[place], date | datetime):
                self._tally.left_out["have a part number that the spreadsheet turned into a date"] += 1
                return None
        return self._of("mpn")

    def _category(self) -> str | None:
        own = [text for place in self._places.get("category", ()) if (text := self._text(place))]
        return " / ".join(own or (text for _, text in self._groups)) or None
