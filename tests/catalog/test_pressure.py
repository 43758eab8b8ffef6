"""Under pressure: two writers at once, a reader within a merge, a full disk. Nothing is lost, nothing half-written."""

from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from typing import Any

import pytest
from sqlalchemy import event

import catalog.merge
from catalog import Catalogue, Search
from catalog.work import Merge
from restock.errors import CatalogueError
from restock.listing import Listing
from restock.terms import RunStatus

Make = Callable[..., Listing]
Sql = Callable[..., None]

FULL = """
CREATE FUNCTION no_space() RETURNS trigger LANGUAGE plpgsql AS $$ BEGIN
  RAISE EXCEPTION 'could not extend file "base/5/1": No space left on device' USING ERRCODE = '53100';
END $$
"""


def test_two_writers_take_turns(url: str, catalogue: Catalogue, shop: Any, listing: Make) -> None:
    def work(name: str) -> list[RunStatus]:
        with Catalogue.open(url) as mine:
            here = type(shop)(mine, name=name)
            rows = [listing(number, site=name) for number in range(50)]
            return [here.crawl(*rows[day:]).status for day in range(4)]

    with ThreadPoolExecutor(2) as writers:
        done = [*writers.map(work, ("one", "two"))]
    assert done == [[RunStatus.COMPLETE] * 4] * 2
    assert {name: len([*catalogue.search(Search(site=name))]) for name in ("one", "two")} == {"one": 47, "two": 47}
    assert len({run.sequence for run in catalogue.runs()}) == 8


def test_a_reader_sees_no_merge_until_it_is_done(
    url: str, catalogue: Catalogue, shop: Any, listing: Make, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.crawl(*(listing(number) for number in range(5)))
    before = shop.now()
    seen: list[list[Listing]] = []
    with Catalogue.open(url) as reader:

        def look(_: Merge) -> None:
            seen.append([*reader.search(Search())])

        spaced = [step for pair in ((step, look) for step in catalog.merge.STEPS) for step in pair]
        monkeypatch.setattr(catalog.merge, "STEPS", tuple(spaced))
        shop.crawl(*(listing(number, "90") for number in range(1, 6)))
        assert seen == [before] * (len(spaced) // 2)
        assert [*reader.search(Search())] == shop.now() != before


@contextmanager
def full_disk(where: Catalogue, sql: Sql) -> Iterator[None]:
    """Lets no table grow: SQLite's file may have no more pages; PostgreSQL says what it says of a full disk."""
    if not where._database.is_sqlite:
        sql(FULL, "CREATE TRIGGER no_space BEFORE INSERT ON version EXECUTE FUNCTION no_space()")
        yield
        sql("DROP FUNCTION no_space CASCADE")
        return

    def cap(connection: Any, _record: object) -> None:
        pages = connection.execute("PRAGMA page_count").fetchone()[0]
        connection.execute(f"PRAGMA max_page_count = {pages}")

    engine = where._database.engine
    engine.dispose()
    event.listen(engine, "connect", cap)
    yield
    event.remove(engine, "connect", cap)
    engine.dispose()


def test_a_full_disk_is_said_and_nothing_is_half_written(
    catalogue: Catalogue, shop: Any, sql: Sql, listing: Make
) -> None:
    shop.crawl(*(listing(number) for number in range(5)))
    before, run = shop.now(), shop.begin()
    many = [listing(number, title=f"{number} " * 50) for number in range(300)]
    with full_disk(catalogue, sql), pytest.raises(CatalogueError, match=r"full|No space left") as caught:
        shop.finish(run, many)
    assert "\n" not in str(caught.value)
    assert shop.now() == before
    assert catalogue.check() == []
    assert catalogue.run(run.id).status is RunStatus.RUNNING
    shop.finish(run, many)
    assert len(shop.now()) == 300
