"""The digest: a window's changes in sections, ranked by importance and summed up in one line."""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass

from reports.coverage import not_whole
from reports.data import Coverage, WeeklyData, name_of
from reports.entries import Entry, Item
from reports.importance import kinds_text, spread
from reports.sections import Section, Sorted, sections, sort_changes
from reports.speech import Speech
from reports.wording import date_text
from restock.terms import Event

MAX_NAMED = 12
FEW = 4  # entries of a section that are always told in full


Groups = tuple[tuple[str | None, tuple[Entry, ...]], ...]


@dataclass(frozen=True, slots=True)
class Shown:
    """A section as it is laid out: its groups (one without a name where it has none), those of which a line each must
    do (`briefs`, by group and reasons), and what was cut."""

    section: Section
    groups: Groups
    briefs: Groups
    cut: str | None


@dataclass(frozen=True, slots=True)
class Tile:
    """One figure at the head of a report."""

    figure: str
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Digest:
    """Everything that a report says. `warning` says what was not crawled completely, site by site."""

    summary: str
    subject: str
    warning: tuple[str, ...]
    tiles: tuple[Tile, ...]
    sections: tuple[Section, ...]
    words: Speech


def digest(data: WeeklyData) -> Digest:
    """Everything that the report says, uncut."""
    found = sort_changes(data)
    return Digest(
        summary=_summary(data, found),
        subject=_subject(data, found),
        warning=_warning(data),
        tiles=_tiles(data, found),
        sections=tuple(sections(found, data)),
        words=data.words,
    )


def cut(section: Section, limit: int, words: Speech, lines: int = 0) -> Shown:
    """What is shown of a section where `limit` entries of weight one may be, and after them `lines` of one line each
    for every further weight."""
    most = max(FEW, limit * section.weight)
    whole, rest = spread(section.items, most)
    short, left = spread(rest, lines * (section.weight - 1))
    brief = [item for item in short if item.entry.brief]
    left += [item for item in short if not item.entry.brief]
    kept, named = [item.entry for item in whole], [item.entry for item in brief]
    return Shown(section, _grouped(kept), _grouped(named, brief=True), _cut_text(section, left, words))


_SHEETS = {
    "unconfirmed": "Unconfirmed",
    "cheaper": "Offers",
    "fleeting": "Came and went",
    "corrections": "Corrections",
    "coverage": "Coverage",
}


def _cut_text(section: Section, left: Sequence[Item], words: Speech) -> str | None:
    if not left:
        return None
    whole = words.number(len(section.items))
    if section.name == "coverage":
        return words.count("cut.sites", len(left), whole=whole)
    restricted = words.number(sum(item.restricted for item in left))
    told = words.count("cut.left", len(left), whole=whole, restricted=restricted)
    kinds = kinds_text((item.listing for item in left if item.listing), words)
    sheet = _SHEETS.get(section.name, "Changes")
    return f"{told} {words.say('cut.kinds', kinds=kinds, sheet=sheet)}" if kinds else told


def _grouped(kept: Sequence[Entry], *, brief: bool = False) -> Groups:
    """The entries under their headings, of which the one with the most important entry comes first."""
    groups: dict[str | None, list[Entry]] = {}
    for entry in kept:
        heading = ": ".join(part for part in (entry.group, entry.why) if part) if brief else entry.group
        groups.setdefault(heading, []).append(entry)
    ranked = sorted(groups.items(), key=lambda group: all(entry.known for entry in group[1]))
    return tuple((name, tuple(members)) for name, members in ranked)


_COUNTED = (
    Event.PRICE_CHANGED,
    Event.APPEARED,
    Event.DISAPPEARED,
    Event.REAPPEARED,
    Event.AVAILABILITY_CHANGED,
    Event.QUANTITY_CHANGED,
    Event.DETAILS_CHANGED,
)


