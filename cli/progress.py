"""Progress on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import Self

from rich.console import Console
from rich.progress import BarColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from cli.console import printable, say
from spiders.crawling import Progress as CrawlProgress

PLAIN_SECONDS = 10.0


class _Meter:
    """A bar with a task by name, or lines that are said now and then."""

    def __init__(self) -> None:
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        if sys.stderr.isatty():
            columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
            self._bar = Progress(*columns, console=Console(stderr=True), transient=True)
            self._bar.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if self._bar is not None:
            self._bar.stop()

    def _tell(self, name: str, line: str) -> None:
        if self._bar is not None:
            if name not in self._tasks:
                self._tasks[name] = self._bar.add_task(name, total=None)
            self._bar.update(self._tasks[name], description=printable(line))
        elif time.monotonic() - self._said >= PLAIN_SECONDS:
            self._said = time.monotonic()
            say(printable(line))


class CrawlMeter(_Meter):
    """Shows how a crawl gets on; called with the site's name and what it has seen so far."""

    def __call__(self, site: str, seen: CrawlProgress) -> None:
        self._tell(site, f"{site}: {seen.pages} pages, {seen.listings} listings, {seen.errors} errors")


class RowMeter(_Meter):
    """Shows how the reading of a list gets on; called with the number of rows read so far."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self._name = name

    def __call__(self, rows: int) -> None:
        self._tell(self._name, f"{self._name}: {rows} rows")
