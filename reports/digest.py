"""The digest: a window's changes sorted into sections, ranked by importance and summed up in one line."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from reports import entries
from reports.coverage import coverage_entries
from reports.data import WeeklyData
from reports.entries import Entry
from reports.wording import count_text, date_text
from restock.change import Change
from restock.terms import Event


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries under one heading, most important first. `weight` is its share when a long report must be cut."""

    name: str
    title: str
    note: str
    entries: tuple[Entry, ...]
    weight: int = 2

    def cut(self, limit: int) -> "Shown":
        """What is shown of the section where `limit` entries of weight one may be."""
        kept = self.entries[: max(1, limit * self.weight)]
        left = len(self.entries) - len(kept)
        if not left:
            return Shown(self, _grouped(kept), None)
        restricted = sum(entry.restricted for entry in self.entries[len(kept) :])
        more = (
            f"{count_text(left, 'more entry', 'more entries')} of {len(self.entries)}, {restricted} of them restricted"
        )
        return Shown(self, _grouped(kept), f"Left out for length: {more}. The attachments hold them all.")


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as it is laid out: its groups (one without a name where it has none), and what was cut."""

    section: Section
    groups: tuple[tuple[str | None, tuple[Entry, ...]], ...]
    cut: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    summary: str
    subject: str
    sections: tuple[Section, ...]


def _grouped(kept: Sequence[Entry]) -> tuple[tuple[str | None, tuple[Entry, ...]], ...]:
    groups: dict[str | None, list[Entry]] = {}
    for entry in sorted(kept, key=lambda one: (one.group or "").casefold()):
        groups.setdefault(entry.group, []).append(entry)
    return tuple((name, tuple(members)) for name, members in groups.items())


_NEWLY = "Restricted goods that can be had now and could not be before, by brand and site."
_SECTIONS: tuple[tuple[str, str, str, frozenset[Event]], ...] = (
    ("prices", "Price movements", "Restricted goods first, then by size.", frozenset({Event.PRICE_CHANGED})),
    (
        "life",
        "Appeared, disappeared, returned",
        "Gone means: a complete run did not find it.",
        frozenset({Event.APPEARED, Event.DISAPPEARED, Event.REAPPEARED}),
    ),
    ("stock", "Availability", "What the site says about stock.", frozenset({Event.AVAILABILITY_CHANGED})),
    ("quantities", "Quantities", "Where a site states a number.", frozenset({Event.QUANTITY_CHANGED})),
    (
        "details",
        "Descriptions",
        "Title, brand, part number, condition or relation as the site gives them.",
        frozenset({Event.DETAILS_CHANGED}),
    ),
)
_CORRECTIONS = "Readers, rules or data files of restock changed; the market did not."
_COVERAGE = "Each site's crawls in this window, the incomplete ones first."


def digest(data: WeeklyData) -> Digest:
    """Everything that the report says, uncut."""
    newly = first_news(data.changes)
    told = {id(change) for change in newly}
    others = [change for change in data.changes if id(change) not in told]
    found = [
        _section(
            "newly", "Newly available restricted goods", _NEWLY, (entries.newly_available(c, data) for c in newly), 3
        ),
        *(
            _section(name, title, note, (entries.market_change(c, data) for c in others if c.event in events))
            for name, title, note, events in _SECTIONS
        ),
        _section("corrections", "Corrections of our own", _CORRECTIONS, map(entries.correction, data.corrections), 1),
        _section("coverage", "Coverage", _COVERAGE, coverage_entries(data.coverage, data.totals)),
    ]
    summary = _summary(data, len(newly), others)
    return Digest(summary=summary, subject=_subject(data, newly), sections=tuple(s for s in found if s.entries))


def first_news(changes: Iterable[Change]) -> list[Change]:
    """One newly available change for each listing: the event that says so best, where it has several."""
    best: dict[tuple[str | None, str | None], Change] = {}
    for change in changes:
        if change.newly_available:
            name = (change.listing.site, change.listing.key)
            if name not in best or _TELLING.index(change.event) < _TELLING.index(best[name].event):
                best[name] = change
    return list(best.values())


_TELLING = (
    Event.APPEARED,
    Event.REAPPEARED,
    Event.AVAILABILITY_CHANGED,
    Event.PRICE_CHANGED,
    Event.DETAILS_CHANGED,
    Event.QUANTITY_CHANGED,
    Event.DISAPPEARED,
)


def _section(name: str, title: str, note: str, found: Iterable[Entry], weight: int = 2) -> Section:
    ranked = tuple(sorted(found, key=lambda entry: entry.rank))
    return Section(name=name, title=title, note=note, entries=ranked, weight=weight)


_COUNTED: tuple[tuple[Event, str, str], ...] = (
    (Event.PRICE_CHANGED, "price change", "price changes"),
    (Event.APPEARED, "appeared", "appeared"),
    (Event.DISAPPEARED, "disappeared", "disappeared"),
    (Event.REAPPEARED, "returned", "returned"),
    (Event.AVAILABILITY_CHANGED, "availability change", "availability changes"),
    (Event.QUANTITY_CHANGED, "quantity change", "quantity changes"),
    (Event.DETAILS_CHANGED, "description change", "description changes"),
)


def _summary(data: WeeklyData, newly: int, others: Sequence[Change]) -> str:
    """The report in one line, coverage included; each change is counted where it stands."""
    counts = Counter(change.event for change in others)
    parts = [count_text(counts[event], one, many) for event, one, many in _COUNTED if counts[event]]
    if newly:
        parts.insert(0, f"{count_text(newly, 'newly available restricted listing')}")
    if data.corrections:
        parts.append(count_text(len(data.corrections), "correction of our own", "corrections of our own"))
    return f"{', '.join(parts) or 'No changes'} at {count_text(len(data.coverage), 'site')}; {_covered(data)}."


def _covered(data: WeeklyData) -> str:
    short = [site for site in data.coverage if not site.whole]
    if not data.coverage:
        return "no site was watched"
    if not short:
        return "every crawl was complete"
    return f"{count_text(len(short), 'site was', 'sites were')} not crawled completely"


def _subject(data: WeeklyData, newly: Sequence[Change]) -> str:
    """From counts alone: no page text reaches a mail header."""
    days = f"{date_text(data.since)} to {date_text(data.until)}"
    if newly:
        news = f"{len(newly)} newly available restricted"
    else:
        news = count_text(len(data.changes), "change") if data.changes else "no changes"
    return f"restock weekly: {news}, {days}"
