"""Crawls of a shop on loopback from beginning to end: what is left over, forbidden, damaged or interrupted."""

from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date
from pathlib import Path
from types import SimpleNamespace

import pytest
from small_shop import Shop

from catalog import Search, Wanted
from restock.errors import CatalogueError
from restock.listing import Listing, RawListing
from restock.run import Run
from restock.settings import Settings, load_settings
from restock.site import Site
from restock.terms import Condition, Event, RunKind, RunStatus
from scheduler import crawl as crawl_module
from scheduler.corrections import correct
from scheduler.crawl import Pace, crawl_job, crawl_site
from scheduler.evidence import verify_runs, warc_path
from scheduler.explain import explain
from scheduler.workspace import Workspace

Crawl = Callable[[], Run]


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return load_settings(tmp_path / "home")


@pytest.fixture
def workspace(settings: Settings) -> Iterator[Workspace]:
    with Workspace(settings) as found:
        yield found


def site_of(shop: Shop) -> Site:
    return Site(name="shop", start=(shop.url,))


@pytest.fixture
def crawl(workspace: Workspace, shop: Shop) -> Crawl:
    return lambda: crawl_site(workspace, site_of(shop), pace=Pace(0.0, 4))


def listings(workspace: Workspace) -> dict[str, Listing]:
    found = workspace.catalogue.search(Search(site="shop"))
    return {(listing.url or "").rpartition("/")[2]: listing for listing in found}


def changes(workspace: Workspace) -> list[Event]:
    found = workspace.catalogue.diff(wanted=Wanted(events=frozenset(Event)))
    return [change.event for change in found.changes]


def other_rules(monkeypatch: pytest.MonkeyPatch) -> None:
    """As after an update: what was read before was read by other rules."""
    monkeypatch.setattr(Workspace, "revision", lambda self, site: "new-rules")


def test_a_lost_catalogue_begins_anew_beside_the_old_evidence(settings: Settings, shop: Shop) -> None:
    for price in (1000, 2000):
        shop.price = price
        with Workspace(settings) as workspace:
            run = crawl_site(workspace, site_of(shop), kind=RunKind.SNAPSHOT, pace=Pace(0.0, 4))
            assert (run.id, run.status) == ("shop-0001", RunStatus.COMPLETE)
            assert {int(listing.price or 0) - price for listing in listings(workspace).values()} == set(shop.numbers)
            assert list(verify_runs(workspace, None)) == []
            assert explain(workspace, f"{shop.url}goods/7").differs == ()
            last = warc_path(settings, run).name
        (settings.home / "restock.sqlite").unlink()
    assert last == "shop-0001.2.warc.gz"


def test_goods_whose_pages_become_forbidden_stay_as_they_were(shop: Shop, crawl: Crawl, workspace: Workspace) -> None:
    """Three pages of twenty: two of them still have a card, the third is only linked."""
    shop.linked = {3}
    assert crawl().counts["listings"] == 20
    before = listings(workspace)
    shop.forbidden = ["/goods/1$", "/goods/2$", "/goods/3$"]
    for _ in range(2):
        run = crawl()
        assert (run.status, run.counts["gone"], run.counts["changed"]) == (RunStatus.COMPLETE, 0, 0)
        assert (run.counts["listings"], run.counts["unseen"]) == (17, 3)
        assert changes(workspace) == []
    after = listings(workspace)
    assert [after[number].sku for number in "123"] == [before[number].sku for number in "123"] == ["1", "2", "3"]
    shop.forbidden = []
    assert crawl().counts["unseen"] == 0
    assert changes(workspace) == []


def test_a_site_that_forbids_most_of_its_pages_is_still_seen_whole(
    shop: Shop, crawl: Crawl, workspace: Workspace
) -> None:
    assert crawl().status is RunStatus.COMPLETE
    shop.forbidden = [f"/goods/{number}$" for number in range(1, 16)]
    run = crawl()
    assert (run.status, run.trips) == (RunStatus.COMPLETE, ())
    assert (run.counts["gone"], run.counts["changed"], run.counts["unseen"]) == (0, 0, 15)


