"""A market of known truth through the command line: `import` day by day, `diff` between them, each in its own process.

`python -m benchmarks.command_line` takes a million rows of a JSONL list over three days, of which the second and the
third change 1%; the diffs must tell exactly what changed. It prints the time and the most memory of every command."""

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from subprocess import PIPE
from tempfile import TemporaryDirectory
from typing import NamedTuple

from benchmarks.catalogue import show
from benchmarks.market import BRANDS
from restock.listing import money_text, time_text
from restock.terms import Event

MEMORY, DIFF_MEMORY = 600, 250  # MB of an import and of a diff, Python and the rules included
_START = datetime(2026, 11, 1, 8, tzinfo=UTC)
_SITE = "meridian"
_KINDS = ("price", "price", "price", "moved", "stock", "quantity", "title", "request", "gone", "new")
_STEP = 7_919  # a prime, so that the rows of every day come in an order of their own
_WATCH = """
import os, sys, time
start = time.perf_counter()
_, status, used = os.wait4(os.posix_spawn(sys.argv[1], sys.argv[1:], os.environ), 0)
print(time.perf_counter() - start, used.ru_maxrss, file=sys.stderr)
sys.exit(os.waitstatus_to_exitcode(status))
"""
"""Runs a command and says how long it took and the most memory that it held. A process of its own, and a small one: a
child is counted with what its parent held when it was born."""
_STOCKED, _ORDERED = "В наличии", "Под заказ"


class Good(NamedTuple):
    """What a list says of one listing."""

    title: str
    price: int | None
    availability: str
    quantity: int | None


Day = dict[int, Good]
Told = dict[tuple[str, str], tuple[str | None, str | None, bool]]


def first_day(size: int) -> Day:
    return {number: _good(number) for number in range(size)}


def _good(number: int) -> Good:
    brand = BRANDS[number % len(BRANDS)]
    title = f"Коммутатор {brand} {brand[:2].upper()}-C{number:07}-K9, исполнение {number % 48}"
    ordered = number % 3 == 0
    return Good(title, 100_000 + number * 37 % 900_000, _ORDERED if ordered else _STOCKED, None if ordered else 5)


def next_day(day: Day, size: int, place: int) -> Day:
    """The day after: of every hundred listings one changed, and what went on the day before is back, half of it at
    another price."""
    found = dict(day)
    for number in range(size):
        if number not in found:
            good = _good(number)
            found[number] = good._replace(price=(good.price or 0) + 1_000) if number // 100 % 20 < 10 else good
    for step, number in enumerate(range(37 * place, size, 100)):
        kind = _KINDS[step % len(_KINDS)]
        if kind == "new":
            found[size * (place + 1) + step] = _good(size * (place + 1) + step)
        elif kind == "gone":
            del found[number]
        else:
            found[number] = _moved(found[number], kind, place)
    return found


def _moved(good: Good, kind: str, place: int) -> Good:
    price = (good.price or 100_000) + 1_500 * place
    other = _STOCKED if good.availability == _ORDERED else _ORDERED
    match kind:
        case "price":
            return good._replace(price=price)
        case "moved":
            return good._replace(price=price, availability=other, quantity=None)
        case "stock":
            return good._replace(availability=other, quantity=None)
        case "quantity":
            return good._replace(availability=_STOCKED, quantity=(good.quantity or 0) + 40 + place)
        case "title":
            return good._replace(title=f"{good.title}, редакция {place}")
        case _:
            return good._replace(price=None)


def write_list(path: Path, day: Day) -> None:
    numbers = list(day)
    with path.open("w", encoding="utf-8") as file:
        for place in range(len(numbers)):
            number = numbers[place * _STEP % len(numbers)]
            file.write(json.dumps(_row(number, day[number]), ensure_ascii=False) + "\n")


def _row(number: int, good: Good) -> dict[str, str]:
    brand = BRANDS[number % len(BRANDS)]
    row = {
        "title": good.title,
        "sku": f"{number:09}",
        "url": f"https://{_SITE}.example/catalog/{number}/?utm_source=list",
        "brand": brand,
        "mpn": f"{brand[:2].upper()}-C{number:07}-K9",
        "category": "Коммутаторы",
        "price": "По запросу" if good.price is None else f"{good.price:,} ₽".replace(",", " "),
        "availability": good.availability,
    }
    return row | ({} if good.quantity is None else {"quantity": str(good.quantity)})


