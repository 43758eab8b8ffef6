"""The catalogue as a file: damaged files, folders that are not there, copies taken while others write."""

import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

import catalog.merge
from catalog import Catalogue, Search
from restock.errors import CatalogueError
from restock.listing import Listing

Make = Callable[..., Listing]


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "restock.sqlite"


def test_a_fresh_file_gets_its_tables(empty_url: str) -> None:
    Catalogue.open(empty_url).close()
    with Catalogue.open(empty_url) as opened:
        assert opened.check() == []


@pytest.mark.parametrize(
    "content", [b"not a database at all, but long enough" * 50, b"SQLite format 3\x00" + b"\xff" * 4096]
)
def test_a_damaged_file_is_said_in_one_line(url: str, path: Path, content: bytes) -> None:
    path.write_bytes(content)
    with pytest.raises(CatalogueError, match=r"restock\.sqlite: the catalogue is damaged") as caught:
        Catalogue.open(url)
    assert "\n" not in str(caught.value)
    assert path.read_bytes() == content


def test_damage_within_a_catalogue_is_found(url: str, path: Path, shop: Any, listing: Make) -> None:
    shop.crawl(*(listing(number) for number in range(200)))
    shop.catalogue.close()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    broken = path.with_name("broken.sqlite")
    content = bytearray(path.read_bytes())
    content[len(content) * 3 // 4 : len(content) * 3 // 4 + 8192] = os.urandom(8192)
    broken.write_bytes(content)
    with Catalogue.open(f"sqlite:///{broken}") as opened:
        assert opened.check() != []


def test_a_folder_that_is_not_there_is_said(tmp_path: Path) -> None:
    with pytest.raises(CatalogueError, match="can't be opened"):
        Catalogue.open(f"sqlite:///{tmp_path / 'nowhere' / 'restock.sqlite'}")


def test_a_copy_is_whole_and_replaces_an_older_one(tmp_path: Path, shop: Any, listing: Make) -> None:
    target = tmp_path / "copy.sqlite"
    shop.crawl(listing(1))
    shop.catalogue.backup(target)
    shop.crawl(listing(1, "90"))
    shop.catalogue.backup(target)
    with Catalogue.open(f"sqlite:///{target}") as copy:
        assert [item.price for item in copy.search(Search())] == [90]
    assert sorted(found.name for found in tmp_path.glob("copy*.part")) == []
    with pytest.raises(CatalogueError, match="can't be made"):
        shop.catalogue.backup(tmp_path / "nowhere" / "copy.sqlite")


def test_a_copy_within_a_merge_is_the_catalogue_before_it(
    url: str, tmp_path: Path, shop: Any, listing: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.crawl(*(listing(number) for number in range(50)))
    before, copies = shop.now(), [tmp_path / f"copy-{place}.sqlite" for place in range(3)]
    with Catalogue.open(url) as other:
        places = iter(copies)
        steps = list(catalog.merge.STEPS)
        for place in (len(steps), len(steps) // 2, 0):
            steps.insert(place, lambda _: other.backup(next(places)))
        monkeypatch.setattr(catalog.merge, "STEPS", tuple(steps))
        shop.crawl(*(listing(number, "90") for number in range(40)))
    assert shop.now() != before
    for copy in copies:
        with Catalogue.open(f"sqlite:///{copy}") as opened:
            assert [*opened.search(Search())] == before
            assert opened.check() == []
