"""The crawls that a scheduler has under way: processes with a deadline, stopped and reaped together."""

import os
import signal
import subprocess
import sys
from dataclasses import dataclass
from threading import Lock
from typing import Any

import orjson

from restock.settings import Settings

LATE = signal.SIGALRM  # tells a crawl that its deadline has passed, as SIGTERM that the scheduler stops
_LAST = 60.0  # seconds between asking a crawl to stop and ending it


@dataclass(frozen=True, slots=True)
class CrawlEnd:
    """How a site's crawl ended: with a run, with an error, or with neither because it was interrupted."""

    site: str
    run: str | None = None
    error: str | None = None
    busy: bool = False
    interrupted: bool = False


class Crawls:
    """Starts crawls and waits for them, from any number of threads, until it is stopped."""

    def __init__(self, settings: Settings) -> None:
        self._home = settings.home
        self._deadline = settings.crawl.deadline + settings.schedule.stop_after
        self._running: dict[int, subprocess.Popen[bytes]] = {}
        self._lock = Lock()
        self._stopped = False

    def crawl(self, site: str) -> CrawlEnd:
        """One crawl from beginning to end. What does not end by its deadline is ended."""
        child = self._start(site)
        if child is None:
            return CrawlEnd(site, interrupted=True)
        try:
            child.wait(self._deadline)
            return self._ended(site, child)
        except subprocess.TimeoutExpired:
            self._end(child, LATE)
            return CrawlEnd(site, error=f"{site}: the crawl did not end by its deadline and was ended")
        finally:
            with self._lock:
                self._running.pop(child.pid, None)
            for pipe in (child.stdin, child.stdout):
                if pipe is not None:
                    pipe.close()

    def stop(self) -> None:
        """Asks every crawl to end, waits for it, and starts no more."""
        with self._lock:
            self._stopped = True
            running = list(self._running.values())
        for child in running:
            child.send_signal(signal.SIGTERM)
        for child in running:
            self._end(child)

    def _start(self, site: str) -> subprocess.Popen[bytes] | None:
        """A session of its own, so that Ctrl-C reaches the scheduler alone; the open pipe is its lifeline."""
        with self._lock:
            if self._stopped:
                return None
            child = subprocess.Popen(  # noqa: S603  this interpreter and this project's own module
                [sys.executable, "-P", "-m", "scheduler.crawl_process", str(self._home), site, str(os.getpid())],
                stdin=subprocess.PIPE,
                stdout=subprocess.PIPE,
                start_new_session=True,
            )
            self._running[child.pid] = child
            return child

    def _end(self, child: subprocess.Popen[bytes], how: signal.Signals = signal.SIGTERM) -> None:
        if child.poll() is None:
            child.send_signal(how)
        try:
            child.wait(_LAST)
        except subprocess.TimeoutExpired:
            child.kill()
            child.wait()

    def _ended(self, site: str, child: subprocess.Popen[bytes]) -> CrawlEnd:
        out = child.stdout.read() if child.stdout else b""
        try:
            answer: dict[str, Any] = orjson.loads(out.splitlines()[-1])
        except (ValueError, IndexError):
            code = child.returncode
            how = f"signal {-code}" if code < 0 else f"exit code {code}"
            return CrawlEnd(site, error=f"{site}: its process ended without a word ({how})", interrupted=self._stopped)
        return CrawlEnd(site, **answer)
