"""Runs: one attempt at one site, what the crawl saw, and what the guard made of it."""

from dataclasses import asdict, dataclass, field, fields
from datetime import datetime
from typing import Any, Self

from restock.listing import time_text
from restock.terms import RunKind, RunStatus


@dataclass(slots=True, kw_only=True)
class CrawlOutcome:
    """What a crawl says of itself; the guard's evidence. Addresses are stable URL keys (see restock.addresses).

    finished          the whole plan was worked off; False after a crash, a signal, a deadline or a bound
    bound             the page or depth bound that was reached, None otherwise
    pages             responses by role: {"list": 12, "product": 240, "other": 9}
    lists             cards read on each list (numbered pages of one list are added up)
    failed_lists      list pages that failed, with the reason (500, timeout, blank, wall: captcha, …)
    failed_products   product pages that failed, with the reason
    forbidden_products  pages that robots.txt forbids and that may be products'; of a run that was settled, those
                      whose listings stay as an earlier run left them
    gone_products     product pages that answered 404 or 410
    dead_lists        links to lists that answered 404 or 410
    walls             pages that were a wall, with its kind
    totals            the number of goods that a list itself prints, by list
    skipped           links that were not followed, counted by reason (robots, off-site, filter, …)
    sitemaps          the sitemaps that robots.txt names
    notes             anything else that an operator should know
    single_page       the start was a product page, and that page was the whole plan; or a price list beside those that
                      the site's definition names
    vantage           from where the site was asked: the place's name, and whether through a proxy
    entities          the legal entities that the site's pages name: each with the page and its evidence
    whole_rows        the rows came from price lists: each is whole, and none completes another
    """

    finished: bool = False
    bound: str | None = None
    reason: str | None = None
    pages: dict[str, int] = field(default_factory=dict)
    lists: dict[str, int] = field(default_factory=dict)
    failed_lists: dict[str, str] = field(default_factory=dict)
    failed_products: dict[str, str] = field(default_factory=dict)
    forbidden_products: list[str] = field(default_factory=list)
    gone_products: list[str] = field(default_factory=list)
    dead_lists: list[str] = field(default_factory=list)
    walls: dict[str, str] = field(default_factory=dict)
    totals: dict[str, int] = field(default_factory=dict)
    skipped: dict[str, int] = field(default_factory=dict)
    sitemaps: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    seconds: float = 0.0
    single_page: bool = False
    whole_rows: bool = False
    entities: list[dict[str, Any]] = field(default_factory=list)
    vantage: dict[str, Any] | None = None

    @property
    def unseen_products(self) -> set[str]:
        """The pages whose goods this run says nothing of: neither what they are now nor that they are gone."""
        return self.failed_products.keys() | set(self.forbidden_products)

    def to_json(self) -> dict[str, Any]:
        return asdict(self)

    @classmethod
    def from_json(cls, row: dict[str, Any]) -> Self:
        """What this version knows of an outcome that another one may have written."""
        known = {part.name for part in fields(cls)}
        return cls(**{name: value for name, value in row.items() if name in known})


@dataclass(frozen=True, slots=True)
class Trip:
    """One layer of the guard that tripped, with its figures and samples."""

    layer: str
    message: str
    figures: dict[str, Any] = field(default_factory=dict)
    samples: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Verdict:
    """The guard's judgement of a run. Trips explain a status other than complete; warnings don't change it."""

    status: RunStatus
    trips: tuple[Trip, ...] = ()
    warnings: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """One attempt at one site. `sequence` orders runs; `observed_at` dates what they saw.

    `rules` is the revision of the readers, rules and data files that read it. `counts` holds listings seen, new,
    changed, gone, unseen, unread values, undecided. `accepted` marks a run whose verdict an operator overruled.
    `whole_site` is False for a run over single pages, which says nothing of the rest of its site.
    """

    id: str
    sequence: int
    site: str
    kind: RunKind
    status: RunStatus
    rules: str
    observed_at: datetime
    started_at: datetime
    finished_at: datetime | None = None
    baseline: bool = False
    accepted: bool = False
    whole_site: bool = True
    counts: dict[str, int] = field(default_factory=dict)
    trips: tuple[Trip, ...] = ()
    warnings: tuple[str, ...] = ()
    outcome: CrawlOutcome | None = None

    def to_json(self) -> dict[str, Any]:
        return {
            "run": self.id,
            "site": self.site,
            "kind": self.kind.value,
            "status": self.status.value,
            "observed_at": time_text(self.observed_at),
            "started_at": time_text(self.started_at),
            "finished_at": time_text(self.finished_at),
            "rules": self.rules,
            "baseline": self.baseline,
            "accepted": self.accepted,
            "whole_site": self.whole_site,
            "vantage": self.outcome.vantage if self.outcome else None,
            "counts": self.counts,
            "trips": [asdict(trip) for trip in self.trips],
            "warnings": list(self.warnings),
        }
