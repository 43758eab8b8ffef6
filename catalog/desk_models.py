"""The tables of the desk: what is scheduled, what is sent, what analysts marked, what operators were told.

`owner` is the home (see `run.owner`): homes that share a database have schedules and subscriptions of their own, while
listings and the marks on them are everybody's."""

from sqlalchemy import Column, ForeignKey, Index, Integer, LargeBinary, Table, Text

from catalog.columns import Moment
from catalog.models import metadata

# `done_at` is the moment up to which everything that was due is done; null until the job has run once.
job = Table(
    "job",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("name", Text, primary_key=True),
    Column("first_seen", Moment, nullable=False),
    Column("done_at", Moment),
    Column("result", Text),
    sqlite_with_rowid=False,
)

# `ends` are run sequences as JSON; `body` is the compressed message, dropped once no delivery waits.
letter = Table(
    "letter",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("owner", Text, nullable=False),
    Column("kind", Text, nullable=False),
    Column("subscription", Text, nullable=False),
    Column("message_id", Text, nullable=False, unique=True),
    Column("since", Moment),
    Column("until", Moment),
    Column("ends", Text, nullable=False),
    Column("subject", Text, nullable=False),
    Column("summary", Text, nullable=False),
    Column("body", LargeBinary),
    Column("state", Text, nullable=False),
    Column("created_at", Moment, nullable=False),
    sqlite_autoincrement=True,
)
# A subscription's next window begins where the last sent one ended: there can't be two reports under way.
_waiting_report = (letter.c.state == "waiting") & (letter.c.kind == "report")
Index(
    "ix_letter_owner_subscription",
    letter.c.owner,
    letter.c.subscription,
    unique=True,
    sqlite_where=_waiting_report,
    postgresql_where=_waiting_report,
)

delivery = Table(
    "delivery",
    metadata,
    Column("letter_id", ForeignKey("letter.id"), primary_key=True),
    Column("target", Text, primary_key=True),
    Column("state", Text, nullable=False),
    Column("attempts", Integer, nullable=False),
    Column("first_try", Moment),
    Column("next_try", Moment),
    Column("answer", Text),
    sqlite_with_rowid=False,
)

# Every mark ever made; the last one of a listing counts. `facts` are what it rested on, as JSON.
mark = Table(
    "mark",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("listing_id", ForeignKey("listing.id"), nullable=False),
    Column("verdict", Text, nullable=False),
    Column("note", Text, nullable=False),
    Column("by", Text, nullable=False),
    Column("at", Moment, nullable=False),
    Column("facts", Text, nullable=False),
    Index("ix_mark_listing_id", "listing_id"),
)

# What operators were told of a site: its trouble since when, and when they heard of it last.
alarm = Table(
    "alarm",
    metadata,
    Column("owner", Text, primary_key=True),
    Column("site", Text, primary_key=True),
    Column("trouble", Text, nullable=False),
    Column("since", Moment, nullable=False),
    Column("told_at", Moment, nullable=False),
    sqlite_with_rowid=False,
)
