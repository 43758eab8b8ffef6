"""Marks: who said what and when, what becomes of them in later reports, and the cases that they make."""

from collections.abc import Iterator
from pathlib import Path

import orjson
import pytest
from small_shop import Shop

from catalog import Search
from cli.main import run
from restock import clock
from restock.errors import UsageError
from restock.listing import Listing
from restock.review import Verdict
from restock.settings import Settings
from restock.site import Site
from scheduler.crawl import Pace, crawl_site
from scheduler.review import labelled_cases, mark_listing, standing_reviews
from scheduler.weekly import WEEK, changes_between, gather
from scheduler.workspace import Workspace


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("RESTOCK_DATABASE_URL", raising=False)
    monkeypatch.setenv("RESTOCK_NOW", "2026-11-02T08:00:00Z")
    return tmp_path / "home"


@pytest.fixture
def workspace(home: Path, shop: Shop) -> Iterator[Workspace]:
    """A shop of four switches, crawled once."""
    shop.numbers = range(1, 5)
    home.mkdir()
    with Workspace(Settings(home=home)) as found:
        crawl(found, shop)
        yield found


def crawl(workspace: Workspace, shop: Shop) -> None:
    crawl_site(workspace, Site(name="shop", start=(shop.url,)), pace=Pace(0.0, 4))


def listings(workspace: Workspace) -> list[Listing]:
    return list(workspace.catalogue.search(Search(site="shop")))


def test_a_false_positive_stays_out_of_the_report_and_is_counted(
    workspace: Workspace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong, known, *_ = [f"shop:{listing.key}" for listing in listings(workspace)]
    mark_listing(workspace, wrong, Verdict.FALSE_POSITIVE, note="a cable", by="anna")
    mark_listing(workspace, known, Verdict.KNOWN, note="", by="boris")
    monkeypatch.setenv("RESTOCK_NOW", "2026-11-05T08:00:00Z")
    shop.price = 1200
    crawl(workspace, shop)
    until = clock.now()
    found = gather(
        workspace, changes_between(workspace, since=until - WEEK, until=until), since=until - WEEK, until=until
    )
    told = {f"shop:{change.listing.key}" for change in found.changes}
    assert (len(told), wrong in told, known in told, found.false_positives) == (3, False, True, 1)
    assert {mark.verdict for mark in found.marks.values()} == {Verdict.FALSE_POSITIVE, Verdict.KNOWN}


_page, _list = Shop._page, Shop._list


def _other_page(shop: Shop, number: int) -> str:
    return _page(shop, number).replace("Коммутатор Cisco", "Кабель для Cisco")


def _other_list(shop: Shop) -> str:
    return _list(shop).replace("Коммутатор Cisco", "Кабель для Cisco")


def test_a_mark_lapses_when_the_goods_are_others(
    workspace: Workspace, shop: Shop, monkeypatch: pytest.MonkeyPatch
) -> None:
    wrong = listings(workspace)[0]
    mark_listing(workspace, f"shop:{wrong.key}", Verdict.FALSE_POSITIVE, note="", by="anna")
    monkeypatch.setattr(Shop, "_page", _other_page)
    monkeypatch.setattr(Shop, "_list", _other_list)
    crawl(workspace, shop)
    (reviewed,) = standing_reviews(workspace)
    assert "title" in reviewed.changed
    assert [case.reason for case in labelled_cases(workspace)] == [
        f"the mark has lapsed: {', '.join(reviewed.changed)} changed since"
    ]
    assert reviewed.to_json()["lapsed"] is True


def test_marks_become_labelled_cases(workspace: Workspace) -> None:
    wrong, right, *_ = listings(workspace)
    mark_listing(workspace, f"shop:{wrong.key}", Verdict.FALSE_POSITIVE, note="кабель", by="anna")
    mark_listing(workspace, f"shop:{right.key}", Verdict.ESCALATED, note="", by="boris")
    cases = [found.case for found in labelled_cases(workspace)]
    first, second = (case for case in cases if case is not None)
    assert first["raw"]["title"] == wrong.title
    assert first["want"] == {"restricted": False}
    assert first["why"] == "false-positive, anna: кабель"
    expected = {"brand": "Cisco", "mpn": right.mpn, "relation": "is", "restricted": True}
    assert (second["want"], second["why"]) == (expected, "escalated, boris")


def test_a_mark_needs_a_name_and_a_listing(workspace: Workspace) -> None:
    listing = listings(workspace)[0]
    with pytest.raises(UsageError, match="--by"):
        mark_listing(workspace, f"shop:{listing.key}", Verdict.KNOWN, note="", by=" ")
    with pytest.raises(UsageError, match="no such listing"):
        mark_listing(workspace, "shop:nothing", Verdict.KNOWN, note="", by="anna")


def test_the_command_marks_shows_clears_and_exports(
    workspace: Workspace, home: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    name = f"shop:{listings(workspace)[0].key}"

    def rows(*args: str, code: int = 0) -> list[dict[str, object]]:
        assert run(["--home", str(home), "review", *args]) == code
        return [orjson.loads(line) for line in capsys.readouterr().out.splitlines()]

    (made,) = rows(name, "--mark", "known", "--note", "ours", "--by", "anna")
    assert (made["mark"], made["note"], made["by"], made["at"]) == ("known", "ours", "anna", "2026-11-02T08:00:00Z")
    (other,) = rows(name, "--mark", "escalated")
    assert other["by"]
    assert [row["mark"] for row in rows(name)] == ["escalated", "known"]
    assert [row["mark"] for row in rows("--list")] == ["escalated"]
    assert [sorted(row) for row in rows("--export")] == [["raw", "want", "why"]]
    rows(name, "--clear")
    assert rows("--list") == []
    for wrong in ([], [name, "--list"], [name, "--mark", "known", "--clear"], ["nothing", "--mark", "known"]):
        assert rows(*wrong, code=2) == []
