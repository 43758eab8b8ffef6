"""The sections of a report: which changes stand in which, in the order in which they are read."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import partial

from reports import entries
from reports.cheaper import cheaper_items
from reports.coverage import coverage_items, first_looks
from reports.data import WeeklyData, name_of
from reports.entries import Entry, Item
from reports.exchange import Net, net_of_rate
from reports.importance import rank, weight
from reports.safety import shown
from reports.trends import Chart, charts, newcomers_text
from restock.change import Change, came_in
from restock.terms import Event

Make = Callable[[Change, WeeklyData], Entry]
MAX_FOLLOWERS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    """Entries under one heading, most important first. `weight` is its share when a long report must be cut; `aside`
    are lines that follow the entries."""

    name: str
    title: str
    note: str
    items: tuple[Item, ...]
    weight: int = 2
    aside: tuple[str, ...] = ()
    charts: tuple[Chart, ...] = ()

    @property
    def speaks(self) -> bool:
        return bool(self.items or self.aside or self.charts)

    @property
    def entries(self) -> tuple[Entry, ...]:
        """All of them, worded."""
        return tuple(item.entry for item in self.items)


@dataclass(frozen=True, slots=True)
class Sorted:
    """A window's changes by the section that tells them; each stands in one. `others` are all that the news of newly
    available goods don't tell."""

    newly: Sequence[Change]
    others: Sequence[Change]
    prices: Sequence[Change]
    followed: Sequence[tuple[Change, Net]]
    life: Sequence[Change]
    shipments: Sequence[Change]
    undecided: Sequence[Change]
    appeared: Sequence[Change]
    stock: Sequence[Change]
    details: Sequence[Change]


def sort_changes(data: WeeklyData) -> Sorted:
    newly = first_news(data.changes)
    left = _stock_once(_untold(data.changes, newly))
    # The price of other goods, put in a listing's place, is no move of anything.
    prices = [change for change in left if change.event is Event.PRICE_CHANGED and not change.replaced]
    moved = [(change, net_of_rate(change, data)) for change in prices]
    unsure = [change for change in left if _is_undecided_news(change)]
    shipped = [change for change in left if is_shipment(change)]
    apart = {id(change) for change in (*unsure, *shipped)}

    def of(*events: Event) -> list[Change]:
        return [change for change in left if change.event in events and id(change) not in apart]

    return Sorted(
        newly=newly,
        others=left,
        prices=[change for change, net in moved if net is None or not net.followed],
        followed=[(change, net) for change, net in moved if net is not None and net.followed],
        life=of(Event.DISAPPEARED, Event.REAPPEARED),
        shipments=shipped,
        undecided=unsure,
        appeared=of(Event.APPEARED),
        stock=of(*_STOCK),
        details=of(Event.DETAILS_CHANGED),
    )


def first_news(changes: Iterable[Change]) -> list[Change]:
    """One newly available change for each listing: the event that says so best, where it has several."""
    best: dict[tuple[str | None, str | None], Change] = {}
    for change in changes:
        if change.newly_available:
            name = (change.listing.site, change.listing.key)
            if name not in best or _TELLING.index(change.event) < _TELLING.index(best[name].event):
                best[name] = change
    return list(best.values())


_STOCK = (Event.AVAILABILITY_CHANGED, Event.QUANTITY_CHANGED)
_TELLING = (
    Event.APPEARED,
    Event.REAPPEARED,
    Event.AVAILABILITY_CHANGED,
    Event.DETAILS_CHANGED,
    Event.PRICE_CHANGED,
    Event.QUANTITY_CHANGED,
    Event.DISAPPEARED,
)


def _untold(changes: Iterable[Change], newly: Sequence[Change]) -> list[Change]:
    """What is left to tell: the news of newly available goods say how much there is of them."""
    told = {id(change) for change in newly}
    stocked = {(change.listing.site, change.listing.key) for change in newly}
    return [
        change
        for change in changes
        if id(change) not in told
        and not (change.event in _STOCK and (change.listing.site, change.listing.key) in stocked)
    ]


def _stock_once(changes: Sequence[Change]) -> list[Change]:
    """Availability and quantity that moved together as one: the entry of either tells both."""
    told = {name_of(change.listing) for change in changes if is_shipment(change)}
    moved = {name_of(change.listing) for change in changes if change.event is Event.AVAILABILITY_CHANGED}

    def again(change: Change) -> bool:
        name = name_of(change.listing)
        if change.event is Event.AVAILABILITY_CHANGED:
            return name in told
        return change.event is Event.QUANTITY_CHANGED and name in moved and name not in told

    return [change for change in changes if not again(change)]


def _is_undecided_news(change: Change) -> bool:
    listing = change.listing
    return change.event in {Event.APPEARED, Event.REAPPEARED} and listing.undecided and not listing.restricted