def truth(before: Day, after: Day, *, last: Day) -> Told:
    """Every event between two days, by event and key: the price before, the price after, and whether it is there now.
    `last` is what was last known of every listing that there ever was."""
    found: Told = {}
    for number in before.keys() | after.keys():
        one, other = before.get(number), after.get(number)
        for event in _events(one, other, known=number in last):
            found[event.value, f"{number:09}"] = (_price(last.get(number)), _price(other), other is not None)
    return found


def _events(before: Good | None, after: Good | None, *, known: bool) -> Iterator[Event]:
    if after is None:
        yield Event.DISAPPEARED
    elif before is None:
        yield Event.REAPPEARED if known else Event.APPEARED
    else:
        yield from (event for event, name in _TOLD_BY.items() if getattr(before, name) != getattr(after, name))


_TOLD_BY = {
    Event.PRICE_CHANGED: "price",
    Event.AVAILABILITY_CHANGED: "availability",
    Event.QUANTITY_CHANGED: "quantity",
    Event.DETAILS_CHANGED: "title",
}


def _price(good: Good | None) -> str | None:
    return None if good is None or good.price is None else money_text(Decimal(good.price))


def told(path: Path) -> Told:
    """What a diff said, in the same form."""
    found: Told = {}
    with path.open(encoding="utf-8") as lines:
        for line in lines:
            row = json.loads(line)
            name = row["event"], row["key"]
            if name in found:
                raise SystemExit(f"{name} is told twice")
            found[name] = (*(row[end] and row[end]["price"] for end in ("before", "after")), row["after"] is not None)
    return found


class Home:
    """A home folder that commands work in; `figures` has what each of them took."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self.figures: list[tuple[str, float, int]] = []

    def restock(self, name: str, *words: str) -> Path:
        """Runs one command; gives the file with what it printed."""
        out = self.folder / f"{name}.out"
        command = [sys.executable, "-m", "cli.main", "--home", str(self.folder / "home"), *words]
        with out.open("wb") as stream:
            done = subprocess.run([sys.executable, "-c", _WATCH, *command], stdout=stream, stderr=PIPE, check=False)
        *said, figures = done.stderr.decode().splitlines()
        if done.returncode:
            raise SystemExit(f"restock {' '.join(words)}: {said}")
        seconds, most = figures.split()
        self.figures.append((name, float(seconds), int(most) >> 10))
        print(f"{name:24}{self.figures[-1][1]:9.1f} s {self.figures[-1][2]:7} MB", flush=True)
        return out


def report(folder: Path, size: int) -> int:
    home = Home(folder)
    day = first_day(size)
    last = dict(day)
    bring(home, day, 1)
    wrong = 0
    for place in (1, 2):
        after = next_day(day, size, place)
        bring(home, after, place + 1)
        said = told(home.restock(f"diff of day {place + 1}", "diff", "--format", "jsonl", *EVENTS))
        expected = truth(day, after, last=last)
        wrong += len(said.items() ^ expected.items())
        print(f"{len(expected):,} events, {len(said.items() ^ expected.items())} of them wrong", flush=True)
        day, last = after, last | after
    most = {kind: max(mb for name, _, mb in home.figures if name.startswith(kind)) for kind in ("import", "diff")}
    lines = [
        ("events that are not the truth", float(wrong), 0.0, not wrong),
        ("memory of an import, MB", float(most["import"]), float(MEMORY), most["import"] <= MEMORY),
        ("memory of a diff, MB", float(most["diff"]), float(DIFF_MEMORY), most["diff"] <= DIFF_MEMORY),
    ]
    return show(lines)


EVENTS = tuple(word for event in Event for word in ("--event", event.value))


def bring(home: Home, day: Day, number: int) -> None:
    path = home.folder / f"day-{number}.jsonl"
    write_list(path, day)
    observed = time_text(_START + timedelta(days=number)) or ""
    home.restock(f"import of day {number}", "import", _SITE, str(path), "--observed-at", observed)
    path.unlink()


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=1_000_000)
    parser.add_argument("--keep", type=Path, help="A folder for the home, which then stays.")
    arguments = parser.parse_args()
    if arguments.keep:
        arguments.keep.mkdir(parents=True)
        return report(arguments.keep, arguments.listings)
    with TemporaryDirectory(prefix="restock-bench-") as folder:
        return report(Path(folder), arguments.listings)


if __name__ == "__main__":
    sys.exit(main())
