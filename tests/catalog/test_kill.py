"""Killed between any two steps of a merge, the catalogue is as it was, and the next run goes through."""

import shutil
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from sqlite3 import connect
from typing import Any

import pytest

from catalog import Catalogue
from catalog.merge import STEPS
from restock.listing import Listing
from restock.terms import RunStatus

# One interpreter for all steps: it forks a child for each, which dies in its merge as kill -9 would have it.
KILLED = """
import os, sys
from datetime import UTC, datetime
from decimal import Decimal
import catalog.merge
from catalog import Catalogue
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import PriceType

run_id, *paths = sys.argv[1:]
listings = [
    Listing(site="shop", key=None, url=f"https://shop.example/p/{n}", title=f"Other {n}", price=Decimal(n),
            currency="RUB", price_type=PriceType.EXACT)
    for n in range(1, 30)
]
for step, path in enumerate(paths):
    child = os.fork()
    if child == 0:
        steps = catalog.merge.STEPS
        catalog.merge.STEPS = (*steps[:step], lambda work: os._exit(9), *steps[step:])
        with Catalogue.open(f"sqlite:///{path}") as opened:
            opened.finish_run(run_id, listings, CrawlOutcome(finished=True), guard=Guard(),
                              finished_at=datetime(2026, 11, 2, tzinfo=UTC))
        os._exit(0)
    if os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) != 9:
        sys.exit(f"the merge outlived step {step}")
"""


@pytest.fixture
def interrupted(url: str, tmp_path: Path, shop: Any, listing: Callable[..., Listing]) -> str:
    """A catalogue of one complete run, with a second one that is about to be merged."""
    shop.crawl(listing(1), listing(2), listing(40))
    killed: str = shop.begin().id
    with closing(connect(tmp_path / "restock.sqlite")) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    return killed


def test_a_killed_merge_never_happened(
    interrupted: str, tmp_path: Path, shop: Any, listing: Callable[..., Listing]
) -> None:
    before = shop.now()
    copies = [tmp_path / f"step-{step}.sqlite" for step in range(len(STEPS) + 1)]
    for copy in copies:
        shutil.copy(tmp_path / "restock.sqlite", copy)
    script = tmp_path / "killed.py"
    script.write_text(KILLED)
    done = subprocess.run([sys.executable, str(script), interrupted, *map(str, copies)], cwd=Path.cwd(), check=False)
    assert done.returncode == 0
    for copy in copies:
        with Catalogue.open(f"sqlite:///{copy}") as opened:
            again = type(shop)(opened, day=shop.day)
            assert again.now() == before
            assert opened.check() == []
            opened.fail_interrupted("shop", opened.run(interrupted).observed_at)
            assert opened.run(interrupted).status is RunStatus.FAILED
            after = again.crawl(listing(1, "90"), listing(2))
            assert (after.status, after.counts["changed"], after.counts["gone"]) == (RunStatus.COMPLETE, 1, 1)
