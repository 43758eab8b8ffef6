"""`outbox`: the letters that wait or were refused, one by one."""

from collections.abc import Iterator
from typing import Annotated

import typer

from cli.commands import PLAIN
from cli.console import say, show
from cli.options import Home, OutFormat, Output
from cli.schedule import tell
from cli.session import workspace_of
from restock.listing import time_text
from restock.post import Letter, LetterKind, PostState
from scheduler.letters import drop_letter, letters_in_trouble, retry_letter
from scheduler.rounds import exit_code
from scheduler.steps import posting_done

app = typer.Typer(
    **PLAIN,
    no_args_is_help=True,
    help="Letters that wait to be sent, or were refused. Example: restock outbox list",
)

COLUMNS = ("letter", "kind", "subscription", "created_at", "until", "target", "state", "attempts", "next_try", "answer")
Number = Annotated[int, typer.Argument(help="A letter's number, as `outbox list` shows it.", metavar="LETTER")]


@app.command("list")
def list_letters(
    every: Annotated[bool, typer.Option("--all", help="Letters that were sent, too.")] = False,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Each address of the letters that wait or were refused: its state, its tries, and what the server said.

    Example: restock outbox list --format table
    """
    with workspace_of(home) as workspace:
        found = workspace.catalogue.desk.letters() if every else list(letters_in_trouble(workspace))
        show((row for letter in found for row in _rows(letter)), COLUMNS, format, output)
        if not found:
            say("no letter waits, and none was refused" if not every else "no letter was written")


def _rows(letter: Letter) -> Iterator[dict[str, object]]:
    for delivery in letter.deliveries:
        yield {
            "letter": letter.id,
            "kind": letter.kind.value,
            "subscription": letter.subscription,
            "created_at": time_text(letter.created_at),
            "until": time_text(letter.until),
            "target": delivery.target,
            "state": delivery.state.value,
            "attempts": delivery.attempts,
            "next_try": time_text(delivery.next_try),
            "answer": delivery.answer,
            "message_id": letter.message_id,
            "subject": letter.subject,
        }


@app.command("retry")
def retry(letter: Number, home: Home = None) -> None:
    """Try a letter now at everybody who did not get it, also at those who refused it.

    Example: restock outbox retry 12
    """
    with workspace_of(home) as workspace:
        done = posting_done(retry_letter(workspace, letter))
        tell(done)
    raise typer.Exit(exit_code([done]))


@app.command("drop")
def drop(letter: Number, home: Home = None) -> None:
    """Give a letter up at everybody who did not get it.

    Example: restock outbox drop 12
    """
    with workspace_of(home) as workspace:
        left = drop_letter(workspace, letter)
    say(f"letter {letter} was dropped")
    if left.kind is LetterKind.REPORT and left.state is PostState.REFUSED:
        say(f"nobody got it: the next report of {left.subscription} tells its window again")
