"""Months of history: how large the catalogue grows, and how long the questions of analysts take on it.

`python -m benchmarks.history` merges 90 days of a hundred thousand listings, 1% of them changed a day, and measures the
catalogue; then, that questions are asked of a house with several sites, as many days of a dozen small ones. `--days 20`
is quick. The weekly report's questions have their bar at a million listings: `--listings 1000000 --days 8`."""

import argparse
import sys
from collections.abc import Callable, Iterator
from datetime import datetime, timedelta
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.catalogue import merge_day, show
from benchmarks.market import Market
from catalog import Catalogue, Search, Wanted
from restock.listing import Listing
from restock.settings import load_settings
from scheduler.weekly import changes_between, gather
from scheduler.workspace import Workspace

LISTINGS, DAYS = 100_000, 90
SITES, SMALL = 12, 100  # the small ones, and their listings
MEGABYTES, PER_CHANGE = 60, 1.5  # of the whole; kB of a later day, for each changed listing
QUESTION, SEARCH, REPORT = 50, 1_000, 2_000  # ms
WEEK = timedelta(days=7)
_TURNS = 5


def size(folder: Path) -> int:
    """The bytes of a catalogue, what is not yet in its file included."""
    return sum(path.stat().st_size for path in folder.iterdir())


def grow(path: Path, market: Market, days: int) -> tuple[int, int]:
    """Merges the days of a market; the size after the first of them and after the last."""
    sizes = []
    for last in (0, days - 1):
        with Catalogue.open(f"sqlite:///{path}") as catalogue:
            for day in range(1 if sizes else 0, last + 1):
                merge_day(catalogue, market, day)
        sizes.append(size(path.parent))
    return sizes[0], sizes[1]


def join(path: Path, days: int) -> None:
    """Merges the days of the small sites."""
    with Catalogue.open(f"sqlite:///{path}") as catalogue:
        for number in range(SITES):
            market = Market(SMALL, SMALL // 10, site=f"small-{number}")
            for day in range(days):
                merge_day(catalogue, market, day)


def milliseconds(ask: Callable[[], object]) -> float:
    taken = []
    for _ in range(_TURNS):
        start = perf_counter()
        ask()
        taken.append(1000 * (perf_counter() - start))
    return median(taken)


def questions(catalogue: Catalogue, market: Market, days: int) -> Iterator[tuple[str, float, float, bool]]:
    """How long each question takes, beside its bar."""
    known: Listing = next(item for item in market.day(days - 1) if item.mpn is not None)
    until = market.at(days - 1) + timedelta(hours=1)
    mpn = known.mpn or ""
    asked: dict[str, tuple[Callable[[], object], int]] = {
        "history of a part number": (lambda: catalogue.history(mpn), QUESTION),
        "offers for a part number": (lambda: catalogue.offers([mpn]), QUESTION),
        "newly available this week": (
            lambda: catalogue.diff(since=until - WEEK, until=until, wanted=Wanted(newly_available=True)),
            QUESTION,
        ),
        "search: one brand, restricted, in stock": (
            lambda: list(catalogue.search(Search(brand="Cisco", restricted=True, available=True, limit=100))),
            SEARCH,
        ),
        "search as of a day": (lambda: list(catalogue.search(Search(mpn=mpn, at=until - WEEK))), SEARCH),
    }
    for name, (ask, bar) in asked.items():
        taken = milliseconds(ask)
        yield f"{name}, ms", taken, bar, taken <= bar


def week(workspace: Workspace, until: datetime) -> None:
    """All that the weekly report asks of the catalogue."""
    found = changes_between(workspace, since=until - WEEK, until=until)
    gather(workspace, found, since=until - WEEK, until=until)


def report(folder: Path, listings: int, days: int) -> int:
    market = Market(listings)
    path = folder / "restock.sqlite"
    first, last = grow(path, market, days)
    daily = (last - first) / 1024 / max(1, days - 1) / market.changes
    print(f"{listings:,} listings over {days} days, {market.changes:,} changes a day")
    lines = [
        ("the catalogue, MB", last / 1e6, MEGABYTES, last / 1e6 <= MEGABYTES),
        ("a later day, kB for each changed listing", daily, PER_CHANGE, daily <= PER_CHANGE),
    ]
    missed = show(lines)
    join(path, days)
    print(f"with {SITES} sites of {SMALL} listings beside it")
    with Catalogue.open(f"sqlite:///{path}") as catalogue:
        missed += show(questions(catalogue, market, days))
    with Workspace(load_settings(folder)) as workspace:
        until = market.at(days - 1) + timedelta(hours=1)
        taken = milliseconds(lambda: week(workspace, until))
    name = f"the questions of the weekly report of {listings:,} listings, ms"
    return missed + show([(name, taken, REPORT, taken <= REPORT)])


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=LISTINGS)
    parser.add_argument("--days", type=int, default=DAYS)
    arguments = parser.parse_args()
    with TemporaryDirectory(prefix="restock-bench-") as folder:
        return report(Path(folder), arguments.listings, arguments.days)


if __name__ == "__main__":
    sys.exit(main())
