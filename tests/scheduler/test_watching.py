"""What a home's watch lists may name: the built-in data, the user's own rows, and what the catalogue has seen."""

from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from cli.main import run
from restock.errors import SettingsError
from restock.listing import Listing
from restock.run import CrawlOutcome
from restock.settings import load_settings
from restock.site import Guard
from restock.terms import RunKind
from scheduler.feeds import write_feeds
from scheduler.watching import doubts_of, watchlists_of
from scheduler.workspace import Workspace

AT = datetime(2026, 11, 2, 8, tzinfo=UTC)
GOODS = Listing(site="shop", key="1", url="https://shop.example/p/1", title="Netonix WS-12", brand="Netonix")


def watch(home: Path, text: str) -> None:
    (home / "watchlists").mkdir(parents=True, exist_ok=True)
    (home / "watchlists" / "mine.yaml").write_text(text, encoding="utf-8")


def crawl(home: Path, *listings: Listing) -> None:
    with Workspace(load_settings(home)) as workspace:
        begun = workspace.catalogue.begin_run("shop", RunKind.CRAWL, rules="1", observed_at=AT, started_at=AT)
        outcome = CrawlOutcome(finished=True)
        workspace.catalogue.finish_run(begun.id, listings, outcome, guard=Guard(), finished_at=AT)


def test_brands_are_those_of_the_data_files_of_the_user_and_of_the_catalogue(tmp_path: Path) -> None:
    watch(tmp_path, "any:\n  - brand: [CISCO SYSTEMS, hewlett packard, Ownmake, Netonix]\n    category: switch\n")
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "brand_countries.csv").write_text("brand,country,source\nOwnmake,DE,own\n", encoding="utf-8")
    with Workspace(load_settings(tmp_path)) as workspace, pytest.raises(SettingsError) as caught:
        watchlists_of(workspace)
    assert "mine.yaml:2: any.0.brand.3: no brand is known as 'Netonix'" in str(caught.value)
    crawl(tmp_path, GOODS)
    with Workspace(load_settings(tmp_path)) as workspace:
        (criterion,) = watchlists_of(workspace)["mine"].any
    assert criterion.brand == ("Cisco", "HP", "HPE", "Keysight", "Ownmake", "Netonix")


def test_a_brand_stays_known_when_its_goods_are_gone(tmp_path: Path) -> None:
    watch(tmp_path, "any:\n  - brand: Netonix\n")
    crawl(tmp_path, GOODS)
    crawl(tmp_path, replace(GOODS, brand="Cisco"))
    with Workspace(load_settings(tmp_path)) as workspace:
        assert watchlists_of(workspace)["mine"].any[0].brand == ("Netonix",)


def test_a_site_that_is_not_there_yet_is_a_warning_of_the_commands(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESTOCK_NOW", AT.isoformat())
    watch(tmp_path, "any:\n  - site: [shop, shpo]\n")
    crawl(tmp_path, GOODS)
    warning = "mine.yaml:2: any.0.site.1: no site is known as 'shpo' (is 'shop' meant?); it watches nothing until"
    for command in (["schedule", "list"], ["report", "weekly"], ["schedule", "run-due"]):
        assert run([*command, "--home", str(tmp_path)]) == 0
        assert capsys.readouterr().err.count(warning) == 1
    watch(tmp_path, "any:\n  - site: shop\n")
    with Workspace(load_settings(tmp_path)) as workspace:
        assert doubts_of(workspace) == []


def test_what_a_killed_writer_of_feeds_left_is_swept(tmp_path: Path) -> None:
    watch(tmp_path, "any:\n  - brand: Cisco\n")
    (tmp_path / "feeds").mkdir()
    (tmp_path / "feeds" / ".mine.atom.4711.1.part").write_text("<feed", encoding="utf-8")
    with Workspace(load_settings(tmp_path)) as workspace:
        assert write_feeds(workspace, AT) == ["mine.atom"]
    assert [path.name for path in (tmp_path / "feeds").iterdir()] == ["mine.atom"]


def test_health_of_a_home_with_nothing_to_watch_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("RESTOCK_NOW", AT.isoformat())
    assert run(["health", "--home", str(tmp_path)]) == 0
    said = capsys.readouterr()
    assert (said.out, "nothing to watch: no site is enabled" in said.err) == ("", True)
    (tmp_path / "sites").mkdir()
    (tmp_path / "sites" / "shop.yaml").write_text("{name: shop, start: 'https://shop.example/'}", encoding="utf-8")
    assert run(["health", "--home", str(tmp_path)]) == 0
    assert "not crawled yet: shop" in capsys.readouterr().err
