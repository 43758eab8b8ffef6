"""Post: letters that wait to be sent, and what became of them at each of those they are for."""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum


class LetterKind(StrEnum):
    """A report goes to the analysts of a subscription, an alert to the operators."""

    REPORT = "report"
    ALERT = "alert"


class PostState(StrEnum):
    """A letter is sent once one of its deliveries is; refused once all of them are."""

    WAITING = "waiting"
    SENT = "sent"
    REFUSED = "refused"


@dataclass(frozen=True, slots=True)
class Answer:
    """What came of one try: accepted, refused for good, or to be tried again (waiting); and what was said."""

    state: PostState
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """One letter for one target: a mail address, or `notify:NAME`. Tries are dated by the real clock."""

    target: str
    state: PostState = PostState.WAITING
    attempts: int = 0
    first_try: datetime | None = None
    next_try: datetime | None = None
    answer: str | None = None

    def after(self, answer: Answer, tried: datetime) -> "Delivery":
        """The delivery after one more try."""
        attempts = self.attempts + 1
        return Delivery(
            target=self.target,
            state=answer.state,
            attempts=attempts,
            first_try=self.first_try or tried,
            next_try=tried + pause(attempts) if answer.state is PostState.WAITING else None,
            answer=answer.text,
        )


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
    each site that had a complete one. `summary` is what a chat is told. `body` is dropped once nothing waits."""

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
        return PostState.WAITING if PostState.WAITING in states else PostState.REFUSED
