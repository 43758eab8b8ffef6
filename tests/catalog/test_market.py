"""Random markets over random days with random faults: whatever the catalogue says, a plain model says the same."""

import os
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from random import Random
from typing import Any

import pytest
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, precondition, rule, run_state_machine_as_test
from plain_goods import Goods, State, bare, listing_of, read, state_of
from plain_market import Faults, PlainSite, Thresholds, Told

from catalog import Catalogue, Search, Wanted
from restock.change import Change
from restock.run import CrawlOutcome
from restock.site import Guard
from restock.terms import Availability, Condition, Event, RunKind, RunStatus

START = datetime(2026, 11, 1, 8, tzinfo=UTC)
SITES = ("nag", "ocs")
EVERYTHING = Wanted(events=tuple(Event))
NEWS = Wanted(events=tuple(Event), newly_available=True)
NUMBERS = st.integers(1, 7)
SHOWN = ("price", "currency", "price_type", "availability", "quantity", "condition")
MOVES = ("price", "price", "availability", "quantity", "title", "condition", "currency", "page", "sku", "gone", "back")
DECORATIONS = ("https://{}", "http://www.{}", "https://{}?utm_source=mail", "https://{}?PHPSESSID=ab12", "https://{}/")


def told(change: Change) -> Told:
    before, after = state_of(change.before), state_of(change.after)
    return Told(
        change.event, bare(change.listing.key), before, after, change.newly_available, change.change_pct, change.at
    )


