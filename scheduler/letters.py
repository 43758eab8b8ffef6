"""Letters by hand: what waits or was turned down, and one letter tried again or given up."""

from collections.abc import Iterator
from dataclasses import replace

from restock.errors import UsageError
from restock.post import OPEN, Delivery, Letter, LetterKind, PostState
from scheduler.posting import Posted, post_letter
from scheduler.steps import outbox_held
from scheduler.workspace import Workspace

_CLOSED = frozenset({PostState.REFUSED, PostState.DROPPED})


def letters_in_trouble(workspace: Workspace) -> Iterator[Letter]:
    """What waits, and the last letter of each kind and subscription where somebody refused it; the latest first."""
    seen: set[tuple[LetterKind, str]] = set()
    for letter in workspace.catalogue.desk.letters():
        last = (letter.kind, letter.subscription) not in seen
        seen.add((letter.kind, letter.subscription))
        if letter.open or (last and any(one.state is PostState.REFUSED for one in letter.deliveries)):
            yield letter


def retry_letter(workspace: Workspace, number: int) -> Posted:
    """Tries a letter at once at everybody who did not get it. Raises UsageError where it can't be sent any more."""
    with outbox_held(workspace):
        letter = _letter(workspace, number)
        if all(one.state is PostState.SENT for one in letter.deliveries):
            raise UsageError(f"letter {number}: everybody it is for has it")
        _refuse_outdated(workspace, letter)
        again = tuple(_opened(one) if one.state in _CLOSED else one for one in letter.deliveries)
        return post_letter(workspace, workspace.catalogue.desk.settle(replace(letter, deliveries=again)))


def drop_letter(workspace: Workspace, number: int) -> Letter:
    """Gives up those who did not get a letter. Of a report that nobody got, the next one tells the window again."""
    with outbox_held(workspace):
        letter = _letter(workspace, number)
        if not letter.open:
            raise UsageError(f"letter {number}: nothing of it waits")
        left = tuple(_dropped(one) if one.state in OPEN else one for one in letter.deliveries)
        return workspace.catalogue.desk.settle(replace(letter, deliveries=left))


def _letter(workspace: Workspace, number: int) -> Letter:
    letter = workspace.catalogue.desk.letter(number)
    if letter is None:
        raise UsageError(f"letter {number}: there is none (`restock outbox list --all` shows them)")
    return letter


def _refuse_outdated(workspace: Workspace, letter: Letter) -> None:
    if letter.body is None:
        raise UsageError(
            f"letter {letter.id}: its message is no longer kept; a report's files are in the reports folder"
        )
    last = workspace.catalogue.desk.last_report(letter.subscription)
    if letter.kind is LetterKind.REPORT and letter.state is PostState.REFUSED and last and last.id != letter.id:
        raise UsageError(f"letter {letter.id}: a later report tells its window again")


def _opened(delivery: Delivery) -> Delivery:
    return replace(delivery, state=PostState.WAITING, attempts=0, first_try=None, next_try=None)


def _dropped(delivery: Delivery) -> Delivery:
    said = f"dropped by hand{f'; before: {delivery.answer}' if delivery.answer else ''}"
    return replace(delivery, state=PostState.DROPPED, next_try=None, answer=said)
