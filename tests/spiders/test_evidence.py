"""Evidence: stored as sent, read back the same, and any changed bit found."""

import gzip
import zlib
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import brotli
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from warcio.archiveiterator import ArchiveIterator

from restock.capture import PageCapture
from restock.errors import EvidenceError
from restock.listing import Evidence
from restock.terms import PageRole
from spiders.evidence import (
    EvidenceWriter,
    Exchange,
    Resource,
    decode,
    find_warc,
    read_capture,
    read_captures,
    read_pages,
    run_of,
    site_slug,
    store_file,
    verify,
)

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
PAGE = "<html><h1>Коммутатор Cisco</h1></html>".encode()


def exchange(name: str, body: bytes = PAGE, **changes: object) -> Exchange:
    url = f"http://shop.test/{name}"
    values: dict[str, object] = {
        "url": url,
        "requested_url": url,
        "wire_url": url,
        "status": 200,
        "body": body,
        "headers": [(b"Content-Type", b"text/html"), (b"X-Note", b"\xcf\xf0\xe8")],
        "role": "product",
        "request_headers": [(b"Host", b"shop.test"), (b"Proxy-Authorization", b"Basic c2VjcmV0")],
    }
    return Exchange(**{**values, **changes})  # type: ignore[arg-type]


@pytest.fixture
def stored(tmp_path: Path) -> tuple[Path, list[PageCapture]]:
    """A sealed run of four pages, one of them compressed, one redirected, one cut off."""
    with EvidenceWriter(tmp_path, "shop", "run-1", now=lambda: NOON) as writer:
        captures = [
            writer.write(exchange("a")),
            writer.write(exchange("b", gzip.compress(PAGE), headers=[(b"Content-Encoding", b"gzip")])),
            writer.write(exchange("c", requested_url="http://shop.test/old", role="list")),
            writer.write(exchange("d", truncated="length")),
        ]
    return writer.path, captures


def test_captures_read_back_equal(stored: tuple[Path, list[PageCapture]]) -> None:
    path, captures = stored
    assert list(read_captures(path)) == captures
    assert captures[1].body == PAGE
    assert captures[2].role is PageRole.LIST
    assert captures[3].truncated
    assert captures[0].captured_at == NOON


def test_every_capture_is_found_by_its_evidence(stored: tuple[Path, list[PageCapture]]) -> None:
    path, captures = stored
    for capture in captures:
        assert capture.evidence is not None
        assert read_capture(path.parent.parent, capture.evidence) == capture


def test_the_index_is_made_again_where_it_is_missing(stored: tuple[Path, list[PageCapture]]) -> None:
    path, captures = stored
    path.with_name("run-1.cdxj").unlink()
    assert captures[1].evidence is not None
    assert read_capture(path.parent.parent, captures[1].evidence) == captures[1]
    assert [fault.message for fault in verify(path, unfinished_ok=False)] == ["missing", "missing"]


def test_bytes_are_stored_as_they_were_sent(stored: tuple[Path, list[PageCapture]]) -> None:
    """Read by warcio alone: the compressed body, the raw header bytes, digests that its own verifier accepts."""
    path, _ = stored
    with path.open("rb") as stream:
        found = [(one.rec_type, one.raw_stream.read()) for one in ArchiveIterator(stream, no_record_parse=True)]
    with path.open("rb") as stream:
        for record in ArchiveIterator(stream, check_digests="raise"):
            record.raw_stream.read()
    assert [kind for kind, _ in found] == ["warcinfo", *["response", "request"] * 4]
    assert found[1][1].endswith(b"X-Note: \xcf\xf0\xe8\r\n\r\n" + PAGE)
    assert gzip.decompress(found[3][1].partition(b"\r\n\r\n")[2]) == PAGE


def test_no_secret_of_a_proxy_is_stored(stored: tuple[Path, list[PageCapture]]) -> None:
    path, _ = stored
    assert b"c2VjcmV0" not in gzip.decompress(path.read_bytes())


def test_a_sound_run_has_no_faults(stored: tuple[Path, list[PageCapture]]) -> None:
    assert verify(stored[0], unfinished_ok=False) == []


@pytest.mark.parametrize("suffix", [".warc.gz", ".cdxj", ".sha256"])
def test_any_flipped_bit_of_a_sealed_run_is_found(stored: tuple[Path, list[PageCapture]], suffix: str) -> None:
    path = stored[0].with_name("run-1" + suffix)
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, 61):
        path.write_bytes(_flipped(whole, bit))
        assert verify(stored[0], unfinished_ok=False), f"bit {bit} of {len(whole) * 8}"
    path.write_bytes(whole)


