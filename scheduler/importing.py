"""`import`: a price list as a run of its site. The file is stored first, then read from where it is stored."""

import os
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from restock import clock
from restock.errors import RestockError, UsageError
from restock.listing import RawListing
from restock.run import CrawlOutcome, Run
from restock.site import Site, checked_market
from restock.terms import RunKind
from scheduler.corrections import correct_if_rules_changed
from scheduler.crawl import mark_failed, settle
from scheduler.evidence import ListDefinition, StoredList, price_list
from scheduler.workspace import Workspace
from spiders.definitions import nameable_site, write_site
from spiders.evidence import Resource, store_file
from spiders.pricelists import ColumnMap, ColumnUse, ListError, Tally, media_type, open_list

OnRows = Callable[[int], None]
_STEP = 1_000  # rows between two reports of progress


@dataclass(frozen=True, slots=True)
class Preview:
    """What an import would read: each column with its field, and the tally of rows."""

    columns: list[ColumnUse]
    tally: Tally


def preview(file: Path, mapping: ColumnMap, *, encoding: str | None = None, on_rows: OnRows | None = None) -> Preview:
    """Reads a whole list and stores nothing.

    Raises UsageError where nothing says which column is which, ListError where the file is damaged."""
    with _readable(file).open("rb") as stream, open_list(stream, mapping, encoding) as found:
        for _ in _watched(found.rows(), on_rows):
            pass
        return Preview(found.columns(), found.tally)


def import_price_list(
    workspace: Workspace,
    site_name: str,
    file: Path,
    *,
    observed_at: datetime | None = None,
    mapping: ColumnMap | None = None,
    encoding: str | None = None,
    market: str | None = None,
    on_rows: OnRows | None = None,
) -> Run:
    """One run of a site from a price list, merged into the catalogue; an unknown site is created.

    Raises UsageError for a list that is older than the site's last run, or that needs a map; ListError for a damaged
    one, whose run has then failed."""
    chosen = {name: [*texts] for name, texts in (mapping or {}).items()}
    definition = ListDefinition(file=file.name, mapping=chosen, encoding=encoding)
    _refuse_unmapped(_readable(file), definition)
    site = _site(workspace, site_name, market)
    with workspace.site_lock(site.name):
        correct_if_rules_changed(workspace, site)
        definition = definition.model_copy(update={"site": site.model_dump_json(exclude_defaults=True)})
        run = workspace.catalogue.begin_run(
            site,
            RunKind.IMPORT,
            rules=workspace.revision(site),
            observed_at=observed_at or clock.now(),
            started_at=clock.now(),
            definition=definition.model_dump_json(),
        )
        try:
            resource = Resource(name=file.name, path=file, media_type=media_type(file.name))
            store_file(workspace.settings.evidence_dir, site.name, run.id, resource)
            with price_list(workspace.settings, run, definition) as found:
                outcome = CrawlOutcome(finished=True)
                return settle(workspace, site, run, _told(found, outcome, on_rows), outcome)
        except BaseException as error:
            reason = str(error) or type(error).__name__
            told = reason if isinstance(error, RestockError) else f"interrupted: {reason}"
            mark_failed(workspace, run, error, told)
            raise


def _readable(file: Path) -> Path:
    if not (file.is_file() and os.access(file, os.R_OK)):
        raise UsageError(f"{file}: there is no such file that can be read")
    return file


def _refuse_unmapped(file: Path, definition: ListDefinition) -> None:
    """Wrong usage leaves no run behind; a damaged file does, for those who watch the runs."""
    try:
        with file.open("rb") as stream, open_list(stream, definition.mapping, definition.encoding):
            return
    except ListError:
        return


def _site(workspace: Workspace, name: str, market: str | None) -> Site:
    """The site of that name, or a new one with a definition of its own."""
    known = workspace.sites.get(name) or (workspace.site_for(name) if "://" in name else None)
    if known is not None:
        if market not in (None, known.market):
            raise UsageError(f"--market {market}: {name} serves {known.market}, its definition says")
        return known
    site = nameable_site(name)
    if market is not None:
        site = site.model_copy(update={"market": checked_market(market)})
    write_site(workspace.settings.home, site)
    workspace.forget_sites()
    return site


def _told(found: StoredList, outcome: CrawlOutcome, on_rows: OnRows | None) -> Iterator[RawListing]:
    """The rows of a list; behind the last one, what its reader says of it. What a row that can't be read offered is
    unseen, and must not be taken for gone."""
    yield from _watched(found.rows, on_rows)
    tally = found.reader.tally
    outcome.notes.extend(tally.remarks)
    outcome.reason = tally.loss
    outcome.finished = tally.loss is None


def _watched(rows: Iterable[RawListing], on_rows: OnRows | None) -> Iterator[RawListing]:
    for number, raw in enumerate(rows, start=1):
        if on_rows is not None and number % _STEP == 0:
            on_rows(number)
        yield raw
