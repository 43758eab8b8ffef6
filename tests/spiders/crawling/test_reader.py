"""The reading process: what it says is what `read_page` says, and a page that it dies of costs nothing else."""

import asyncio
import os
import signal
from collections.abc import Awaitable
from contextlib import closing
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest

from restock.capture import PageCapture, PageReading
from restock.site import Site
from spiders.crawling import reader as reading
from spiders.crawling.frames import frame, frames_in
from spiders.crawling.reader import Reader, Readers
from spiders.reading import read_page

SITE = Site(name="shop", start=("http://shop.test/",))
PAGE = PageCapture(
    url="http://shop.test/p/1",
    requested_url="http://shop.test/p/1",
    status=200,
    body="<h1>Коммутатор Cisco WS-C2960</h1><p class=price>1 000 ₽</p><p>В наличии</p><a href=/p/2>2</a>".encode(),
    captured_at=datetime(2026, 11, 22, tzinfo=UTC),
)
BIG = replace(PAGE, body=PAGE.body + b"<p>x</p>" * 50_000)


async def ended(reader: Reader | Readers, work: Awaitable[Any]) -> Any:
    try:
        return await work
    finally:
        reader.hang_up()
        await asyncio.sleep(0.01)  # a turn of the loop, in which the pipes are let go


def test_its_readings_are_those_of_the_same_bytes_here() -> None:
    async def readings() -> list[PageReading | str]:
        return await ended(reader, asyncio.gather(*(reader.read(page) for page in (PAGE, BIG, PAGE))))

    with closing(Reader(SITE)) as reader:
        assert asyncio.run(readings()) == [read_page(page, SITE) for page in (PAGE, BIG, PAGE)]


def test_a_page_that_it_dies_of_fails_alone() -> None:
    async def readings() -> list[PageReading | str]:
        await reader.read(PAGE)
        asked = [asyncio.ensure_future(reader.read(page)) for page in (BIG, PAGE)]
        await asyncio.sleep(0)
        os.kill(reader.pid, signal.SIGKILL)
        return [*await asyncio.gather(*asked), await ended(reader, reader.read(PAGE))]

    with closing(Reader(SITE)) as reader:
        first = reader.pid
        died, *others = asyncio.run(readings())
        assert died == "reading failed: the reading process ended"
        assert others == [read_page(PAGE, SITE)] * 2
        assert reader.pid != first


def test_one_that_is_ended_while_nothing_waits_costs_no_page() -> None:
    async def readings() -> list[PageReading | str]:
        await reader.read(PAGE)
        os.kill(reader.pid, signal.SIGKILL)
        await asyncio.sleep(0.2)
        return [*await ended(reader, asyncio.gather(reader.read(BIG), reader.read(PAGE)))]

    with closing(Reader(SITE)) as reader:
        assert asyncio.run(readings()) == [read_page(page, SITE) for page in (BIG, PAGE)]


def test_a_page_that_it_never_ends_with_fails_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    async def readings() -> list[PageReading | str]:
        await reader.read(PAGE)
        asked = [asyncio.ensure_future(reader.read(page)) for page in (BIG, PAGE)]
        await asyncio.sleep(0)
        os.kill(reader.pid, signal.SIGSTOP)
        monkeypatch.setattr(reading, "MAX_SECONDS", 0.1)
        stuck = await asked[0]
        monkeypatch.setattr(reading, "MAX_SECONDS", 60.0)
        return [stuck, await ended(reader, asked[1])]

    with closing(Reader(SITE)) as reader:
        stuck, other = asyncio.run(readings())
        assert stuck == "reading failed: it took longer than 0 s"
        assert other == read_page(PAGE, SITE)


def test_a_crowd_is_shared() -> None:
    async def readings() -> list[PageReading | str]:
        pages = [replace(PAGE, url=f"http://shop.test/p/{number}") for number in range(12)]
        return await ended(readers, asyncio.gather(*(readers.read(page) for page in pages)))

    with Readers(SITE, most=2) as readers:
        found = [reading for reading in asyncio.run(readings()) if isinstance(reading, PageReading)]
        assert [reading.listings[0].url for reading in found] == [
            f"http://shop.test/p/{number}" for number in range(12)
        ]
        assert len(readers.pids) == 2


def test_frames_come_in_any_pieces() -> None:
    stream = frame(b"one") + frame(b"") + frame(b"three")
    for cut in range(len(stream) + 1):
        *first, left = frames_in(stream[:cut])
        *second, rest = frames_in(left + stream[cut:])
        assert [*first, *second] == [b"one", b"", b"three"]
        assert rest == b""
