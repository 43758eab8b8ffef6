"""Evidence thinned on purpose: what stays is the same bytes, what went is written down, and a kill harms nothing."""

import hashlib
import os
import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pytest

from restock.capture import PageCapture
from restock.errors import EvidenceError
from spiders.evidence import (
    EvidenceWriter,
    Exchange,
    Resource,
    Thinning,
    open_file,
    read_capture,
    read_captures,
    replacing,
    store_file,
    thin,
    thinning,
    verify,
    word_path,
)
from spiders.evidence.records import records

NOON = datetime(2026, 11, 22, 12, tzinfo=UTC)
LATER = datetime(2027, 5, 1, 3, tzinfo=UTC)
# Each page by its name: the role it was expected to have, and its status.
PAGES = {
    "robots.txt": ("robots", 200),
    "list": ("list", 200),
    "list2": ("list", 200),
    "a": ("product", 200),
    "b": ("product", 200),
    "a?utm_source=x": ("product", 200),
    "gone": ("product", 404),
}


def page(name: str, role: str, status: int) -> Exchange:
    url, body = f"http://shop.test/{name}", f"<h1>{name}</h1>".encode() * 50
    return Exchange(url=url, requested_url=url, wire_url=url, status=status, body=body, role=role)


@pytest.fixture
def run(tmp_path: Path) -> tuple[Path, dict[str, PageCapture]]:
    with EvidenceWriter(tmp_path, "shop", "run-1", now=lambda: NOON) as writer:
        return writer.path, {name: writer.write(page(name, *told)) for name, told in PAGES.items()}


def drop(warc: Path, *proofs: PageCapture, walk: bool = False) -> Thinning:
    return thin(warc, {record_id(proof) for proof in proofs}, walk=walk, setting="evidence.keep_days = 90", at=LATER)


def record_id(capture: PageCapture) -> str:
    assert capture.evidence is not None
    return capture.evidence.record_id


def names(warc: Path) -> list[str]:
    return [record.headers["warc-target-uri"].rpartition("/")[2] for record in records(warc) if record.status]


@pytest.mark.parametrize(
    ("proofs", "walk", "stay"),
    [
        ((), False, {"robots.txt", "gone"}),
        ((), True, {"robots.txt", "gone", "list", "list2"}),
        (("list",), False, {"robots.txt", "gone", "list"}),
        (("b",), False, {"robots.txt", "gone", "list", "list2", "b"}),
        (("a",), False, {"robots.txt", "gone", "list", "list2", "a", "a?utm_source=x"}),
    ],
)
def test_what_a_state_may_rest_on_stays(
    run: tuple[Path, dict[str, PageCapture]], proofs: tuple[str, ...], walk: bool, stay: set[str]
) -> None:
    warc, captures = run
    found = drop(warc, *(captures[name] for name in proofs), walk=walk)
    assert set(names(warc)) == stay
    assert found.dropped_records == 2 * (len(PAGES) - len(stay))  # each with its request
    assert verify(warc, unfinished_ok=False, proofs=[record_id(captures[name]) for name in proofs]) == []


def test_what_stays_is_the_same_bytes(run: tuple[Path, dict[str, PageCapture]]) -> None:
    warc, captures = run
    before = {record.id: (record.member_sha256, record.length) for record in records(warc)}
    size = warc.stat().st_size
    sealed = warc.with_name("run-1.sha256").read_text()
    found = drop(warc, captures["b"])
    after = {record.id: (record.member_sha256, record.length) for record in records(warc)}
    assert after.items() < before.items()
    assert found == Thinning.read(warc)
    assert (found.dropped_bytes, found.kept_bytes) == (size - warc.stat().st_size, warc.stat().st_size)
    assert (found.dropped_records, found.kept_records) == (len(before) - len(after), len(after))
    assert (found.at, found.setting, found.seal) == ("2027-05-01T03:00:00Z", "evidence.keep_days = 90", sealed)
    evidence = captures["b"].evidence
    assert evidence is not None
    assert read_capture(warc.parent.parent, evidence) == captures["b"]
    assert [capture.url for capture in read_captures(warc)] == [
        f"http://shop.test/{name}" for name in ("list", "list2", "b", "gone")
    ]


def test_a_file_of_which_all_stays_is_only_noted(run: tuple[Path, dict[str, PageCapture]]) -> None:
    warc, captures = run
    whole = warc.read_bytes()
    assert drop(warc, *captures.values()).dropped_records == 0
    assert warc.read_bytes() == whole
    assert Thinning.read(warc) is None
    assert word_path(warc).exists()
    assert verify(warc, unfinished_ok=False) == []


