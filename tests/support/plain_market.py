"""A market and its catalogue as a child would keep them: whole snapshots, compared one by one. Written from what the
contract says, and from nothing else: no engine's idea of spans, stages or hashes is in here."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import datetime
from decimal import Decimal
from statistics import median

from plain_goods import DETAILS, Goods, State, read

from restock.terms import Event, RunKind, RunStatus


@dataclass
class Faults:
    """What goes wrong with a run, or is special about it; pages by address."""

    unfinished: bool = False
    failed_list: bool = False
    wall: bool = False
    failed: frozenset[str] = frozenset()
    forbidden: frozenset[str] = frozenset()
    whole: bool = True

    @property
    def hidden(self) -> frozenset[str]:
        return self.failed | self.forbidden


@dataclass
class Moment:
    """The catalogue of one site as one run left it, with what that run saw."""

    run: str
    kind: RunKind
    status: RunStatus
    observed_at: datetime
    now: dict[str, State]
    rules: int
    rows: list[Goods] = field(default_factory=list)
    seen: frozenset[str] = frozenset()
    faults: Faults = field(default_factory=Faults)
    accepted: bool = False

    @property
    def is_complete(self) -> bool:
        return self.status is RunStatus.COMPLETE and self.faults.whole and self.kind is not RunKind.CORRECTION


@dataclass(frozen=True)
class Told:
    """An event, as far as a child can tell."""

    event: Event
    key: str
    before: State | None
    after: State | None
    newly_available: bool
    change_pct: Decimal | None
    at: datetime


@dataclass
class Thresholds:
    lost_from: int = 10
    lost_share: float = 0.3
    misses: int = 1


@dataclass
class PlainSite:
    """One site's days: a snapshot after every run that took or corrected anything."""

    thresholds: Thresholds = field(default_factory=Thresholds)
    moments: list[Moment] = field(default_factory=list)
    last_address: dict[str, str] = field(default_factory=dict)
    last_sku: dict[str, str] = field(default_factory=dict)
    misses: dict[str, int] = field(default_factory=dict)
    last_seen: dict[str, datetime] = field(default_factory=dict)

    @property
    def now(self) -> dict[str, State]:
        return self.moments[-1].now if self.moments else {}

    def market(self) -> list[Moment]:
        return [moment for moment in self.moments if moment.kind is not RunKind.CORRECTION]

    def complete(self) -> list[Moment]:
        return [moment for moment in self.moments if moment.is_complete]

    # -- a run -------------------------------------------------------------------------------------------------------

    def key_of(self, goods: Goods) -> str:
        """The site's own number for it, else its address; a listing keeps its key when the other of the two moves."""
        for key, sku in self.last_sku.items():
            if goods.sku == sku:
                return key
        for key, address in self.last_address.items():
            if goods.address == address:
                return key
        return goods.sku or goods.address

    def verdict(self, seen: frozenset[str], faults: Faults) -> RunStatus:
        """Whether a run was complete: nothing failed but a single page, and no great part of what was known is gone."""
        known = self.now
        excused = {key for key in known if key not in seen and self.last_address[key] in faults.forbidden}
        missing = len(known.keys() - seen - excused)
        many = len(known) - len(excused)
        broken = faults.unfinished or faults.failed_list or faults.wall or len(faults.failed) > 1
        if not seen and (faults.unfinished or not faults.whole or not many):
            return RunStatus.FAILED
        if faults.whole:
            broken = broken or (not seen and many > 0)
            if many >= self.thresholds.lost_from:
                usual = self.recent_counts()
                least = (1 - self.thresholds.lost_share) * median(usual) if usual else 0
                broken = broken or missing >= self.thresholds.lost_share * many or len(seen) + len(excused) < least
        return RunStatus.PARTIAL if broken else RunStatus.COMPLETE

    def recent_counts(self) -> list[int]:
        """How many listings the last five complete runs had, back to an accepted shrink or a new reading."""
        found: list[int] = []
        for moment in reversed(self.moments):
            if moment.status is RunStatus.COMPLETE and moment.faults.whole:
                found.append(len(moment.seen))
                if moment.accepted or moment.kind is RunKind.CORRECTION:
                    break
        return found[:5]

    def run(
        self, run: str, kind: RunKind, at: datetime, rules: int, rows: list[Goods], faults: Faults, gone: Iterable[str]
    ) -> RunStatus:
        """Takes what a run saw; gives its status."""
        readings = {goods: state for goods in rows if (state := read(goods, rules)) is not None}
        keys = {goods: self.key_of(goods) for goods in readings if goods.address not in faults.hidden}
        # What a list shows is there, whatever became of its page.
        hinted = {self.key_of(goods) for goods in readings if goods.address in faults.hidden}
        seen = frozenset(keys.values())
        status = self.verdict(seen, faults)
        if status is RunStatus.FAILED:
            return status
        now = dict(self.now)
        for goods, key in keys.items():
            now[key] = readings[goods]
            self.last_address[key] = goods.address
            if goods.sku is not None:
                self.last_sku[key] = goods.sku
            self.misses[key] = 0
            self.last_seen[key] = at
        if status is RunStatus.COMPLETE and faults.whole:
            for key in now.keys() - seen:
                failed = self.last_address[key] in faults.hidden
                self.misses[key] = 0 if failed else self.misses[key] + 1
                if failed or key in hinted:
                    continue
                if self.misses[key] >= self.thresholds.misses or self.last_address[key] in gone:
                    del now[key]
        self.moments.append(Moment(run, kind, status, at, now, rules, rows, seen, faults))
        return status

    def accept(self) -> None:
        """The site's last run was right: what it did not see, and no later one did, is gone as of it."""
        place = max(place for place, moment in enumerate(self.moments) if moment.faults.whole)
        accepted = self.moments[place]
        later = frozenset().union(*(moment.seen for moment in self.moments[place:]))
        gone = {key for key in accepted.now.keys() - later if self.last_address[key] not in accepted.faults.hidden}
        for moment in self.moments[place:]:
            moment.now = {key: state for key, state in moment.now.items() if key not in gone}
        accepted.status, accepted.accepted = RunStatus.COMPLETE, True

    # -- other rules -------------------------------------------------------------------------------------------------

    def stale(self, rules: int) -> list[Moment]:
        """The last complete run and the later ones, where other rules read them."""
        latest: list[Moment] = []
        for moment in reversed(self.market()):
            latest.insert(0, moment)
            if moment.is_complete:
                break
        return [moment for moment in latest if self.rules_of(moment) != rules]

    def rules_of(self, moment: Moment) -> int:
        readings = [
            other.rules for other in self.moments if other.kind is RunKind.CORRECTION and other.run == moment.run
        ]
        return readings[-1] if readings else moment.rules

    def correct(self, moment: Moment, rules: int) -> None:
        """Reads a run again: what it saw, and no later run has changed since, is remembered as these rules see it. A
        reading that loses a great part of the site, or one of single pages, takes nothing away."""
        place, now = self.moments.index(moment), dict(self.now)
        rows = [goods for goods in moment.rows if goods.address not in moment.faults.hidden]
        readings = {self.key_of(goods): read(goods, rules) for goods in rows}
        known = [key for key in moment.seen if key in now and not self._changed_since(key, place)]
        lost = [key for key in known if readings[key] is None]
        many = len(known) >= self.thresholds.lost_from and len(lost) >= self.thresholds.lost_share * len(known)
        for key, state in readings.items():
            if self._changed_since(key, place):
                continue
            if state is not None:
                now[key] = state
                self.last_address[key] = state.address
                self.misses.setdefault(key, 0)
                self.last_seen.setdefault(key, moment.observed_at)
            elif moment.faults.whole and not many:
                now.pop(key, None)
        self.moments.append(replace(moment, kind=RunKind.CORRECTION, now=now, rules=rules, seen=frozenset(now)))

    def _changed_since(self, key: str, place: int) -> bool:
        pairs = zip(self.moments[place:], self.moments[place + 1 :], strict=False)
        return any(
            later.kind is not RunKind.CORRECTION and earlier.now.get(key) != later.now.get(key)
            for earlier, later in pairs
        )

    # -- questions ---------------------------------------------------------------------------------------------------

    def at(self, when: datetime) -> dict[str, State]:
        """What was there at a moment, as the last run up to it left it, in its newest reading before the next run."""
        found: dict[str, State] = {}
        for moment in self.moments:
            if moment.observed_at > when:
                break
            found = moment.now
        return found

    def window(self, start: Moment | None, end: Moment) -> tuple[int, int] | None:
        """Between which two moments (by place) to compare; never from before the first complete run."""
        complete = self.complete()
        if not complete:
            return None
        first = self.moments.index(complete[0])
        begins = first if start is None else max(first, self.moments.index(start))
        ends = self.moments.index(end)
        return (begins, ends) if begins < ends else None

    def changes(self, begins: int, ends: int) -> list[Told]:
        before, after = self.moments[begins].now, self.moments[ends].now
        found = []
        for key in sorted(before.keys() | after.keys()):
            for event in self._events(key, begins, before.get(key), after.get(key)):
                old = before.get(key) or self._last_state(key, begins)
                new = after.get(key)
                found.append(
                    Told(
                        event,
                        key,
                        old,
                        new,
                        self._newly(before, before.get(key), new),
                        _change_pct(old, new) if event in {Event.PRICE_CHANGED, Event.REAPPEARED} else None,
                        self._last_move(event, key, begins, ends),
                    )
                )
        return found

    def _last_state(self, key: str, place: int) -> State | None:
        return next((moment.now[key] for moment in self.moments[place::-1] if key in moment.now), None)

    def _events(self, key: str, begins: int, old: State | None, new: State | None) -> list[Event]:
        if new is None:
            return [Event.DISAPPEARED]
        if old is None:
            return [Event.REAPPEARED if self._last_state(key, begins) else Event.APPEARED]
        found = []
        if old.price_text != new.price_text:
            found.append(Event.PRICE_CHANGED)
        if old.availability != new.availability:
            found.append(Event.AVAILABILITY_CHANGED)
        if old.quantity != new.quantity:
            found.append(Event.QUANTITY_CHANGED)
        if any(getattr(old, name) != getattr(new, name) for name in DETAILS):
            found.append(Event.DETAILS_CHANGED)
        return found

    def _newly(self, before: dict[str, State], old: State | None, new: State | None) -> bool:
        if new is None or not new.restricted or not new.availability.obtainable:
            return False
        if old is not None and old.availability.obtainable:
            return False
        product = new.brand, new.mpn
        return not any(
            (state.brand, state.mpn) == product and state.availability.obtainable for state in before.values()
        )

    def _last_move(self, event: Event, key: str, begins: int, ends: int) -> datetime:
        """When what an event speaks of last changed: that the listing is there, or a part of its last state."""
        last: list[State | None] = [self._last_state(key, place) for place in range(begins, ends + 1)]
        told = [_spoken_of(event, state) for state in last]
        if event in {Event.APPEARED, Event.DISAPPEARED, Event.REAPPEARED}:
            told = [key in moment.now for moment in self.moments[begins : ends + 1]]
        place = max(place for place in range(1, len(told)) if told[place] != told[place - 1])
        return self.moments[begins + place].observed_at

    def history(self, key: str) -> list[tuple[object, ...]]:
        """What is known of a listing over time: from when, until when (None: still), whether it was there (None: the
        runs can't say), and what was shown of it."""
        found: list[list[object]] = []
        there: bool | None = False
        for moment in self.moments:
            state = moment.now.get(key)
            if state is None:
                there = False
            elif key in moment.seen:
                there = True
            elif moment.faults.whole:
                there = None
            entry = there, state.shown if state and there else None
            if (not found and state is None) or (found and tuple(found[-1][2:]) == entry):
                continue
            if found:
                found[-1][1] = moment.observed_at
            found.append([moment.observed_at, None, *entry])
        return [tuple(entry) for entry in found]


def _spoken_of(event: Event, state: State | None) -> object:
    if state is None:
        return None
    parts = {
        Event.PRICE_CHANGED: state.price_text,
        Event.AVAILABILITY_CHANGED: state.availability,
        Event.QUANTITY_CHANGED: state.quantity,
        Event.DETAILS_CHANGED: tuple(getattr(state, name) for name in DETAILS),
    }
    return parts.get(event)


def _change_pct(old: State | None, new: State | None) -> Decimal | None:
    if old is None or new is None or old.price is None or new.price is None or old.currency != new.currency:
        return None
    return ((new.price - old.price) / old.price * 100).quantize(Decimal("0.01"))
