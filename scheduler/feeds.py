"""The home's Atom feeds: `feeds/<watch list>.atom`, written anew after crawls."""

from collections.abc import Iterator
from datetime import datetime, timedelta

from reports.feeds import atom_feed, feed_name
from reports.files import make_folder, write_text
from restock.change import Change
from restock.run import Run
from restock.terms import RunKind, RunStatus
from scheduler.changes import market_changes
from scheduler.editions import watch_over
from scheduler.watching import watchlists_of
from scheduler.weekly import is_false_positive, standing_marks
from scheduler.workspace import Workspace

FEEDS = "feeds"
REACH = timedelta(days=14)
_LOOKED_THROUGH = 50  # runs, of which the last that ended is among the first
_PATIENCE = 600.0  # seconds that one writer waits for another


def write_feeds(workspace: Workspace, now: datetime) -> list[str]:
    """One feed for each watch list, over the two weeks before it was last written and what came since; gives the files'
    names."""
    lists = watchlists_of(workspace)
    if not lists:
        return []
    folder = make_folder(workspace.settings.home / FEEDS)
    with workspace.held(FEEDS, wait=_PATIENCE) as alone:
        if not alone:
            return []  # another process is writing them
        now, since = _reach(workspace, now)
        marks = standing_marks(workspace)
        found = _changes(workspace, since, now)
        changes = [change for change in found if not is_false_positive(marks, change.listing)]
        for left in folder.glob(".*.part"):
            left.unlink()  # of a writer that was killed
        for name, watchlist in lists.items():
            watch = watch_over(workspace, [watchlist], now)
            text = atom_feed(watchlist, [change for change in changes if watch.wants(change)], now, marks)
            write_text(folder / feed_name(name), text)
        workspace.catalogue.desk.finish_job(FEEDS, now, "written")
    return [feed_name(name) for name in lists]


def update_feeds(workspace: Workspace, now: datetime) -> list[str]:
    """Writes the feeds where a run ended since they were last written: an import by hand, a crawl that was no job."""
    known = workspace.catalogue.desk.job(FEEDS)
    ended = [run.finished_at for run in workspace.catalogue.runs(limit=_LOOKED_THROUGH) if run.finished_at is not None]
    if not ended or (known is not None and known.done_at is not None and max(ended) < known.done_at):
        return []
    return write_feeds(workspace, now)


def _changes(workspace: Workspace, since: datetime, now: datetime) -> Iterator[Change]:
    """What each complete run changed, as a report would tell it: from run to run and not over the whole span, so that
    an entry stays as it was. A site's first run within reach is compared with the one before it, however old."""
    complete: dict[str, list[Run]] = {}
    for run in reversed(workspace.catalogue.runs(after=since, until=now)):
        if run.status is RunStatus.COMPLETE and run.whole_site and run.kind is not RunKind.CORRECTION:
            complete.setdefault(run.site, []).append(run)
    for site, runs in complete.items():
        earlier: datetime | str = since
        for run in runs:
            yield from market_changes(workspace, since=earlier, until=run.id, sites=[site]).changes
            earlier = run.id


def _reach(workspace: Workspace, now: datetime) -> tuple[datetime, datetime]:
    """Until when and since when feeds tell. Two weeks back from when they were last written: what came while nobody
    wrote them is told too. A writer that waited for a later one takes nothing back."""
    written = workspace.catalogue.desk.meet_job(FEEDS, now).done_at or now
    return max(now, written), min(now, written) - REACH