@pytest.mark.parametrize("suffix", [".warc.gz", ".cdxj", ".sha256", ".thinned.json"])
def test_any_flipped_bit_of_a_thinned_run_is_found(run: tuple[Path, dict[str, PageCapture]], suffix: str) -> None:
    warc, captures = run
    drop(warc, captures["b"])
    path = warc.with_name("run-1" + suffix)
    whole = path.read_bytes()
    for bit in range(0, len(whole) * 8, 97):
        path.write_bytes(whole[: bit // 8] + bytes([whole[bit // 8] ^ 1 << bit % 8]) + whole[bit // 8 + 1 :])
        assert verify(warc, unfinished_ok=False), f"bit {bit} of {len(whole) * 8}"
    path.unlink()
    assert verify(warc, unfinished_ok=False)


def test_a_record_that_a_state_rests_on_is_missed(run: tuple[Path, dict[str, PageCapture]]) -> None:
    warc, captures = run
    drop(warc, captures["b"])
    (fault,) = verify(warc, unfinished_ok=False, proofs=[record_id(captures["a"])])
    assert (fault.message, fault.record_id) == ("a record that a state rests on is missing", record_id(captures["a"]))


def flip(path: Path) -> None:
    whole = bytearray(path.read_bytes())
    whole[len(whole) // 2] ^= 1
    path.write_bytes(whole)


@pytest.mark.parametrize(
    "harm",
    [flip, lambda warc: flip(warc.with_name("run-1.cdxj")), lambda warc: warc.with_name("run-1.sha256").unlink()],
)
def test_what_was_altered_is_left_for_verify_to_tell(
    run: tuple[Path, dict[str, PageCapture]], harm: Callable[[Path], None]
) -> None:
    warc, captures = run
    harm(warc)
    before = contents(warc)
    with pytest.raises(EvidenceError):
        drop(warc, captures["b"])
    assert contents(warc) == before


def test_a_file_that_lacks_a_proof_is_left_whole(run: tuple[Path, dict[str, PageCapture]]) -> None:
    before = contents(run[0])
    with pytest.raises(EvidenceError, match="1 records that states rest on are not in it"):
        thin(run[0], {"<urn:uuid:another>"}, walk=False, setting="", at=LATER)
    assert contents(run[0]) == before


def test_a_list_that_proves_nothing_goes_and_its_reader_says_so(tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("1;Switch;100\n" * 1000)
    for name in ("run-1", "run-2"):
        store_file(tmp_path, "shop", name, Resource(name="list.csv", path=path))
    proving, idle = (tmp_path / "shop" / f"{name}.warc.gz" for name in ("run-1", "run-2"))
    with open_file(proving) as file:
        proof = file.evidence.record_id
    assert thin(proving, {proof}, walk=False, setting="", at=LATER).dropped_records == 0
    assert thin(idle, (), walk=False, setting="evidence.keep_days = 9", at=LATER).dropped_records == 1
    with open_file(proving) as file:
        assert file.stream.read() == path.read_bytes()
    with (
        pytest.raises(EvidenceError, match=r"thinned at 2027-05-01T03:00:00Z by evidence.keep_days = 9"),
        open_file(idle),
    ):
        pass


def contents(warc: Path) -> dict[str, str]:
    return {path.name: hashlib.sha256(path.read_bytes()).hexdigest() for path in warc.parent.iterdir()}


def killed(step: int, work: Callable[[], object]) -> bool:
    """Does work in a process that ends without a word before its n-th step on a file; whether it came so far."""
    child = os.fork()
    if child == 0:
        left = step

        def counted(done: Callable[..., object]) -> Callable[..., object]:
            def step_or_end(*args: object, **named: object) -> object:
                nonlocal left
                if left == 0:
                    os._exit(9)
                left -= 1
                return done(*args, **named)

            return step_or_end

        for owner, name in ((os, "fsync"), (Path, "replace"), (Path, "unlink"), (thinning._Sums, "write")):
            setattr(owner, name, counted(getattr(owner, name)))
        try:
            work()
        finally:
            os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 9


def test_a_kill_leaves_the_old_files_or_the_new_ones(run: tuple[Path, dict[str, PageCapture]], tmp_path: Path) -> None:
    warc, captures = run
    proof = captures["b"].evidence
    assert proof is not None
    twin = tmp_path / "twin" / "shop" / warc.name
    shutil.copytree(warc.parent, twin.parent)
    old = contents(warc)
    drop(twin, captures["b"])
    new = contents(twin)
    kept = tmp_path / "kept"
    shutil.copytree(warc.parent, kept)
    step, seen = 0, set()
    while killed(step, lambda: drop(warc, captures["b"])):
        assert verify(warc, unfinished_ok=False, proofs=[proof.record_id]) == []
        assert read_capture(tmp_path, proof) == captures["b"]
        found = {name: value for name, value in contents(warc).items() if not name.endswith(".new")}
        assert found in (old, new)
        seen.add(found == new)
        if found == old:
            drop(warc, captures["b"])
        assert contents(warc) == new
        shutil.rmtree(warc.parent)
        shutil.copytree(kept, warc.parent)
        step += 1
    assert (step > 20, seen) == (True, {True, False})


def test_a_pass_ends_what_was_broken_off(run: tuple[Path, dict[str, PageCapture]], tmp_path: Path) -> None:
    warc, captures = run
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(replacing, "finish", lambda warc: None)
        drop(warc, captures["b"])
    assert "run-1.sha256.new" in contents(warc)
    replacing.finish_all(tmp_path)
    assert sorted(contents(warc)) == ["run-1.cdxj", "run-1.sha256", "run-1.thinned.json", "run-1.warc.gz"]
    assert verify(warc, unfinished_ok=False) == []