def is_shipment(change: Change) -> bool:
    """Whether restricted goods came in: more pieces than there were, by more than what moves from day to day."""
    before, after = change.before, change.after
    if change.event is not Event.QUANTITY_CHANGED or before is None or after is None or not after.restricted:
        return False
    return came_in(before.quantity, after.quantity)


def sections(found: Sorted, data: WeeklyData) -> Iterator[Section]:
    """Every section that has something to say."""

    def changes(several: Iterable[Change], make: Make = entries.market_change) -> Iterator[Item]:
        return (_item(one, make, data) for one in several)

    made = (
        _section(data, "newly", changes(found.newly, entries.newly_available), 3),
        _section(data, "unconfirmed", *_unconfirmed(data)),
        _section(data, "prices", changes(found.prices), aside=_followed(found.followed, data)),
        _section(data, "cheaper", cheaper_items(data), 1),
        _section(data, "life", changes(found.life)),
        _section(data, "shipments", changes(found.shipments)),
        _section(data, "fleeting", _fleeting(data)),
        _section(data, "appeared", changes(found.appeared)),
        _section(data, "stock", changes(found.stock), 1),
        _section(data, "details", changes(found.details), 1),
        _section(data, "first", first_looks(data), 1),
        _section(data, "trend", (), charts=charts(data) if data.changes or data.fleeting else ()),
        _section(data, "corrections", _corrections(data), 1),
        _section(data, "undecided", changes(found.undecided, entries.undecided), 1),
        _section(data, "coverage", coverage_items(data), 4),
    )
    return (section for section in made if section.speaks)


def _item(change: Change, make: Make, data: WeeklyData) -> Item:
    listing = change.listing
    weighs = (*weight(listing, data), not change.newly_available)
    return Item(rank(change, data), listing.restricted, partial(make, change, data), listing, weighs)


def _unconfirmed(data: WeeklyData) -> tuple[list[Item], int, tuple[str, ...]]:
    """What incomplete crawls saw of restricted goods, by name; the rest is counted."""
    named = [change for change in data.unconfirmed if change.listing.restricted]
    items = [_item(one, entries.market_change, data) for one in named]
    left = len(data.unconfirmed) - len(named)
    return items, 2, (data.words.count("unconfirmed.left", left),) if left else ()


def _fleeting(data: WeeklyData) -> Iterator[Item]:
    for one in data.fleeting:
        listing = one.listing
        weighs = weight(listing, data)
        order = (*weighs, listing.site or "", listing.title)
        yield Item(order, listing.restricted, partial(entries.fleeting, one, data), listing, weighs)


def _corrections(data: WeeklyData) -> Iterator[Item]:
    """What the rules said of restrictions first."""
    for one in data.corrections:
        listing = one.after or one.before
        restricted = bool(listing and listing.restricted)
        weighs = ("restricted" not in one.fields, not restricted)
        order = (*weighs, listing.title if listing else "")
        yield Item(order, restricted, partial(entries.correction, one, data), listing, weighs)


def _section(
    data: WeeklyData,
    name: str,
    found: Iterable[Item],
    weight: int = 2,
    aside: tuple[str, ...] = (),
    charts: tuple[Chart, ...] = (),
) -> Section:
    ranked = tuple(sorted(found, key=lambda item: item.rank))
    title, note = data.words.say(f"section.{name}.title"), section_note(name, data)
    return Section(name=name, title=title, note=note, items=ranked, weight=weight, aside=aside, charts=charts)


def section_note(name: str, data: WeeklyData) -> str:
    """What stands under a heading; where the reader chose lists, which figures are not of these alone."""
    notes = [data.words.say(f"section.{name}.note")]
    if data.audience.lists and name in {"trend", "coverage"}:
        notes.append(data.words.say("page.all_listings"))
    if name == "trend" and (begun := newcomers_text(data)) is not None:
        notes.append(begun)
    if data.uncounted and name == "trend":
        notes.append(data.words.count("trend.false_positives", data.uncounted))
    return " ".join(notes)


def _followed(found: Sequence[tuple[Change, Net]], data: WeeklyData) -> tuple[str, ...]:
    """The prices that merely went with the exchange rate, in one line."""
    if not found:
        return ()
    words = data.words
    ranked = sorted(found, key=lambda pair: rank(pair[0], data))
    named = [
        f"{shown(change.listing.mpn or change.listing.title, 40)} ({shown(change.listing.site, 40)}) "
        f"{words.percent(change.change_pct)}"
        for change, _ in ranked[:MAX_FOLLOWERS]
        if change.change_pct is not None
    ]
    moves = sorted(net.rate_pct for _, net in found)
    span = " … ".join(dict.fromkeys(words.percent(move) for move in (moves[0], moves[-1])))
    more = "…" if len(found) > len(named) else ""
    anchor = found[0][1].anchor
    return (words.count("price.followed", len(found), anchor=anchor, moved=span, named=", ".join(named) + more),)
