"""Unchanged pages are stored once: later runs refer to them, read them, verify them, hand them on and keep them."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from warcio.archiveiterator import ArchiveIterator

from restock.errors import EvidenceError
from restock.listing import Evidence
from spiders.evidence import EvidenceWriter, Exchange, read_capture, read_captures, read_pages, referred, thin, verify
from spiders.evidence.extracting import extract
from spiders.evidence.records import records

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = b"<html><h1>Switch</h1>" + b"<p>in stock</p>" * 300 + b"</html>"


def exchange(name: str, body: bytes = PAGE) -> Exchange:
    url = f"http://shop.test/{name}"
    headers = [(b"Content-Type", b"text/html"), (b"X-Day", str(len(body)).encode())]
    return Exchange(url=url, requested_url=url, wire_url=url, status=200, body=body, headers=headers, role="product")


Run = Callable[..., tuple[Path, list[Evidence]]]


@pytest.fixture
def run(tmp_path: Path) -> Run:
    """Stores a sealed run of one day that rests on another one."""

    def store(day: int, earlier: Path | None, *pages: Exchange) -> tuple[Path, list[Evidence]]:
        moment = NOON + timedelta(days=day)
        with EvidenceWriter(tmp_path, "shop", f"run-{day}", now=lambda: moment, earlier=earlier) as writer:
            found = [writer.write(page).evidence for page in pages]
        return writer.path, [evidence for evidence in found if evidence is not None]

    return store


def kinds(path: Path) -> list[str]:
    return [record.kind for record in records(path) if record.kind in {"response", "revisit"}]


def test_an_unchanged_page_is_stored_once_and_read_everywhere(run: Run, tmp_path: Path) -> None:
    first, originals = run(0, None, exchange("a"), exchange("b"))
    second, again = run(1, first, exchange("a"), exchange("b", PAGE + b"!"))
    third, last = run(2, second, exchange("a"), exchange("b", PAGE + b"!"))
    assert (kinds(first), kinds(second), kinds(third)) == (
        ["response"] * 2,
        ["revisit", "response"],
        ["revisit", "revisit"],
    )
    for path, bodies in ((second, [PAGE, PAGE + b"!"]), (third, [PAGE, PAGE + b"!"])):
        assert [capture.body for capture in read_pages(path)] == bodies
        assert [capture.body for capture in read_captures(path)] == bodies
        assert verify(path, unfinished_ok=False) == []
    assert (again[0].sha256, again[0].warc) == (originals[0].sha256, "shop/run-1.warc.gz")
    capture = read_capture(tmp_path, last[0])
    assert (capture.body, capture.captured_at, capture.evidence) == (PAGE, NOON + timedelta(days=2), last[0])
    # The standard's own reader follows the third run to the first, over no chain.
    with third.open("rb") as stream:
        revisits = [record.rec_headers for record in ArchiveIterator(stream) if record.rec_type == "revisit"]
    assert revisits[0].get_header("WARC-Refers-To") == originals[0].record_id
    assert revisits[0].get_header("WARC-Refers-To-Date") == "2026-11-22T12:00:00Z"


def test_small_old_and_changed_pages_are_stored_whole(run: Run) -> None:
    first, _ = run(0, None, exchange("a"), exchange("small", b"<p>x</p>"))
    assert kinds(run(1, first, exchange("a", PAGE[:-1]), exchange("small", b"<p>x</p>"))[0]) == ["response"] * 2
    assert kinds(run(29, first, exchange("a"))[0]) == ["revisit"]
    assert kinds(run(31, first, exchange("a"))[0]) == ["response"]


def test_a_flipped_bit_of_what_is_referred_to_is_found_from_both_sides(run: Run, tmp_path: Path) -> None:
    first, _ = run(0, None, exchange("a"))
    second, again = run(1, first, exchange("a"))
    stored = bytearray(first.read_bytes())
    stored[len(stored) // 2] ^= 1
    first.write_bytes(bytes(stored))
    assert verify(first, unfinished_ok=False)
    assert verify(second, unfinished_ok=False)
    first.unlink()
    assert any("refers to is missing" in fault.message for fault in verify(second, unfinished_ok=False))
    with pytest.raises(EvidenceError, match="refers to is missing"):
        read_capture(tmp_path, again[0])


def test_any_flipped_bit_of_a_record_that_refers_is_found(run: Run) -> None:
    first, _ = run(0, None, exchange("a"))
    second, _ = run(1, first, exchange("a"))
    whole = second.read_bytes()
    for place in range(0, len(whole), 7):
        second.write_bytes(whole[:place] + bytes([whole[place] ^ 4]) + whole[place + 1 :])
        assert verify(second, unfinished_ok=False)


def test_what_is_referred_to_is_never_thinned_away(run: Run, tmp_path: Path) -> None:
    first, originals = run(0, None, exchange("a"), exchange("b"))
    second, again = run(1, first, exchange("a"), exchange("b", PAGE + b"!"))
    kept = referred(tmp_path, first)
    assert kept == {originals[0].record_id}
    done = thin(first, kept, walk=False, setting="evidence.keep_days = 1", at=NOON)
    assert done.dropped_records == 2  # the other page and its request
    assert verify(second, unfinished_ok=False) == []
    assert read_capture(tmp_path, again[0]).body == PAGE


def test_a_record_is_handed_on_with_what_it_refers_to(run: Run, tmp_path: Path) -> None:
    first, originals = run(0, None, exchange("a"))
    second, again = run(1, first, exchange("a"))
    out = tmp_path / "proof.warc.gz"
    with out.open("xb") as file:
        found = extract(second, again[0].record_id, file)
    assert found.response is not None
    assert found.response.payload == PAGE
    ids = [record.id for record in records(out)]
    assert {originals[0].record_id, again[0].record_id} <= set(ids)
