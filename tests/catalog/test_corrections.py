"""Other rules read earlier runs again: what differs is a correction, never the market."""

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest

from catalog import Wanted
from restock.errors import UsageError
from restock.listing import Listing, Restriction
from restock.run import CrawlOutcome
from restock.terms import Availability, Event, RestrictionRule, RunKind, RunStatus, Vat

Make = Callable[..., Listing]
Events = Callable[[Any], list[tuple[str, str]]]
ALL = Wanted(events=tuple(Event))


def test_what_only_rules_changed_is_no_event(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1), listing(2, brand=None, mpn=None, restricted=False), listing(3))
    better = [listing(1, "1000"), listing(2), listing(3, title="Clean title")]
    assert [run.id for run in shop.catalogue.runs_to_correct("shop", "rules-2")] == [first.id]
    correction = shop.correct(first, *better)
    assert correction.kind is RunKind.CORRECTION
    assert shop.catalogue.runs_to_correct("shop", "rules-2") == []
    run = shop.crawl(*better)
    assert run.counts["changed"] == 0
    assert run.warnings == ()
    found = shop.catalogue.diff(wanted=ALL)
    assert found.changes == []
    assert found.notes == []
    assert [(item.run, item.fields) for item in found.corrections] == [
        (correction.id, ("price",)),
        (correction.id, ("brand", "mpn", "restricted")),
        (correction.id, ("title",)),
    ]


def test_a_reason_that_is_only_worded_otherwise_is_no_correction(shop: Any, listing: Make) -> None:
    reason = Restriction(RestrictionRule.CHPL, "8517.62", "On the list.", "source", tier="2")
    first = shop.crawl(listing(1, restrictions=(reason,)), listing(2, restrictions=(reason,)))
    worded = replace(reason, reason="On the list (edition of 2024-02-23).", edition="2024-02-23")
    better = [listing(1, restrictions=(worded,)), listing(2, restrictions=(replace(worded, tier="1"),))]
    shop.correct(first, *better)
    shop.crawl(*better)
    found = shop.catalogue.diff(wanted=ALL)
    assert not found.changes
    assert [(item.after.key, item.fields) for item in found.corrections] == [(listing(2).url, ("restrictions",))]


def test_what_rules_and_market_touched_is_compared_as_the_new_rules_read_it(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1), listing(2, brand=None), listing(3, availability=Availability.UNKNOWN))
    shop.correct(first, listing(1, "1000"), listing(2), listing(3))
    shop.crawl(listing(1, "900"), listing(2, title="New title"), listing(3))
    found = shop.catalogue.diff(wanted=ALL)
    assert [(change.event.value, change.before.brand) for change in found.changes] == [
        ("price_changed", "Cisco"),
        ("details_changed", "Cisco"),
    ]
    assert (found.changes[0].before.price, str(found.changes[0].change_pct)) == (1000, "-10.00")


def test_what_the_old_rules_missed_never_appears(shop: Any, listing: Make, events: Events) -> None:
    first = shop.crawl(listing(1), listing(2))
    shop.correct(first, listing(1), listing(3))
    shop.crawl(listing(1), listing(3, "90"), listing(4))
    found = shop.catalogue.diff()
    assert events(found) == [("price_changed", "3"), ("appeared", "4")]
    assert [item.fields for item in found.corrections] == [("listing",), ("listing",)]
    assert not any(change.newly_available for change in found.changes if change.listing.key.endswith("3"))


def test_a_week_with_a_correction_in_it(shop: Any, listing: Make, events: Events) -> None:
    shop.crawl(listing(1, "12"), listing(2, "12"), listing(3))
    second = shop.crawl(listing(1, "10"), listing(2, "12"), listing(3))
    shop.correct(second, listing(1, "10000"), listing(2, "12000"), listing(3))
    shop.crawl(listing(1, "10000"), listing(2, "11000"), listing(3))
    found = shop.catalogue.diff(since="shop-0001")
    assert events(found) == [("price_changed", "1"), ("price_changed", "2")]
    unknown, known = found.changes
    assert (unknown.before.price, unknown.before.price_type, unknown.change_pct) == (None, None, None)
    assert (known.before.price, str(known.change_pct)) == (12000, "-8.33")


def test_a_price_that_both_touched_is_read_again_from_its_evidence(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1, "12"), listing(2, "12"))
    second = shop.crawl(listing(1, "10"), listing(2, "11"))
    shop.correct(second, listing(1, "10000"), listing(2, "11000"))
    end = shop.crawl(listing(1, "10000"), listing(2, "11000"))
    asked = []

    def reread(run: Any, states: Any) -> dict[str, Listing]:
        asked.extend((run.id, state.key[-1], state.run) for state in states)
        return {states[0].key: replace(states[0], price=Decimal(12000), vat=Vat.INCLUDED)}

    read, unknown = shop.catalogue.diff(since=first.id, reread=reread).changes
    assert asked == [(end.id, "1", first.id), (end.id, "2", first.id)]
    assert (read.before.price, read.before.vat, str(read.change_pct)) == (12000, Vat.INCLUDED, "-16.67")
    assert (unknown.before.price, unknown.change_pct) == (None, None)


def test_later_partial_runs_are_corrected_after_their_base(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1), listing(2))
    later = shop.crawl(listing(1, "90"), outcome=CrawlOutcome(finished=False, reason="broken"))
    assert [run.id for run in shop.catalogue.runs_to_correct("shop", "rules-2")] == [first.id, later.id]
    shop.correct(first, listing(1, "1000"), listing(2, "1000"))
    assert [item.price for item in shop.now()] == [90, 1000]
    corrected = shop.correct(later, listing(1, "900"))
    assert corrected.status is RunStatus.PARTIAL
    assert [item.price for item in shop.now()] == [900, 1000]
    shop.crawl(listing(1, "900"), listing(2, "1000"))
    change = shop.catalogue.diff().changes[0]
    assert (change.before.price, change.after.price) == (None, 900)


def test_what_a_later_partial_run_never_saw_is_not_taken_away_by_its_correction(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1), listing(2))
    later = shop.crawl(listing(1), outcome=CrawlOutcome(finished=False, reason="broken"))
    found = [listing(1), listing(2), listing(3)]  # the old rules missed the third
    shop.correct(first, *found)
    shop.correct(later, listing(1))
    assert len(shop.now()) == 3
    shop.crawl(*found)
    assert shop.catalogue.diff(since=first.id).changes == []


def test_a_reading_that_loses_the_site_takes_nothing_away(shop: Any, listing: Make) -> None:
    first = shop.crawl(*(listing(number) for number in range(12)))
    correction = shop.correct(first, listing(1, "5"))
    assert correction.counts["gone"] == 0
    assert any("not found again" in warning for warning in correction.warnings)
    assert len(shop.now()) == 12


def test_uncorrected_rules_are_said(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1))
    shop.rules = "rules-2"
    run = shop.crawl(listing(1, title="Other"))
    assert "not read again" in run.warnings[0]
    assert "not read again" in shop.catalogue.diff().notes[0]


def test_only_merged_runs_can_be_corrected(shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1))
    correction = shop.correct(first, listing(1, "2"))
    with pytest.raises(UsageError, match="only a run that was merged"):
        shop.correct(correction, listing(1))
    with pytest.raises(UsageError, match="no end of a window"):
        shop.catalogue.diff(since=correction.id)
