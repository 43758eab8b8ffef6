"""Posting: what waits in the outbox is handed to the mail server and to chats, and what came of it is written down."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from email.utils import parseaddr

from reports.notify import notify
from reports.smtp import MailServer, deliver, parse_server
from restock import clock
from restock.post import Answer, Delivery, Letter, PostState
from restock.settings import Settings
from scheduler.editions import CHAT, sender_of
from scheduler.workspace import Workspace

GIVE_UP_AFTER = timedelta(days=3)
"""How long one address of a letter that reached others is tried again."""


@dataclass(frozen=True, slots=True)
class Posted:
    """A letter after a try, and what this try made of each of its targets."""

    letter: Letter
    tried: Mapping[str, Answer]

    def lines(self) -> list[str]:
        """What an operator should know: nothing, where everybody got it."""
        name = f"{self.letter.kind.value} for {self.letter.subscription}"
        return [
            f"{name}: {target}: {_WORDS[answer.state]}: {answer.text}"
            for target, answer in self.tried.items()
            if answer.state is not PostState.SENT
        ]


_WORDS = {PostState.WAITING: "not sent, will be tried again", PostState.REFUSED: "refused, not tried again"}


def mail_server(settings: Settings) -> MailServer | None:
    """The server that the settings name. Raises SettingsError for an address that can't be read."""
    if settings.smtp_url is None:
        return None
    return parse_server(settings.smtp_url.get_secret_value(), ca=settings.smtp_ca, timeout=settings.smtp_timeout)


def post_waiting(workspace: Workspace, *, all_now: bool) -> list[Posted]:
    """Tries every letter that waits, the oldest first; without `all_now` those whose pause is over. The caller holds
    the outbox's lock, so that no letter is handed over twice at once."""
    tried_by = None if all_now else clock.real_now()
    return [_post(workspace, letter, all_now) for letter in workspace.catalogue.desk.waiting(tried_by)]


def _post(workspace: Workspace, letter: Letter, all_now: bool) -> Posted:
    now = clock.real_now()
    due = [
        delivery
        for delivery in letter.deliveries
        if delivery.state is PostState.WAITING and (all_now or (delivery.next_try or now) <= now)
    ]
    tried: dict[str, Answer] = {}

    def settle(answers: Mapping[str, Answer]) -> None:
        nonlocal letter
        final = {target: _given_up(letter, target, answer) for target, answer in answers.items()}
        tried.update(final)
        letter = workspace.catalogue.desk.record(letter, final, clock.real_now())

    addresses = [delivery.target for delivery in due if not delivery.target.startswith(CHAT)]
    if addresses:
        server = mail_server(workspace.settings)
        if server is None:
            settle(dict.fromkeys(addresses, Answer(PostState.WAITING, "RESTOCK_SMTP_URL is not set")))
        else:
            deliver(server, parseaddr(sender_of(workspace.settings))[1], addresses, letter.body or b"", settle)
    for name, answer in _told_chats(workspace.settings, letter, due):
        settle({name: answer})
    return Posted(letter, tried)


def _told_chats(settings: Settings, letter: Letter, due: list[Delivery]) -> Iterator[tuple[str, Answer]]:
    for delivery in due:
        if delivery.target.startswith(CHAT):
            address = settings.notify.get(delivery.target.removeprefix(CHAT))
            if address is None:
                yield delivery.target, Answer(PostState.REFUSED, "the settings no longer know this chat")
            else:
                yield delivery.target, notify(address.get_secret_value(), letter.subject, letter.summary)


def _given_up(letter: Letter, target: str, answer: Answer) -> Answer:
    """A target that stays behind the others is not tried for ever; a letter that reached nobody is."""
    first = next((one.first_try for one in letter.deliveries if one.target == target), None)
    late = first is not None and clock.real_now() - first > GIVE_UP_AFTER
    if answer.state is PostState.WAITING and letter.state is PostState.SENT and late:
        return Answer(PostState.REFUSED, f"given up after {GIVE_UP_AFTER.days} days: {answer.text}")
    return answer
