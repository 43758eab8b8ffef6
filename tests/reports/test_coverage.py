"""Coverage: what a report says of how well each site was seen."""

from datetime import timedelta
from typing import Any

from reports.data import Coverage, WeeklyData
from reports.weekly import weekly_report
from restock.run import Run, Trip
from restock.terms import RunKind, RunStatus

HOUR = timedelta(hours=1)


def test_a_page_kept_as_a_proof_is_no_look_at_the_site(full_week: WeeklyData, run: Any) -> None:
    """A site that is out of reach stays so, whatever single page somebody captured of it since."""
    failed = run(RunStatus.FAILED, (Trip("crawl", "no answer"),), sequence=7, observed_at=full_week.until - HOUR * 30)
    page = run(sequence=8, kind=RunKind.SNAPSHOT, whole_site=False, observed_at=full_week.until - HOUR)
    old = full_week.until - HOUR * 24 * 20

    def week(*runs: Run) -> tuple[Coverage, str]:
        site = Coverage(site="idle", runs=runs, last_complete=old)
        report = weekly_report(WeeklyData(since=full_week.since, until=full_week.until, coverage=[site]))
        return site, " ".join(report.text.replace("\N{NO-BREAK SPACE}", " ").split())

    (after_failure, told), (alone, told_alone) = week(failed, page), week(page)
    assert not any(site.whole or site.compared for site in (after_failure, alone))
    assert "idle: 2026-11-17: no answer; last complete 2026-10-29 06:00 UTC; no complete run in this window" in told
    assert "0 of 1 run complete" in told
    assert "Tue 17 ✗ · Wed 18 –" in told
    assert (
        "idle: not crawled; last complete 2026-10-29 06:00 UTC; only single pages were read in this window"
        in told_alone
    )
    assert all("1 run over single pages: not counted, for" in text for text in (told, told_alone))
    assert not any("saw it whole" in text or "every crawl was complete" in text for text in (told, told_alone))
