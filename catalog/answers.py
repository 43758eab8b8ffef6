"""Answers: what a catalogue is asked. Each reads one state of it and writes nothing."""

from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from datetime import date, datetime
from decimal import Decimal

from sqlalchemy import Connection

from catalog import diff, history, lines, pricing, questions, rates, sellers, states, summary, trends
from catalog.collecting import uncollected
from catalog.database import Database
from catalog.windows import Bounds, Marker
from restock.listing import Listing


class Answers:
    """The questions that one database answers."""

    def __init__(self, database: Database) -> None:
        self._database = database

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
