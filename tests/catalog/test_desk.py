"""The desk: jobs, letters that wait, what servers answered, and marks."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from catalog import Catalogue
from restock.errors import CatalogueError, UsageError
from restock.health import Alarm
from restock.listing import Listing
from restock.post import Answer, Delivery, Letter, LetterKind, PostState
from restock.review import Mark, Verdict, marked_facts
from restock.terms import Relation

NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)
SENT, WAITING, REFUSED = (Answer(state, "said") for state in (PostState.SENT, PostState.WAITING, PostState.REFUSED))


def letter(number: int = 1, *targets: str, kind: LetterKind = LetterKind.REPORT) -> Letter:
    return Letter(
        kind=kind,
        subscription="anna",
        message_id=f"<{number}@example.org>",
        subject="news",
        summary="little",
        body=b"bytes" * number,
        created_at=NOW,
        since=NOW - timedelta(days=7),
        until=NOW,
        ends=(3, 7),
        deliveries=tuple(Delivery(target=target) for target in targets or ("a@example.org",)),
    )


def test_a_letter_comes_back_as_it_was_put_in(catalogue: Catalogue) -> None:
    queued = catalogue.desk.queue(letter(1, "a@example.org", "notify:team"))
    (found,) = catalogue.desk.waiting()
    assert found == queued
    assert (found.body, found.ends, found.state) == (b"bytes", (3, 7), PostState.WAITING)
    assert [delivery.target for delivery in found.deliveries] == ["a@example.org", "notify:team"]


def test_a_temporary_failure_waits_longer_each_time(catalogue: Catalogue) -> None:
    found = catalogue.desk.queue(letter())
    pauses = []
    for _ in range(12):
        begun = catalogue.desk.begin_try(found, ["a@example.org"], NOW)
        found = catalogue.desk.record(begun, {"a@example.org": WAITING}, NOW)
        pauses.append((found.deliveries[0].next_try or NOW) - NOW)
    assert pauses[:3] == [timedelta(minutes=minutes) for minutes in (1, 2, 4)]
    assert pauses == sorted(pauses)
    assert pauses[-1] == timedelta(hours=4)
    assert catalogue.desk.waiting(NOW + timedelta(hours=3)) == []
    assert len(catalogue.desk.waiting(NOW + timedelta(hours=4))) == 1
    assert found.deliveries[0].attempts == 12


def test_one_acceptance_makes_a_letter_sent_and_the_others_still_wait(catalogue: Catalogue) -> None:
    found = catalogue.desk.queue(letter(1, "a@example.org", "b@example.org", "c@example.org"))
    answers = {"a@example.org": SENT, "b@example.org": WAITING, "c@example.org": REFUSED}
    found = catalogue.desk.record(found, answers, NOW)
    assert (found.state, found.body) == (PostState.SENT, b"bytes")
    assert catalogue.desk.last_report("anna", sent=True) == found
    found = catalogue.desk.record(found, {"b@example.org": REFUSED}, NOW)
    assert (found.state, found.body, catalogue.desk.waiting()) == (PostState.SENT, b"bytes", [])
    later = catalogue.desk.record(catalogue.desk.queue(letter(2)), {"a@example.org": SENT}, NOW)
    assert [catalogue.desk.letter(one.id or 0) for one in (found, later)] == [replace(found, body=None), later]
    assert later.body is None


def test_a_subscription_has_one_report_under_way(catalogue: Catalogue) -> None:
    first = catalogue.desk.queue(letter(1))
    with pytest.raises(CatalogueError):
        catalogue.desk.queue(letter(2))
    catalogue.desk.queue(letter(3, kind=LetterKind.ALERT))
    catalogue.desk.record(first, {"a@example.org": REFUSED}, NOW)
    assert catalogue.desk.last_report("anna", sent=True) is None
    assert catalogue.desk.queue(letter(4)).state is PostState.WAITING


def test_homes_have_desks_of_their_own(url: str) -> None:
    with Catalogue.open(url, owner="one") as one, Catalogue.open(url, owner="two") as two:
        one.desk.queue(letter(1))
        two.desk.queue(letter(2))
        assert [found.message_id for found in one.desk.waiting()] == ["<1@example.org>"]
        assert one.desk.meet_job("crawl:shop", NOW).done_at is None
        one.desk.finish_job("crawl:shop", NOW, "complete")
        assert one.desk.meet_job("crawl:shop", NOW + timedelta(days=1)).done_at == NOW
        assert two.desk.meet_job("crawl:shop", NOW).done_at is None


def test_an_alert_and_what_it_told_are_one_step(catalogue: Catalogue) -> None:
    alarm = Alarm("shop", "broken", NOW, NOW)
    catalogue.desk.tell(letter(1, kind=LetterKind.ALERT), {"shop": alarm})
    assert catalogue.desk.alarms() == {"shop": alarm}
    with pytest.raises(CatalogueError):
        catalogue.desk.tell(letter(1, kind=LetterKind.ALERT), {"shop": None})
    assert catalogue.desk.alarms() == {"shop": alarm}
    catalogue.desk.tell(None, {"shop": None})
    assert catalogue.desk.alarms() == {}


def mark_of(listing: Listing, verdict: Verdict, note: str = "seen") -> Mark:
    return Mark(
        site="shop", key=listing.key or "", verdict=verdict, note=note, by="anna", at=NOW, facts=marked_facts(listing)
    )


def test_the_last_mark_counts_until_it_is_cleared(shop: Any, listing: Callable[..., Listing]) -> None:
    shop.crawl(listing(1), listing(2))
    one, two = shop.now()
    desk = shop.catalogue.desk
    for verdict in (Verdict.FALSE_POSITIVE, Verdict.ESCALATED):
        desk.mark(mark_of(one, verdict))
    desk.mark(mark_of(two, Verdict.KNOWN, "наш"))
    assert {key[1]: (mark.verdict, mark.note) for key, mark in desk.marks().items()} == {
        one.key: (Verdict.ESCALATED, "seen"),
        two.key: (Verdict.KNOWN, "наш"),
    }
    desk.mark(mark_of(one, Verdict.CLEARED))
    assert list(desk.marks()) == [("shop", two.key)]
    history = [mark.verdict for mark in desk.marks_of("shop", one.key)]
    assert history == [Verdict.CLEARED, Verdict.ESCALATED, Verdict.FALSE_POSITIVE]
    with pytest.raises(UsageError, match="no such listing"):
        desk.mark(mark_of(listing(9, key="9"), Verdict.KNOWN))


def test_a_mark_lapses_when_the_thing_is_another_and_not_when_its_price_moves(
    shop: Any, listing: Callable[..., Listing]
) -> None:
    shop.crawl(listing(1))
    shop.catalogue.desk.mark(mark_of(shop.now()[0], Verdict.FALSE_POSITIVE))
    (mark,) = shop.catalogue.desk.marks().values()
    shop.crawl(listing(1, "90", quantity=4))
    assert mark.changed(shop.now()[0]) == ()
    shop.crawl(listing(1, "90", title="Switch number 1 for Cisco", relation=Relation.ACCESSORY_FOR, restricted=False))
    assert mark.changed(shop.now()[0]) == ("title", "relation", "restricted")
