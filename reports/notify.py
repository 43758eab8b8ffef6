"""Chats and webhooks, told in short through Apprise. Their addresses are secrets: none is ever repeated."""

import logging
import re
from collections.abc import Sequence

from restock.post import Answer, PostState

_GONE = frozenset({400, 401, 403, 404, 405, 410})


def notify(address: str, title: str, text: str) -> Answer:
    """Tells one chat or webhook; what it did not take is tried again."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415  it takes half a second to import

    log = logging.getLogger("apprise")
    heard = _Heard()
    log.addFilter(heard)
    try:
        chat = Apprise()
        if not chat.add(address):
            return Answer(PostState.BLOCKED, "its address can't be read, see the documentation of Apprise")
        told = chat.notify(title=title, body=text, body_format=NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001  a hundred services, each with errors of its own, and addresses in them
        return Answer(PostState.WAITING, f"telling it failed: {type(error).__name__}")
    finally:
        log.removeFilter(heard)
    return Answer(PostState.SENT, "taken") if told else _refusal(heard.codes)


class _Heard(logging.Filter):
    """The HTTP codes of answers, told only to the library's log. Its messages repeat addresses: none goes on."""

    def __init__(self) -> None:
        super().__init__()
        self.codes: list[int] = []

    def filter(self, record: logging.LogRecord) -> bool:
        self.codes += [int(code) for code in re.findall(r"error=(\d{3})\b", record.getMessage())]
        return False


def _refusal(codes: Sequence[int]) -> Answer:
    """A chat that is gone or takes no more from us needs a person; what may pass is only tried again."""
    said = f"the service did not take it{''.join(f' (HTTP {code})' for code in codes[-1:])}"
    gone = bool(codes) and codes[-1] in _GONE
    return Answer(PostState.BLOCKED if gone else PostState.WAITING, said)
