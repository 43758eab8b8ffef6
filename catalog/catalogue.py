"""The catalogue: the one public face of this room. Everything it takes and gives is a noun of the kernel."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal
from pathlib import Path
from types import TracebackType
from typing import Self

from sqlalchemy import Connection, select

from catalog import (
    corrections,
    diff,
    evidence,
    history,
    lines,
    pricing,
    questions,
    rates,
    recording,
    runs,
    sellers,
    states,
    summary,
    trends,
    upkeep,
)
from catalog import models as m
from catalog.collecting import uncollected
from catalog.database import Database, backup
from catalog.desk import Desk
from catalog.vitals import recent_vitals
from catalog.windows import Bounds, Marker
from restock.errors import CatalogueError
from restock.health import Vitals
from restock.listing import Listing
from restock.rate import Rate
from restock.run import CrawlOutcome, Run
from restock.site import Guard, Site
from restock.terms import RunKind

_TIMEOUT = 30.0


class Catalogue:
    """An open catalogue. Every failure of its database is a CatalogueError, every wrong question a UsageError."""

    def __init__(self, database: Database, owner: str | None = None) -> None:
        self._database = database
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

    def diff(
        self,
        *,
        since: Marker | None = None,
        until: Marker | None = None,
        starts: Collection[int] | None = None,
        sites: Collection[str] | None = None,
        wanted: diff.Wanted | None = None,
        reread: diff.Reread | None = None,
    ) -> diff.Diff:
        """What changed between two runs of each site; by default, the last complete run and the one before it.

        `starts` (an earlier diff's `ends`) begins each site's window exactly where that one ended, and in place of
        `since`: whatever was merged after it is told, whenever it was observed. `reread` reads earlier states again
        where only their evidence can tell what they are under the rules of the window's end."""
        with uncollected(), self._database.read() as connection:
            for site in sites or ():
                questions.refuse_unknown_site(connection, site)
            chosen = None if sites is None else list(sites)
            return diff.diff(connection, Bounds(since, until, starts), chosen, wanted or diff.Wanted(), reread)

    def search(self, query: questions.Search) -> Iterator[Listing]:
        """The listings that a search asks for, by site and key."""
        return self._stream(lambda connection: questions.search(connection, query))

    def listings_of_run(self, run_id: str) -> Iterator[Listing]:
        """What a run saw, as of that run, by key."""
        run = self.run(run_id)
        return self._stream(lambda connection: questions.listings_of_run(connection, run))

    def addresses(self, site: str) -> list[str]:
        """Where the listings are that a site is known to have now."""
        with self._database.read() as connection:
            return states.addresses(connection, site)

    def listing(self, reference: str, at: Marker | None = None) -> Listing:
        """The listing that `site:key`, a key or an address means."""
        with self._database.read() as connection:
            return questions.listing(connection, reference, at)

    def last_states(self, keys: Collection[tuple[str, str]], until: datetime) -> Iterator[Listing]:
        """Listings, by site and key, as they last stood up to a moment."""
        return self._stream(lambda connection: questions.last_states(connection, keys, until))

    def currencies(self) -> list[str]:
        """The currencies that offers are or were in."""
        with self._database.read() as connection:
            return questions.currencies(connection)

    def history(self, mpn: str) -> list[history.HistoryEntry]:
        with self._database.read() as connection:
            return history.history(connection, mpn)

    def offers(self, mpns: Iterable[str], at: Marker | None = None) -> list[Listing]:
        """The offers for part numbers, now or at a moment; the cheapest first within a currency."""
        with self._database.read() as connection:
            return questions.offers(connection, mpns, at)

    def last_offers(self, mpns: Iterable[str]) -> dict[str, tuple[str, datetime]]:
        """By part numbers that nobody offers now: the site that had the last offer, and since when that is gone."""
        with self._database.read() as connection:
            return questions.last_offers(connection, mpns)

    def counts_over_time(
        self, moments: Sequence[datetime], unrestricted: Collection[tuple[str, str]] = ()
    ) -> list[list[summary.BrandCount]]:
        """How many listings each site had of each brand at each of some moments, the oldest first; some listings, by
        site and key, count as not restricted."""
        with self._database.read() as connection:
            return trends.counts_over_time(connection, moments, unrestricted)

    def price_lines(self, mpns: Collection[str], until: datetime) -> list[lines.Line]:
        """How the prices of some part numbers' listings went, up to a moment."""
        with self._database.read() as connection:
            return lines.price_lines(connection, mpns, until)

    def sellers(
        self, *, mpns: Iterable[str] = (), brand: str | None = None, since: datetime | None = None
    ) -> list[sellers.Seller]:
        """The sites that carry part numbers, or anything of a brand, the first of them first; with `since`, those that
        began later than that."""
        with self._database.read() as connection:
            return sellers.sellers(connection, mpns=mpns, brand=brand, since=since)

    def first_seen(self, keys: Collection[tuple[str, str]]) -> dict[tuple[str, str], datetime]:
        """When listings, by site and key, were first seen."""
        with self._database.read() as connection:
            return summary.first_seen(connection, keys)

    def gone_since(self, keys: Collection[tuple[str, str]], until: datetime) -> dict[tuple[str, str], datetime]:
        """When listings, by site and key, were last found gone, up to a moment."""
        with self._database.read() as connection:
            return summary.gone_since(connection, keys, until)

    def priced_since(self, states: Iterable[Listing]) -> dict[pricing.StateName, datetime]:
        """By state (site, key and the run that it began with), when the price that it has was first seen."""
        with self._database.read() as connection:
            return pricing.priced_since(connection, states)

    def import_rates(self, rows: Iterable[Rate]) -> rates.Imported:
        """Keeps exchange rates; one that its source gives again replaces the earlier one."""
        with self._database.write() as connection:
            return rates.import_rates(connection, rows)

    def rate_spans(self) -> list[rates.RateSpan]:
        """Which rates are known, by pair of currencies and source."""
        with self._database.read() as connection:
            return rates.rate_spans(connection)

    def rate(self, currency: str, into: str, on: date) -> tuple[Decimal, date] | None:
        """What one `currency` cost in another on a day, and the day of that rate, the last one up to then."""
        with self._database.read() as connection:
            return rates.find_rate(connection, currency, into, on)

    def _stream(self, ask: Callable[[Connection], Iterator[Listing]]) -> Iterator[Listing]:
        with self._database.read() as connection:
            yield from ask(connection)
