"""The spool: every raw listing comes back as it was written."""

from pathlib import Path
from threading import Thread

import pytest

from restock.errors import CrawlError
from restock.listing import Evidence, RawListing
from restock.terms import PageRole
from spiders.spool import Spool, SpoolTail, read_spool

ROWS = [
    RawListing(title="Коммутатор\nСisco\u2028", url="http://shop.test/1"),
    RawListing(
        title="x",
        price="1 234,00 ₽",
        read_from=PageRole.LIST,
        read_by="cards",
        found_on="http://shop.test/",
        evidence=Evidence("ab" * 32, "shop/run-1.warc.gz", "<urn:uuid:1>"),
    ),
]


def written(tmp_path: Path) -> Path:
    path = tmp_path / "spool.jsonl"
    with Spool(path) as spool:
        spool.write(*ROWS)
        spool.write(ROWS[0])
    return path


def test_listings_come_back(tmp_path: Path) -> None:
    assert list(read_spool(written(tmp_path))) == [*ROWS, ROWS[0]]


def test_an_unfinished_last_line_is_left_out(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(path.read_bytes()[:-5])
    assert list(read_spool(path)) == ROWS


def test_a_damaged_line_is_said(tmp_path: Path) -> None:
    path = written(tmp_path)
    path.write_bytes(b'{"name": 1}\n' + path.read_bytes())
    with pytest.raises(CrawlError, match=r"spool\.jsonl: line 1"):
        list(read_spool(path))


def test_no_spool_is_no_listing(tmp_path: Path) -> None:
    assert list(read_spool(tmp_path / "none.jsonl")) == []


def test_a_spool_of_another_crawl_is_not_added_to(tmp_path: Path) -> None:
    path = written(tmp_path)
    with pytest.raises(FileExistsError):
        Spool(path)
    assert list(read_spool(path)) == [*ROWS, ROWS[0]]


def test_a_tail_gives_each_row_once_and_whole(tmp_path: Path) -> None:
    tail = SpoolTail(tmp_path / "spool.jsonl")
    assert tail.rows() == []
    whole = written(tmp_path).read_bytes()
    (tmp_path / "spool.jsonl").write_bytes(whole[:-5])
    assert tail.rows() == ROWS
    (tmp_path / "spool.jsonl").write_bytes(whole)
    assert tail.rows() == ROWS[:1]
    assert tail.rows() == []


def test_a_tail_is_not_misled_by_a_line_that_grows(tmp_path: Path) -> None:
    path = written(tmp_path)
    data = path.read_bytes() * 400
    path.write_bytes(b"")

    def write() -> None:
        with path.open("ab", buffering=0) as file:
            for start in range(0, len(data), 37):
                file.write(data[start : start + 37])

    writer, tail = Thread(target=write), SpoolTail(path)
    rows: list[RawListing] = []
    writer.start()
    while writer.is_alive():
        rows += tail.rows()
    assert rows + tail.rows() == [*ROWS, ROWS[0]] * 400
