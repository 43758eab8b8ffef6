"""Post: letters that wait to be sent, and what became of them at each of those they are for."""

from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from enum import StrEnum


class LetterKind(StrEnum):
    """A report goes to the analysts of a subscription, an alert to the operators."""

    REPORT = "report"
    ALERT = "alert"


class PostState(StrEnum):
    """A letter is sent once one of its deliveries is, waits while one of them does, else it is refused.

    A delivery that is blocked waits too, but for a person: its sender, login or chat must be put right. One that is
    dropped was given up by hand."""

    WAITING = "waiting"
    BLOCKED = "blocked"
    SENT = "sent"
    REFUSED = "refused"
    DROPPED = "dropped"


OPEN = frozenset({PostState.WAITING, PostState.BLOCKED})
"""Deliveries that are tried again."""
TURNED_DOWN = frozenset({PostState.BLOCKED, PostState.REFUSED})
"""Those that operators hear of at once."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try: accepted, refused for good, or to be tried again (waiting, blocked); and what was said.
    `too_big`: it was the message's size that was refused."""

    state: PostState
    text: str
    too_big: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One letter for one target: a mail address, or `notify:NAME`. Tries are dated by the real clock."""

    target: str
    state: PostState = PostState.WAITING
    attempts: int = 0
    first_try: datetime | None = None
    next_try: datetime | None = None
    answer: str | None = None

    def begun(self, at: datetime) -> "Delivery":
        """The delivery while one more try is made: should nothing ever be known of it, the next one waits as long as
        after a failure."""
        attempts = self.attempts + 1
        return replace(
            self,
            attempts=attempts,
            first_try=self.first_try or at,
            next_try=at + pause(attempts),
            answer="being handed over; where this stays, what came of it was never learnt",
        )

    def after(self, answer: Answer, tried: datetime) -> "Delivery":
        """The delivery after the try that was begun."""
        next_try = tried + pause(max(1, self.attempts)) if answer.state in OPEN else None
        return replace(self, state=answer.state, next_try=next_try, answer=answer.text)


_FIRST_PAUSE = timedelta(minutes=1)
_LONGEST_PAUSE = timedelta(hours=4)


def pause(attempts: int, longest: timedelta = _LONGEST_PAUSE) -> timedelta:
    """How long to wait after so many tries: a minute, then twice as long each time, four hours at most."""
    doubled: int = 2 ** min(attempts - 1, 12)
    return min(longest, _FIRST_PAUSE * doubled)


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """A letter as it was rendered once; every try sends the same bytes under the same Message-ID.

    A report's window lies between `since` and `until`; `ends` are the runs (by sequence) that it ends with, one for
    each site that had a complete one. `summary` is what a chat is told. `body` is dropped once everybody has it,
    or a later letter reached somebody."""

    kind: LetterKind
    subscription: str
    message_id: str
    subject: str
    summary: str
    body: bytes | None
    created_at: datetime
    since: datetime | None = None
    until: datetime | None = None
    ends: tuple[int, ...] = ()
    deliveries: tuple[Delivery, ...] = ()
    id: int | None = None

    @property
    def state(self) -> PostState:
        states = {delivery.state for delivery in self.deliveries}
        if PostState.SENT in states:
            return PostState.SENT
        return PostState.WAITING if states & OPEN else PostState.REFUSED

    @property
    def open(self) -> bool:
        """Whether somebody is still to get it."""
        return any(delivery.state in OPEN for delivery in self.deliveries)
