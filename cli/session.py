"""Which home a command works in: `--home` before or after the command's name."""

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from pathlib import Path

from restock.settings import Settings, load_settings
from scheduler.workspace import Workspace

_given_home: ContextVar[Path | None] = ContextVar("given_home", default=None)


def remember_home(home: Path | None) -> None:
    _given_home.set(home)


def settings_of(home: Path | None) -> Settings:
    return load_settings(home or _given_home.get())


@contextmanager
def workspace_of(home: Path | None) -> Iterator[Workspace]:
    with Workspace(settings_of(home)) as workspace:
        yield workspace
