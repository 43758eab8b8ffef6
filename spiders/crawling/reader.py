"""Pages are read in processes of their own: others are fetched meanwhile, and a page that ends one ends no crawl."""

import asyncio
import os
import pickle
import subprocess
import sys
from collections import deque
from collections.abc import Callable
from time import monotonic
from types import TracebackType
from typing import Self

from restock.capture import PageCapture, PageReading
from restock.site import Site
from spiders.crawling.frames import frame, frames_in

_GRACE = 5.0
# So many pages waiting for a reader are worth another one. A polite crawl never sees a second.
_CROWD = 4
# The largest pages take a few seconds; what takes so long was made to.
MAX_SECONDS = 60.0
_TICK = 1.0


class Readers:
    """As many reading processes as there is work for, and processors. They end with the context."""

    def __init__(self, site: Site, most: int | None = None) -> None:
        self._site = site
        self._most = most or os.cpu_count() or 1
        self._readers = [Reader(site)]

    async def read(self, capture: PageCapture) -> PageReading | str:
        """What `spiders.reading.read_page` says of a page, or how it stumbled over it."""
        reader = min(self._readers, key=lambda one: one.waiting)
        if reader.waiting >= _CROWD and len(self._readers) < self._most:
            reader = Reader(self._site)
            self._readers.append(reader)
        return await reader.read(capture)

    @property
    def pids(self) -> list[int]:
        return [reader.pid for reader in self._readers]

    def hang_up(self) -> None:
        """Ends the talk with all of them, while the loop still runs."""
        for reader in self._readers:
            reader.hang_up()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        for reader in self._readers:
            reader.close()


class Reader:
    """Asks a reading process, which reads one page after the other in the order of asking.

    A page that the process dies of, or doesn't come to an end with, can't be read; those behind it are asked again of a
    new process."""

    def __init__(self, site: Site) -> None:
        self._site = site
        self._process = _started()
        self._waiting: deque[tuple[bytes, asyncio.Future[PageReading | str]]] = deque()
        self._in: asyncio.BaseTransport | None = None
        self._out: asyncio.WriteTransport | None = None
        self._connecting = False
        self._dead = False
        self._began = 0.0
        self._watch: asyncio.TimerHandle | None = None
        self._ending = "the reading process ended"

    @property
    def pid(self) -> int:
        return self._process.pid

    @property
    def waiting(self) -> int:
        """How many pages it has been asked for and hasn't read yet."""
        return len(self._waiting)

    async def read(self, capture: PageCapture) -> PageReading | str:
        answer: asyncio.Future[PageReading | str] = asyncio.get_running_loop().create_future()
        asked = frame(pickle.dumps(capture))
        if not self._waiting:
            self._began = monotonic()
        self._waiting.append((asked, answer))
        self._watch = self._watch or asyncio.get_running_loop().call_later(_TICK, self._look)
        if self._out is not None:
            self._out.write(asked)
        elif not self._connecting:
            await self._connect()
        return await answer

    async def _connect(self) -> None:
        """Takes up the talk with the process, a new one where the last has ended, and asks for all that waits."""
        self._connecting = True
        try:
            while self._waiting and self._out is None:
                if self._dead:
                    self._restart()
                await self._talk()
        except OSError as error:  # no pipe, no process: nobody is left who could read what waits
            while self._waiting:
                self._hand_out(f"reading failed: {error}")
        finally:
            self._connecting = False

    async def _talk(self) -> None:
        loop, process = asyncio.get_running_loop(), self._process
        answers, _ = await loop.connect_read_pipe(lambda: _Answers(self._hand_out, self._lost), process.stdout)
        asking, _ = await loop.connect_write_pipe(asyncio.BaseProtocol, process.stdin)
        self._in, self._out = answers, asking
        if self._dead:  # it ended meanwhile
            self._let_go()
            return
        for asked in (frame(pickle.dumps(self._site)), *(asked for asked, _ in self._waiting)):
            asking.write(asked)

    def _restart(self) -> None:
        self.close()
        self._process = _started()
        self._dead = False

    def _look(self) -> None:
        """Ends a process that has been at one page for too long: `_lost` goes on from there."""
        self._watch = None
        if self._waiting:
            self._watch = asyncio.get_running_loop().call_later(_TICK, self._look)
            if monotonic() - self._began > MAX_SECONDS:
                self._ending = f"it took longer than {MAX_SECONDS:.0f} s"
                self._process.kill()

    def _hand_out(self, said: PageReading | str) -> None:
        _, answer = self._waiting.popleft()
        self._began = monotonic()
        if not answer.cancelled():
            answer.set_result(said)

    def _lost(self) -> None:
        """The process has ended; where pages wait, over the first of them. Where none does, the next page starts
        another."""
        self.hang_up()
        self._dead = True
        if self._waiting:
            self._hand_out(f"reading failed: {self._ending}")
            self._ending = "the reading process ended"
            self._watch = asyncio.get_running_loop().call_later(_TICK, self._look)
            if not self._connecting:
                self._reconnecting = asyncio.ensure_future(self._connect())

    def hang_up(self) -> None:
        """Ends the talk, while the loop still runs: the process goes when nobody can ask it any more."""
        if self._watch is not None:
            self._watch.cancel()
            self._watch = None
        self._let_go()

    def _let_go(self) -> None:
        if self._in is not None and self._out is not None:
            self._in.close()
            self._out.abort()
        self._in = self._out = None

    def close(self) -> None:
        """Ends the process."""
        for pipe in (self._process.stdin, self._process.stdout):
            if pipe is not None:
                pipe.close()
        try:
            self._process.wait(_GRACE)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()


def _started() -> subprocess.Popen[bytes]:
    return subprocess.Popen(  # noqa: S603  this interpreter and this project's own module
        [sys.executable, "-P", "-m", "spiders.crawling.readerchild", str(os.getpid())],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
    )


class _Answers(asyncio.Protocol):
    """Puts answers together from the pieces in which they come."""

    def __init__(self, hand_out: Callable[[PageReading | str], None], lost: Callable[[], None]) -> None:
        self._hand_out = hand_out
        self._lost = lost
        self._left = b""

    def data_received(self, data: bytes) -> None:
        *packed, self._left = frames_in(self._left + data)
        for one in packed:
            self._hand_out(pickle.loads(one))  # noqa: S301  this project's own process sent it

    def connection_lost(self, error: Exception | None) -> None:  # noqa: ARG002  the name is the base class's
        self._lost()
