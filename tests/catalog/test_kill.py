"""Killed before anything that it writes, the catalogue is as it was or as it will be, and the next run goes through."""

import runpy
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import text

from catalog import Catalogue
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.terms import RunStatus

Make = Callable[..., Listing]
NewDatabase = Callable[..., str]
KILLED = Path(__file__).parent / "killed.py"
FEWEST = {"finish": 20, "accept": 5, "correct": 20}  # kills, as a sign that they are where they should be


def prepare(shop: Any, make: Make, action: str) -> str:
    """Two days of a shop, the second of which is about to be finished, accepted or read again; gives its run's id."""
    shop.crawl(make(1), make(2), make(40))
    if action == "finish":
        return str(shop.begin().id)
    broken = CrawlOutcome(finished=action == "correct", reason="broken")
    return str(shop.crawl(make(1, "90"), make(3), make(40), outcome=broken).id)


@pytest.mark.parametrize("action", FEWEST)
def test_a_kill_leaves_nothing_half_written(
    action: str, url: str, backend: str, new_database: NewDatabase, catalogue: Catalogue, shop: Any, listing: Make
) -> None:
    run = prepare(shop, listing, action)
    done = subprocess.run(
        [sys.executable, str(KILLED), url, action, run], check=False, capture_output=True, text=True, cwd=Path.cwd()
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert int(done.stdout) >= FEWEST[action]
    assert catalogue.check() == []
    helper = runpy.run_path(str(KILLED))
    with Catalogue.open(new_database(backend)) as twin:
        assert prepare(type(shop)(twin), listing, action) == run
        skip_numbers(twin, catalogue.runs(limit=1)[0].sequence)
        helper["ACTIONS"][action](twin, run)
        assert helper["rows_of"](url) == helper["rows_of"](str(twin._database.url))


def skip_numbers(twin: Catalogue, sequence: int) -> None:
    """PostgreSQL gives the number of a run that never was to no other run."""
    if not twin._database.is_sqlite:
        with twin._database.write() as connection:
            connection.execute(text(f"SELECT setval('run_id_seq', {sequence}, false)"))


def test_what_a_killed_run_leaves_is_failed_and_the_next_goes_through(
    catalogue: Catalogue, shop: Any, listing: Make
) -> None:
    shop.crawl(listing(1), listing(2), listing(40))
    left = shop.begin()
    catalogue.fail_interrupted("shop", left.observed_at)
    assert catalogue.run(left.id).status is RunStatus.FAILED
    after = shop.crawl(listing(1, "90"), listing(2))
    assert (after.status, after.counts["changed"], after.counts["gone"]) == (RunStatus.COMPLETE, 1, 1)
