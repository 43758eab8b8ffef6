"""Coverage as entries of a report: what was crawled completely, what was not, why, and what that hides."""

from collections.abc import Iterator, Sequence
from datetime import UTC, date, timedelta
from functools import partial
from itertools import groupby

from reports.data import Coverage, Total, WeeklyData
from reports.entries import Day, Entry, Fact, Item
from reports.safety import shown
from reports.speech import Speech
from reports.wording import date_text, moment_text, shop_name
from restock.run import Run
from restock.terms import RunStatus

MAX_RUNS = 6  # of one site that are told one by one
MAX_TRIPS = 4  # of one run
MAX_REMARKS = 6  # of the runs over one site
MAX_IDLE = 20  # sites that were not crawled
MAX_BRANDS = 20  # of one site at its first look
MAX_DAYS = 14  # in a strip
_SYMBOLS = {"good": "✓", "bad": "✗", "none": "–"}


def coverage_items(data: WeeklyData) -> Iterator[Item]:
    """One entry per site; those not crawled completely come first."""
    return (Item((site.whole, site.site), False, partial(_entry, site, data)) for site in data.coverage)


def not_whole(data: WeeklyData) -> list[str]:
    """A line for each site that was not crawled completely: on which days, why, and what that hides; one for all those
    that were not crawled."""
    short = [site for site in _ordered(data.coverage) if not site.whole]
    told = [_shortfall(site, data) for site in short if site.runs]
    idle = [f"{shop_name(site)} ({_last(data.words, site)})" for site in short if not site.runs]
    named = [
        *idle[:MAX_IDLE],
        *([data.words.count("coverage.more_idle", len(idle) - MAX_IDLE)] if idle[MAX_IDLE:] else []),
    ]
    return [*([data.words.say("coverage.idle", sites=", ".join(named))] if idle else []), *told]


def _shortfall(site: Coverage, data: WeeklyData) -> str:
    words = data.words
    broken = [run for run in site.looks if run.status is not RunStatus.COMPLETE]
    why = next(iter(_reasons(words, broken[-1])), words.say("coverage.no_reason")) if broken else None
    told = f"{_days_text(broken)}: {why}" if why else _no_run(words, site)
    return f"{shop_name(site)}: {told}; {_last(words, site)}; {_hidden(words, site)}."


def _ordered(coverage: Sequence[Coverage]) -> list[Coverage]:
    return sorted(coverage, key=lambda one: (one.whole, one.site))


def _entry(site: Coverage, data: WeeklyData) -> Entry:
    words = data.words
    broken = [run for run in site.looks if run.status is not RunStatus.COMPLETE]
    alike = [list(several) for _, several in groupby(broken, key=partial(_run_text, words))]
    facts = [_run_fact(words, several) for several in alike[-MAX_RUNS:]]
    if left := sum(map(len, alike[:-MAX_RUNS])):
        facts.insert(0, Fact(words.say("coverage.runs"), words.count("coverage.earlier", left)))
    facts += [_accepted(words, run) for run in site.looks if run.accepted]
    facts += [_baseline(words, run) for run in site.looks if run.baseline]
    facts += _remarks(words, site)
    if pages := len(site.runs) - len(site.looks):
        facts.append(Fact(words.count("coverage.pages", pages), words.say("coverage.of_pages")))
    if site.under_way is not None:
        label = words.say("coverage.under_way", moment=moment_text(site.under_way))
        facts.append(Fact(label, words.say("coverage.not_ended")))
    hidden = _hidden(words, site) if site.runs else None  # of no run at all, the figures say so
    return Entry(
        title=shop_name(site),
        link=None,
        tags=_holdings(words, site.site, data.totals),
        figures=(_share(words, site), _last(words, site)),
        brief="; ".join(part for part in (_share(words, site), _last(words, site), hidden) if part),
        facts=(*facts, *([Fact(words.say("coverage.hidden"), hidden)] if hidden else [])),
        days=_days(site, data),
    )


def _days(site: Coverage, data: WeeklyData) -> tuple[Day, ...]:
    """Each day of the window: crawled completely, not completely, or not at all. Days that are all alike good need no
    strip: the figures say so."""
    first, last = data.since.astimezone(UTC).date(), data.until.astimezone(UTC).date()
    if (last - first).days > MAX_DAYS:
        return ()
    by_day: dict[date, list[Run]] = {}
    for run in site.looks:
        by_day.setdefault(run.observed_at.astimezone(UTC).date(), []).append(run)
    if not site.runs:
        return ()
    days = [first + timedelta(days=ahead) for ahead in range((last - first).days + 1)]
    # The window's first day belongs to the week before, but for what was seen after the window began.
    kept = [day for day in days if day > first or day in by_day]
    states = [(day, _state(by_day.get(day, ()))) for day in kept]
    if all(state == "good" for _, state in states):
        return ()
    return tuple(Day(data.words.short_day(day), state, _SYMBOLS[state]) for day, state in states)


def _state(runs: Sequence[Run]) -> str:
    """The last run of a day decides: what it saw is what the catalogue says."""
    if not runs:
        return "none"
    return "good" if runs[-1].status is RunStatus.COMPLETE else "bad"


