"""The whole window as rows, for those who go on working with it: every change, visit, offer, correction, run, total."""

from collections.abc import Iterator, Sequence
from dataclasses import asdict
from decimal import Decimal
from typing import Any

from reports.data import WeeklyData
from reports.exchange import net_of_rate
from reports.importance import tier_of
from reports.tables import Row, cell, flat
from reports.workbook import Sheet
from restock.change import Change, Correction
from restock.listing import Listing, money_text, time_text
from restock.terms import RestrictionRule

_CENT = Decimal("0.01")
CHANGES = (
    "event", "site", "brand", "mpn", "title", "restricted", "newly_available", "undecided",
    "before.price", "after.price", "price", "currency", "change_pct", "usd_pct", "net_pct", "price_type", "vat",
    "before.availability", "after.availability", "before.quantity", "after.quantity",
    "condition", "relation", "category", "hs6", "components", "rules", "tier", "battlefield", "policy_since",
    "restrictions", "mark", "mark_by", "mark_at", "mark_note", "mark_changed_since",
    "first_seen", "at", "url", "key", "sku",
    "from_run", "to_run", "evidence.warc", "evidence.record_id", "evidence.sha256",
)  # fmt: skip
CORRECTIONS = ("site", "key", "title", "field", "before", "after", "run", "at", "url")
COVERAGE = (
    "site",
    "site_title",
    "run",
    "kind",
    "whole_site",
    "status",
    "observed_at",
    "counts",
    "reasons",
    "warnings",
    "last_complete",
)
FLEETING = (
    "what", "site", "brand", "mpn", "title", "restricted", "appeared_at", "gone_at", "price", "currency",
    "availability", "quantity", "rules", "tier", "battlefield", "policy_since", "restrictions",
    "mark", "mark_by", "mark_at", "mark_note", "mark_changed_since", "url", "key",
    "evidence.warc", "evidence.record_id", "evidence.sha256",
)  # fmt: skip
OFFERS = (
    "brand", "mpn", "site", "title", "price", "currency", "reporting_price", "reporting_currency", "rate", "rate_day",
    "price_type", "vat",
    "availability", "quantity", "condition", "url", "key",
)  # fmt: skip
_CONVERTED = ("reporting_price", "reporting_currency", "rate", "rate_day")
TOTALS = ("until", "site", "brand", "listings", "restricted")
ABOUT = ("sheet", "what it holds")


def change_rows(data: WeeklyData) -> Iterator[Row]:
    """Each change as the contract's JSON, widened by the values of the listing that it is about."""
    yield from _rows_of(data.changes, data)


def unconfirmed_rows(data: WeeklyData) -> Iterator[Row]:
    """What incomplete crawls saw, as the changes that it may become."""
    yield from _rows_of(data.unconfirmed, data)


def _rows_of(changes: Sequence[Change], data: WeeklyData) -> Iterator[Row]:
    for change in changes:
        listing = change.listing
        first = data.first_seen.get((listing.site or "", listing.key or ""))
        net = net_of_rate(change, data)
        moved = {"usd_pct": money_text(net.rate_pct), "net_pct": money_text(net.net_pct)} if net else {}
        said = {"undecided": listing.undecided, "first_seen": time_text(first), **moved}
        row = change.to_json()
        yield {**(row["after"] or row["before"]), **row, **said, **_reasons(listing), **_mark_cells(listing, data)}


def _reasons(listing: Listing) -> Row:
    """What a table is filtered by: the rules, the highest tier, and the day of the earliest policy."""
    rules = [rule.rule for rule in listing.restrictions]
    days = [rule.since for rule in listing.restrictions if rule.rule is RestrictionRule.BRAND_POLICY and rule.since]
    return {
        "rules": [rule.value for rule in dict.fromkeys(rules)],
        "tier": tier_of(listing),
        "battlefield": RestrictionRule.BATTLEFIELD in rules,
        "policy_since": min(days, default=None),
    }


def _mark_cells(listing: Listing, data: WeeklyData) -> Row:
    """What an analyst said of the listing, in cells; none where nobody said anything."""
    mark = data.mark(listing)
    if mark is None:
        return {}
    told = {"by": mark.by, "at": time_text(mark.at), "note": mark.note, "changed_since": list(mark.changed(listing))}
    return {"mark": mark.verdict.value, **{f"mark_{name}": value for name, value in told.items()}}


def _marked(row: Row, listing: Listing, data: WeeklyData) -> Row:
    """A row of the document with the mark on its listing, and what of it is other since."""
    mark = data.mark(listing)
    return row if mark is None else {**row, "mark": {**mark.to_json(), "changed_since": list(mark.changed(listing))}}


def fleeting_rows(data: WeeklyData) -> Iterator[Row]:
    """What came and went inside the window, with the last state that it had."""
    for found in data.fleeting:
        yield {
            **found.listing.to_json(),
            **found.to_json(),
            **_reasons(found.listing),
            **_mark_cells(found.listing, data),
        }


def offer_rows(data: WeeklyData) -> Iterator[Row]:
    """The offers beside each other at the end of the window, for the restricted products that the week was about."""
    for offers in data.offers.values():
        for offer in offers:
            rate = data.rate(offer)
            if offer.price is None or rate is None:
                yield {**offer.to_json(), **dict.fromkeys(_CONVERTED)}
                continue
            own = offer.currency == data.reporting_currency
            told = (
                money_text((offer.price * rate[0]).quantize(_CENT)),
                data.reporting_currency,
                *((None, None) if own else (f"{rate[0]:.10g}", rate[1].isoformat())),
            )
            yield {**offer.to_json(), **dict(zip(_CONVERTED, told, strict=True))}


