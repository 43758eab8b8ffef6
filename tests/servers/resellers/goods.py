"""What a fixture reseller sells on each day, and what is true of it: goods.csv and shop.yaml of fixtures/resellers."""

import csv
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from functools import cache, cached_property
from pathlib import Path
from typing import Any
from urllib.parse import quote

import yaml

FOLDER = Path(__file__).parents[3] / "fixtures" / "resellers"
DAYS = (1, 2, 3)


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """One row of goods.csv. `…_shown` is what the shop says of it; the other columns are what is true, and "" is
    nothing: no price, no maker, not judged."""

    id: int
    section: str
    title: str
    brand: str
    mpn: str
    price: str
    currency: str
    price_type: str
    old_price: str
    availability: str
    quantity: str
    bound: str
    condition: str
    category: str
    restricted: str
    components: str
    brand_shown: str
    article_shown: str
    stock_shown: str
    summary: str

    @property
    def slug(self) -> str:
        return "".join(c if c.isascii() and c.isalnum() else "-" for c in f"{self.brand}-{self.mpn}".lower())

    @property
    def amount(self) -> Decimal | None:
        return Decimal(self.price) if self.price else None

    @property
    def stocks(self) -> list[tuple[str, str]]:
        """Places and what lies there, where stock is shown place by place: `Москва: 3 шт|Казань: 1 шт`."""
        parts = (part.partition(":") for part in self.stock_shown.split("|"))
        return [(place.strip(), amount.strip()) for place, colon, amount in parts if colon]

    @property
    def truth(self) -> dict[str, Any]:
        """What a careful reader finds of this listing, as its JSON has it; a key that isn't judged is absent."""
        found: dict[str, Any] = {
            "title": self.title,
            "brand": self.brand or None,
            "mpn": self.mpn or None,
            "price": f"{self.amount:.2f}" if self.amount is not None else None,
            "price_type": self.price_type,
            "regular_price": f"{Decimal(self.old_price):.2f}" if self.old_price else None,
            "availability": self.availability,
            "quantity": int(self.quantity) if self.quantity else None,
            "quantity_bound": self.bound or None,
            "condition": self.condition or None,
        }
        found |= {"currency": self.currency} if self.price else {}
        found |= {"category": self.category} if self.category else {}
        found |= {"restricted": self.restricted == "yes"} if self.restricted else {}
        return found


@dataclass(frozen=True, slots=True)
class Section:
    """A section of a shop, by its path; a path that goes on is a section inside it."""

    path: str
    title: str

    def holds(self, good: Good) -> bool:
        return good.section == self.path or good.section.startswith(f"{self.path}/")


@dataclass(frozen=True)
class Stock:
    """One shop's goods and sections, day by day."""

    name: str
    title: str
    legal: Mapping[str, str]
    sections: tuple[Section, ...]
    goods: tuple[Good, ...]
    moves: tuple[Mapping[str, Any], ...]

    def on(self, day: int) -> list[Good]:
        """The goods that are in the shop on a day, in the shop's own order."""
        return self._days[day]

    @cached_property
    def _days(self) -> dict[int, list[Good]]:
        return {day: self._shelf(day) for day in DAYS}

    def _shelf(self, day: int) -> list[Good]:
        shelf = {good.id: good for good in self.goods}
        absent = {move["appears"] for move in self.moves if "appears" in move}
        for move in self.moves:
            if move["day"] > day:
                continue
            number = _moved(move)
            absent.discard(number)
            if "goes" in move:
                absent.add(number)
            shelf[number] = replace(shelf[number], **{k: str(v) for k, v in move.get("set", {}).items()})
        return [good for number, good in shelf.items() if number not in absent]

    def events(self, day: int) -> list[tuple[str, str]]:
        """What a true comparison with the day before gives: part numbers and events, sorted."""
        by_number = {good.id: good for good in self.goods}
        moves = (move for move in self.moves if move["day"] == day)
        return sorted((by_number[_moved(move)].mpn, event) for move in moves for event in move["events"])

    def trail(self, path: str) -> list[Section]:
        """The sections that lead to one, itself the last."""
        return [s for s in self.sections if path == s.path or path.startswith(f"{s.path}/")]

    def similar(self, good: Good, day: int) -> list[Good]:
        """Other goods of its section, for the block that every shop puts below."""
        others = [other for other in self.on(day) if other.section == good.section and other.id != good.id]
        first = good.id % max(1, len(others) - 2)
        return others[first : first + 3]

    def analogue(self, good: Good, day: int) -> Good | None:
        """What the shop offers in place of goods that are made no more."""
        return next(iter(self.similar(good, day)), None) if good.availability == "Discontinued" else None


def _moved(move: Mapping[str, Any]) -> int:
    return int(next(move[kind] for kind in ("appears", "goes", "returns", "changes") if kind in move))


@cache
def load(name: str) -> Stock:
    """The stock of one shop."""
    form = yaml.safe_load((FOLDER / name / "shop.yaml").read_text(encoding="utf-8"))
    with (FOLDER / name / "goods.csv").open(encoding="utf-8", newline="") as rows:
        goods = tuple(Good(id=int(row.pop("id")), **row) for row in csv.DictReader(rows))
    sections = tuple(Section(**row) for row in form["sections"])
    return Stock(name, form["title"], form["legal"], sections, goods, tuple(form["moves"]))


def spaced(amount: str, separator: str = " ", point: str = ",") -> str:
    """`1234567.50` as a shop prints it: `1 234 567,50`; whole amounts without a fraction."""
    number = Decimal(amount)
    text = f"{number:,.0f}" if number == number.to_integral_value() else f"{number:,.2f}"
    return text.replace(",", "\0").replace(".", point).replace("\0", separator)


def upload(good: Good, ending: str = "jpg") -> str:
    """A picture's address in the form that 1C-Bitrix gives it."""
    return f"/upload/iblock/{good.id % 4096:03x}/{good.id:032x}/{quote(good.slug)}.{ending}"


def pages_of(goods: list[Good], size: int) -> Iterator[list[Good]]:
    """Goods in pages; one empty page where there are none."""
    yield from (goods[first : first + size] for first in range(0, max(1, len(goods)), size))