class Market(RuleBasedStateMachine):
    """Shops that change, runs over them, and the two catalogues that watch."""

    open_catalogue: Callable[[], Any]

    def __init__(self) -> None:
        super().__init__()
        self._opened = type(self).open_catalogue()
        self.catalogue: Catalogue = self._opened.__enter__()
        self.shops: dict[str, dict[int, Goods]] = {site: {} for site in SITES}
        self.gone: dict[str, dict[int, Goods]] = {site: {} for site in SITES}
        self.pages = 0
        self.day = 0
        self.rules = 1

    @initialize(
        first=st.lists(NUMBERS, unique=True, max_size=7), strict=st.booleans(), misses=st.sampled_from([1, 1, 2])
    )
    def open(self, first: list[int], strict: bool, misses: int) -> None:
        thresholds = Thresholds(lost_from=3 if strict else 10, misses=misses)
        self.guard = Guard(lost_from=thresholds.lost_from, misses_before_gone=misses)
        self.plain = {site: PlainSite(thresholds) for site in SITES}
        for number in first:
            self._stock(SITES[0], number)

    # -- the shops ---------------------------------------------------------------------------------------------------

    def _stock(self, site: str, number: int) -> None:
        self.pages += 1
        sku = f"S-{number}" if number % 2 else None
        stock = Availability.IN_STOCK
        self.shops[site][number] = Goods(number, self.pages, sku, f"Switch {number}", 100, "RUB", stock, 5, None)

    def _move(self, site: str, number: int, move: str, value: int) -> None:
        shop, gone = self.shops[site], self.gone[site]
        if move == "back":
            if number in gone:
                shop[number] = gone.pop(number)
            elif number not in shop:
                self._stock(site, number)
        elif number in shop:
            if move == "gone":
                gone[number] = shop.pop(number)
            else:
                shop[number] = self._moved(shop[number], move, value)

    def _moved(self, goods: Goods, move: str, value: int) -> Goods:
        if move == "price":
            return replace(goods, price=(90, 100, 110, None)[value] if goods.number < 3 else (90, 100, 110, 120)[value])
        if move == "availability":
            terms = (Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.BACK_ORDER, Availability.PRE_ORDER)
            return replace(goods, availability=terms[value])
        if move == "page":
            self.pages += 1
            return replace(goods, page=self.pages)
        if move == "sku":
            return replace(goods, sku=goods.sku or f"N-{goods.number}")
        changed: dict[str, dict[str, Any]] = {
            "quantity": {"quantity": 5 + value},
            "title": {"title": f"Switch {goods.number}{'abc'[: value % 3]}"},
            "condition": {"condition": (None, Condition.NEW, Condition.USED, None)[value]},
            "currency": {"currency": ("RUB", "USD")[value % 2]},
        }
        return replace(goods, **changed[move])

    # -- the runs ----------------------------------------------------------------------------------------------------

    @rule(
        site=st.sampled_from((SITES[0], *SITES)),
        moves=st.lists(st.tuples(NUMBERS, st.sampled_from(MOVES), st.integers(0, 3)), max_size=6),
        fault=st.sampled_from(("", "", "", "", "unfinished", "failed_list", "wall", "pages")),
        hidden=st.lists(st.tuples(NUMBERS, st.sampled_from(("failed", "forbidden", "card"))), max_size=2),
        kind=st.sampled_from((RunKind.CRAWL, RunKind.CRAWL, RunKind.IMPORT)),
        seed=st.integers(0, 999),
        pause=st.sampled_from((1, 24, 24, 60)),
    )
    def day_passes(self, site: str, moves: Any, fault: str, hidden: Any, kind: RunKind, seed: int, pause: int) -> None:
        chance = Random(seed)
        for number, move, value in moves:
            self._move(site, number, move, value)
        self.day += pause
        rows = list(self.shops[site].values())
        if fault and fault != "failed_list":
            rows = chance.sample(rows, chance.randint(0, len(rows)))
        faults = self._faults(site, fault, hidden)
        if fault != "pages":
            cards = {
                self.shops[site][number].address
                for number, how in hidden
                if number in self.shops[site] and how == "card"
            }
            rows = [goods for goods in rows if goods.address not in faults.hidden or goods.address in cards]
        self._correct(site)
        self._run(site, RunKind.SNAPSHOT if fault == "pages" else kind, rows, faults, chance)

    def _faults(self, site: str, fault: str, hidden: Any) -> Faults:
        shop = self.shops[site]
        if fault == "pages":
            return Faults(whole=False)
        failed = frozenset(shop[number].address for number, how in hidden if number in shop and how != "forbidden")
        forbidden = frozenset(shop[number].address for number, how in hidden if number in shop and how == "forbidden")
        return Faults(fault == "unfinished", fault == "failed_list", fault == "wall", failed, forbidden - failed)

    def _correct(self, site: str) -> None:
        """Before a run under other rules: earlier ones are read again."""
        stale = self.plain[site].stale(self.rules)
        found = self.catalogue.runs_to_correct(site, f"rules-{self.rules}")
        assert [run.id for run in found] == [moment.run for moment in stale]
        for run, moment in zip(found, stale, strict=True):
            readings = [(goods, read(goods, self.rules)) for goods in moment.rows]
            rows = [listing_of(goods, state, site, "https://{}") for goods, state in readings if state]
            self.catalogue.correct(run, rows, rules=f"rules-{self.rules}", finished_at=self._now(), guard=self.guard)
            self.plain[site].correct(moment, self.rules)

    def _now(self) -> datetime:
        return START + timedelta(hours=self.day)

    def _run(self, site: str, kind: RunKind, rows: list[Goods], faults: Faults, chance: Any) -> None:
        begun = self.catalogue.begin_run(
            site, kind, rules=f"rules-{self.rules}", observed_at=self._now(), started_at=self._now()
        )
        gone = sorted({goods.address for goods in self.gone[site].values()}) if chance.random() < 0.5 else []
        outcome = CrawlOutcome(
            finished=not faults.unfinished,
            failed_lists={"shop.example/list": "500"} if faults.failed_list else {},
            failed_products=dict.fromkeys(sorted(faults.failed), "500"),
            forbidden_products=sorted(faults.forbidden),
            walls={"shop.example/list": "captcha"} if faults.wall else {},
            gone_products=gone,
        )
        shown = [goods for goods in rows for _ in range(chance.choice((1, 1, 1, 2)))]
        chance.shuffle(shown)
        readings = [(goods, state) for goods in shown if (state := read(goods, self.rules))]
        seen = [listing_of(goods, state, site, chance.choice(DECORATIONS)) for goods, state in readings]
        done = self.catalogue.finish_run(
            begun.id, seen, outcome, guard=self.guard, finished_at=self._now(), whole_site=faults.whole
        )
        assert done.status is self.plain[site].run(begun.id, kind, self._now(), self.rules, rows, faults, gone)
        self._agree(site)

    @precondition(lambda self: any(self._acceptable(site) for site in SITES))
    @rule()
    def accept(self) -> None:
        site = next(site for site in SITES if self._acceptable(site))
        run = [moment for moment in self.plain[site].market() if moment.faults.whole][-1].run
        self.catalogue.accept(run)
        self.plain[site].accept()
        self._agree(site)

    def _acceptable(self, site: str) -> bool:
        whole = [moment for moment in self.plain[site].market() if moment.faults.whole]
        return (
            bool(whole)
            and whole[-1].status is RunStatus.PARTIAL
            and self.plain[site].moments[-1].kind is not RunKind.CORRECTION
        )

    @precondition(lambda self: any(self.plain[site].moments for site in SITES) and self.rules < 3)
    @rule()
    def rules_change(self) -> None:
        self.rules += 1

    @precondition(lambda self: self.plain[SITES[0]].moments)
    @rule(seed=st.integers(0, 999))
    def same_run_again(self, seed: int) -> None:
        """Shown the same things, a site has not changed."""
        last = self.plain[SITES[0]].market()[-1]
        if (
            last.rules != self.rules
            or last.status is not RunStatus.COMPLETE
            or self.plain[SITES[0]].thresholds.misses > 1
        ):
            return
        before = self.plain[SITES[0]].now
        self.day += 1
        self._run(SITES[0], last.kind, last.rows, last.faults, Random(seed))
        done = self.catalogue.runs(SITES[0], limit=1)[0]
        assert [done.counts[name] for name in ("new", "changed", "returned", "gone")] == [0] * 4
        assert self.plain[SITES[0]].now == before

    # -- what must be so ---------------------------------------------------------------------------------------------

    def _agree(self, site: str) -> None:
        plain = self.plain[site]
        assert self._found(Search(site=site)) == plain.now
        if RunKind.CORRECTION not in {moment.kind for moment in plain.moments}:
            seen = {bare(item.key): item.last_seen for item in self.catalogue.search(Search(site=site))}
            assert seen == {key: plain.last_seen[key] for key in plain.now}
        assert self.catalogue.check() == []

    def _found(self, query: Search) -> dict[str, State | None]:
        return {bare(item.key): state_of(item) for item in self.catalogue.search(query)}

    def teardown(self) -> None:
        try:
            if hasattr(self, "plain"):
                for site in SITES:
                    self._compare_days(site)
                    self._compare_windows(site)
                    self._compare_runs(site)
                    self._compare_histories(site)
        finally:
            self._opened.__exit__(None, None, None)

    def _compare_days(self, site: str) -> None:
        if self.plain[site].moments:
            for moment in self.plain[site].moments:
                when = moment.observed_at
                assert self._found(Search(site=site, at=when)) == self.plain[site].at(when)

    def _compare_windows(self, site: str) -> None:
        plain = self.plain[site]
        for place, end in enumerate(plain.moments):
            for start in plain.moments[:place]:
                if RunKind.CORRECTION in (start.kind, end.kind):
                    continue
                window = plain.window(start, end)
                changes = self.catalogue.diff(since=start.run, until=end.run, wanted=EVERYTHING).changes
                fresh = self.catalogue.diff(since=start.run, until=end.run, wanted=NEWS).changes
                assert fresh == [change for change in changes if change.newly_available]
                if window is None:
                    assert changes == []
                    continue
                self._compare_window(plain, window, changes)

    def _compare_window(self, plain: PlainSite, window: tuple[int, int], changes: list[Change]) -> None:
        begins, ends = window
        kinds = [moment.kind for moment in plain.moments[begins + 1 : ends + 1]]
        if kinds[:1] == [RunKind.CORRECTION]:
            begins, kinds = begins + 1, kinds[1:]
        found = [told(change) for change in changes]
        assert len({(item.event, item.key) for item in found}) == len(found)
        if RunKind.CORRECTION not in kinds:
            expected = plain.changes(begins, ends)
            assert sorted(found, key=repr) == sorted(expected, key=repr)

    def _compare_runs(self, site: str) -> None:
        for moment in self.plain[site].market():
            seen = {bare(item.key): state_of(item) for item in self.catalogue.listings_of_run(moment.run)}
            assert seen == {key: moment.now[key] for key in moment.seen}

    def _compare_histories(self, site: str) -> None:
        plain = self.plain[site]
        if any(moment.kind is RunKind.CORRECTION for moment in plain.moments):
            return
        keys = {key for moment in plain.moments for key in moment.now}
        found: dict[str, list[tuple[object, ...]]] = {key: [] for key in keys}
        for mpn in {state.mpn for moment in plain.moments for state in moment.now.values()}:
            for entry in self.catalogue.history(mpn):
                if entry.site == site:
                    shown = tuple(getattr(entry, name) for name in SHOWN) if entry.present else None
                    found[bare(entry.key)].append((entry.since, entry.until, entry.present, shown))
        for key in keys:
            assert found[key] == plain.history(key), key


@pytest.fixture
def machine(backend: str, new_database: Callable[..., str]) -> type[Market]:
    @contextmanager
    def opened() -> Iterator[Catalogue]:
        with Catalogue.open(new_database(backend)) as catalogue:
            yield catalogue

    return type("FreshMarket", (Market,), {"open_catalogue": staticmethod(opened)})


def test_the_catalogue_tells_what_a_plain_model_tells(machine: type[Market], backend: str) -> None:
    """More examples by hand: EXAMPLES=5000 pytest -k plain_model."""
    asked = int(os.environ.get("EXAMPLES", "0"))
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=asked or (30 if backend == "sqlite" else 10),
            stateful_step_count=8,
            deadline=None,
            derandomize=not asked,
            database=None,
            phases=(Phase.generate, Phase.shrink) if os.environ.get("SHRINK") else (Phase.generate,),
            suppress_health_check=list(HealthCheck),
        ),
    )
