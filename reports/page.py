"""The report as a page for the browser: one file, nothing loaded from elsewhere, with sortable tables and charts."""

import base64
import hashlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC
from itertools import islice

from reports.charts import HEIGHT, LEFT, RIGHT, WIDTH, Plot, price_plots, week_plot
from reports.data import Product, WeeklyData
from reports.digest import Digest, Shown, cut
from reports.entries import differences
from reports.exchange import net_of_rate
from reports.importance import rank
from reports.lifetimes import held_since
from reports.render import TEMPLATES, fill
from reports.safety import safe_link, shown
from reports.sections import Section, first_news, section_note
from reports.wording import brief_reason_text, date_text, price_text, stock_text
from restock.change import Change
from restock.listing import Listing

MAX_ROWS = 3000
MAX_CHARTS = 60
NEWLY = "newly"
_LIMIT = 250  # entries of weight one in a section
_TABLED = frozenset({"prices", "life", "shipments", "appeared", "stock", "details"})
"""Sections of the mail that the page's one table of changes stands for."""


@dataclass(frozen=True, slots=True)
class Cell:
    """A cell of a table: its text, and what it is sorted by (the text itself, where nothing else is said)."""

    text: str
    order: str | None = None
    link: str | None = None
    small: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A change as a row; its site, event and whether it is restricted are what it is filtered by."""

    cells: tuple[Cell, ...]
    site: str
    event: str
    restricted: bool


@dataclass(frozen=True, slots=True)
class ChangeTable:
    """Every change, the most important first, as far as they are shown; and what can be chosen of them."""

    columns: tuple[tuple[str, str, bool], ...]
    rows: tuple[Row, ...]
    events: tuple[tuple[str, str], ...]
    sites: tuple[str, ...]
    cut: str | None
    asides: tuple[str, ...]


def render_page(digest: Digest, data: WeeklyData) -> str:
    """The whole report; what it leaves out for length stands in the other files, and is said."""
    script = (TEMPLATES / "page.js").read_text(encoding="utf-8")
    style = (TEMPLATES / "page.css").read_text(encoding="utf-8")
    plots = _plots(data)
    return fill(
        "page.html",
        digest,
        data,
        newly=_shown(digest, "newly"),
        unconfirmed=_shown(digest, "unconfirmed"),
        others=[cut(section, _LIMIT, digest.words) for section in digest.sections if _stands_by_itself(section)],
        table=change_table(digest, data),
        weeks=_week_plots(digest, data),
        weeks_note=section_note("trend", data),
        plots=plots,
        script=script,
        style=style,
        width=WIDTH,
        height=HEIGHT,
        left=LEFT,
        right=RIGHT,
        script_hash=_hash(script),
        style_hash=_hash(style),
    )


def change_table(digest: Digest, data: WeeklyData) -> ChangeTable | None:
    """The changes as rows in the order of the mail: restricted first, the bigger moves first."""
    if not data.changes:
        return None
    words = data.words
    newly = {id(change) for change in first_news(data.changes)}
    ranked = sorted(data.changes, key=lambda change: (id(change) not in newly, rank(change, data)))
    kept = ranked[:MAX_ROWS]
    left = len(ranked) - len(kept)
    restricted = words.number(sum(change.listing.restricted for change in ranked[MAX_ROWS:]))
    rows = tuple(_row(change, NEWLY if id(change) in newly else change.event.value, data) for change in kept)
    events = sorted({row.event for row in rows}, key=lambda name: (name != NEWLY, name))
    used = [place for place in range(len(_COLUMNS)) if any(row.cells[place].text for row in rows)]
    return ChangeTable(
        columns=tuple(
            (name, words.say(f"column.{name}"), numeric) for name, numeric in map(_COLUMNS.__getitem__, used)
        ),
        rows=tuple(replace(row, cells=tuple(row.cells[place] for place in used)) for row in rows),
        events=tuple((name, words.say(f"what.{name}")) for name in events),
        sites=tuple(sorted({row.site for row in rows})),
        cut=words.count("cut.left", left, whole=words.number(len(ranked)), restricted=restricted) if left else None,
        asides=tuple(line for section in digest.sections if section.name in _TABLED for line in section.aside),
    )


_COLUMNS = (
    ("what", False),
    ("listing", False),
    ("site", False),
    ("price", True),
    ("was", True),
    ("move", True),
    ("net", True),
    ("stock", False),
    ("seen", False),
    ("why", False),
    ("evidence", False),
)


def _row(change: Change, event: str, data: WeeklyData) -> Row:
    words, listing = data.words, change.listing
    net = net_of_rate(change, data)
    before = change.before
    moved = before is not None and (before.price, before.currency) != (listing.price, listing.currency)
    why = "; ".join(brief_reason_text(words, rule) for rule in listing.restrictions)
    brand = " · ".join(shown(part, 60) for part in (listing.brand, listing.mpn) if part)
    cells = (
        Cell(words.say(f"what.{event}")),
        Cell(shown(listing.title), link=safe_link(listing.url), small=brand or None),
        Cell(shown(listing.site, 60)),
        _amount(price_text(words, listing), listing.price),
        _amount(price_text(words, before), before.price) if before and moved else Cell(""),
        Cell(words.percent(change.change_pct), str(change.change_pct)) if change.change_pct is not None else Cell(""),
        Cell(words.percent(net.net_pct), str(net.net_pct)) if net else Cell(""),
        _state(change, data),
        Cell(date_text(held_since(change)), held_since(change).astimezone(UTC).isoformat()),
        Cell(why),
        Cell(" ".join(part for part in (_name(listing), _stored(listing)) if part)),
    )
    return Row(cells, shown(listing.site, 60), event, listing.restricted)


def _name(listing: Listing) -> str:
    """What `explain` and `evidence` know the listing by."""
    return shown(f"{listing.site}:{listing.key}", 200) if listing.key else ""


def _stored(listing: Listing) -> str:
    found = listing.evidence
    return shown(f"{found.warc} {found.record_id.strip('<>')}", 200) if found else ""


def _state(change: Change, data: WeeklyData) -> Cell:
    """The stock as it is and was; of a changed description, what it said and says."""
    words = data.words
    differing = "; ".join(f"{fact.label}: {fact.text}" for fact in differences(words, change))
    now = differing or stock_text(words, change.listing)
    was = stock_text(words, change.before) if change.before and not differing else now
    return Cell(now, small=words.say("value.was", value=was) if was != now else None)


def _amount(text: str, amount: object) -> Cell:
    return Cell(text, str(amount) if amount is not None else "")


def _stands_by_itself(section: Section) -> bool:
    return section.name not in _TABLED | {"newly", "unconfirmed", "trend"}


def _shown(digest: Digest, name: str) -> Shown | None:
    return next((cut(section, _LIMIT, digest.words) for section in digest.sections if section.name == name), None)


def _week_plots(digest: Digest, data: WeeklyData) -> Sequence[Plot]:
    weeks = [week.until for week in data.weeks]
    found = (section for section in digest.sections if section.name == "trend")
    return [week_plot(chart.title, chart.bars, weeks) for section in found for chart in section.charts]


def _plots(data: WeeklyData) -> Sequence[Plot]:
    """Price histories in the order of the products, newly available ones first."""
    products: Sequence[Product] = [product for product in data.offers if product in data.lines]
    return list(islice((plot for product in products for plot in price_plots(product, data)), MAX_CHARTS))


def _hash(text: str) -> str:
    """What a content security policy knows an inline script or style sheet by."""
    return "sha256-" + base64.b64encode(hashlib.sha256(text.encode()).digest()).decode()
