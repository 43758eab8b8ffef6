"""Importing a price list: its speed beside that of normalisation in the same run, and its memory.

`python -m benchmarks.price_list` imports a CSV list; `--memory` imports a YML of 100 MB, and crawls it by URL, in
processes of their own and says how much such a process held at most."""

import argparse
import csv
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from datetime import date
from functools import partial
from http.server import SimpleHTTPRequestHandler, ThreadingHTTPServer
from io import BufferedReader, BytesIO
from pathlib import Path
from random import Random
from statistics import median
from tempfile import TemporaryDirectory
from threading import Thread
from time import perf_counter

from benchmarks.normalise import rows
from pipelines.normalise import Normaliser
from reports.tables import json_text
from restock.listing import RawListing
from restock.settings import load_settings
from restock.site import Site
from scheduler.crawl import Pace, crawl_site
from scheduler.importing import import_price_list
from scheduler.normalise import normalise_rows
from scheduler.workspace import Workspace
from spiders.pricelists import Tally

ROWS = 20_000
TURNS = 3
LEAST = 0.5  # of the speed at which `normalise` takes the same rows
MEMORY = 200  # MB
DAY = date(2026, 11, 22)
COLUMNS = {
    "Код": "sku", "Наименование": "title", "Бренд": "brand", "Партномер": "mpn", "Категория": "category",
    "Цена": "price", "Старая цена": "regular_price", "Валюта": "currency", "Наличие": "availability",
    "Остаток": "quantity", "Состояние": "condition", "Описание": "description", "Ссылка": "url",
}  # fmt: skip
"""What the list says of each row: all that `normalise` is given of it."""

_HEAD = """<?xml version="1.0" encoding="windows-1251"?>
<!DOCTYPE yml_catalog SYSTEM "shops.dtd">
<yml_catalog date="2026-11-22 08:00"><shop><name>Меридиан</name><categories><category id="1">Сеть</category>
<category id="2" parentId="1">Коммутаторы</category></categories><offers>
"""


def write_csv(path: Path, listings: list[RawListing]) -> None:
    with path.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, delimiter=";")
        writer.writerow(COLUMNS)
        writer.writerows([getattr(raw, name) for name in COLUMNS.values()] for raw in listings)


def offers(megabytes: int) -> Iterator[str]:
    """Offers with a long description each, as feeds have them."""
    random = Random(1)
    text = "Управляемый коммутатор третьего уровня с портами 1000BASE-T и аплинками SFP+. " * 20
    size, number = 0, 0
    while size < megabytes << 20:
        number += 1
        offer = (
            f'<offer id="{number}" available="{random.choice(("true", "false"))}"><url>https://m.example/p/{number}</url>'
            f"<price>{random.randrange(1000, 900000)}</price><currencyId>RUR</currencyId><categoryId>2</categoryId>"
            f"<vendor>Cisco</vendor><name>Коммутатор Cisco WS-C{number:07}-S</name><vendorCode>WS-C{number:07}-S"
            f"</vendorCode><description><![CDATA[<p>{text}</p>]]></description></offer>\n"
        )
        size += len(offer)
        yield offer


def write_yml(path: Path, megabytes: int) -> None:
    with path.open("w", encoding="cp1251") as file:
        file.write(_HEAD)
        file.writelines(offers(megabytes))
        file.write("</offers></shop></yml_catalog>\n")


def speed(folder: Path) -> tuple[float, ...]:
    """Rows imported a second; that as a share of `normalise`, from text to text, and of a bare normaliser; medians."""
    listings = rows(ROWS)
    write_csv(folder / "list.csv", listings)
    lines = "".join(json_text(raw.to_json()) + "\n" for raw in listings).encode()
    with Workspace(load_settings(folder / "home")) as workspace:
        workspace.catalogue.runs()  # makes the database, which is no part of an import
        turns = [_turn(workspace, f"site-{turn}", listings, lines, folder / "list.csv") for turn in range(TURNS)]
    return tuple(map(median, zip(*turns, strict=True)))


