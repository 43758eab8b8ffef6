"""Charts as inline SVG for the browser page: price histories in steps, and counts week by week.

Only geometry is made here; colours, dashes and dark mode are the page's style sheet's."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from decimal import Decimal
from math import log10

from reports.data import PriceLine, Product, WeeklyData
from reports.safety import shown
from reports.speech import Speech
from reports.trends import Bar
from reports.wording import date_text

WIDTH, HEIGHT = 640, 200
LEFT, RIGHT, TOP, BOTTOM = 78, 12, 12, 24
MAX_LINES = 6
_GRID = 3


@dataclass(frozen=True, slots=True)
class Stroke:
    """One line of a chart: its path, its name, and what it ends with."""

    path: str
    name: str
    last: str


@dataclass(frozen=True, slots=True)
class Tick:
    """A grid line at a height of the chart, with its label."""

    y: float
    label: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Plot:
    """A chart ready to be drawn. `rows` say the same as a table; `left` tells what was left out."""

    title: str
    ticks: Sequence[Tick]
    first: str
    last: str
    strokes: Sequence[Stroke]
    rows: Sequence[tuple[str, ...]] = ()
    left: str | None = None


@dataclass(frozen=True, slots=True)
class _Scale:
    """From values and moments (0 to 1) to places in the picture."""

    low: float
    high: float

    def y(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return round(HEIGHT - BOTTOM - share * (HEIGHT - TOP - BOTTOM), 1)

    @staticmethod
    def x(share: float) -> float:
        return round(LEFT + share * (WIDTH - LEFT - RIGHT), 1)


def price_plots(product: Product, data: WeeklyData) -> Iterator[Plot]:
    """One chart for each currency that a product was offered in; none where no price is known."""
    lines = data.lines.get(product, ())
    if sum(len(line.points) for line in lines) < 2:
        return  # one offer at one price: a flat line says nothing
    currencies = sorted({point.currency for line in lines for point in line.points if point.price and point.currency})
    for currency in currencies:
        drawn = [line for line in lines if any(_priced(line, currency))]
        yield _price_plot(product, currency, drawn, data)


def week_plot(title: str, bars: Sequence[Bar], weeks: Sequence[datetime]) -> Plot:
    """Counts of several names at the ends of some weeks."""
    kept = bars[:MAX_LINES]
    counts = [count for bar in kept for count in bar.counts if count is not None]
    scale = _scale([float(count) for count in counts], from_zero=True)
    strokes = [Stroke(_counted_path(bar, scale), bar.name, str(bar.now)) for bar in kept]
    days = [date_text(week) for week in weeks]
    ticks = [Tick(scale.y(value), f"{value:g}") for value in _grid(scale)]
    return Plot(title=title, ticks=ticks, first=days[0], last=days[-1], strokes=strokes)


def _price_plot(product: Product, currency: str, lines: Sequence[PriceLine], data: WeeklyData) -> Plot:
    words = data.words
    ranked = sorted(lines, key=lambda line: (_last_price(line, currency) is None, _last_price(line, currency) or 0))
    kept = ranked[:MAX_LINES]
    start = min(line.points[0].since for line in kept)
    prices = [float(price) for line in kept for _, _, price in _priced(line, currency)]
    scale = _scale(prices)
    left = len(ranked) - len(kept)
    return Plot(
        title=f"{shown(product[0], 60)} {shown(product[1], 60)}, {currency}",
        ticks=[Tick(scale.y(value), words.number(Decimal(round(value)))) for value in _grid(scale)],
        first=date_text(start),
        last=date_text(data.until),
        strokes=[_price_stroke(line, currency, scale, start, data) for line in kept],
        rows=[row for line in kept for row in _rows(line, currency, words)],
        left=words.count("chart.left", left) if left else None,
    )


def _priced(line: PriceLine, currency: str) -> Iterator[tuple[datetime, datetime | None, Decimal]]:
    for point in line.points:
        if point.price is not None and point.currency == currency:
            yield point.since, point.until, point.price


def _last_price(line: PriceLine, currency: str) -> Decimal | None:
    last = line.points[-1]
    return last.price if last.currency == currency else None


def _price_stroke(line: PriceLine, currency: str, scale: _Scale, start: datetime, data: WeeklyData) -> Stroke:
    """Steps: a price holds until it is seen to be another; where the offer was gone, the line breaks off."""
    span = max((data.until - start).total_seconds(), 1.0)
    path: list[str] = []
    at: float | None = None
    for since, until, price in _priced(line, currency):
        y = scale.y(float(price))
        begins, ends = (scale.x(((moment or data.until) - start).total_seconds() / span) for moment in (since, until))
        path.append(f"V{y}" if at == begins else f"M{begins} {y}")
        path.append(f"H{min(ends, scale.x(1.0))}")
        at = ends
    last = _last_price(line, currency)
    told = data.words.amount(last, currency) if last is not None else data.words.say("chart.no_offer")
    return Stroke("".join(path), shown(line.site, 40), told)


def _rows(line: PriceLine, currency: str, words: Speech) -> Iterator[tuple[str, ...]]:
    for since, until, price in _priced(line, currency):
        ended = date_text(until) if until is not None else words.say("chart.now")
        yield shown(line.site, 40), since.astimezone(UTC).strftime("%Y-%m-%d"), ended, words.amount(price, currency)


def _counted_path(bar: Bar, scale: _Scale) -> str:
    path: list[str] = []
    last = len(bar.counts) - 1
    for place, count in enumerate(bar.counts):
        if count is not None:
            path.append(f"{'L' if path else 'M'}{scale.x(place / last)} {scale.y(count)}")
    return "".join(path)


def _scale(values: Sequence[float], *, from_zero: bool = False) -> _Scale:
    """A scale with air above and below; prices don't begin at nothing, or every move would look flat."""
    low, high = min(values), max(values)
    air = (high - low) * 0.1 or max(abs(high) * 0.1, 1.0)
    return _Scale(0.0 if from_zero else max(0.0, low - air), high + air)


def _grid(scale: _Scale) -> list[float]:
    """A few round values within a scale."""
    rough = (scale.high - scale.low) / _GRID
    unit: float = 10.0 ** int(log10(rough) - (rough < 1))
    step = next(unit * factor for factor in (1, 2, 2.5, 5, 10, 20) if unit * factor >= rough)
    first = int(scale.low / step) + 1
    return [step * count for count in range(first, first + _GRID + 1) if step * count <= scale.high]
