"""A crawl from beginning to end: begin the run, capture, assemble, normalise, judge and merge."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path

from restock import clock
from restock.errors import UsageError
from restock.keys import site_keys
from restock.listing import RawListing
from restock.run import CrawlOutcome, Run
from restock.settings import Settings
from restock.site import Site
from restock.terms import PageRole, RunKind, RunStatus
from restock.vantage import proxy_place, vantage_of
from scheduler.corrections import correct_if_rules_changed
from scheduler.evidence import warc_path
from scheduler.forbidden import keep_forbidden
from scheduler.reading import Clerk, read_rows
from scheduler.workspace import Workspace
from spiders.crawling import KNOWN_FILE, CrawlJob, Progress, run_crawl
from spiders.evidence import site_slug
from spiders.spool import SPOOL_FILE, SpoolTail, read_spool

OnProgress = Callable[[str, Progress], None]


@dataclass(frozen=True, slots=True)
class Pace:
    """How fast a site is asked, where the user says so: seconds between requests, requests at once per host."""

    delay: float | None = None
    concurrency: int | None = None


def crawl_site(
    workspace: Workspace,
    site: Site,
    *,
    kind: RunKind = RunKind.CRAWL,
    pace: Pace | None = None,
    start: str | None = None,
    on_progress: OnProgress | None = None,
) -> Run:
    """One run of a site, merged into the catalogue. With `start`, the crawl begins there and not where the
    definition says; a start that is a product page is the whole run.

    Raises UsageError where another run of the site is under way; an interrupted run is marked as failed."""
    refuse_without_start(site, start)
    site_keys(workspace.settings, site)  # said before a run begins
    catalogue = workspace.catalogue
    with workspace.site_lock(site.name):
        notes = correct_if_rules_changed(workspace, site)
        run = catalogue.begin_run(
            site,
            kind,
            rules=workspace.revision(site),
            observed_at=clock.now(),
            started_at=clock.now(),
            definition=site.model_dump_json(exclude_defaults=True),
        )
        try:
            job = crawl_job(workspace.settings, site, run.id, pace=pace or Pace(), start=start)
            if kind is RunKind.CRAWL:  # a snapshot is a proof by itself
                job = job.model_copy(update={"earlier": _earlier(workspace, site)})
            job = job.model_copy(update={"known": _known(workspace, site, job.folder)})
            clerk = Clerk(workspace.normaliser(site), run)
            result = run_crawl(job, on_progress=_meanwhile(job, clerk, on_progress))
            result.outcome.vantage = vantage_of(workspace.settings, site).to_json()
            return settle(workspace, site, run, read_spool(result.spool), result.outcome, clerk=clerk, warnings=notes)
        except BaseException as error:
            mark_failed(workspace, run, error, f"interrupted: {str(error) or type(error).__name__}")
            raise


def _earlier(workspace: Workspace, site: Site) -> Path | None:
    """The evidence of the site's last complete crawl: what has not changed since is not stored again."""
    for run in workspace.catalogue.runs(site.name, limit=_LOOKED_THROUGH):
        if run.kind is RunKind.CRAWL and run.status is RunStatus.COMPLETE and run.whole_site:
            path = warc_path(workspace.settings, run)
            return path if path.exists() else None
    return None


def _known(workspace: Workspace, site: Site, folder: Path) -> Path | None:
    """A file of the addresses of known goods, for a site whose goods have pages of their own."""
    if site.source != "pages" or site.listings == "cards":
        return None
    folder.mkdir(parents=True, exist_ok=True)
    file = folder / KNOWN_FILE
    file.write_text("".join(f"{url}\n" for url in workspace.catalogue.addresses(site.name)), encoding="utf-8")
    return file


_LOOKED_THROUGH = 50  # runs


def _meanwhile(job: CrawlJob, clerk: Clerk, on_progress: OnProgress | None) -> Callable[[Progress], None]:
    """What is done while a crawl goes on: the rows that will most likely stay as they are, are prepared."""
    spool = SpoolTail(job.folder / SPOOL_FILE)
    roles = {PageRole.LIST, PageRole.PRODUCT} if job.site.listings == "cards" else {PageRole.PRODUCT}

    def progressed(progress: Progress) -> None:
        clerk.prepare(row for row in spool.rows() if row.read_from in roles)
        if on_progress is not None:
            on_progress(job.site.name, progress)

    return progressed


def mark_failed(workspace: Workspace, run: Run, error: BaseException, reason: str) -> None:
    """Marks a run as failed. Where that fails too (a full disk), the first error is the one to be told: the run is
    marked when the catalogue is opened next."""
    try:
        workspace.catalogue.fail_run(run.id, reason, clock.now())
    except Exception as second:  # noqa: BLE001  whatever it is, it must not stand in the first one's place
        error.add_note(f"{run.id} could not be marked as failed: {second}")


def refuse_without_start(site: Site, start: str | None = None) -> None:
    if start is None and not site.start:
        raise UsageError(
            f"{site.name}: it has no start address; `restock import {site.name} FILE` takes its price lists"
        )


def crawl_job(
    settings: Settings, site: Site, run_id: str, *, pace: Pace, start: str | None = None, sample: int | None = None
) -> CrawlJob:
    """The job of one crawl: the user's pace before the definition's, the definition's before the polite defaults."""
    delay = pace.delay if pace.delay is not None else site.delay
    concurrency = pace.concurrency if pace.concurrency is not None else site.concurrency
    allowed = 3600 / site.requests_per_hour if site.requests_per_hour else 0.0
    return CrawlJob(
        run_id=run_id,
        site=site,
        start=(start,) if start is not None else (),
        delay=max(settings.crawl.delay, allowed) if delay is None else delay,
        concurrency=settings.crawl.concurrency if concurrency is None else concurrency,
        given=delay is not None,
        folder=settings.runs_dir / run_id,
        evidence_dir=settings.evidence_dir,
        contact=settings.crawl.contact,
        timeout=settings.crawl.timeout,
        retries=settings.crawl.retries,
        deadline=settings.crawl.deadline,
        max_bytes=settings.crawl.max_bytes,
        max_list_bytes=settings.crawl.max_list_bytes,
        page_only=False if start is None else None,
        sample=sample,
        browser=settings.crawl.browser,
        page_seconds=settings.crawl.page_seconds,
        child="scheduler.crawl_child",
        home=settings.home,
        proxy=proxy_place(settings, site),
        asked=settings.home / "asked" / f"{site_slug(site.name)}.txt" if site.requests_per_hour else None,
    )


def settle(
    workspace: Workspace,
    site: Site,
    run: Run,
    rows: Iterable[RawListing],
    outcome: CrawlOutcome,
    *,
    clerk: Clerk | None = None,
    warnings: Sequence[str] = (),
) -> Run:
    """Folds raw listings, normalises them, and lets the catalogue judge and merge the run."""
    if outcome.forbidden_products:
        rows = list(rows)
        keep_forbidden(workspace, site.name, rows, outcome)
    listings = read_rows(clerk or Clerk(workspace.normaliser(site), run), run, rows, outcome)
    return workspace.catalogue.finish_run(
        run.id,
        listings,
        outcome,
        guard=site.guard,
        whole_site=not outcome.single_page,
        unread=listings.count_unread,
        finished_at=clock.now,
        warnings=warnings,
    )
