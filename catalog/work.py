"""What one merge works on, shared by its steps."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from enum import IntEnum
from typing import Any

from sqlalchemy import ColumnElement, Connection, Select, exists, or_, update

from catalog import models as m
from restock.run import Run


class Verb(IntEnum):
    """What the merge makes of a staged row that is a known listing. Of a later state that a correction must leave
    alone: nothing (LATER)."""

    RETURNED = 2
    CHANGED = 3
    SAME = 4
    LATER = 5


WRITTEN = (Verb.RETURNED, Verb.CHANGED)


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """One merge. `complete`: what was not seen may be gone, after `misses` complete runs or where its page said so
    (`gone`, by URL key); what is in `failed` (by URL key) or `failed_skus` (hashes) was not seen either way.
    `lost_fields` keep their last known values.
    `base` is the sequence of the run that a correction reads again; `facts` are the reasons that rows refer to;
    `settled` counts the rows that are settled (catalog.traits).
    """

    connection: Connection
    run: Run
    site_id: int
    complete: bool
    whole: bool = True
    misses: int = 1
    gone: Collection[str] = ()
    failed: Collection[str] = ()
    failed_skus: Collection[int] = ()
    facts: Mapping[int, str] = field(default_factory=dict)
    settled: Mapping[str, int]
    lost_fields: tuple[str, ...] = ()
    base: int | None = None


def close(work: Merge, listings: Select[Any]) -> None:
    """Ends the open versions of listings with this run."""
    open_version = m.version.c.to_run.is_(None)
    work.connection.execute(
        update(m.version).where(open_version, m.version.c.listing_id.in_(listings)).values(to_run=work.run.sequence)
    )


def is_seen(listing_id: ColumnElement[int]) -> ColumnElement[bool]:
    """That a listing is among those that the run saw."""
    settled, stage = m.settled.c.listing_id, m.stage.c.listing_id
    return or_(exists().where(settled == listing_id), exists().where(stage == listing_id))
