"""How well listings are read, per field, with the mistakes: `python -m benchmarks.evaluate [FILE…]`.

Exits 1 below the bars. Files of your own (one labelled case a line) take the place of the project's. `--write` keeps
each rule's measured precision on the project's cases in pipelines/data/rule_precision.csv."""

import argparse
import csv
import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from pipelines.normalise import Normaliser
from pipelines.rules import load_rules
from restock.listing import Normalised, RawListing

ROOT = Path(__file__).parent.parent
CASES = ROOT / "fixtures" / "labelled"
PRECISION = ROOT / "pipelines" / "data" / "rule_precision.csv"
SETS = tuple(CASES / name for name in ("dev.jsonl", "own.jsonl", "further.jsonl", "fresh.jsonl", "unseen.jsonl"))
DAY = date(2026, 11, 22)
BARS = {
    "brand": 0.97, "mpn": 0.95, "relation": 0.95, "price": 0.99, "currency": 0.99, "price_type": 0.98,
    "availability": 0.97, "quantity": 0.97, "quantity_bound": 0.97, "condition": 0.97, "vat": 0.97,
    "components": 0.95, "restricted precision": 0.99, "restricted recall": 0.97,
}  # fmt: skip
FEWEST = 5  # a rule that spoke less often than this has no measured precision


@dataclass(slots=True)
class Score:
    """Right and judged values by field, what `restricted` got right, each rule's record, and the mistakes."""

    right: Counter[str] = field(default_factory=Counter)
    judged: Counter[str] = field(default_factory=Counter)
    restricted: Counter[tuple[bool, bool]] = field(default_factory=Counter)
    rules: defaultdict[tuple[str, str], list[bool]] = field(default_factory=lambda: defaultdict(list))
    mistakes: list[str] = field(default_factory=list)

    def figures(self) -> dict[str, float]:
        found = {name: self.right[name] / count for name, count in self.judged.items()}
        hits, false, missed = self.restricted[True, True], self.restricted[True, False], self.restricted[False, True]
        found["restricted precision"] = hits / (hits + false) if hits + false else 1.0
        found["restricted recall"] = hits / (hits + missed) if hits + missed else 1.0
        return found


def cases(path: Path) -> Iterator[tuple[int, dict[str, Any]]]:
    """The cases of a file with their line numbers; empty lines are left out."""
    with path.open(encoding="utf-8") as lines:
        for number, line in enumerate(lines, 1):
            if line.strip():
                yield number, json.loads(line)


def same(name: str, got: Any, want: Any) -> bool:
    """Brands are compared without regard to case, components as a set of brands."""
    if name == "components":
        return sorted(part["brand"].casefold() for part in got) == sorted(brand.casefold() for brand in want)
    if name == "brand" and got and want:
        return bool(got.casefold() == want.casefold())
    return bool(got == want)


def evaluate(paths: Sequence[Path] = SETS) -> Score:
    normaliser = Normaliser(load_rules())
    score = Score()
    for path in paths:
        for number, case in cases(path):
            found = normaliser.normalise(RawListing.from_json(case["raw"]), on=DAY)
            _judge(score, f"{path.name}:{number}", case, found)
    return score


def _judge(score: Score, where: str, case: dict[str, Any], found: Normalised) -> None:
    listing = found.listing.to_json()
    rules = {finding.field: finding.rule for finding in found.findings}
    for name, want in case["want"].items():
        good = same(name, listing[name], want)
        score.judged[name] += 1
        score.right[name] += good
        if listing[name] is not None and name in rules and name != "restricted":  # a verdict in words, no rule
            score.rules[name, rules[name]].append(good)
        if name == "restricted":
            score.restricted[listing[name], want] += 1
        if not good:
            title = case["raw"]["title"]
            score.mistakes.append(f"{where} {title!r}: {name} is {listing[name]!r}, not {want!r} ({rules.get(name)})")


def write_precision(score: Score) -> None:
    with PRECISION.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("field", "rule", "precision", "cases"))
        for (name, rule), record in sorted(score.rules.items()):
            if len(record) >= FEWEST:
                writer.writerow((name, rule, f"{sum(record) / len(record):.3f}", len(record)))


def main() -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("files", nargs="*", type=Path, metavar="FILE", help="labelled listings of your own, as JSONL")
    parser.add_argument("--write", action="store_true", help="keep the precision of each rule as data")
    arguments = parser.parse_args()
    if arguments.files and arguments.write:
        parser.error("--write measures on the project's own cases")
    score = evaluate(arguments.files or SETS)
    below = 0
    for name, figure in score.figures().items():
        bar = BARS.get(name)
        low = bar is not None and figure < bar
        below += low
        print(
            f"{name:22}{figure:7.4f}  {score.judged.get(name, '')!s:>5}  {'below ' + str(bar) if low else ''}".rstrip()
        )
    for mistake in score.mistakes:
        print(mistake)
    if arguments.write:
        write_precision(score)
    return 1 if below else 0


if __name__ == "__main__":
    sys.exit(main())
