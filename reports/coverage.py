"""Coverage as entries of a report: what was crawled completely, what was not, why, and what that hides."""

from collections.abc import Sequence

from reports.data import Coverage, Total
from reports.entries import Entry, Fact
from reports.safety import shown
from reports.wording import count_text, moment_text
from restock.run import Run
from restock.terms import RunStatus

MAX_RUNS = 6  # of one site that are told one by one
MAX_TRIPS = 4  # of one run


def coverage_entries(coverage: Sequence[Coverage], totals: Sequence[Total]) -> list[Entry]:
    """One entry per site; those not crawled completely come first."""
    return [_entry(site, totals) for site in sorted(coverage, key=lambda one: (one.whole, one.site))]


def _entry(site: Coverage, totals: Sequence[Total]) -> Entry:
    broken = [run for run in site.runs if run.status is not RunStatus.COMPLETE]
    facts = [fact for run in broken[-MAX_RUNS:] for fact in _run_facts(run)]
    if len(broken) > MAX_RUNS:
        facts.insert(0, Fact("runs", f"{len(broken) - MAX_RUNS} earlier incomplete runs are in the attachments"))
    hidden = _hidden(site)
    return Entry(
        title=shown(site.title or site.site, 80),
        link=None,
        tags=(shown(site.site, 60), *_holdings(site.site, totals)),
        figures=(_share(site), _last(site)),
        facts=(*facts, *([Fact("hidden", hidden)] if hidden else [])),
        rank=(site.whole, site.site),
    )


def _holdings(site: str, totals: Sequence[Total]) -> tuple[str, ...]:
    own = [total for total in totals if total.site == site]
    if not own:
        return ()
    listings, restricted = sum(total.listings for total in own), sum(total.restricted for total in own)
    return (f"{count_text(listings, 'listing')}, {restricted} restricted",)


def _share(site: Coverage) -> str:
    if not site.runs:
        return "not crawled"
    return f"{site.complete_runs} of {count_text(len(site.runs), 'run')} complete"


def _last(site: Coverage) -> str:
    return f"last complete {moment_text(site.last_complete)}" if site.last_complete else "never complete"


def _run_facts(run: Run) -> list[Fact]:
    label = f"{moment_text(run.observed_at)}, {run.status.value}"
    reasons = [shown(trip.message or trip.layer, 300) for trip in run.trips[:MAX_TRIPS]]
    if len(run.trips) > MAX_TRIPS:
        reasons.append(f"and {len(run.trips) - MAX_TRIPS} more reasons")
    unseen = run.counts.get("unseen", 0)
    if unseen:
        reasons.append(f"{count_text(unseen, 'known listing')} not seen, kept as they were")
    return [Fact(label, "; ".join(reasons) or "no reason was recorded")]


def _hidden(site: Coverage) -> str | None:
    """What the reader can't know about a site at the end of the window."""
    if not site.runs:
        return "no run in this window: whatever happened at this site is not in this report"
    if site.runs[-1].status is RunStatus.COMPLETE:
        return None
    if site.complete_runs:
        return "goods that went after the last complete run are not reported as gone until a run is complete again"
    return "no complete run in this window: nothing is reported as gone, and new goods may be missing"
