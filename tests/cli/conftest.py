"""The command line as a user runs it: a process of its own, a home of its own."""

import os
import resource
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import orjson
import pytest

Restock = Callable[..., "Answer"]


class Answer:
    """What a command printed, and its exit code."""

    def __init__(self, done: "subprocess.CompletedProcess[str]") -> None:
        self.code = done.returncode
        self.out = done.stdout
        self.err = done.stderr

    @property
    def rows(self) -> list[dict[str, object]]:
        return [orjson.loads(line) for line in self.out.splitlines()]

    @property
    def error_lines(self) -> list[str]:
        return [line for line in self.err.splitlines() if "error: " in line]


@pytest.fixture
def home(tmp_path: Path) -> Path:
    return tmp_path / "home"


@pytest.fixture
def restock(home: Path) -> Restock:
    """Runs a command in the test's home; keyword arguments are environment variables. With `file_limit`, no file may
    grow above so many bytes: a disk without room."""

    def run(*args: str, stdin: str | None = None, file_limit: int | None = None, **environment: str) -> Answer:
        def limit() -> None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (file_limit or resource.RLIM_INFINITY, resource.RLIM_INFINITY))

        clean = {name: value for name, value in os.environ.items() if not name.startswith("RESTOCK_")}
        done = subprocess.run(
            [sys.executable, "-m", "cli.main", *args],
            env=clean | {"RESTOCK_HOME": str(home)} | environment,
            input=stdin,
            capture_output=True,
            text=True,
            timeout=120,
            check=False,
            preexec_fn=None if file_limit is None else limit,
        )
        return Answer(done)

    return run
