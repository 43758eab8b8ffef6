"""Fixtures of the catalogue's tests: a fresh catalogue, and a shop whose days are written down in a line each."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest
from sqlalchemy import create_engine, text

from catalog import Catalogue, Diff, Search
from restock.listing import Evidence, Listing
from restock.run import CrawlOutcome, Run
from restock.site import Guard
from restock.terms import Availability, PriceType, RunKind

START = datetime(2026, 11, 1, 8, tzinfo=UTC)


def make_listing(number: int, price: str | None = "100", **values: Any) -> Listing:
    given: dict[str, Any] = {
        "site": "shop",
        "key": None,
        "url": f"https://shop.example/p/{number}",
        "title": f"Switch number {number}",
        "brand": "Cisco",
        "mpn": f"WS-{number}",
        "category": "switch",
        "price": None if price is None else Decimal(price),
        "currency": "RUB",
        "price_type": PriceType.EXACT if price is not None else PriceType.ON_REQUEST,
        "availability": Availability.IN_STOCK,
        "restricted": True,
        "evidence": Evidence(f"{number:064x}", "shop/run.warc.gz", f"<urn:uuid:00000000-0000-4000-8000-{number:012d}>"),
    }
    return Listing(**(given | values))


@dataclass
class Shop:
    """One site in a catalogue; every crawl is a day later than the one before."""

    catalogue: Catalogue
    name: str = "shop"
    rules: str = "rules-1"
    day: int = field(default=0)

    def begin(self, kind: RunKind = RunKind.CRAWL, at: datetime | None = None) -> Run:
        self.day += 1
        moment = at or START + timedelta(days=self.day - 1)
        return self.catalogue.begin_run(self.name, kind, rules=self.rules, observed_at=moment, started_at=moment)

    def crawl(
        self,
        *listings: Listing,
        outcome: CrawlOutcome | None = None,
        guard: Guard | None = None,
        kind: RunKind = RunKind.CRAWL,
        at: datetime | None = None,
        whole_site: bool = True,
    ) -> Run:
        run = self.begin(kind, at)
        return self.catalogue.finish_run(
            run.id,
            listings,
            outcome or CrawlOutcome(finished=True),
            guard=guard or Guard(),
            finished_at=run.observed_at,
            whole_site=whole_site,
        )

    def finish(self, run: Run, listings: Iterable[Listing]) -> Run:
        outcome = CrawlOutcome(finished=True)
        return self.catalogue.finish_run(run.id, listings, outcome, guard=Guard(), finished_at=run.observed_at)

    def correct(self, run: Run, *listings: Listing, rules: str = "rules-2") -> Run:
        self.rules = rules
        return self.catalogue.correct(run, listings, rules=rules, finished_at=START + timedelta(days=self.day))

    def now(self) -> list[Listing]:
        return list(self.catalogue.search(Search(site=self.name)))


def told(found: Diff) -> list[tuple[str, str]]:
    """The events of a diff with the last part of their listings' keys, in order."""
    return [(change.event.value, (change.listing.key or "").rsplit("/", 1)[-1]) for change in found.changes]


@pytest.fixture
def url(backend: str, new_database: Callable[..., str]) -> str:
    """A database of each kind in turn, with the catalogue's tables."""
    return new_database(backend)


@pytest.fixture
def empty_url(backend: str, new_database: Callable[..., str]) -> str:
    return new_database(backend, empty=True)


@pytest.fixture
def catalogue(url: str) -> Iterator[Catalogue]:
    with Catalogue.open(url, timeout=5) as opened:
        yield opened
        assert opened.check() == []


@pytest.fixture
def sql(request: pytest.FixtureRequest) -> Callable[..., None]:
    """Runs statements on the test's database, past the catalogue and past its foreign keys."""

    def run(*statements: str, on: str | None = None, **values: Any) -> None:
        engine = create_engine(on or request.getfixturevalue("url"))
        with engine.begin() as connection:
            if engine.name == "postgresql":
                connection.execute(text("SET session_replication_role = replica"))
            for statement in statements:
                connection.execute(text(statement), values)
        engine.dispose()

    return run


@pytest.fixture
def shop(catalogue: Catalogue) -> Shop:
    return Shop(catalogue)


@pytest.fixture
def shop_class() -> type[Shop]:
    """For tests that bring a catalogue of their own."""
    return Shop


@pytest.fixture
def listing() -> Callable[..., Listing]:
    return make_listing


@pytest.fixture
def events() -> Callable[[Diff], list[tuple[str, str]]]:
    return told