def test_pages_that_were_always_forbidden_leave_the_cards(shop: Shop, crawl: Crawl, workspace: Workspace) -> None:
    shop.forbidden = ["/goods/"]
    assert crawl().counts["listings"] == 20
    shop.price = 1500
    shop.numbers = range(1, 20)
    run = crawl()
    assert (run.status, run.counts["changed"], run.counts["gone"]) == (RunStatus.COMPLETE, 19, 1)
    assert {int(listing.price or 0) for listing in listings(workspace).values()} == set(range(1501, 1520))


def test_forbidden_goods_stay_when_the_run_is_read_again(
    shop: Shop, crawl: Crawl, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    crawl()
    shop.forbidden = ["/goods/1$"]
    crawl()
    other_rules(monkeypatch)
    run = crawl()
    assert (run.status, run.counts["changed"], run.counts["unseen"]) == (RunStatus.COMPLETE, 0, 1)
    corrections = [one for one in workspace.catalogue.runs("shop") if one.kind is RunKind.CORRECTION]
    assert [(one.counts["gone"], one.counts["changed"]) for one in corrections] == [(0, 0)]
    assert listings(workspace)["1"].sku == "1"


def test_damaged_evidence_of_an_earlier_run_does_not_stop_the_site(
    shop: Shop, crawl: Crawl, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    path = warc_path(workspace.settings, crawl())
    packed = bytearray(path.read_bytes())
    packed[len(packed) // 2] ^= 0xFF
    path.write_bytes(packed)
    other_rules(monkeypatch)
    shop.price = 1100
    run = crawl()
    assert (run.status, run.counts["changed"]) == (RunStatus.COMPLETE, 20)
    told = [warning for warning in run.warnings if "shop-0001 can't be read again" in warning]
    assert len(told) == 1
    assert str(path) in told[0]
    assert any("shop-0001 was not read again" in warning for warning in run.warnings)


def test_a_corrected_listing_is_explained_from_the_run_that_saw_it(
    shop: Shop, crawl: Crawl, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = crawl()
    other_rules(monkeypatch)
    read = Workspace.normaliser(workspace, site_of(shop)).normalise

    def used(raw: RawListing, *, on: date) -> SimpleNamespace:
        return SimpleNamespace(listing=replace(read(raw, on=on).listing, condition=Condition.USED), unread=())

    with monkeypatch.context() as otherwise:
        otherwise.setattr(Workspace, "normaliser", lambda self, site: SimpleNamespace(normalise=used))
        told = correct(workspace, site_of(shop), first)
    assert told.counts["changed"] == 20
    found = explain(workspace, f"{shop.url}goods/7")
    assert found.listing.run == told.id != first.id
    assert found.raw.sku == "7"
    assert found.differs == ("condition",)


def test_what_fails_while_a_run_is_marked_as_failed_does_not_hide_why_it_failed(
    shop: Shop, crawl: Crawl, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fails(*args: object, **kwargs: object) -> None:
        raise CatalogueError("the disk is full")

    def breaks(*args: object, **kwargs: object) -> None:
        raise ZeroDivisionError("a page too many")

    monkeypatch.setattr(crawl_module, "run_crawl", breaks)
    monkeypatch.setattr(workspace.catalogue, "fail_run", fails)
    with pytest.raises(ZeroDivisionError) as caught:
        crawl()
    assert caught.value.__notes__ == ["shop-0001 could not be marked as failed: the disk is full"]


def test_an_interruption_stays_one_and_its_run_has_failed(
    shop: Shop, crawl: Crawl, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupt(*args: object, **kwargs: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(crawl_module, "run_crawl", interrupt)
    with pytest.raises(KeyboardInterrupt):
        crawl()
    (run,) = workspace.catalogue.runs("shop")
    assert (run.status, run.warnings) == (RunStatus.FAILED, ("interrupted: KeyboardInterrupt",))


def test_the_address_that_reports_are_sent_from_is_told_to_no_shop(settings: Settings, shop: Shop) -> None:
    told = settings.model_copy(update={"mail_from": "analyst@example.org"})
    assert crawl_job(told, site_of(shop), "run-1", pace=Pace()).contact is None
