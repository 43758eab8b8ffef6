"""Posting: what waits in the outbox is handed to the mail server and to chats, and what came of it is written down."""

import time
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from reports.mail import without_attachments
from reports.notify import notify
from reports.smtp import MailServer, deliver, parse_server
from restock import clock
from restock.errors import CatalogueError, told
from restock.post import OPEN, TURNED_DOWN, Answer, Delivery, Letter, PostState
from restock.settings import Settings
from scheduler.editions import CHAT, files_of, sender_of
from scheduler.workspace import Workspace

GIVE_UP_AFTER = timedelta(days=3)
"""How long one address of a letter that reached others is tried again."""
_RECORDINGS, _RECORD_AGAIN = 6, 5.0  # tries, and seconds between them; a locked catalogue waits half a minute each time


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter after a try, what this try made of each of its targets, and what cut it short."""

    letter: Letter
    tried: Mapping[str, Answer]
    fault: str | None = None

    def lines(self) -> list[str]:
        """What an operator should know: nothing, where everybody got it."""
        name = f"{self.letter.kind.value} for {self.letter.subscription}"
        said = [
            f"{name}: {target}: {_WORDS[answer.state]}: {answer.text}"
            for target, answer in self.tried.items()
            if answer.state is not PostState.SENT
        ]
        return [*said, f"{name}: {self.fault}"] if self.fault else said

    @property
    def refused(self) -> bool:
        """Whether this try met what only a person can put right."""
        return any(answer.state in TURNED_DOWN for answer in self.tried.values())


_WORDS = {
    PostState.WAITING: "not sent, will be tried again",
    PostState.BLOCKED: "not sent before somebody puts it right",
    PostState.REFUSED: "refused, not tried again",
}


def mail_server(settings: Settings) -> MailServer | None:
    """The server that the settings name. Raises SettingsError for an address that can't be read."""
    if settings.smtp_url is None:
        return None
    return parse_server(settings.smtp_url.get_secret_value(), ca=settings.smtp_ca, timeout=settings.smtp_timeout)


def post_waiting(workspace: Workspace, *, all_now: bool) -> Iterator[Posted]:
    """Tries every letter that waits, the oldest first; without `all_now` those whose pause is over. What goes wrong
    with one letter is that letter's trouble. The caller holds the outbox's lock, so that no letter is handed over twice
    at once."""
    tried_by = None if all_now else clock.real_now()
    for letter in workspace.catalogue.desk.waiting(tried_by):
        yield post_letter(workspace, letter, all_now=all_now)


def post_letter(workspace: Workspace, letter: Letter, *, all_now: bool = True) -> Posted:
    """Tries one letter at those who did not get it. The caller holds the outbox's lock."""
    attempt = _Try(workspace, letter, all_now)
    try:
        attempt.make()
    except Exception as error:  # noqa: BLE001  the letters behind it have their turn
        return attempt.broken_off(error)
    return Posted(attempt.letter, attempt.tried)


class _Try:
    """One try at all targets of a letter that are due. It is written down before anything is handed over, and each
    answer as it comes: what a server has taken must not be forgotten, whatever the catalogue is busy with."""

    def __init__(self, workspace: Workspace, letter: Letter, all_now: bool) -> None:
        now = clock.real_now()
        self.letter = letter
        self.tried: dict[str, Answer] = {}
        self._unwritten: dict[str, Answer] = {}
        self._again: list[str] = []
        self._workspace = workspace
        self._desk = workspace.catalogue.desk
        self._due = [
            delivery
            for delivery in letter.deliveries
            if delivery.state in OPEN and (all_now or (delivery.next_try or now) <= now)
        ]

    def make(self) -> None:
        settings = self._workspace.settings
        self.letter = self._desk.begin_try(self.letter, [one.target for one in self._due], clock.real_now())
        addresses = [delivery.target for delivery in self._due if not delivery.target.startswith(CHAT)]
        if addresses:
            server = mail_server(settings)
            if server is None:
                self._settle(dict.fromkeys(addresses, Answer(PostState.WAITING, "RESTOCK_SMTP_URL is not set")))
            else:
                sender = parseaddr(sender_of(settings))[1]
                deliver(server, sender, addresses, self._body, self._settle)
                if self._again:
                    deliver(server, sender, self._again, self._body, self._settle)
        for name, answer in _told_chats(settings, self.letter, self._due):
            self._settle({name: answer})

    @property
    def _body(self) -> bytes:
        if self.letter.body is None:
            raise ValueError(f"letter {self.letter.id} has lost its message")
        return self.letter.body

    def broken_off(self, error: Exception) -> Posted:
        """What did not get its answer waits; where not even that can be written down, it is due after a pause."""
        known = {*self.tried, *self._unwritten}
        self._unwritten |= {
            one.target: Answer(PostState.WAITING, told(error)) for one in self._due if one.target not in known
        }
        try:
            self._write()
        except Exception as second:  # noqa: BLE001  the catalogue may be what is in trouble
            return Posted(self.letter, self.tried, told(second))
        return Posted(self.letter, self.tried)

    def _settle(self, answers: Mapping[str, Answer]) -> None:
        self._again = [target for target, answer in answers.items() if answer.too_big and not self._again]
        smaller = without_attachments(self._body, files_of(self.letter)) if self._again else None
        if smaller is None:
            self._again = []
        final = {target: answer for target, answer in answers.items() if target not in self._again}
        if final:
            self._unwritten |= {target: _given_up(self.letter, target, answer) for target, answer in final.items()}
            self._write()
        if smaller is not None:  # after what others answered is safe, and from the letter as it now is
            self.letter = self._desk.shrink(self.letter, smaller)

    def _write(self) -> None:
        """Writes down what is known. That a server took the letter is tried for minutes: it would be sent again."""
        patience = _RECORDINGS if any(one.state is PostState.SENT for one in self._unwritten.values()) else 1
        for left in reversed(range(patience)):
            try:
                self.letter = self._desk.record(self.letter, self._unwritten, clock.real_now())
                break
            except CatalogueError:
                if not left:
                    raise
                time.sleep(_RECORD_AGAIN)
        self.tried.update(self._unwritten)
        self._unwritten = {}


def _told_chats(settings: Settings, letter: Letter, due: list[Delivery]) -> Iterator[tuple[str, Answer]]:
    for delivery in due:
        if delivery.target.startswith(CHAT):
            address = settings.notify.get(delivery.target.removeprefix(CHAT))
            if address is None:
                yield delivery.target, Answer(PostState.BLOCKED, "the settings no longer know this chat")
            else:
                yield delivery.target, notify(address.get_secret_value(), letter.subject, letter.summary)


def _given_up(letter: Letter, target: str, answer: Answer) -> Answer:
    """A target that stays behind the others is not tried for ever; a letter that reached nobody is."""
    first = next((one.first_try for one in letter.deliveries if one.target == target), None)
    late = first is not None and clock.real_now() - first > GIVE_UP_AFTER
    if answer.state is PostState.WAITING and letter.state is PostState.SENT and late:
        return Answer(PostState.REFUSED, f"given up after {GIVE_UP_AFTER.days} days: {answer.text}")
    return answer
