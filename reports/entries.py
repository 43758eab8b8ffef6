"""Changes and corrections as entries of a report: one heading, its figures and its facts, ready to be laid out."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any

from reports.comparison import comparison_lines, converted_text
from reports.data import WeeklyData
from reports.figures import figures_of
from reports.safety import safe_link, shown
from reports.wording import (
    availability_text,
    condition_text,
    moment_text,
    price_text,
    restriction_text,
    source_parts,
    stock_text,
    vat_text,
)
from restock.change import Change, Correction
from restock.listing import Listing
from restock.terms import Event


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled line under an entry; `link` is an address that is safe to follow. Proof is set in small type."""

    label: str
    text: str
    link: str | None = None
    proof: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One listing in a section. `figures` stand beside the heading, the first of them large; `rank` puts what
    matters more first; `group` is the heading that it stands under, where its section has groups."""

    title: str
    link: str | None
    tags: tuple[str, ...]
    figures: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    restricted: bool = False
    rank: tuple[Any, ...] = ()
    group: str | None = None


def newly_available(change: Change, data: WeeklyData) -> Entry:
    """A restricted product that can be had now and could not be before: price, stock, reasons, offers, proof."""
    listing = change.listing
    condition = condition_text(listing)
    figures = (price_text(listing), converted_text(listing, data), vat_text(listing))
    facts = [
        Fact("stock", stock_text(listing) + _formerly(change)),
        Fact("since", moment_text(_held_since(change)) + _first_seen(listing, data)),
        *([Fact("condition", condition)] if condition else []),
        *(Fact("offers", line) for line in comparison_lines(listing, data)),
        *_reasons(listing),
        *_proof(listing),
    ]
    return Entry(
        title=shown(listing.title),
        link=safe_link(listing.url),
        tags=_tags(listing),
        figures=tuple(figure for figure in figures if figure),
        facts=tuple(facts),
        restricted=listing.restricted,
        rank=_rank(change),
        group=f"{shown(listing.brand, 60) or 'No brand'} — {shown(listing.site, 60)}",
    )


def market_change(change: Change, data: WeeklyData) -> Entry:
    """Any other event, with the figures that changed."""
    listing = change.listing
    return Entry(
        title=shown(listing.title),
        link=safe_link(listing.url),
        tags=(*_tags(listing), shown(listing.site, 60)),
        figures=figures_of(change, data),
        facts=_facts(change),
        restricted=listing.restricted,
        rank=_rank(change),
    )


def correction(found: Correction) -> Entry:
    """What our own rules made of a listing: field by field, before and after."""
    listing = found.after or found.before
    before, after = _state(found.before), _state(found.after)
    facts = [Fact(shown(name, 40), f"{_value(before, name)} → {_value(after, name)}") for name in found.fields]
    whole = "read now, was not before" if not found.before else "no longer read" if not found.after else ""
    return Entry(
        title=shown(listing.title) if listing else "",
        link=safe_link(listing.url) if listing else None,
        tags=(*_tags(listing), shown(listing.site, 60)) if listing else (),
        figures=(whole,) if whole else (),
        facts=tuple(facts),
        restricted=bool(listing and listing.restricted),
        rank=(
            "restricted" not in found.fields,
            not (listing and listing.restricted),
            listing.title if listing else "",
        ),
    )


def _rank(change: Change) -> tuple[Any, ...]:
    """Restricted first, newly available first, bigger price move first; then by name, so that the order is settled."""
    listing = change.listing
    move = abs(change.change_pct) if change.change_pct is not None else Decimal(0)
    return (not listing.restricted, not change.newly_available, -move, listing.site or "", listing.title, change.event)


def _tags(listing: Listing) -> tuple[str, ...]:
    return tuple(shown(part, 60) for part in (listing.brand, listing.mpn) if part)


def _formerly(change: Change) -> str:
    if change.event is Event.REAPPEARED:
        return "; it had disappeared from this site"
    if change.before is None:
        return "; new at this site"
    return f"; was {availability_text(change.before)}"


def _first_seen(listing: Listing, data: WeeklyData) -> str:
    first = data.first_seen.get((listing.site or "", listing.key or ""))
    return f"; listed here since {moment_text(first)}" if first else ""


def _reasons(listing: Listing) -> list[Fact]:
    facts = []
    for rule in listing.restrictions:
        name, link = source_parts(rule.source)
        facts.append(Fact("restricted", f"{restriction_text(rule)} (source: {name})", link))
    return facts


def _proof(listing: Listing) -> list[Fact]:
    proof = listing.evidence
    if proof is None:
        return []
    text = f"{proof.warc}, record {proof.record_id}, SHA-256 {proof.sha256}"
    return [Fact("evidence", shown(text, 400), proof=True)]


_DETAILS = ("title", "brand", "mpn", "condition", "relation")


def _held_since(change: Change) -> datetime:
    """When the later state was first seen: in a week of many runs that is not the window's end."""
    seen = change.after.observed_at if change.after else None
    return min(seen, change.at) if seen else change.at


def _facts(change: Change) -> tuple[Fact, ...]:
    seen = Fact("seen", moment_text(_held_since(change)))
    if change.event is not Event.DETAILS_CHANGED:
        return (seen,)
    before, after = _state(change.before), _state(change.after)
    differing = (name for name in _DETAILS if before.get(name) != after.get(name))
    return (*(Fact(name, f"{_value(before, name)} → {_value(after, name)}") for name in differing), seen)


def _state(listing: Listing | None) -> dict[str, Any]:
    return listing.to_json() if listing else {}


def _value(state: dict[str, Any], name: str) -> str:
    value = state.get(name)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list):
        return shown("; ".join(_part(part) for part in value)) or "none"
    return "none" if value is None else shown(str(value))


def _part(part: Any) -> str:
    return " ".join(str(piece) for piece in part.values() if piece is not None) if isinstance(part, dict) else str(part)
