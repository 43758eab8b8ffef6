"""Speed of normalisation against price-parser on the same rows, in the same run: `python -m benchmarks.normalise`."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from time import perf_counter

from price_parser import Price

from pipelines.normalise import Normaliser
from pipelines.rules import load_rules
from restock.listing import RawListing

CASES = Path(__file__).parent.parent / "fixtures" / "labelled"
ROWS = 10_000
DAY = date(2026, 11, 22)
MOST = 12.0  # how many times price-parser's own time a whole listing may cost


def rows(count: int = ROWS) -> list[RawListing]:
    """The labelled listings with titles, articles and prices of their own, so that nothing is answered from memory."""
    random = Random(1)
    raws = [json.loads(line)["raw"] for path in sorted(CASES.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    found = []
    for place in range(count):
        raw = dict(raws[place % len(raws)])
        raw["title"] = f"{raw['title']}, поз. {place}"
        raw["price"] = re.sub(r"\d", lambda _: str(random.randrange(1, 10)), raw.get("price", "214 900,00 ₽"))
        found.append(RawListing.from_json(raw))
    return found


def seconds(work: Callable[[RawListing], object], raws: list[RawListing]) -> float:
    start = perf_counter()
    for raw in raws:
        work(raw)
    return perf_counter() - start


def measure(turns: int = 7) -> tuple[float, float]:
    """Listings a second, and the cost of a listing as a multiple of price-parser's: the best of turns taken in turn,
    since a neighbour on the machine only ever slows one down."""
    raws = rows()
    normaliser = Normaliser(load_rules())
    base, ours = [], []
    for _ in range(turns):
        base.append(seconds(lambda raw: Price.fromstring(raw.price), raws))
        ours.append(seconds(lambda raw: normaliser.normalise(raw, on=DAY), raws))
    return len(raws) / min(ours), min(ours) / min(base)


if __name__ == "__main__":
    speed, ratio = measure()
    print(f"{speed:,.0f} listings/s, {ratio:.1f} times price-parser (at most {MOST:.0f})")
    raise SystemExit(ratio > MOST)
