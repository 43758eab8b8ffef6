"""The demo's shops as data: what each of them sells on each of the simulated days."""

import csv
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from decimal import Decimal
from functools import cached_property
from pathlib import Path
from typing import Any

import yaml

from restock.clock import parse_moment

_SHIPPED = Path(__file__).parent / "demo_shops"  # where the wheel carries them
_CHECKOUT = Path(__file__).parent.parent / "fixtures" / "demo"


def demo_folder() -> Path:
    """The folder of the demo's data: inside an installed wheel, or in a checkout."""
    return _SHIPPED if _SHIPPED.is_dir() else _CHECKOUT


@dataclass(frozen=True, slots=True, kw_only=True)
class Good:
    """One row of a shop's own database, as its templates get it.

    `stock` is yes, order, soon, no or blank (a service); `price` is None where the shop gives one on request."""

    id: int
    section: str
    slug: str
    title: str
    path: str
    brand: str | None = None
    article: str | None = None
    price: Decimal | None = None
    lower_bound: bool = False
    old_price: Decimal | None = None
    currency: str = "RUB"
    stock: str = ""
    quantity: int | None = None
    condition: str | None = None
    summary: str = ""


@dataclass(frozen=True, slots=True)
class ShopSection:
    """A section of a shop; a `reduced` one shows whatever has a struck-through price."""

    path: str
    title: str
    reduced: bool = False

    def holds(self, good: Good, *, descend: bool) -> bool:
        if self.reduced:
            return good.old_price is not None
        return good.section == self.path or (descend and good.section.startswith(f"{self.path}/"))


@dataclass(frozen=True, slots=True)
class StockMove:
    """What happens to one good on one day: it `appears`, `goes`, `returns`, or some of its values are `set`."""

    day: int
    shop: str
    good: str
    what: str
    values: Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class ShopData:
    """One shop: its form (`form`, from shops.yaml), its sections, and its goods day by day."""

    name: str
    form: Mapping[str, Any]
    sections: tuple[ShopSection, ...]
    goods: tuple[Good, ...]
    moves: tuple[StockMove, ...]

    @property
    def title(self) -> str:
        return str(self.form["title"])

    @cached_property
    def _late(self) -> frozenset[str]:
        """Goods that aren't there from the start."""
        return frozenset(move.good for move in self.moves if move.what == "appears")

    def on(self, day: int) -> list[Good]:
        """The goods that are in the shop on a day, in the shop's own order."""
        shelf = {good.slug: good for good in self.goods}
        absent = set(self._late)
        for move in sorted(self.moves, key=lambda one: one.day):
            if move.day > day:
                break
            absent.discard(move.good)
            if move.what == "goes":
                absent.add(move.good)
            shelf[move.good] = _moved(shelf[move.good], move.values)
        return [good for slug, good in shelf.items() if slug not in absent]


@dataclass(frozen=True, slots=True, kw_only=True)
class DemoData:
    """All shops, the moments of their days (day 1 first), and the day that breaks."""

    shops: Mapping[str, ShopData]
    days: Sequence[datetime]
    broken_day: int
    broken_shop: str
    broken_fault: str


def load_demo(folder: Path | None = None) -> DemoData:
    """The demo's shops from their data files."""
    home = folder or demo_folder()
    forms = yaml.safe_load((home / "shops.yaml").read_text(encoding="utf-8"))
    calendar = yaml.safe_load((home / "days.yaml").read_text(encoding="utf-8"))
    moves = [_move(row) for row in calendar["moves"]]
    shops = {name: _shop(home, name, form, moves) for name, form in forms.items()}
    return DemoData(
        shops=shops,
        days=tuple(parse_moment(str(moment)) for moment in calendar["days"]),
        broken_day=calendar["broken"]["day"],
        broken_shop=calendar["broken"]["shop"],
        broken_fault=calendar["broken"]["fault"],
    )


def _move(row: Mapping[str, Any]) -> StockMove:
    what = next(name for name in ("appears", "goes", "returns", "changes") if name in row)
    return StockMove(row["day"], row["shop"], row[what], what, row.get("set", {}))


def _shop(home: Path, name: str, form: Mapping[str, Any], moves: Sequence[StockMove]) -> ShopData:
    return ShopData(
        name=name,
        form=form,
        sections=tuple(ShopSection(**section) for section in form["sections"]),
        goods=tuple(_goods(home / f"{name}.csv", str(form["product_path"]))),
        moves=tuple(move for move in moves if move.shop == name),
    )


def _goods(file: Path, path: str) -> Iterator[Good]:
    with file.open(encoding="utf-8", newline="") as rows:
        for row in csv.DictReader(rows):
            yield Good(
                id=int(row["id"]),
                section=row["section"],
                slug=row["slug"],
                title=row["title"],
                path=path.format(id=row["id"], section=row["section"], slug=row["slug"]),
                brand=row["brand"] or None,
                article=row["article"] or None,
                price=Decimal(row["price"]) if row["price"] else None,
                lower_bound=row["from"] == "yes",
                old_price=Decimal(row["old_price"]) if row["old_price"] else None,
                currency=row["currency"],
                stock=row["stock"],
                quantity=int(row["quantity"]) if row["quantity"] else None,
                condition=row["condition"] or None,
                summary=row["summary"],
            )


def _moved(good: Good, values: Mapping[str, Any]) -> Good:
    money = {name: None if values[name] is None else Decimal(str(values[name])) for name in _MONEY if name in values}
    return replace(good, **{**values, **money})


_MONEY = ("price", "old_price")