def correction_rows(data: WeeklyData) -> Iterator[Row]:
    """One row for each field that a correction touched; `field` is null where a whole listing came or went."""
    for found in data.corrections:
        yield from _correction_rows(found)


def _correction_rows(found: Correction) -> Iterator[Row]:
    before = found.before.to_json() if found.before else {}
    after = found.after.to_json() if found.after else {}
    listing = after or before
    whole = {name: listing.get(name) for name in ("site", "key", "title", "url")}
    for name in found.fields or (None,):
        old, new = (before.get(name), after.get(name)) if name else (None, None)
        yield {**whole, "field": name, "before": old, "after": new, "run": found.run, "at": time_text(found.at)}


def coverage_rows(data: WeeklyData) -> Iterator[Row]:
    """One row for each run, and one for a run that the report did not wait for; a site that nobody looked at
    as a whole has a row that says so."""
    for site in data.coverage:
        about = {"site": site.site, "site_title": site.title, "last_complete": time_text(site.last_complete)}
        if not site.looks and site.under_way is None:
            yield {**about, "run": None, "status": "not crawled"}
        for run in site.runs:
            reasons = [trip.message for trip in run.trips]
            yield {**run.to_json(), **about, "reasons": reasons}
        if site.under_way is not None:
            yield {**about, "run": None, "status": "under way", "observed_at": time_text(site.under_way)}


def total_rows(data: WeeklyData) -> Iterator[Row]:
    """What each site holds of each brand at the window's end."""
    for total in data.totals:
        yield {"until": time_text(data.until), **asdict(total)}


def week_rows(data: WeeklyData) -> Iterator[Row]:
    """What each site held of each brand at the end of each of the last weeks."""
    for week in data.weeks:
        for total in week.totals:
            yield {"until": time_text(week.until), **asdict(total)}


def sheets(data: WeeklyData) -> list[Sheet]:
    """The workbook of a report."""
    return [
        Sheet("Changes", CHANGES, _values(CHANGES, change_rows(data))),
        Sheet("Unconfirmed", CHANGES, _values(CHANGES, unconfirmed_rows(data))),
        Sheet("Came and went", FLEETING, _values(FLEETING, fleeting_rows(data))),
        Sheet("Offers", OFFERS, _values(OFFERS, offer_rows(data))),
        Sheet("Corrections", CORRECTIONS, _values(CORRECTIONS, correction_rows(data))),
        Sheet("Coverage", COVERAGE, _values(COVERAGE, coverage_rows(data))),
        Sheet("Totals", TOTALS, _values(TOTALS, total_rows(data))),
        Sheet("Weeks", TOTALS, _values(TOTALS, week_rows(data))),
        Sheet("About", ABOUT, _about(data)),
    ]


def _about(data: WeeklyData) -> Iterator[tuple[str, str]]:
    """What the workbook is of, and what each sheet of it holds."""
    yield "window", f"{time_text(data.since)} to {time_text(data.until)}"
    yield "subscription", data.audience.name or "none in particular"
    yield "watch lists", ", ".join(data.audience.lists) or "none: every listing"
    yield from _HELD.items()
    yield "times", "All days and times are in UTC."
    yield "left out", f"{data.false_positives} listings that analysts called false positives"


_HELD = {
    "Changes": "Every change between the two ends of the window, one event a row.",
    "Unconfirmed": "What incomplete crawls saw after the last complete one of their site; no change as yet.",
    "Came and went": "What was so inside the window only: its two ends don't differ.",
    "Offers": "The offers side by side at the window's end, of the restricted products that the changes are about; "
    "reporting_price by the rate of the day on which the offer was last seen (rate, rate_day).",
    "Corrections": "What changed readers, rules or data files made of listings. The market did not change.",
    "Coverage": "Every crawl in the window with what it missed and why, or that it was under way; a site without any "
    "has one row.",
    "Totals": "All listings of each site and brand at the window's end (until), and how many of them are restricted. "
    "Watch lists don't narrow it; what analysts called a false positive is not counted as restricted.",
    "Weeks": "The same at the end of each of the last 12 weeks (until).",
}


def _values(columns: Sequence[str], rows: Iterator[Row]) -> Iterator[tuple[Any, ...]]:
    return (tuple(flat(cell(row, column)) for column in columns) for row in rows)


def document(data: WeeklyData, summary: str) -> dict[str, Any]:
    """The report as one JSON document."""
    return {
        "since": time_text(data.since),
        "until": time_text(data.until),
        "summary": summary,
        "changes": [_marked(change.to_json(), change.listing, data) for change in data.changes],
        "unconfirmed": [_marked(change.to_json(), change.listing, data) for change in data.unconfirmed],
        "fleeting": [_marked(found.to_json(), found.listing, data) for found in data.fleeting],
        "offers": list(offer_rows(data)),
        "corrections": [
            {
                "fields": list(found.fields),
                "before": found.before and found.before.to_json(),
                "after": found.after and found.after.to_json(),
                "run": found.run,
                "at": time_text(found.at),
            }
            for found in data.corrections
        ],
        "coverage": [
            {
                "site": site.site,
                "title": site.title,
                "last_complete": time_text(site.last_complete),
                "under_way": time_text(site.under_way),
                "runs": [run.to_json() for run in site.runs],
            }
            for site in data.coverage
        ],
        "totals": list(total_rows(data)),
        "weeks": list(week_rows(data)),
    }
