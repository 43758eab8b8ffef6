"""Letters as MIME messages: rendered once, so that every try sends the same bytes."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from email import message_from_bytes
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, make_msgid
from pathlib import Path

from reports.safety import shown
from reports.weekly import Report

MAX_ATTACHED = 15 * 1024 * 1024  # bytes before encoding; many servers refuse more than 20 to 25 MB
_TYPES = {
    ".csv": ("text", "csv"),
    ".json": ("application", "json"),
    ".xlsx": ("application", "vnd.openxmlformats-officedocument.spreadsheetml.sheet"),
}
# Seven-bit encodings pass every server; line ends are those of the protocol.
_POLICY = SMTP.clone(cte_type="7bit")
_LEFT_OUT = "left-out.txt"
_LONGEST = 300  # letters in a header line; servers take 998


@dataclass(frozen=True, slots=True)
class Envelope:
    """Who sends to whom, when and under which id."""

    sender: str
    to: Sequence[str]
    message_id: str
    at: datetime


def new_message_id(sender: str) -> str:
    return make_msgid("restock", domain=sender.rpartition("@")[2].strip("<> ") or "localhost")


def report_message(report: Report, files: Iterable[Path], envelope: Envelope) -> bytes:
    """A report with its text, its HTML, and those of its files that are attachments."""
    message = _message(report.subject, envelope)
    message.set_content(report.text)
    message.add_alternative(report.html, subtype="html")
    _attach(message, [file for file in files if file.suffix in _TYPES])
    message["Content-Language"] = report.data.audience.language.value
    return _bytes(message)


def without_attachments(body: bytes, folder: str) -> bytes | None:
    """A message that was too big, under the same name, without its attachments: they are named, with the folder of
    restock's home that holds them. None where nothing could be left out."""
    message = message_from_bytes(body, policy=_POLICY)
    attached = [str(part.get_filename()) for part in message.iter_attachments() if part.get_filename() != _LEFT_OUT]
    if not attached:
        return None
    notes = [part.get_content() for part in message.iter_attachments() if part.get_filename() == _LEFT_OUT]
    earlier = [line for note in notes for line in note.splitlines()[1:]]
    message.set_payload([part for part in message.iter_parts() if part.get_filename() is None])
    names = "\n".join((*earlier, *attached, "the page for browsers"))
    note = f"The mail server takes no message of this size. Left out, kept in {folder} of restock's home:\n{names}\n"
    message.add_attachment(note, filename=_LEFT_OUT)
    return _bytes(message)


def text_message(subject: str, text: str, envelope: Envelope) -> bytes:
    message = _message(subject, envelope)
    message.set_content(text)
    return _bytes(message)


def _message(subject: str, envelope: Envelope) -> EmailMessage:
    message = EmailMessage(policy=_POLICY)
    message["Subject"] = shown(subject, 200)
    message["From"] = envelope.sender
    message["To"] = ", ".join(envelope.to) or "undisclosed-recipients:;"
    message["Date"] = format_datetime(envelope.at)
    message["Message-ID"] = envelope.message_id
    message["Auto-Submitted"] = "auto-generated"
    return message


def _bytes(message: EmailMessage) -> bytes:
    """The message as it is sent. A subject that only just fills a line would be folded before its first word, and some
    clients show none then; a plain one may be as long as it likes."""
    plain = str(message["Subject"]).isascii()
    return message.as_bytes(policy=_POLICY.clone(max_line_length=_LONGEST) if plain else _POLICY)


def _attach(message: EmailMessage, files: Sequence[Path]) -> None:
    """Attaches what fits, the smallest first; what doesn't is named in an attachment of its own."""
    left = MAX_ATTACHED
    missing = []
    for file in sorted(files, key=lambda one: one.stat().st_size):
        content = file.read_bytes()
        if len(content) > left:
            missing.append(f"{file.name} ({len(content)} bytes)")
            continue
        left -= len(content)
        main, sub = _TYPES[file.suffix]
        message.add_attachment(content, maintype=main, subtype=sub, filename=file.name)
    if missing:
        note = "Too long to be sent, kept with the report in restock's home folder:\n" + "\n".join(missing) + "\n"
        message.add_attachment(note, filename=_LEFT_OUT)