def _turn(
    workspace: Workspace, site: str, listings: list[RawListing], lines: bytes, path: Path
) -> tuple[float, float, float]:
    bare = seconds(lambda: _bare(workspace, listings))
    text = seconds(lambda: _normalise(workspace, lines))
    whole = seconds(lambda: _import(workspace, site, path))
    return ROWS / whole, text / whole, bare / whole


def _import(workspace: Workspace, site: str, path: Path) -> None:
    run = import_price_list(workspace, site, path)
    if run.counts["listings"] != ROWS:
        raise SystemExit(f"{run.counts['listings']} of {ROWS} rows were imported: {run.warnings}")


def _bare(workspace: Workspace, listings: list[RawListing]) -> None:
    normaliser = Normaliser(workspace.rules)
    for raw in listings:
        normaliser.normalise(raw, on=DAY)


def _normalise(workspace: Workspace, lines: bytes) -> None:
    normaliser, stream = Normaliser(workspace.rules), BufferedReader(BytesIO(lines))
    for row in normalise_rows(stream, normaliser, on=DAY, encoding=None, tally=Tally()):
        json_text(row)


def seconds(work: Callable[[], None]) -> float:
    start = perf_counter()
    work()
    return perf_counter() - start


def hold(folder: Path) -> None:
    """Imports the big list, and prints the most memory that this process held, in MB."""
    with Workspace(load_settings(folder / "home")) as workspace:
        run = import_price_list(workspace, "meridian", folder / "list.xml")
    print(run.counts["listings"], resource.getrusage(resource.RUSAGE_SELF).ru_maxrss >> 10)


def hold_by_url(folder: Path) -> None:
    """Crawls the big list from a server on loopback, and prints the most memory that one of its processes held."""
    handler = partial(SimpleHTTPRequestHandler, directory=folder)
    with ThreadingHTTPServer(("127.0.0.1", 0), handler) as server:
        Thread(target=server.serve_forever, daemon=True).start()
        site = Site(name="m", start=(f"http://127.0.0.1:{server.server_port}/list.xml",), source="price_list")
        with Workspace(load_settings(folder / "home")) as workspace:
            run = crawl_site(workspace, site, pace=Pace(0.0, 2))
        server.shutdown()
    whose = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)
    print(run.counts["listings"], max(resource.getrusage(who).ru_maxrss for who in whose) >> 10)


def memory(folder: Path, how: str) -> tuple[int, int]:
    """Rows of a YML of 100 MB, and the most memory that importing it held, in MB."""
    write_yml(folder / "list.xml", 100)
    done = subprocess.run(
        [sys.executable, "-m", "benchmarks.price_list", how, str(folder)],
        capture_output=True,
        text=True,
        check=True,
    )
    listings, most = map(int, done.stdout.split())
    return listings, most


def _said(folder: Path, how: str) -> int:
    listings, most = memory(folder, how)
    verdict = "passed" if most <= MEMORY else "failed"
    print(f"100 MB of YML {_HOW[how]}, {listings:,} offers: {most} MB at most (bar {MEMORY}): {verdict}")
    return most


_HOW = {"--hold": "imported", "--hold-by-url": "crawled by URL"}


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--memory", action="store_true", help="measure the memory that a YML of 100 MB takes")
    parser.add_argument("--hold", type=Path, help=argparse.SUPPRESS)
    parser.add_argument("--hold-by-url", type=Path, help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.hold_by_url is not None:
        hold_by_url(arguments.hold_by_url)
        return 0
    if arguments.hold is not None:
        hold(arguments.hold)
        return 0
    with TemporaryDirectory(prefix="restock-bench-") as folder:
        if arguments.memory:
            return int(max([_said(Path(folder), how) for how in ("--hold", "--hold-by-url")]) > MEMORY)
        rate, share, bare = speed(Path(folder))
        print(f"{rate:,.0f} rows/s imported, {share:.2f} of the speed of `normalise` (at least {LEAST}),", end=" ")
        print(
            f"{bare:.2f} of that of a normaliser that neither reads nor writes:",
            "passed" if share >= LEAST else "failed",
        )
        return int(share < LEAST)


if __name__ == "__main__":
    sys.exit(main())
