"""The catalogue beside bare SQLite and DuckDB on the same market, in one run: speed, memory and size.

`python -m benchmarks.catalogue` takes a million listings; `--listings 100000` is quick. Every part runs in a process
of its own, so that each has its own memory: the merges of a site's first and of a later run, the diff between both.
Merges and bare inserts are one thread's work and are measured in its processor time, which neighbours on the machine
leave alone; DuckDB works in several threads, so it and the diff are measured by the clock. A change carries its listing
as it was and as it is, so DuckDB is given every field of both snapshots, and every listing of the diff is read. Beside
it, without a bar: the changes alone, before anybody looks at a listing, and DuckDB with the compared fields alone."""

import argparse
import csv
import resource
import sqlite3
import subprocess
import sys
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter, process_time
from typing import Any

from benchmarks.market import FIELDS, Market, plain, stored
from catalog import Catalogue
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import RunKind

MERGE, MERGE_MEMORY = 0.25, 600  # of the speed of bare executemany; MB
DIFF, DIFF_MEMORY, GROWTH = 10.0, 100, 1.5  # times as fast as DuckDB; MB; a site ten times as large takes at most
_CHUNK = 5_000
_TURNS = 3


class Timed:
    """Listings made in chunks, with the time that making them took: it is no part of what is measured."""

    def __init__(self, listings: Iterator[Listing]) -> None:
        self._listings = listings
        self.seconds = 0.0

    def __iter__(self) -> Iterator[Listing]:
        while True:
            start = process_time()
            chunk = list(islice(self._listings, _CHUNK))
            self.seconds += process_time() - start
            if not chunk:
                return
            yield from chunk


def merge_day(catalogue: Catalogue, market: Market, day: int) -> float:
    """How long judging and merging one day of a market took."""
    at = market.at(day)
    run = catalogue.begin_run(market.site, RunKind.IMPORT, rules="1", observed_at=at, started_at=at)
    listings = Timed(market.day(day))
    start = process_time()
    done = catalogue.finish_run(run.id, listings, CrawlOutcome(finished=True), guard=Guard(), finished_at=at)
    taken = process_time() - start - listings.seconds
    if done.status != "complete":
        raise SystemExit(f"the run is {done.status}: {done.trips}")
    return taken


def bare(market: Market, path: Path) -> float:
    """How long bare `executemany` takes for a day's listings, every field of them, into an empty table."""
    names, marks = ", ".join(FIELDS), ", ".join("?" * len(FIELDS))
    taken = 0.0
    with sqlite3.connect(path) as connection:
        connection.execute(f"CREATE TABLE listing ({names})")
        rows = (stored(listing) for listing in market.day(0))
        while chunk := list(islice(rows, _CHUNK)):
            start = process_time()
            connection.executemany(f"INSERT INTO listing VALUES ({marks})", chunk)
            taken += process_time() - start
        start = process_time()
    connection.commit()
    return taken + process_time() - start


def duck(market: Market, paths: list[Path]) -> float:
    """How long DuckDB takes to load two snapshots from CSV files and to join them in full."""
    import duckdb  # noqa: PLC0415  heavy, and only for this

    start = perf_counter()
    connection = duckdb.connect()
    for name, path in zip(("before", "after"), paths, strict=True):
        connection.execute(f"CREATE TABLE {name} AS SELECT * FROM read_csv('{path}', header=true, all_varchar=true)")
    same = " AND ".join(f"b.{name} IS NOT DISTINCT FROM a.{name}" for name in _COMPARED)
    joined = f"SELECT * FROM before b FULL OUTER JOIN after a ON a.sku = b.sku WHERE NOT ({same})"
    changes = connection.execute(joined).fetchall()
    taken = perf_counter() - start
    if len(changes) != market.changes:
        raise SystemExit(f"DuckDB found {len(changes)} changes, not {market.changes}")
    return taken


_COMPARED = ("title", "brand", "mpn", "relation", "price", "currency", "price_type", "availability", "condition")


def write_csv(path: Path, listings: Iterable[Listing], names: tuple[str, ...]) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(names)
        writer.writerows([plain(getattr(item, name)) for name in names] for item in listings)
    return path


