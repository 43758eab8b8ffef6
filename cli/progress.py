"""Progress on stderr: a bar on a terminal, a plain line now and then elsewhere."""

import sys
import time
from types import TracebackType
from typing import TYPE_CHECKING, Self

from cli.console import printable, say

if TYPE_CHECKING:
    from rich.progress import Progress, TaskID

    from spiders.crawling import Progress as CrawlProgress

PLAIN_SECONDS = 10.0


class _Meter:
    """A bar with a task by name, or lines that are said now and then; the latter too where the terminal is needed for
    rows (`drawn` is False)."""

    def __init__(self, *, drawn: bool = True) -> None:
        self._drawn = drawn and sys.stderr.isatty()
        self._bar: Progress | None = None
        self._tasks: dict[str, TaskID] = {}
        self._said = time.monotonic()

    def __enter__(self) -> Self:
        if self._drawn:
            self._bar = _bar()
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


def _bar() -> "Progress":
    from rich.console import Console  # noqa: PLC0415  only terminals need them
    from rich.progress import BarColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn  # noqa: PLC0415

    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), TimeElapsedColumn())
    return Progress(*columns, console=Console(stderr=True), transient=True)


class CrawlMeter(_Meter):
    """Shows how a crawl gets on; called with the site's name and what it has seen so far."""

    def __call__(self, site: str, seen: "CrawlProgress") -> None:
        self._tell(site, f"{site}: {seen.pages} pages, {seen.listings} listings, {seen.errors} errors")


class RowMeter(_Meter):
    """Shows how the reading of a list gets on; called with the number of rows read so far."""

    def __init__(self, name: str, *, drawn: bool = True) -> None:
        super().__init__(drawn=drawn)
        self._name = name

    def __call__(self, rows: int) -> None:
        self._tell(self._name, f"{self._name}: {rows} rows")