def _summary(data: WeeklyData, found: Sorted) -> str:
    """The report in one line, coverage included; each change is counted where it stands."""
    words = data.words
    counts = Counter(change.event for change in found.others)
    parts = [words.count("summary.newly", len(found.newly))] if found.newly else []
    parts += [words.count(f"summary.{event.value}", counts[event]) for event in _COUNTED if counts[event]]
    parts += [words.count("summary.fleeting", len(data.fleeting))] if data.fleeting else []
    parts += [words.count("summary.corrections", len(data.corrections))] if data.corrections else []
    news = ", ".join(parts) or words.say(f"summary.{_nothing(data)}")
    line = words.count("summary.line", len(data.coverage), news=news, covered=_covered(data))
    line = line[:1].upper() + line[1:]
    if begun := [site for site in data.coverage if site.begun]:
        line += " " + _begun(data, begun)
    if unsure := sum(not site.compared and not _just_begun(site) for site in data.coverage):
        line += " " + words.count("summary.not_compared", unsure)
    if unsettled := len({name_of(change.listing) for change in data.unconfirmed}):
        line += " " + words.count("summary.unsettled", unsettled)
    if found.undecided:
        line += " " + words.count("summary.undecided", len(found.undecided))
    if data.false_positives:
        line += " " + words.count("summary.false_positives", data.false_positives)
    return line


def _nothing(data: WeeklyData) -> str:
    """How a window without changes is told: that nothing changed is known only where every site was compared."""
    unsure = _not_compared(data)
    if data.coverage and all(map(_just_begun, data.coverage)):
        return "first"
    if unsure == len(data.coverage):
        return "unknown"
    own = "_listed" if data.audience.lists else ""
    return f"nothing_known{own}" if unsure else f"nothing{own}"


def _just_begun(site: Coverage) -> bool:
    """Whether a site was seen in full at the end of the window, and for the first time."""
    return bool(site.looks) and site.looks[-1].baseline


def _begun(data: WeeklyData, begun: Sequence[Coverage]) -> str:
    """From what and from when on the changes of new sites are told."""
    names = {site.site for site in begun}
    own = [total for total in data.totals if total.site in names]
    listings, restricted = sum(one.listings for one in own), sum(one.restricted for one in own)
    days = sorted({date_text(site.begun.observed_at) for site in begun if site.begun})
    return data.words.count(
        "summary.begun",
        len(begun),
        listings=data.words.number(listings),
        restricted=data.words.number(restricted),
        day=" — ".join(dict.fromkeys((days[0], days[-1]))),
    )


def _not_compared(data: WeeklyData) -> int:
    return sum(not site.compared for site in data.coverage)


def _covered(data: WeeklyData) -> str:
    short = [site for site in data.coverage if not site.whole]
    if not data.coverage:
        return data.words.say("summary.unwatched")
    return data.words.count("summary.short", len(short)) if short else data.words.say("summary.whole")


def _subject(data: WeeklyData, found: Sorted) -> str:
    """From counts alone: no page text reaches a mail header."""
    words = data.words
    if found.newly:
        news = words.count("subject.newly", len(found.newly))
    elif data.changes or data.fleeting:
        news = words.count("subject.changes", len(data.changes) + len(data.fleeting))
    else:
        news = words.say(f"subject.{_nothing(data)}", sites=_not_compared(data), whole=len(data.coverage))
    days = words.say("subject.days", since=date_text(data.since), until=date_text(data.until))
    return words.say(f"subject.{data.audience.every.value}", news=news, days=days)


def _warning(data: WeeklyData) -> tuple[str, ...]:
    """What was not crawled completely, a line for each site."""
    short = not_whole(data)
    if not short:
        return ()
    left = len(short) - MAX_NAMED
    more = (data.words.count("coverage.more_sites", left),) if left > 0 else ()
    return (data.words.say("coverage.warning"), *short[:MAX_NAMED], *more)


def _tiles(data: WeeklyData, found: Sorted) -> tuple[Tile, ...]:
    """The figures that a reader looks for first; none in a window in which nothing happened."""
    words = data.words
    if not (data.changes or data.fleeting):
        return ()
    moves = len(found.prices) + len(found.followed)
    whole = sum(site.whole for site in data.coverage)
    counted = (
        (words.number(len(found.newly)), "newly"),
        (words.number(moves), "prices"),
        (words.number(len(found.life)), "life"),
        (f"{whole}/{len(data.coverage)}", "coverage"),
    )
    return tuple(Tile(figure, words.say(f"tile.{name}")) for figure, name in counted)
