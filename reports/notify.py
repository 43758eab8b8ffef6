"""Chats and webhooks, told in short through Apprise. Their addresses are secrets: none is ever repeated."""

import logging

from restock.post import Answer, PostState


def notify(address: str, title: str, text: str) -> Answer:
    """Tells one chat or webhook; what it did not take is tried again."""
    from apprise import Apprise, NotifyFormat  # noqa: PLC0415  it takes half a second to import

    logging.getLogger("apprise").setLevel(logging.CRITICAL + 1)  # its messages repeat addresses
    chat = Apprise()
    if not chat.add(address):
        return Answer(PostState.REFUSED, "its address can't be read, see the documentation of Apprise")
    try:
        told = chat.notify(title=title, body=text, body_format=NotifyFormat.TEXT)
    except Exception as error:  # noqa: BLE001  a hundred services, each with errors of its own, and addresses in them
        return Answer(PostState.WAITING, f"telling it failed: {type(error).__name__}")
    return Answer(PostState.SENT, "taken") if told else Answer(PostState.WAITING, "the service did not take it")