def _holdings(words: Speech, site: str, totals: Sequence[Total]) -> tuple[str, ...]:
    own = [total for total in totals if total.site == site]
    if not own:
        return ()
    listings, restricted = sum(total.listings for total in own), sum(total.restricted for total in own)
    return (words.count("coverage.holdings", listings, restricted=words.number(restricted)),)


def _share(words: Speech, site: Coverage) -> str:
    if not site.looks:
        return _no_run(words, site)
    return words.count("coverage.share", len(site.looks), complete=words.number(site.complete_looks))


def _no_run(words: Speech, site: Coverage) -> str:
    return words.say("coverage.no_run" if site.enabled else "coverage.not_enabled")


def _last(words: Speech, site: Coverage) -> str:
    if site.last_complete is None:
        return words.say("coverage.never")
    return words.say("coverage.last", moment=moment_text(site.last_complete))


def _run_fact(words: Speech, alike: Sequence[Run]) -> Fact:
    """Runs, one after the other, of which the same is to be told."""
    first, last = alike[0], alike[-1]
    when = moment_text(first.observed_at) if len(alike) == 1 else _days_text(alike)
    several = f" ({words.count('coverage.alike', len(alike))})" if len(alike) > 1 else ""
    return Fact(f"{when}, {words.say(f'status.{last.status.value}')}{several}", _run_text(words, last))


def _run_text(words: Speech, run: Run) -> str:
    """Why a run was not complete, and what it left unseen."""
    reasons = _reasons(words, run)
    if unseen := run.counts.get("unseen", 0):
        reasons.append(words.count("coverage.unseen", unseen))
    return "; ".join(reasons) or words.say("coverage.no_reason")


def _days_text(runs: Sequence[Run]) -> str:
    """The days of some runs, oldest first; those that follow each other as one span."""
    spans: list[list[date]] = []
    for day in sorted({run.observed_at.astimezone(UTC).date() for run in runs}):
        if spans and day - spans[-1][-1] == timedelta(days=1):
            spans[-1][1:] = [day]
        else:
            spans.append([day])
    return ", ".join(" — ".join(day.isoformat() for day in span) for span in spans)


def _reasons(words: Speech, run: Run) -> list[str]:
    """Why the guard held a run back."""
    reasons = [shown(words.sentence(trip.message or trip.layer), 300) for trip in run.trips[:MAX_TRIPS]]
    if len(run.trips) > MAX_TRIPS:
        reasons.append(words.count("coverage.more_reasons", len(run.trips) - MAX_TRIPS))
    return reasons


def _accepted(words: Speech, run: Run) -> Fact:
    """A run that somebody took for complete although the guard did not."""
    label = words.say("coverage.accepted", moment=moment_text(run.observed_at))
    return Fact(label, "; ".join(_reasons(words, run)) or words.say("coverage.no_reason"))


def _baseline(words: Speech, run: Run) -> Fact:
    label = words.say("coverage.first", moment=moment_text(run.observed_at))
    return Fact(label, words.say("coverage.baseline"))


def _remarks(words: Speech, site: Coverage) -> list[Fact]:
    """What runs say of what they did to listings, such as prices that are held back; the same once, with its days."""
    said: dict[str, list[Run]] = {}
    for run in site.looks:
        for warning in run.warnings:
            said.setdefault(warning, []).append(run)
    label = words.say("coverage.remark")
    told = [(shown(words.sentence(text), 300), _days_text(runs)) for text, runs in list(said.items())[-MAX_REMARKS:]]
    facts = [Fact(f"{label}, {days}", text) for text, days in told]
    left = len(said) - len(facts)
    return [*facts, *([Fact(label, words.count("coverage.more_remarks", left))] if left else [])]


def first_looks(data: WeeklyData) -> Iterator[Item]:
    """One entry for each site whose first complete run is of this window: what we start from, by brand."""
    return (
        Item((site.site,), False, partial(_first_look, site, begun, data))
        for site in data.coverage
        if (begun := site.begun) is not None
    )


def _first_look(site: Coverage, begun: Run, data: WeeklyData) -> Entry:
    words = data.words
    own = [total for total in data.totals if total.site == site.site and total.restricted]
    own.sort(key=lambda total: (-total.restricted, total.brand or ""))
    named = [f"{shown(one.brand, 40) or words.say('group.no_brand')}: {words.number(one.restricted)}" for one in own]
    more = words.count("trend.left", len(named) - MAX_BRANDS) if len(named) > MAX_BRANDS else None
    brands = "; ".join([*named[:MAX_BRANDS], *([more] if more else [])])
    day = words.say("first.from", day=date_text(begun.observed_at))
    held = _holdings(words, site.site, data.totals)
    return Entry(
        title=shop_name(site),
        link=None,
        tags=(day,),
        figures=held,
        brief="; ".join((*held, day)),
        facts=(Fact(words.say("first.brands"), brands),) if brands else (),
    )


def _hidden(words: Speech, site: Coverage) -> str | None:
    """What the reader can't know about a site at the end of the window."""
    if not site.looks:
        return words.say("coverage.hides_rest")
    if site.looks[-1].status is RunStatus.COMPLETE:
        return None if site.whole else words.say("coverage.hides_nothing")
    if site.complete_looks:
        return words.say("coverage.hides_since")
    return words.say("coverage.hides_gone")
