"""The catalogue: the one public face of this room. Everything it takes and gives is a noun of the kernel."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import select

from catalog import (
    corrections,
    evidence,
    questions,
    rates,
    recording,
    runs,
    upkeep,
)
from catalog import models as m
from catalog.answers import Answers
from catalog.database import Database, backup
from catalog.desk import Desk
from catalog.vitals import recent_vitals
from restock.errors import CatalogueError
from restock.health import Vitals
from restock.listing import Listing
from restock.rate import Rate
from restock.run import CrawlOutcome, Run
from restock.site import Guard, Site
from restock.terms import RunKind

_TIMEOUT = 30.0


class Catalogue(Answers):
    """An open catalogue. Every failure of its database is a CatalogueError, every wrong question a UsageError."""

    def __init__(self, database: Database, owner: str | None = None) -> None:
        super().__init__(database)
        self._owner = owner
        self.desk = Desk(database, owner)

    @classmethod
    def open(cls, url: str, *, timeout: float = _TIMEOUT, owner: str | None = None) -> Self:
        """Opens the catalogue at an SQLAlchemy URL; a fresh SQLite file is given its tables. `timeout` is how many
        seconds to wait for another writer; `owner` names the home that the runs begun here belong to."""
        return cls(Database.open(url, timeout=timeout), owner)

    @staticmethod
    def upgrade(url: str, *, timeout: float = _TIMEOUT) -> None:
        """Applies the migrations that a database lacks."""
        Database.upgrade(url, timeout=timeout)

    @property
    def is_unwritable(self) -> bool:
        """Whether the catalogue can only be read: a file on a disk, or in a folder, that nothing may be written to."""
        return self._database.is_unwritable

    def close(self) -> None:
        self._database.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def check(self) -> list[str]:
        """What is wrong with the catalogue; nothing, when all is well."""
        try:
            with self._database.read() as connection:
                return upkeep.check(connection)
        except CatalogueError as error:
            return [str(error)]

    def backup(self, path: Path) -> None:
        """A consistent copy, taken while others use the catalogue."""
        backup(self._database, path)

    def begin_run(
        self,
        site: Site | str,
        kind: RunKind,
        *,
        rules: str,
        observed_at: datetime,
        started_at: datetime,
        definition: str | None = None,
    ) -> Run:
        """Begins a run. Raises UsageError for a price list that is older than the site's last run."""
        name = site if isinstance(site, str) else site.name
        dates = {"observed_at": observed_at, "started_at": started_at}
        values = {"kind": kind.value, "rules": rules, "definition": definition, "owner": self._owner, **dates}
        with self._database.write() as connection:
            sequence = runs.begin(connection, name, values)
            return runs.find(connection, runs.run_name(name, sequence))

    def finish_run(
        self,
        run_id: str,
        listings: Iterable[Listing],
        outcome: CrawlOutcome,
        *,
        guard: Guard,
        finished_at: datetime | Callable[[], datetime],
        whole_site: bool = True,
        unread: int | Callable[[], int] = 0,
        warnings: Sequence[str] = (),
    ) -> Run:
        """Judges and merges what a run saw, in one transaction; gives the run as it ended. `whole_site` is False for
        a run over single pages. `unread` and `finished_at` may be what
        gives them once the last listing was taken."""
        told = recording.Ending(
            outcome=outcome,
            guard=guard,
            finished_at=finished_at,
            unread=unread,
            whole_site=whole_site,
            warnings=warnings,
        )
        recording.finish_run(self._database, run_id, listings, told)
        return self.run(run_id)

    def fail_run(self, run_id: str, reason: str, finished_at: datetime) -> Run:
        """Ends a run of which nothing is kept."""
        recording.fail_run(self._database, run_id, reason, finished_at)
        return self.run(run_id)

    def fail_interrupted(self, site: str, finished_at: datetime, *, but: str | None = None) -> list[Run]:
        """Ends the runs of a site that a dead process of this home left running. The caller holds the site's lock in
        this home, so no living process is at them; `but` is its own run. Runs of other homes are left alone."""
        with self._database.read() as connection:
            left = runs.left_running(connection, self._owner, site)
        return [self.fail_run(name, "interrupted", finished_at) for name in left if name != but]

    def under_way(self) -> dict[str, datetime]:
        """The sites that a run of this home is at, or was when its process died, and since when."""
        with self._database.read() as connection:
            return runs.under_way(connection, self._owner)

    def accept(self, run_id: str) -> Run:
        """Overrules the guard: what the site's latest run did not see is gone as of that run."""
        recording.accept(self._database, run_id)
        return self.run(run_id)

    def runs_to_correct(self, site: str, rules: str) -> list[Run]:
        """The runs that must be corrected before a run under these rules can be compared, in their order."""
        with self._database.read() as connection:
            return corrections.runs_to_correct(connection, site, rules)

    def correct(
        self,
        run: Run,
        listings: Iterable[Listing],
        *,
        rules: str,
        finished_at: datetime,
        guard: Guard | None = None,
        unread: int | Callable[[], int] = 0,
    ) -> Run:
        """Merges a merged run's second reading, under other rules, as a correction run; gives that."""
        correction = corrections.correct(
            self._database,
            run,
            listings,
            rules=rules,
            guard=guard or Guard(),
            unread=unread,
            finished_at=finished_at,
        )
        return self.run(correction)

    def run(self, run_id: str) -> Run:
        """A run with the outcome of its crawl."""
        with self._database.read() as connection:
            return runs.find(connection, run_id)

    def runs(
        self, *sites: str, limit: int | None = None, after: datetime | None = None, until: datetime | None = None
    ) -> list[Run]:
        """Runs without their outcomes (`run` has it), the latest first; of some sites, or of what they observed after
        one moment and up to another."""
        query = runs.every_run().order_by(m.run.c.id.desc()).limit(limit)
        if sites:
            query = query.where(m.site.c.name.in_(sites))
        if after is not None:
            query = query.where(m.run.c.observed_at > after)
        if until is not None:
            query = query.where(m.run.c.observed_at <= until)
        with self._database.read() as connection:
            return [runs.to_run(row) for row in connection.execute(query)]

    def last_complete(self, until: datetime) -> dict[str, datetime | None]:
        """Each site that had a run up to a moment, with the time of its last complete one."""
        with self._database.read() as connection:
            return runs.last_complete(connection, until)

    def complete_looks(self, until: datetime) -> dict[str, list[datetime]]:
        """When each site was crawled completely, up to a moment, the oldest first."""
        with self._database.read() as connection:
            return runs.complete_looks(connection, until)

    def first_observed(self) -> datetime | None:
        """When the first run of all observed its site."""
        with self._database.read() as connection:
            return connection.execute(select(m.run.c.observed_at).order_by(m.run.c.id).limit(1)).scalar()

    def vitals(self, site: str, limit: int) -> list[Vitals]:
        """The vital signs of a site's last crawls, the latest first."""
        with self._database.read() as connection:
            return recent_vitals(connection, site, limit)

    def proofs(self, warcs: Collection[str]) -> dict[str, set[str]]:
        """By WARC file (`site/run.warc.gz`), the ids of the records that states rest on."""
        with self._database.read() as connection:
            return evidence.proofs(connection, warcs)

    def definition_of(self, run_id: str) -> str | None:
        """The site's definition as it was when the run began."""
        with self._database.read() as connection:
            run = runs.find(connection, run_id)
            return connection.execute(select(m.run.c.definition).where(m.run.c.id == run.sequence)).scalar()

    def rename_site(self, name: str, new_name: str) -> bool:
        """Gives a site, with all its runs and listings, another name; False where that can't be."""
        with self._database.write() as connection:
            return runs.rename_site(connection, name, new_name)

    def sites_seen(self) -> list[str]:
        with self._database.read() as connection:
            return list(connection.execute(select(m.site.c.name).order_by(m.site.c.name)).scalars())

    def listings_of_run(self, run_id: str) -> Iterator[Listing]:
        """What a run saw, as of that run, by key."""
        run = self.run(run_id)
        return self._stream(lambda connection: questions.listings_of_run(connection, run))

    def import_rates(self, rows: Iterable[Rate]) -> rates.Imported:
        """Keeps exchange rates; one that its source gives again replaces the earlier one."""
        with self._database.write() as connection:
            return rates.import_rates(connection, rows)
