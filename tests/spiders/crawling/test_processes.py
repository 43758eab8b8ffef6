"""The child process of a crawl: it never outlives its parent, and its silence is never taken for success."""

import json
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from spiders.crawling import CrawlJob, CrawlResult, Progress, parent
from spiders.evidence import read_captures, verify
from spiders.spool import read_spool

PARENT = """
import sys
from pathlib import Path
from spiders.crawling import CrawlJob, run_crawl
run_crawl(CrawlJob.model_validate_json(Path(sys.argv[1]).read_text()))
"""


@pytest.fixture
def slow(shop: Any, answer: Any) -> Any:
    """A shop whose products never answer in time."""
    shop.list_page("/", range(20))
    for number in range(20):
        shop.pages[f"/goods/{number}"] = answer(
            headers={"Content-Length": "10"}, write=lambda handler: handler.rfile.read(1)
        )
    return shop


def waited(condition: Callable[[], Any], seconds: float = 30.0) -> Any:
    end = time.monotonic() + seconds
    while not (found := condition()) and time.monotonic() < end:
        time.sleep(0.05)
    return found


def children(pid: int) -> list[int]:
    return [int(child) for child in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]


def alive(pid: int) -> bool:
    try:
        return "State:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except OSError:
        return False


def started(job: CrawlJob, shop: Any, tmp_path: Path) -> tuple[subprocess.Popen[bytes], int]:
    """A parent process in the middle of a crawl, and its child."""
    file = tmp_path / "job.json"
    file.write_text(job.model_dump_json())
    process = subprocess.Popen([sys.executable, "-c", PARENT, str(file)], stderr=subprocess.DEVNULL)
    assert waited(lambda: any(path.startswith("/goods/") for path in shop.paths()))
    (child,) = children(process.pid)
    return process, child


def test_the_child_dies_with_its_parent(slow: Any, job: Callable[..., CrawlJob], tmp_path: Path) -> None:
    process, child = started(job(timeout=60.0), slow, tmp_path)
    process.kill()
    process.wait()
    assert waited(lambda: not alive(child))
    warc = tmp_path / "evidence" / "shop" / "run-1.warc.gz"
    assert verify(warc, unfinished_ok=True) == []
    assert any(page.requested_url == slow.url for page in read_captures(warc))
    assert not (tmp_path / "runs" / "run-1" / "outcome.json").exists()


def test_an_interrupted_parent_takes_the_child_along(slow: Any, job: Callable[..., CrawlJob], tmp_path: Path) -> None:
    process, child = started(job(timeout=2.0), slow, tmp_path)
    process.send_signal(signal.SIGINT)
    assert process.wait(60) != 0
    assert not alive(child)


def test_an_interruption_goes_on_after_the_child_was_reaped(slow: Any, crawl: Callable[..., CrawlResult]) -> None:
    before = set(children(os.getpid()))

    def interrupt(progress: Progress) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        crawl(on_progress=interrupt, timeout=1.0)
    assert set(children(os.getpid())) == before


def test_the_deadline_ends_a_crawl(slow: Any, crawl: Callable[..., CrawlResult]) -> None:
    outcome = crawl(deadline=2.0, timeout=2.0, concurrency=1, retries=0).outcome
    assert not outcome.finished
    assert "closespider_timeout" in (outcome.reason or "")
    assert any("not fetched" in note for note in outcome.notes)


def test_a_child_that_hangs_is_ended(
    slow: Any, crawl: Callable[..., CrawlResult], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(parent, "_GRACE", 0.2)
    before = set(children(os.getpid()))
    outcome = crawl(deadline=0.5, timeout=60.0).outcome
    assert not outcome.finished
    assert "without a verdict" in (outcome.reason or "")
    assert set(children(os.getpid())) == before


def test_a_child_that_is_killed_leaves_no_verdict(slow: Any, crawl: Callable[..., CrawlResult]) -> None:
    before = set(children(os.getpid()))

    def kill() -> None:
        if waited(lambda: any(path.startswith("/goods/") for path in slow.paths())):
            (child,) = set(children(os.getpid())) - before
            os.kill(child, signal.SIGKILL)

    killer = threading.Thread(target=kill)
    killer.start()
    outcome = crawl(timeout=60.0).outcome
    killer.join()
    assert not outcome.finished
    assert "without a verdict (signal 9)" in (outcome.reason or "")


def test_what_an_earlier_attempt_left_is_no_verdict(job: Callable[..., CrawlJob], tmp_path: Path) -> None:
    """The evidence folder is a file, so that the child fails at its start."""
    folder = tmp_path / "runs" / "run-1"
    folder.mkdir(parents=True)
    (folder / "outcome.json").write_text(json.dumps({"finished": True}))
    (folder / "spool.jsonl").write_text('{"title": "yesterday"}\n')
    (tmp_path / "evidence").touch()
    result = parent.run_crawl(job())
    assert not result.outcome.finished
    assert "without a verdict (it could not write its files" in (result.outcome.reason or "")
    assert list(read_spool(result.spool)) == []


def test_a_run_of_the_same_name_has_evidence_of_its_own(
    shop: Any, crawl: Callable[..., CrawlResult], tmp_path: Path
) -> None:
    shop.list_page("/", range(2))
    first = crawl()
    stored = (tmp_path / "evidence" / first.warc).read_bytes()
    shop.list_page("/", range(2, 5))
    second = crawl()
    assert (first.warc, second.warc) == ("shop/run-1.warc.gz", "shop/run-1.2.warc.gz")
    assert (tmp_path / "evidence" / first.warc).read_bytes() == stored
    assert verify(tmp_path / "evidence" / second.warc, unfinished_ok=False) == []
    assert {row.title[-1] for row in read_spool(second.spool)} == {"2", "3", "4"}


def test_a_room_of_the_same_name_in_the_working_folder_is_not_imported(
    shop: Any, crawl: Callable[..., CrawlResult], tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    shop.list_page("/", range(2))
    (tmp_path / "spiders").mkdir()
    (tmp_path / "spiders" / "__init__.py").write_text("raise SystemExit('the wrong room')")
    monkeypatch.chdir(tmp_path)
    assert crawl().outcome.finished
