"""Review: an analyst's marks on listings, and the labelled cases that they make."""

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from restock import clock
from restock.errors import EvidenceError, UsageError
from restock.listing import Listing
from restock.review import Mark, Verdict, marked_facts
from scheduler.explain import explain
from scheduler.workspace import Workspace

_MAX_NOTE = 2_000


@dataclass(frozen=True, slots=True)
class Reviewed:
    """A mark with the listing as it is now; where any of it is other than when it was marked, the mark has lapsed."""

    mark: Mark
    listing: Listing
    changed: tuple[str, ...]

    def to_json(self) -> dict[str, Any]:
        about = {"title": self.listing.title, "url": self.listing.url, "restricted": self.listing.restricted}
        return self.mark.to_json() | about | {"lapsed": bool(self.changed), "changed": list(self.changed)}


def mark_listing(workspace: Workspace, reference: str, verdict: Verdict, *, note: str, by: str) -> Reviewed:
    """Writes an analyst's word on a listing as it is now. Raises UsageError where no listing or no analyst is meant."""
    if not by.strip() or len(note) > _MAX_NOTE:
        raise UsageError(f"a mark needs a name (--by), and a note of at most {_MAX_NOTE} characters")
    listing = workspace.catalogue.listing(reference)
    mark = Mark(
        site=listing.site or "",
        key=listing.key or "",
        verdict=verdict,
        note=note,
        by=by.strip(),
        at=clock.now(),
        facts=marked_facts(listing),
    )
    workspace.catalogue.desk.mark(mark)
    return Reviewed(mark, listing, ())


def marks_of(workspace: Workspace, reference: str) -> Iterator[Reviewed]:
    """Every mark of a listing, the latest first."""
    listing = workspace.catalogue.listing(reference)
    for mark in workspace.catalogue.desk.marks_of(listing.site or "", listing.key or ""):
        yield Reviewed(mark, listing, mark.changed(listing))


def standing_reviews(workspace: Workspace) -> Iterator[Reviewed]:
    """The mark of each listing that has one."""
    for mark in workspace.catalogue.desk.marks().values():
        listing = workspace.catalogue.listing(f"{mark.site}:{mark.key}")
        yield Reviewed(mark, listing, mark.changed(listing))


@dataclass(frozen=True, slots=True)
class Case:
    """A mark as a labelled case, or why it is none."""

    name: str
    case: dict[str, Any] | None
    reason: str = ""


def labelled_cases(workspace: Workspace) -> Iterator[Case]:
    """The standing marks as cases for the evaluation: what the site shows, and what an analyst said of it.

    A lapsed mark speaks about goods that are no longer what they were, and gives none."""
    for reviewed in standing_reviews(workspace):
        name = f"{reviewed.mark.site}:{reviewed.mark.key}"
        if reviewed.changed:
            yield Case(name, None, f"the mark has lapsed: {', '.join(reviewed.changed)} changed since")
            continue
        try:
            raw = explain(workspace, name).raw.to_json()
        except EvidenceError as error:
            yield Case(name, None, str(error))
            continue
        mark = reviewed.mark
        why = f"{mark.verdict.value}, {mark.by}: {mark.note}".rstrip(": ")
        yield Case(name, {"raw": raw, "want": _wanted(reviewed), "why": why})


def _wanted(reviewed: Reviewed) -> dict[str, Any]:
    """A false positive says that the goods are not restricted, and no more; other marks say that the row is right."""
    if reviewed.mark.verdict is Verdict.FALSE_POSITIVE:
        return {"restricted": False}
    row = reviewed.listing.to_json()
    return {name: row[name] for name in ("brand", "mpn", "relation", "restricted")}
