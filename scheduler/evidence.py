"""Stored evidence at work: a run's captures read again, and every stored byte checked."""

from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from typing import Any

from restock.capture import PageCapture
from restock.errors import EvidenceError
from restock.listing import RawListing
from restock.run import Run
from restock.settings import Settings
from restock.site import Site
from restock.terms import RunKind, RunStatus
from scheduler.workspace import Workspace
from spiders.evidence import read_pages, site_slug, verify
from spiders.reading import read_page


def warc_path(settings: Settings, run: Run) -> Path:
    return settings.evidence_dir / site_slug(run.site) / f"{run.id}.warc.gz"


def pages_of(settings: Settings, run: Run) -> Iterator[PageCapture]:
    """The stored pages that a run read, in the order of their coming.

    Raises EvidenceError where the run's file is missing."""
    path = warc_path(settings, run)
    if not path.exists():
        raise EvidenceError(f"{run.id}: its evidence is missing: {path}")
    return read_pages(path)


def raw_listings(settings: Settings, run: Run, site: Site) -> Iterator[RawListing]:
    """What today's readers find in a run's stored pages."""
    for capture in pages_of(settings, run):
        yield from listings_on(capture, site)


def listings_on(capture: PageCapture, site: Site) -> Iterator[RawListing]:
    for raw in read_page(capture, site).listings:
        yield replace(raw, evidence=capture.evidence)


def verify_runs(workspace: Workspace, run_id: str | None) -> Iterator[dict[str, Any]]:
    """A row for each fault in the stored evidence of one run, or of all; a failed run's unfinished tail is none."""
    catalogue = workspace.catalogue
    for run in [catalogue.run(run_id)] if run_id else catalogue.runs():
        if run.kind is RunKind.CORRECTION or run.status is RunStatus.RUNNING:
            continue
        failed = run.status is RunStatus.FAILED
        path = warc_path(workspace.settings, run)
        if failed and not path.exists():
            continue
        for fault in verify(path, unfinished_ok=failed):
            yield {"run": run.id, "file": str(path), **asdict(fault)}
