"""Where each command lives. Its module is imported when the command is asked for, so that `normalise` waits for neither
a database nor a crawler."""

from collections.abc import Callable, Iterator, Mapping
from importlib import import_module
from typing import Any

import typer
from typer.core import TyperGroup
from typer.main import get_command, get_group

WHERE = {
    "demo": "cli.demo:demo",
    "snapshot": "cli.catching:snapshot",
    "crawl": "cli.catching:crawl",
    "import": "cli.importing:import_list",
    "normalise": "cli.normalise:normalise",
    "diff": "cli.changes:diff",
    "search": "cli.questions:search",
    "history": "cli.questions:history",
    "compare": "cli.questions:compare",
    "sellers": "cli.sellers:sellers",
    "explain": "cli.questions:explain",
    "review": "cli.review:review",
    "reparse": "cli.evidence:reparse",
    "evidence": "cli.evidence:evidence",
    "verify": "cli.evidence:verify",
    "report": "cli.report:app",
    "schedule": "cli.schedule:app",
    "outbox": "cli.outbox:app",
    "health": "cli.health:health",
    "sites": "cli.sites:app",
    "runs": "cli.runs:app",
    "rates": "cli.rates:app",
    "db": "cli.database:app",
}
"""By its name, a command's function, or the app of its sub-commands."""

PLAIN: dict[str, Any] = {"add_completion": False, "pretty_exceptions_enable": False, "rich_markup_mode": None}
"""How every app of ours speaks: plain text, and errors in one line."""


class CommandTable(Mapping[str, Any]):
    """The commands in their order, each made when it is first looked up."""

    def __init__(self) -> None:
        self._made: dict[str, Any] = {}

    def __getitem__(self, name: str) -> Any:
        if name not in self._made:
            self._made[name] = _made(name, WHERE[name])
        return self._made[name]

    def __iter__(self) -> Iterator[str]:
        return iter(WHERE)

    def __len__(self) -> int:
        return len(WHERE)


def _made(name: str, where: str) -> Any:
    module, _, attribute = where.partition(":")
    found: typer.Typer | Callable[..., None] = getattr(import_module(module), attribute)
    if isinstance(found, typer.Typer):
        return get_group(found)
    alone = typer.Typer(**PLAIN)
    alone.command(name)(found)
    return get_command(alone)


class CommandGroup(TyperGroup):
    """The root command with the table of commands in place of commands that are all there."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self.commands = CommandTable()  # type: ignore[assignment]  # only ever read
