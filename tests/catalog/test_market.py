"""Random markets over random days with random faults: the diff equals a plain comparison of whole snapshots."""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from catalog import Catalogue, Search, Wanted
from restock.listing import Listing
from restock.run import CrawlOutcome, Run
from restock.terms import Availability, Event, RunStatus

Make = Callable[..., Listing]
Offer = tuple[int, Availability, int]
Snapshot = dict[int, Offer]

_OFFERS = st.tuples(
    st.sampled_from([90, 100]),
    st.sampled_from([Availability.IN_STOCK, Availability.OUT_OF_STOCK]),
    st.sampled_from([1, 2]),
)
_DAYS = st.lists(
    st.tuples(st.dictionaries(st.integers(1, 4), _OFFERS, max_size=4), st.booleans()), min_size=2, max_size=5
)


@dataclass
class Plain:
    """The catalogue as a child would keep it: a whole snapshot a day."""

    now: Snapshot = field(default_factory=dict)
    ever: set[int] = field(default_factory=set)
    kept: dict[str, tuple[Snapshot, set[int]]] = field(default_factory=dict)

    def merge(self, run: Run, seen: Snapshot) -> None:
        if run.status is RunStatus.COMPLETE:
            self.now = dict(seen)
        elif run.status is RunStatus.PARTIAL:
            self.now = self.now | seen
        self.ever |= set(self.now)
        self.kept[run.id] = dict(self.now), set(self.ever)

    def events(self, start: str, end: str) -> set[tuple[str, int]]:
        (before, ever), (after, _) = self.kept[start], self.kept[end]
        found = {("disappeared", item) for item in before.keys() - after.keys()}
        found |= {("reappeared" if item in ever else "appeared", item) for item in after.keys() - before.keys()}
        names = ("price_changed", "availability_changed", "quantity_changed")
        for item in before.keys() & after.keys():
            pairs = zip(names, before[item], after[item], strict=True)
            found |= {(name, item) for name, old, new in pairs if old != new}
        return found

    def newly_available(self, start: str, end: str) -> set[int]:
        (before, _), (after, _) = self.kept[start], self.kept[end]
        had = {item for item, offer in before.items() if offer[1].obtainable}
        return {item for item, offer in after.items() if offer[1].obtainable} - had


@settings(max_examples=30, deadline=None, derandomize=True, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(days=_DAYS)
def test_the_diff_of_any_two_runs_is_that_of_their_snapshots(
    days: list[tuple[Snapshot, bool]], catalogue: Catalogue, shop: Any, listing: Make
) -> None:
    name = f"shop-{len(catalogue.sites_seen())}"
    here, plain, complete = type(shop)(catalogue, name=name), Plain(), []
    for seen, finished in days:
        offers = [
            listing(number, str(price), site=name, availability=availability, quantity=quantity)
            for number, (price, availability, quantity) in seen.items()
        ]
        run = here.crawl(*offers, outcome=CrawlOutcome(finished=finished))
        plain.merge(run, seen)
        if run.status is RunStatus.COMPLETE:
            complete.append(run.id)
    number_of = {f"https://shop.example/p/{number}": number for number in range(1, 5)}
    for place, start in enumerate(complete):
        for end in complete[place + 1 :]:
            changes = catalogue.diff(since=start, until=end, wanted=Wanted(events=tuple(Event))).changes
            assert {(change.event.value, number_of[change.listing.key]) for change in changes} == plain.events(
                start, end
            )
            assert len(changes) == len(plain.events(start, end))
            fresh = {number_of[change.listing.key] for change in changes if change.newly_available}
            assert fresh == plain.newly_available(start, end)
            newly = Wanted(newly_available=True)
            alone = {number_of[one.listing.key] for one in catalogue.diff(since=start, until=end, wanted=newly).changes}
            assert alone == fresh
    there = {number_of[item.key]: (item.price, item.availability, item.quantity) for item in here.now()}
    assert there == plain.now
    assert catalogue.check() == []


def test_any_past_day_is_rebuilt(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    expected = {}
    for day in range(1, 9):
        there = [number for number in range(1, 8) if (number * day) % 3 or number == 1]
        run = shop.crawl(*(listing(number, str(100 + (number * day) % 4)) for number in there))
        assert run.status is RunStatus.COMPLETE
        expected[run.observed_at] = {number: 100 + (number * day) % 4 for number in there}
    for moment, prices in expected.items():
        found = {int(item.key.rsplit("/")[-1]): item.price for item in catalogue.search(Search(at=moment))}
        assert found == prices
