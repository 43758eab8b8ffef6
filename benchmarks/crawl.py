"""A whole crawl (evidence, reading, normalising, storing, guard, merge) against bare Scrapy, which stores nothing.

`python -m benchmarks.crawl` gives the ratio of pages a second on product pages and on list pages, medians of turns
taken in turn; `--memory` what a crawl of 1,000 and one of 50,000 product pages held at most. The shop stands on
loopback in a process of its own, and each crawl has its process too."""

import argparse
import json
import resource
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks import bare
from benchmarks.bare import CONCURRENCY
from benchmarks.shop import CARDS
from restock.settings import load_settings
from restock.site import Site
from scheduler.crawl import Pace, crawl_site
from scheduler.workspace import Workspace

PAGES = {"products": 2_000, "lists": 400}
LEAST = {"products": 1.0, "lists": 1.3}
TURNS = 3
FEW, MANY = 1_000, 50_000
GROWTH = 1.25  # what 50 times as many pages may hold more


@dataclass(frozen=True, slots=True)
class Turn:
    """What one crawl took: seconds by the clock, seconds of processors, and the most memory in MB that its process and
    the process's own children held."""

    seconds: float
    cpu: float
    own: int
    inner: int


@contextmanager
def shop(kind: str, pages: int) -> Iterator[str]:
    command = [sys.executable, "-m", "benchmarks.shop", kind, str(pages)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True) as server:
        if server.stdout is None:
            raise ValueError("the shop's output is not a pipe")
        yield server.stdout.readline().strip() + "/"
        server.communicate("")


def timed(*command: str) -> Turn:
    """Runs a module that measures itself, to its end."""
    done = subprocess.run([sys.executable, "-m", *command], stdout=subprocess.PIPE, text=True, check=False)
    if done.returncode:
        raise SystemExit(f"{' '.join(command)} ended with {done.returncode}")
    return Turn(**json.loads(done.stdout))


def measured(work: Callable[[], None]) -> None:
    """Prints what a piece of work took of this process and of those that it starts."""
    before, start = _processors(), perf_counter()
    work()
    seconds, cpu = perf_counter() - start, _processors() - before
    own, inner = (resource.getrusage(who).ru_maxrss >> 10 for who in _BOTH)
    print(json.dumps(asdict(Turn(seconds, cpu, own, inner))))


_BOTH = (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)


def _processors() -> float:
    return sum(used.ru_utime + used.ru_stime for used in map(resource.getrusage, _BOTH))


def crawl(kind: str, pages: int, url: str, home: Path) -> None:
    """One crawl with everything, from its beginning to the merged run. The database and the rules are there before, as
    they are for a crawl of every day; the start of the crawl's own process is part of it."""
    site = Site(name="big", start=(url,), max_pages=2 * MANY, listings="cards" if kind == "lists" else "auto")
    with Workspace(load_settings(home)) as workspace:
        workspace.catalogue.runs()
        workspace.normaliser(site)
        measured(lambda: _crawl(workspace, site, pages * (CARDS if kind == "lists" else 1)))


def _crawl(workspace: Workspace, site: Site, expected: int) -> None:
    run = crawl_site(workspace, site, pace=Pace(delay=0, concurrency=CONCURRENCY))
    if run.status != "complete" or run.counts["listings"] != expected:
        raise SystemExit(f"{run.counts['listings']} of {expected} listings, {run.status}: {run.warnings}")


def whole(kind: str, pages: int, url: str) -> Turn:
    with TemporaryDirectory(prefix="restock-bench-") as home:
        return timed("benchmarks.crawl", "--run", kind, str(pages), url, home)


def speed(kind: str, turns: int) -> bool:
    """Prints what the turns gave; whether the bar was missed."""
    pages = PAGES[kind]
    with shop(kind, pages) as url:
        taken = [(timed("benchmarks.crawl", "--bare", url), whole(kind, pages, url)) for _ in range(turns)]
    plain, ours = (median(turn.seconds for turn in side) for side in zip(*taken, strict=True))
    ratio = median(one.seconds / other.seconds for one, other in taken)
    work = median(other.cpu / one.cpu for one, other in taken)
    held = max(max(other.own, other.inner) for _, other in taken)
    print(f"{kind}: {pages / ours:.0f} pages/s, bare Scrapy {pages / plain:.0f}: {ratio:.2f} (at least {LEAST[kind]});")
    print(f"  {work:.2f} times the work of processors, {held} MB at most", flush=True)
    return ratio < LEAST[kind]


def memory() -> bool:
    """Prints what few and many pages held; whether many held much more."""
    held = []
    for pages in (FEW, MANY):
        with shop("products", pages) as url:
            turn = whole("products", pages, url)
        held.append(max(turn.own, turn.inner))
        print(f"{pages:,} product pages: {turn.own} MB at most, its processes {turn.inner} MB each", flush=True)
    return held[1] > GROWTH * held[0]


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--turns", type=int, default=TURNS)
    parser.add_argument("--kind", choices=tuple(PAGES), action="append", help="only these pages")
    parser.add_argument("--memory", action="store_true", help="measure memory instead of speed")
    parser.add_argument("--run", nargs=4, metavar=("KIND", "PAGES", "URL", "HOME"), help=argparse.SUPPRESS)
    parser.add_argument("--bare", metavar="URL", help=argparse.SUPPRESS)
    arguments = parser.parse_args()
    if arguments.bare:
        measured(lambda: bare.crawl(arguments.bare))
        return 0
    if arguments.run:
        kind, pages, url, home = arguments.run
        crawl(kind, int(pages), url, Path(home))
        return 0
    if arguments.memory:
        return memory()
    return sum([speed(kind, arguments.turns) for kind in arguments.kind or PAGES])


if __name__ == "__main__":
    sys.exit(main())
