"""Homes and their runs: which a dead process left behind, and which belong to somebody else."""

import os
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from restock import clock
from restock.listing import Listing
from restock.run import CrawlOutcome, Run
from restock.settings import Settings, load_settings
from restock.site import Guard
from restock.terms import RunKind, RunStatus
from scheduler.workspace import Workspace, home_id

Home = Callable[[str], Settings]

# A process of a home that dies in the middle of a run, as kill -9 would have it.
KILLED = """
import os, sys
from pathlib import Path
from restock import clock
from restock.settings import load_settings
from restock.terms import RunKind
from scheduler.workspace import Workspace

with Workspace(load_settings(Path(sys.argv[1]))) as workspace, workspace.site_lock("shop"):
    workspace.catalogue.begin_run("shop", RunKind.CRAWL, rules="1", observed_at=clock.now(), started_at=clock.now())
    os._exit(9)
"""


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, backend: str, new_database: Callable[[str], str]) -> Home:
    """Homes that share one catalogue, in a file or on a server."""
    monkeypatch.setenv("RESTOCK_DATABASE_URL", new_database(backend))
    return lambda name: load_settings(tmp_path / name)


def begin(workspace: Workspace) -> Run:
    return workspace.catalogue.begin_run(
        "shop", RunKind.CRAWL, rules="1", observed_at=clock.now(), started_at=clock.now()
    )


def test_a_home_keeps_its_id(home: Home) -> None:
    here, there = home("here").home, home("there").home
    assert home_id(here) == home_id(here)
    assert home_id(here) != home_id(there)


def test_an_id_that_was_never_written_is_made_again(home: Home) -> None:
    here = home("here").home
    (here / "home-id").write_text("")
    assert home_id(here) == home_id(here) != ""


def test_a_home_leaves_the_runs_of_another_alone(home: Home) -> None:
    with Workspace(home("here")) as here, here.site_lock("shop"):
        run = begin(here)
        with Workspace(home("there")) as there:
            assert there.catalogue.run(run.id).status is RunStatus.RUNNING
            own = begin(there)
        with Workspace(home("there")) as there:
            assert there.catalogue.run(own.id).status is RunStatus.FAILED
        listing = Listing(site="shop", key=None, url="https://shop.example/p/1", title="Switch")
        merged = here.catalogue.finish_run(
            run.id, [listing], CrawlOutcome(finished=True), guard=Guard(), finished_at=clock.now()
        )
        assert merged.status is RunStatus.COMPLETE


def test_a_living_run_of_the_same_home_is_left_alone(home: Home) -> None:
    with Workspace(home("here")) as here, here.site_lock("shop"):
        run = begin(here)
        with Workspace(home("here")) as second:
            assert second.catalogue.run(run.id).status is RunStatus.RUNNING


def test_the_next_command_of_a_home_fails_what_its_killed_process_left(home: Home) -> None:
    here = home("here")
    done = subprocess.run([sys.executable, "-c", KILLED, str(here.home)], env=dict(os.environ), check=False)
    assert done.returncode == 9
    with Workspace(home("there")) as there:
        assert [run.status for run in there.catalogue.runs()] == [RunStatus.RUNNING]
    with Workspace(here) as again:
        assert [(run.status, run.warnings) for run in again.catalogue.runs()] == [(RunStatus.FAILED, ("interrupted",))]
