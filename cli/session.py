"""The workspace that a command works in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.home import settings_of
from scheduler.workspace import Workspace


@contextmanager
def workspace_of(home: Path | None) -> Iterator[Workspace]:
    with Workspace(settings_of(home)) as workspace:
        yield workspace
