"""The catalogue on PostgreSQL beside the same on SQLite, in one run, without bars.

`python -m benchmarks.postgresql` takes a hundred thousand listings, 1% of them changed on the second day. The server is
a real one on a socket of this machine, and works beside us: all of it is measured by the clock."""

import argparse
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.catalogue import difference, merge_day
from benchmarks.history import milliseconds
from benchmarks.market import Market
from benchmarks.postgres_server import postgres_server
from catalog import Catalogue, Search

_SETTINGS = ("shared_buffers=256MB", "max_wal_size=4GB")  # the rest as it comes


def measure(url: str, market: Market) -> dict[str, float]:
    """Milliseconds of each piece of work."""
    with Catalogue.open(url) as catalogue:
        mpn = next(item.mpn for item in market.day(1) if item.mpn is not None)
        found = {"the first run": _clocked(partial(merge_day, catalogue, market, 0))}
        found["a later run, 1% of it changed"] = _clocked(partial(merge_day, catalogue, market, 1))
        found["the diff, all listings read"] = milliseconds(partial(difference, catalogue, market, whole=True))
        found["history of a part number"] = milliseconds(lambda: catalogue.history(mpn))
        found["offers for a part number"] = milliseconds(lambda: catalogue.offers([mpn]))
        wanted = Search(brand="Cisco", restricted=True, available=True, limit=100)
        found["search: one brand, restricted, in stock"] = milliseconds(lambda: list(catalogue.search(wanted)))
    return found


def _clocked(work: Callable[[], object]) -> float:
    """What a merge takes by the clock, the making of its listings included: the same on both sides."""
    start = perf_counter()
    work()
    return 1000 * (perf_counter() - start)


def report(market: Market) -> None:
    with TemporaryDirectory(prefix="restock-bench-") as folder:
        light = measure(f"sqlite:///{Path(folder) / 'restock.sqlite'}", market)
    with postgres_server(_SETTINGS) as server:
        heavy = measure(server.url(server.create()), market)
    print(f"{market.size:,} listings, {market.changes:,} changes")
    for name, taken in heavy.items():
        print(f"{name:48}{taken:10,.1f} ms  {taken / light[name]:6.2f} times SQLite")


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--listings", type=int, default=100_000)
    report(Market(parser.parse_args().listings))
    return 0


if __name__ == "__main__":
    sys.exit(main())
