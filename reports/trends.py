"""The last weeks in charts: how many restricted listings each site and each brand had at the end of each week."""

from collections import Counter, defaultdict
from collections.abc import Callable, Container, Sequence
from dataclasses import dataclass
from datetime import datetime

from reports.data import Total, WeeklyData, WeekTotals
from reports.safety import shown
from reports.speech import MINUS
from reports.wording import date_text

MAX_BARS = 10
_STEPS = "▁▂▃▄▅▆▇█"
_UNKNOWN = "·"

Counts = tuple[int | None, ...]
"""A count for each week, the oldest first; None where nothing is known of that week."""


@dataclass(frozen=True, slots=True)
class Bar:
    """One site or brand: its count now, what that is of the longest bar (in percent), how it changed, how it went."""

    name: str
    now: int
    share: int
    change: str
    counts: Counts

    @property
    def line(self) -> str:
        """The weeks in block characters, from the least to the most of them: the same in HTML and in text."""
        known = [count for count in self.counts if count is not None]
        low, high = min(known, default=0), max(known, default=0)
        return "".join(_UNKNOWN if count is None else _STEPS[_step(count - low, high - low)] for count in self.counts)


@dataclass(frozen=True, slots=True)
class Chart:
    title: str
    bars: tuple[Bar, ...]
    left: str | None


def charts(data: WeeklyData) -> tuple[Chart, ...]:
    """By site and by brand, most first; none where no more than one week is known."""
    known = [week for week in data.weeks if week.totals]
    if len(known) < 2:
        return ()
    nameless = data.words.say("group.no_brand")
    made = (
        _chart(data, "trend.sites", lambda total: total.site),
        _chart(data, "trend.brands", lambda total: total.brand or nameless),
    )
    return tuple(chart for chart in made if chart.bars)


def newcomers_text(data: WeeklyData) -> str | None:
    """The sites that were first crawled within the weeks, and what of each brand's change is theirs: a site that is new
    to us is no growth of the market."""
    known = [week for week in data.weeks if week.totals]
    first = {total.site for total in known[0].totals} if known else set()
    begun = {total.site: week.until for week in reversed(known) for total in week.totals if total.site not in first}
    if not begun:
        return None
    ranked = sorted(begun, key=lambda site: (begun[site], site), reverse=True)[:MAX_BARS]
    sites = ", ".join(f"{shown(site, 40)} ({_first_crawled(site, begun[site], data)})" for site in ranked)
    return data.words.say("trend.newcomers", sites=sites, brands=_shares(known, begun, data) or MINUS)


def _first_crawled(site: str, week: datetime, data: WeeklyData) -> str:
    return date_text(min([*data.looks.get(site, ())[:1], week]))


def _shares(known: Sequence[WeekTotals], newcomers: Container[str], data: WeeklyData) -> str:
    """Of the brands with the most listings at such sites: theirs, and the whole change."""
    theirs, change = Counter[str | None](), Counter[str | None]()
    for total in known[-1].totals:
        change[total.brand] += total.restricted
        theirs[total.brand] += total.restricted if total.site in newcomers else 0
    for total in known[0].totals:
        change[total.brand] -= total.restricted
    told = [(brand, count) for brand, count in theirs.most_common(MAX_BARS) if count]
    nameless = data.words.say("group.no_brand")
    return ", ".join(
        data.words.say("trend.share", brand=shown(brand or nameless, 40), n=f"+{count}", change=_signed(change[brand]))
        for brand, count in told
    )


def _signed(change: int) -> str:
    return "±0" if not change else f"+{change}" if change > 0 else f"{MINUS}{-change}"


def _chart(data: WeeklyData, title: str, name_of: Callable[[Total], str]) -> Chart:
    series = _series(data.weeks, name_of, own=title == "trend.sites")
    ranked = sorted(
        ((name, counts) for name, counts in series.items() if any(counts)),
        key=lambda pair: (-(pair[1][-1] or 0), pair[0]),
    )
    longest = max((counts[-1] or 0 for _, counts in ranked), default=0)
    bars = tuple(_bar(name, counts, longest) for name, counts in ranked[:MAX_BARS])
    left = len(ranked) - len(bars)
    return Chart(data.words.say(title), bars, data.words.count("trend.left", left) if left else None)


def _series(weeks: Sequence[WeekTotals], name_of: Callable[[Total], str], *, own: bool) -> dict[str, Counts]:
    """The restricted listings of each name by week. A week before the first run of every site is not known; nor is,
    for a site (`own`), one before its own."""
    found: dict[str, list[int | None]] = defaultdict(lambda: [0 if week.totals and not own else None for week in weeks])
    for place, week in enumerate(weeks):
        for total in week.totals:
            counts = found[name_of(total)]
            counts[place] = (counts[place] or 0) + total.restricted
    return {name: tuple(counts) for name, counts in found.items()}


def _bar(name: str, counts: Counts, longest: int) -> Bar:
    now = counts[-1] or 0
    before = next((count for count in counts[:-1] if count is not None), now)
    return Bar(shown(name, 40), now, round(100 * now / longest) if longest else 0, _signed(now - before), counts)


def _step(above: int, most: int) -> int:
    """A count above the least one as a step; where nothing moved, the one in the middle."""
    return len(_STEPS) // 2 - 1 if not most else above * (len(_STEPS) - 1) // most
