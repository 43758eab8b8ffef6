"""What an analyst said of a listing, in words, and whether the listing is still what it was then."""

from reports.safety import shown
from reports.speech import Speech
from reports.wording import date_text
from restock.listing import Listing
from restock.review import Mark


def mark_text(words: Speech, mark: Mark, listing: Listing) -> str:
    """The verdict, the note, who said so and when; and what of the listing has changed since."""
    note = f": {shown(mark.note, 200)}" if mark.note else ""
    who = words.say("mark.who", by=shown(mark.by, 60), day=date_text(mark.at))
    changed = mark.changed(listing)
    fields = ", ".join(words.say(f"field.{name}") for name in changed)
    lapsed = "; " + words.say("mark.lapsed", fields=fields) if changed else ""
    return f"{words.say(f'mark.{mark.verdict.value}')}{note} ({who}){lapsed}"