def difference(catalogue: Catalogue, market: Market, *, whole: bool = False) -> float:
    """How long the list of changes takes; with `whole`, and every listing of it that somebody looks at."""
    start = perf_counter()
    found = catalogue.diff()
    if whole:
        for change in found.changes:
            for listing in (change.before, change.after):
                _ = listing and listing.title
    taken = perf_counter() - start
    if len(found.changes) != market.changes:
        raise SystemExit(f"the diff has {len(found.changes)} changes, not {market.changes}")
    return taken


def measure(part: str, folder: Path, size: int, changes: int) -> tuple[float, ...]:
    """One part, in this process: seconds."""
    market = Market(size, changes)
    if part == "bare":
        return (bare(market, folder / "bare.sqlite"),)
    if part == "duck":
        return tuple(_duck_turns(market, folder, names) for names in (FIELDS, ("sku", *_COMPARED)))
    with Catalogue.open(f"sqlite:///{folder / f'{size}.sqlite'}") as catalogue:
        if part == "merge":
            return tuple(merge_day(catalogue, market, day) for day in (0, 1))
        return (median(difference(catalogue, market, whole=part == "whole") for _ in range(2 * _TURNS + 1)),)


def _duck_turns(market: Market, folder: Path, names: tuple[str, ...]) -> float:
    paths = [write_csv(folder / f"{day}.csv", market.day(day), names) for day in (0, 1)]
    return median(duck(market, paths) for _ in range(_TURNS))


def apart(part: str, folder: Path, size: int, changes: int) -> tuple[list[float], int]:
    """One part in a process of its own: its seconds, and the most memory that it held, imports included, in MB."""
    command = [sys.executable, "-m", "benchmarks.catalogue", "--part", part, "--folder", str(folder)]
    command += ["--listings", str(size), "--changes", str(changes)]
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stderr or done.stdout)
    *seconds, most = done.stdout.split()
    return [float(text) for text in seconds], int(most)


def report(size: int, folder: Path) -> int:
    changes = size // 100
    (base,), _ = apart("bare", folder, size, changes)
    (first, later), merging = apart("merge", folder, size, changes)
    apart("merge", folder, size // 10, changes)
    (slow, narrow), _ = apart("duck", folder, size, changes)
    (large,), _ = apart("diff", folder, size, changes)
    (whole,), comparing = apart("whole", folder, size, changes)
    (small,), _ = apart("diff", folder, size // 10, changes)
    lines: list[tuple[str, float, float, bool]] = [
        ("the first run, share of the speed of bare executemany", base / first, MERGE, base / first >= MERGE),
        ("a later run, 1% of it changed, the same share", base / later, MERGE, base / later >= MERGE),
        ("memory of both, MB", merging, MERGE_MEMORY, merging <= MERGE_MEMORY),
        ("the diff, times as fast as DuckDB with loading", slow / whole, DIFF, slow / whole >= DIFF),
        ("memory of the diff with all its listings read, MB", comparing, DIFF_MEMORY, comparing <= DIFF_MEMORY),
        (
            "as many changes of ten times as many listings, times as long",
            large / small,
            GROWTH,
            large <= GROWTH * small,
        ),
    ]
    print(f"{size:,} listings: bare {size / base:,.0f} rows/s, merged {size / first:,.0f} and {size / later:,.0f}/s,")
    print(f"diff of {changes:,} changes {large:.2f} s ({whole:.2f} s with all listings read),")
    alone = f"{narrow:.2f} s with the compared fields alone, {narrow / large:.1f} times the changes alone"
    print(f"DuckDB {slow:.2f} s; {alone}")
    return show(lines)


def show(lines: Iterable[tuple[str, float, float, bool]]) -> int:
    """Prints figures beside their bars; gives how many are missed."""
    missed = 0
    for name, figure, bar, good in lines:
        missed += not good
        print(f"{name:64}{figure:9.2f}  bar {bar:g}{'' if good else '  MISSED'}")
    return missed


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=1_000_000)
    parser.add_argument("--changes", type=int, default=0, help=argparse.SUPPRESS)
    parser.add_argument("--part", help=argparse.SUPPRESS)
    parser.add_argument("--folder", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.part:
        seconds: tuple[Any, ...] = measure(arguments.part, arguments.folder, arguments.listings, arguments.changes)
        print(*seconds, resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)
        return 0
    with TemporaryDirectory(prefix="restock-bench-") as folder:
        return report(arguments.listings, Path(folder))


if __name__ == "__main__":
    sys.exit(main())