def test_any_flipped_bit_of_a_broken_off_run_is_found(stored: tuple[Path, list[PageCapture]]) -> None:
    path, _ = stored
    path.with_name("run-1.sha256").unlink()
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, 61):
        path.write_bytes(_flipped(whole, bit))
        assert verify(path, unfinished_ok=True), f"bit {bit} of {len(whole) * 8}"
    path.write_bytes(whole)
    assert verify(path, unfinished_ok=True) == []


def _flipped(whole: bytes, bit: int) -> bytes:
    changed = bytearray(whole)
    changed[bit // 8] ^= 1 << (bit % 8)
    return bytes(changed)


def test_a_finished_run_without_its_seal_is_a_fault(stored: tuple[Path, list[PageCapture]]) -> None:
    path, _ = stored
    path.with_name("run-1.sha256").unlink()
    assert [fault.file for fault in verify(path, unfinished_ok=False)] == ["run-1.sha256"]


def test_lost_evidence_is_a_fault(tmp_path: Path) -> None:
    assert [fault.message for fault in verify(tmp_path / "run-9.warc.gz", unfinished_ok=True)] == [
        "the evidence is missing"
    ]


def test_a_truncated_finished_run_is_a_fault(stored: tuple[Path, list[PageCapture]]) -> None:
    path, _ = stored
    path.write_bytes(path.read_bytes()[:-30])
    assert {fault.message for fault in verify(path, unfinished_ok=False)} >= {"not as it was sealed"}


def test_the_unfinished_tail_of_a_broken_off_run_is_no_loss(tmp_path: Path) -> None:
    writer = EvidenceWriter(tmp_path, "shop", "run-1", now=lambda: NOON)
    kept = [writer.write(exchange("a")), writer.write(exchange("b"))]
    writer.close()
    whole = writer.path.read_bytes()
    for extra in (whole[:50], b"\x1f\x8b\x08"):
        writer.path.write_bytes(whole + extra)
        assert verify(writer.path, unfinished_ok=True) == []
        assert list(read_captures(writer.path)) == kept


def test_a_damaged_record_is_no_quiet_end(stored: tuple[Path, list[PageCapture]]) -> None:
    path, captures = stored
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 0xFF
    path.write_bytes(whole)
    with pytest.raises(EvidenceError):
        list(read_captures(path))
    assert captures[0].evidence is not None
    assert read_capture(path.parent.parent, captures[0].evidence) == captures[0]


def test_pages_are_the_last_good_answers(tmp_path: Path) -> None:
    with EvidenceWriter(tmp_path, "shop", "run-1", now=lambda: NOON) as writer:
        writer.write(exchange("robots.txt", role="robots"))
        writer.write(exchange("a", status=500))
        writer.write(exchange("a", b"half", truncated="disconnect"))
        last = writer.write(exchange("a"))
        writer.write(exchange("gone", status=404))
        other = writer.write(exchange("b"))
    assert list(read_pages(writer.path)) == [last, other]
    assert len(list(read_captures(writer.path))) == 5


def test_evidence_outside_its_folder_is_not_read(tmp_path: Path) -> None:
    with pytest.raises(EvidenceError, match="not within"):
        read_capture(tmp_path, Evidence("0" * 64, "../../etc/passwd", "<urn:uuid:0>"))


def test_a_price_list_is_evidence_too(tmp_path: Path) -> None:
    rows = b"title;price\nCisco;100\n" * 1000
    (tmp_path / "list.csv").write_bytes(rows)
    resource = Resource(name="price list.csv", path=tmp_path / "list.csv", media_type="text/csv")
    evidence = store_file(tmp_path, "shop", "run-2", resource, now=lambda: NOON)
    capture = read_capture(tmp_path, evidence)
    assert capture.body == rows
    assert capture.headers["content-type"] == "text/csv"
    assert list(read_pages(tmp_path / evidence.warc)) == [capture]
    assert verify(tmp_path / evidence.warc, unfinished_ok=False) == []


@pytest.mark.parametrize(
    "name", ["nag", "http://127.0.0.1:8000", "НАГ", "..", "a/b", "A", "a", "http://127.0.0.1-8000"]
)
def test_site_names_become_safe_folders(name: str) -> None:
    slug = site_slug(name)
    assert slug.strip(".")
    assert not set(slug) & set("/\\: ")


def test_no_two_sites_share_a_folder() -> None:
    names = ["nag", "NAG", "n/a/g", "НАГ", "http://127.0.0.1:80", "http-127.0.0.1-80", "", "."]
    assert len({site_slug(name) for name in names}) == len(names)


def _deflate(body: bytes) -> bytes:
    return zlib.compress(body)


def _raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(9, zlib.DEFLATED, -15)
    return packer.compress(body) + packer.flush()


PACKERS: dict[str, tuple[str, Callable[[bytes], bytes]]] = {
    "gzip": ("gzip", gzip.compress),
    "members": ("x-gzip", lambda body: gzip.compress(body[:10]) + gzip.compress(body[10:])),
    "deflate": ("deflate", _deflate),
    "raw deflate": ("deflate", _raw_deflate),
    "br": ("br", brotli.compress),
    "twice": ("gzip, br", lambda body: brotli.compress(gzip.compress(body))),
}


@pytest.mark.parametrize("packer", PACKERS)
@pytest.mark.parametrize("body", [PAGE, b"", PAGE * 5000])
def test_content_encodings_are_undone(packer: str, body: bytes) -> None:
    name, pack = PACKERS[packer]
    found = decode(pack(body), name, 10_000_000)
    assert found.body == body
    assert found.fault is None


@pytest.mark.parametrize("packer", PACKERS)
def test_a_bomb_is_cut_off(packer: str) -> None:
    name, pack = PACKERS[packer]
    found = decode(pack(bytes(3_000_000)), name, 100_000)
    assert len(found.body) <= 100_000
    assert found.fault is not None


@pytest.mark.parametrize("packer", PACKERS)
def test_a_body_that_ends_early_keeps_its_beginning(packer: str) -> None:
    name, pack = PACKERS[packer]
    text = "".join(str(number * number) for number in range(5000)).encode()
    packed = pack(text)
    found = decode(packed[: len(packed) * 3 // 4], name, 1_000_000)
    assert found.fault is not None
    assert text.startswith(found.body)


def test_a_body_that_was_never_packed_is_left_alone() -> None:
    assert decode(PAGE, "gzip", 1000).body == PAGE
    assert decode(PAGE, "gzip", 1000).fault is None
    assert decode(PAGE, "zstd", 1000).fault == "unknown content encoding 'zstd'"


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=300), st.sampled_from(["gzip", "deflate", "br", "gzip, br", "x", ""]))
def test_no_bytes_break_the_decoder(body: bytes, name: str) -> None:
    assert len(decode(body, name, 5000).body) <= 5000


def test_runs_of_one_name_have_files_of_their_own(tmp_path: Path) -> None:
    """A catalogue that was lost or restored gives names again; the evidence that is there stays."""
    days = [NOON, NOON + timedelta(days=1), NOON + timedelta(days=2)]
    stored = []
    for day in days:
        with EvidenceWriter(tmp_path, "shop", "run-1", now=lambda day=day: day) as writer:  # type: ignore[misc]
            stored.append(writer.write(exchange(day.isoformat())))
    assert [one.evidence.warc for one in stored if one.evidence] == [
        "shop/run-1.warc.gz", "shop/run-1.2.warc.gz", "shop/run-1.3.warc.gz"
    ]  # fmt: skip
    for number, day in enumerate(days):
        found = find_warc(tmp_path, "shop", "run-1", before=day)
        assert (list(read_captures(found)), run_of(found.name)) == ([stored[number]], "run-1")
        assert verify(found, unfinished_ok=False) == []
    assert find_warc(tmp_path, "shop", "run-1").name == "run-1.3.warc.gz"
    assert find_warc(tmp_path, "shop", "run-2").name == "run-2.warc.gz"


def test_a_name_of_which_only_the_seal_is_left_is_not_given_again(tmp_path: Path) -> None:
    (tmp_path / "shop").mkdir()
    (tmp_path / "shop" / "run-1.sha256").write_text("")
    with EvidenceWriter(tmp_path, "shop", "run-1") as writer:
        assert writer.warc == "shop/run-1.2.warc.gz"


def test_damage_is_said_with_the_file(stored: tuple[Path, list[PageCapture]]) -> None:
    path, _ = stored
    path.write_bytes(b"\x00" + path.read_bytes()[1:])
    with pytest.raises(EvidenceError, match=f"{path}: no readable record at byte 0"):
        list(read_captures(path))
