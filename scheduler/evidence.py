"""Stored evidence at work: a run's captures read again, and every stored byte checked."""

from collections.abc import Iterator, Sequence
from contextlib import contextmanager, suppress
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field

from restock.capture import PageCapture
from restock.errors import EvidenceError, UsageError
from restock.listing import RawListing
from restock.run import Run
from restock.settings import Settings
from restock.site import Site
from restock.terms import RunKind, RunStatus
from scheduler.workspace import Workspace
from spiders.evidence import Thinning, find_warc, open_file, read_pages, stored_lists, verify, word_path
from spiders.pricelists import ListError, Origin, PriceList, open_list
from spiders.reading import read_page


class ListDefinition(BaseModel):
    """How a price list was imported: the site as it was, the file's name, the user's map, and the
    encoding where the user named it. Kept with the run, so
    that its evidence is read again in the same way."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    site: str = ""
    file: str = ""
    mapping: dict[str, list[str]] = Field(default_factory=dict)
    encoding: str | None = None


def warc_path(settings: Settings, run: Run) -> Path:
    """A run's WARC file. It stays in the folder of the name that its site had then."""
    usual = find_warc(settings.evidence_dir, run.site, run.id, before=run.finished_at)
    return usual if usual.exists() else next(settings.evidence_dir.glob(f"*/{run.id}.warc.gz"), usual)


def name_of(warc: Path) -> str:
    """A WARC file as the catalogue names it."""
    return f"{warc.parent.name}/{warc.name}"


def thinning_of(settings: Settings, run: Run) -> Thinning | None:
    """What was dropped on purpose from the evidence of a run; None where it is whole."""
    return None if run.kind is RunKind.CORRECTION else Thinning.read(warc_path(settings, run))


def pages_of(settings: Settings, run: Run) -> Iterator[PageCapture]:
    """The stored pages that a run read, in the order of their coming.

    Raises EvidenceError where the run's file is missing."""
    return read_pages(_existing(settings, run))


def _existing(settings: Settings, run: Run) -> Path:
    path = warc_path(settings, run)
    if not path.exists():
        raise EvidenceError(f"{run.id}: its evidence is missing: {path}")
    return path


def raw_listings(workspace: Workspace, run: Run, site: Site) -> Iterator[RawListing]:
    """What today's readers find in a run's stored pages, or in its price list."""
    if reads_lists(run):
        yield from listed(workspace, run, site)
        return
    for capture in pages_of(workspace.settings, run):
        yield from listings_on(capture, site)


def reads_lists(run: Run) -> bool:
    """Whether a run's evidence is price lists: one that was imported, or those that a crawl found."""
    return run.kind is RunKind.IMPORT or (run.outcome is not None and run.outcome.whole_rows)


def listed(workspace: Workspace, run: Run, site: Site) -> Iterator[RawListing]:
    """What today's readers find in the price list of an import, by the map that it was imported with; or in those of a
    crawl, by the columns that the site's definition names."""
    if run.kind is RunKind.IMPORT:
        definition = ListDefinition.model_validate_json(workspace.catalogue.definition_of(run.id) or "{}")
        with price_list(workspace.settings, run, definition) as found:
            yield from found.rows
        return
    path = _existing(workspace.settings, run)
    for entry in stored_lists(path):
        # Where a list breaks off, or is none, its run was partial and said so.
        with (
            suppress(ListError, UsageError),
            open_file(path, entry) as file,
            open_list(file.stream, site.columns, site.encoding) as reader,
        ):
            yield from reader.rows(Origin(run.site, file.evidence))


@dataclass(frozen=True, slots=True)
class StoredList:
    """A price list opened from its evidence: its rows, each pointing there, and what its reader says of it."""

    rows: Iterator[RawListing]
    reader: PriceList


@contextmanager
def price_list(settings: Settings, run: Run, definition: ListDefinition) -> Iterator[StoredList]:
    """Raises EvidenceError where the run's file is missing or altered."""
    path = _existing(settings, run)
    with open_file(path) as file, open_list(file.stream, definition.mapping, definition.encoding) as reader:
        yield StoredList(reader.rows(Origin(run.site, file.evidence)), reader)


def listings_on(capture: PageCapture, site: Site) -> Iterator[RawListing]:
    for raw in read_page(capture, site).listings:
        yield replace(raw, evidence=capture.evidence)


def verify_runs(workspace: Workspace, run_id: str | None) -> Iterator[dict[str, Any]]:
    """A row for each fault in the stored evidence of one run, or of all; the unfinished tail of a run that was broken
    off is none, nor is what was dropped on purpose, as long as no state rests on it."""
    catalogue = workspace.catalogue
    runs = [catalogue.run(run_id)] if run_id else catalogue.runs()
    for start in range(0, len(runs), _AT_ONCE):
        yield from _verify_some(workspace, runs[start : start + _AT_ONCE])


_AT_ONCE = 200  # runs that one look into the catalogue is for


def _verify_some(workspace: Workspace, runs: Sequence[Run]) -> Iterator[dict[str, Any]]:
    checkable = [run for run in runs if run.kind is not RunKind.CORRECTION and run.status is not RunStatus.RUNNING]
    files = [(run, warc_path(workspace.settings, run)) for run in checkable]
    asked = [name_of(path) for run, path in files if word_path(path).exists() or _broken_off(run)]
    proofs = workspace.catalogue.proofs(asked) if asked else {}
    for run, path in files:
        if run.status is RunStatus.FAILED and not path.exists():
            continue
        for fault in verify(path, unfinished_ok=_broken_off(run), proofs=proofs.get(name_of(path), ())):
            yield {"run": run.id, "file": str(path), **asdict(fault)}


def _broken_off(run: Run) -> bool:
    """Whether a run's crawl may have died before it could seal its evidence: what it saw may have been kept even so."""
    return run.status is RunStatus.FAILED or any(trip.layer == "finished" for trip in run.trips)
