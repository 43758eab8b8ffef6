"""A catalogue on a disk, or in a folder, that nothing may be written to: it answers, and takes nothing."""

import os
import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import pytest

from catalog import Catalogue, Search
from restock.errors import CatalogueError
from restock.listing import Listing

Make = Callable[..., Listing]
_NOBODY = 65534


@pytest.fixture
def backend() -> str:
    return "sqlite"


@pytest.fixture
def shelf() -> Iterator[Path]:
    """A folder that everybody may look into, as pytest's own are not."""
    with tempfile.TemporaryDirectory(prefix="restock-shelf-") as folder:
        Path(folder).chmod(0o755)
        yield Path(folder)


@pytest.fixture
def reader(monkeypatch: pytest.MonkeyPatch) -> Callable[[Path], Any]:
    """Takes away the right to write a folder and what is in it, from root too."""

    @contextmanager
    def locked(folder: Path) -> Iterator[None]:
        monkeypatch.setattr(os, "access", partial(os.access, effective_ids=True))
        paths = [*folder.iterdir(), folder]
        for path in paths:
            path.chmod(0o555 if path.is_dir() else 0o444)
        root = os.geteuid() == 0
        if root:
            os.seteuid(_NOBODY)
        try:
            yield
        finally:
            if root:
                os.seteuid(0)
            for path in reversed(paths):
                path.chmod(0o755)

    return locked


def answers(url: str) -> tuple[Any, ...]:
    with Catalogue.open(url) as catalogue:
        found = catalogue.diff()
        events = [(change.event, change.listing.to_json()) for change in found.changes]
        return list(catalogue.search(Search())), events, catalogue.runs(), catalogue.check()


def test_it_answers_as_before_and_takes_nothing(
    shop: Any, listing: Make, catalogue: Catalogue, shelf: Path, reader: Callable[[Path], Any]
) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1, "90"), listing(3))
    path, copy = shelf / "restock.sqlite", shelf.parent / f"{shelf.name}-copy.sqlite"
    catalogue.backup(path)
    url = f"sqlite:///{path}"
    expected = answers(url)
    assert len(expected[1]) == 3
    with reader(shelf):
        assert answers(url) == expected
        with Catalogue.open(url) as opened:
            assert opened.is_unwritable
            with pytest.raises(CatalogueError, match="can only be read here"):
                type(shop)(opened, day=shop.day).begin()
            opened.backup(copy)
    try:
        assert answers(f"sqlite:///{copy}") == expected
    finally:
        copy.unlink()
    assert [found.name for found in shelf.iterdir()] == [path.name]


def test_what_is_not_yet_in_the_file_is_no_secret(
    shop: Any, listing: Make, url: str, shelf: Path, reader: Callable[[Path], Any]
) -> None:
    """Copied while it was in use, the file alone would answer with what was."""
    shop.crawl(listing(1))
    source = Path(url.removeprefix("sqlite:///"))
    for name in (source.name, f"{source.name}-wal"):
        shutil.copy(source.with_name(name), shelf / name)
    with reader(shelf), pytest.raises(CatalogueError, match="its last changes still stand in"):
        Catalogue.open(f"sqlite:///{shelf / source.name}")
