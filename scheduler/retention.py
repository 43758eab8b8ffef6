"""Retention: evidence that is older than `evidence.keep_days` is thinned to what the catalogue rests on.

Left whole are a site's last complete run in this home and all later ones (the next correction reads them), failed runs,
and snapshots: somebody took them by hand, as a proof."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from pathlib import Path

from restock.errors import BusyError, EvidenceError, told
from restock.run import Run
from restock.terms import RunKind, RunStatus
from scheduler.evidence import name_of, warc_path
from scheduler.workspace import Workspace
from spiders.evidence import Thinning, begun, finish_all, referred, run_of, stems, thin, word_path

_AT_ONCE = 200  # runs that one look into the catalogue is for
_KINDS = (RunKind.CRAWL, RunKind.IMPORT)
_STATUSES = (RunStatus.COMPLETE, RunStatus.PARTIAL)


@dataclass(slots=True)
class Pass:
    """What one pass dropped, and what it had to leave: a line for each run."""

    runs: int = 0
    records: int = 0
    bytes: int = 0
    left: list[str] = field(default_factory=list)

    def count(self, thinning: Thinning) -> None:
        self.runs += thinning.dropped_records > 0
        self.records += thinning.dropped_records
        self.bytes += thinning.dropped_bytes

    def told(self) -> str:
        return f"{self.records:,} records, {self.bytes:,} bytes of {self.runs:,} runs dropped"


def thin_evidence(workspace: Workspace, now: datetime, stopped: Callable[[], bool] = lambda: False) -> Pass:
    """Thins the runs that are old enough and were not looked at before. A site that is being crawled is left to the
    next pass; between two runs it asks whether it is `stopped`."""
    done = Pass()
    finish_all(workspace.settings.evidence_dir)
    due = _due(workspace, now)
    for start in range(0, len(due), _AT_ONCE):
        some = due[start : start + _AT_ONCE]
        proofs = workspace.catalogue.proofs([name_of(path) for _, path in some])
        for run, path in some:
            if stopped():
                return done
            _thin_run(workspace, run, path, proofs.get(name_of(path), set()), now, done)
    return done


def _thin_run(workspace: Workspace, run: Run, path: Path, proofs: Collection[str], now: datetime, done: Pass) -> None:
    setting = f"evidence.keep_days = {workspace.settings.evidence.keep_days}"
    try:
        with workspace.site_lock(run.site):
            # What other files rest on stays too.
            proofs = set(proofs) | referred(workspace.settings.evidence_dir, path)
            done.count(thin(path, proofs, walk=run.counts.get("gone", 0) > 0, setting=setting, at=now))
    except BusyError:
        return
    except (EvidenceError, OSError) as error:
        done.left.append(f"{run.id}: its evidence was left whole: {told(error)}")


def _due(workspace: Workspace, now: datetime) -> list[tuple[Run, Path]]:
    """The runs to thin, the oldest first, each with its file."""
    settings = workspace.settings
    if settings.evidence.keep_days is None:
        return []
    before = now - timedelta(days=settings.evidence.keep_days)
    stored, looked_at = stems(settings.evidence_dir)
    if stored <= looked_at:
        return []
    here, fresh = ({run_of(stem) for stem in some} for some in (stored, stored - looked_at))
    runs = [run for run in workspace.catalogue.runs() if run.id in here]
    old = [run for run in _superseded(runs) if run.id in fresh and _is_old(run, before)]
    return [(run, path) for run in reversed(old) if _is_own(path := warc_path(settings, run), run)]


def _superseded(runs: Sequence[Run]) -> Iterator[Run]:
    """Of runs, the latest first, those that a later complete run of their site stands before."""
    complete: set[str] = set()
    for run in runs:
        if run.site in complete:
            yield run
        elif run.status is RunStatus.COMPLETE and run.whole_site:
            complete.add(run.site)


def _is_old(run: Run, before: datetime) -> bool:
    """A list that was imported today is today's evidence, whatever day it tells of."""
    return run.kind in _KINDS and run.status in _STATUSES and max(run.observed_at, run.finished_at or before) < before


def _is_own(path: Path, run: Run) -> bool:
    """Whether a file is the run's own. After a catalogue was restored, one of the same name may be all that is left of
    another run."""
    if word_path(path).exists() or not path.exists():
        return False
    return run.started_at <= begun(path) <= (run.finished_at or run.started_at)
