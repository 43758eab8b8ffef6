"""Vital signs of a run, counted when it ends: how many listings fill which field, what failed, how long it took."""

from typing import Any

from sqlalchemy import Connection, func, select

from catalog import models as m
from catalog import runs
from catalog.traits import Counts
from restock.health import Vitals
from restock.run import CrawlOutcome
from restock.terms import Availability, RunKind, RunStatus

_COUNTED = ("brand", "mpn", "category", "price", "currency", "quantity")


def vitals(connection: Connection, outcome: CrawlOutcome, settled: Counts) -> dict[str, Any]:
    """What a later look at the site's health needs of the listings seen and of the crawl's own verdict."""
    stage = m.stage.c
    known = func.count().filter(stage.availability != Availability.UNKNOWN)
    query = select(func.count(), known, *(func.count(stage[name]) for name in _COUNTED)).select_from(m.stage)
    total, *filled = connection.execute(query).one()
    counts = zip(("availability", *_COUNTED), filled, strict=True)
    return {
        "listings": total + settled["listings"],
        "filled": {name: count + settled[name] for name, count in counts},
        "pages": sum(outcome.pages.values()),
        "failed": len(outcome.failed_lists) + len(outcome.failed_products),
        "walls": len(outcome.walls),
        "seconds": outcome.seconds,
    }


def recent_vitals(connection: Connection, site: str, limit: int) -> list[Vitals]:
    """The signs of a site's last runs over the whole of it, the latest first. One that was failed has none."""
    query = runs.runs_of(site).where(
        m.run.c.status != RunStatus.RUNNING.value,
        m.run.c.kind.not_in([RunKind.CORRECTION.value, RunKind.SNAPSHOT.value]),
        m.run.c.whole,
    )
    found = []
    for row in connection.execute(query.limit(limit)):
        signs = runs.figures_of(row).get("vitals", {})
        run = runs.to_run(row)
        reasons = tuple(trip.message for trip in run.trips) or (run.warnings if run.status is RunStatus.FAILED else ())
        found.append(Vitals(run=run.id, status=run.status, observed_at=run.observed_at, reasons=reasons, **signs))
    return found
