"""The parent's side of a crawl: starts the child, follows its progress, and never leaves it behind."""

import os
import selectors
import signal
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory
from time import monotonic

import orjson

from restock.run import CrawlOutcome
from spiders.crawling.job import JOB_FILE, LOG_FILE, NO_ROOM, OUTCOME_FILE, CrawlJob, CrawlResult, Progress
from spiders.evidence import find_warc
from spiders.spool import SPOOL_FILE

OnProgress = Callable[[Progress], None]
# The child ends itself at its deadline; these are for one that can't any more.
_GRACE = 15.0
_TICK = 0.5


def run_crawl(job: CrawlJob, *, on_progress: OnProgress | None = None) -> CrawlResult:
    """Runs a crawl in a child process to its end or its deadline.

    What interrupts this process stops and reaps the child before it goes on. A child that leaves no verdict gives
    an outcome that is not finished; no state of the child raises."""
    job.folder.mkdir(parents=True, exist_ok=True)
    job_file = job.folder / JOB_FILE
    job_file.write_text(job.model_dump_json(indent=2), encoding="utf-8")
    # What an earlier run of this name left (its catalogue was lost or restored) is no state of today.
    for left in (OUTCOME_FILE, SPOOL_FILE):
        (job.folder / left).unlink(missing_ok=True)
    # Whatever a child that is killed, or its browser, leaves lying about goes with this folder.
    with TemporaryDirectory(prefix="restock-crawl-", ignore_cleanup_errors=True) as scratch:
        with (job.folder / LOG_FILE).open("ab") as log:
            child = _start(job, job_file, log.fileno(), scratch)
        try:
            ended = _follow(child, job.deadline, on_progress)
        except BaseException:
            _stop(child, signal.SIGTERM)
            raise
        finally:
            _stop(child, signal.SIGKILL)
    warc = find_warc(job.evidence_dir, job.site.name, job.run_id)
    return CrawlResult(_outcome(job, ended), job.folder / SPOOL_FILE, str(warc.relative_to(job.evidence_dir)))


def _start(job: CrawlJob, job_file: Path, log: int, scratch: str) -> subprocess.Popen[bytes]:
    """A session of its own, so that Ctrl-C in a terminal reaches the parent alone and the child is stopped in order.

    `-P` keeps a folder of the same name as a room, where the command happens to run, out of the child's imports."""
    return subprocess.Popen(  # noqa: S603  this interpreter and this project's own module
        [sys.executable, "-P", "-m", job.child, str(job_file), str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=log,
        start_new_session=True,
        env={**os.environ, "TMPDIR": scratch},
    )


def _follow(child: subprocess.Popen[bytes], deadline: float, on_progress: OnProgress | None) -> str:
    """Passes progress on until the child ends; says how it ended."""
    ends = monotonic() + deadline + _GRACE
    if child.stdout is None:
        raise ValueError("the child's output is not a pipe")
    buffer = b""
    with selectors.DefaultSelector() as ready:
        ready.register(child.stdout, selectors.EVENT_READ)
        while monotonic() < ends:
            if not ready.select(_TICK):
                continue
            piece = os.read(child.stdout.fileno(), 65536)
            if not piece:
                return _ending(child)
            *lines, buffer = (buffer + piece).split(b"\n")
            if lines and on_progress is not None:
                _pass_on(lines[-1], on_progress)
    return "deadline"


def _pass_on(line: bytes, on_progress: OnProgress) -> None:
    try:
        progress = Progress(**orjson.loads(line))
    except (ValueError, TypeError):
        return  # a library that prints; the counters come again
    on_progress(progress)


def _ending(child: subprocess.Popen[bytes]) -> str:
    try:
        code = child.wait(_GRACE)
    except subprocess.TimeoutExpired:
        return "it did not end"
    if code == NO_ROOM:
        return "it could not write its files; is the disk full?"
    return f"signal {-code}" if code < 0 else f"exit code {code}"


def _stop(child: subprocess.Popen[bytes], how: signal.Signals) -> None:
    """Asks the child to end, or ends it and whatever it started; reaped in either case."""
    if child.poll() is None:
        child.send_signal(how)
        try:
            child.wait(_GRACE)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()
    if how is signal.SIGKILL:
        _end_group(child.pid)
        for pipe in (child.stdin, child.stdout):
            if pipe is not None:
                pipe.close()


def _end_group(group: int) -> None:
    try:
        os.killpg(group, signal.SIGKILL)
    except (ProcessLookupError, PermissionError):
        return


def _outcome(job: CrawlJob, ended: str) -> CrawlOutcome:
    try:
        return CrawlOutcome.from_json(orjson.loads((job.folder / OUTCOME_FILE).read_bytes()))
    except (OSError, ValueError, TypeError):
        return CrawlOutcome(reason=f"the crawl process ended without a verdict ({ended}); see {job.folder / LOG_FILE}")
