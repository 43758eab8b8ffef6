"""The workspace that a command works in."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from cli.console import say
from cli.home import settings_of
from scheduler.workspace import Workspace


@contextmanager
def workspace_of(home: Path | None) -> Iterator[Workspace]:
    with Workspace(settings_of(home)) as workspace:
        yield workspace


def tell_unusable_definitions(workspace: Workspace) -> None:
    """Where the other sites' are enough to go on."""
    for fault in workspace.definitions.faults.values():
        say(f"warning: {fault}")


@contextmanager
def questions_of(home: Path | None) -> Iterator[Workspace]:
    """A workspace that is only asked. A broken data file or definition of the user's stops whatever reads pages by it;
    what is stored can be asked for all the same, and the fault is said."""
    with workspace_of(home) as workspace:
        if fault := workspace.unusable():
            say(f"warning: {fault}; what is shown was read before")
        yield workspace
