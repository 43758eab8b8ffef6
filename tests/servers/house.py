"""Fixtures of several rooms: a home with the scheduler as a process of its own, which may be stopped and killed."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson
import pytest

from restock.settings import load_settings
from restock.terms import RunStatus
from scheduler.workspace import Workspace


class House:
    """A home with one small shop, and the scheduler that is started in it."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self.environment = {name: text for name, text in os.environ.items() if not name.startswith("RESTOCK_")}
        self.environment["RESTOCK_HOME"] = str(home)
        self.processes: list[subprocess.Popen[bytes]] = []

    def describe(self, name: str, url: str, **keys: str) -> None:
        lines = [f"{key}: {value}" for key, value in ({"name": name, "start": url, "delay": "0"} | keys).items()]
        (self.home / "sites").mkdir(parents=True, exist_ok=True)
        (self.home / "sites" / f"{name}.yaml").write_text("\n".join(lines))

    def start(self, *args: str, at: datetime | None = None) -> "subprocess.Popen[bytes]":
        now = {} if at is None else {"RESTOCK_NOW": at.isoformat()}
        process = subprocess.Popen(
            [sys.executable, "-m", "cli.main", "schedule", *args],
            env=self.environment | now,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        self.processes.append(process)
        return process

    def ended(self, process: "subprocess.Popen[bytes]") -> tuple[int, list[dict[str, Any]], str]:
        out, err = process.communicate(timeout=120)
        return process.returncode, [orjson.loads(line) for line in out.splitlines()], err.decode()

    def runs(self) -> list[tuple[str, RunStatus]]:
        with Workspace(load_settings(self.home)) as workspace:
            return [(run.site, run.status) for run in reversed(workspace.catalogue.runs())]


@pytest.fixture
def house(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[House]:
    for name in [name for name in os.environ if name.startswith("RESTOCK_")]:
        monkeypatch.delenv(name)
    found = House(tmp_path / "home")
    yield found
    for process in found.processes:
        if process.poll() is None:
            process.kill()
            process.communicate()


def until(happened: Callable[[], bool]) -> None:
    """Waits for what another process does."""
    give_up = time.monotonic() + 90
    while not happened():
        assert time.monotonic() < give_up
        time.sleep(0.05)


def children() -> list[str]:
    """The crawl processes that are left, by their command lines."""
    found = []
    for path in Path("/proc").glob("[0-9]*/cmdline"):
        try:
            line = path.read_bytes().replace(b"\0", b" ").decode()
        except OSError:
            continue
        found += [line] if "scheduler.crawl_process" in line or "spiders.crawling.child" in line else []
    return found


def mine(house: House) -> list[str]:
    return [line for line in children() if str(house.home) in line]
