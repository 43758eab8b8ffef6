"""One browser at a time, without a network: started when it is first needed, replaced after many pages or its death."""

import asyncio
import os
import shutil
import signal
import tempfile
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from playwright.async_api import Browser as Chromium
from playwright.async_api import BrowserContext, Error, Playwright, async_playwright

from restock.errors import RestockError
from spiders.rendering.program import installed, pid_file, starter

# Browsers grow with what they show; a new one costs a second.
MAX_PAGES = 150
AT_ONCE = 2
_CLOSING = 5.0
# Nothing leaves the browser: names are not resolved, and what asks for an address meets a proxy that isn't there.
_ALONE = (
    "--host-resolver-rules=MAP * ~NOTFOUND",
    "--proxy-server=http://127.0.0.1:9",
    "--proxy-bypass-list=<-loopback>",
    "--force-webrtc-ip-handling-policy=disable_non_proxied_udp",
    "--disable-gpu",
)
MISSING = "no browser is installed (install Chromium, or name one in crawl.browser)"


class BrowserError(RestockError):
    """A page that the browser could not show, in one line."""


class Browser:
    """Gives contexts to pages, few at once. Close it: it leaves no process and no file behind."""

    def __init__(self, named: str | None = None, agent: str | None = None) -> None:
        self._program = installed(named)
        self._named = named is not None
        self.started = 0
        self._agent = agent
        self._folder: Path | None = None
        self._playwright: Playwright | None = None
        self._chromium: Chromium | None = None
        self._shown = self._open = 0
        self._turn = asyncio.Condition()
        self._starting = asyncio.Lock()

    @asynccontextmanager
    async def context(self, *, scripts: bool = True) -> AsyncIterator[BrowserContext]:
        """A context of its own for one page. Raises BrowserError where no browser is to be had."""
        async with self._turn:
            await self._turn.wait_for(self._has_room)
            self._open += 1
        try:
            context = await self._new_context(scripts=scripts)
            try:
                yield context
            finally:
                await self._ended(context.close())
        finally:
            async with self._turn:
                self._open -= 1
                if self._shown >= MAX_PAGES and not self._open:
                    await self._end()
                self._turn.notify_all()

    def _has_room(self) -> bool:
        """A browser that is to be replaced takes no further page until all of its own are closed."""
        return self._open < AT_ONCE and self._shown < MAX_PAGES

    async def _new_context(self, *, scripts: bool) -> BrowserContext:
        async with self._starting:
            if self._chromium is None or not self._chromium.is_connected():
                await self._end()
                self._chromium = await self._start()
        self._shown += 1
        try:
            return await self._chromium.new_context(
                user_agent=self._agent,
                java_script_enabled=scripts,
                service_workers="block",
                accept_downloads=False,
                viewport={"width": 1280, "height": 900},
            )
        except Error as error:
            raise BrowserError(f"the browser can't open a page: {_first_line(error)}") from error

    async def _start(self) -> Chromium:
        if self._playwright is None:
            self._playwright = await async_playwright().start()
        program = self._program or self._loaded(self._playwright)
        if self._folder is None:
            self._folder = Path(tempfile.mkdtemp(prefix="restock-browser-"))
        self.started += 1
        path = str(starter(program, self._folder))
        arguments = [*_ALONE, f"--disk-cache-dir={self._folder / 'cache'}"]
        launch = self._playwright.chromium.launch
        # Its sandbox is not to be had as root, nor where the system allows no user namespaces.
        if os.geteuid() != 0:
            with suppress(Error):
                return await launch(executable_path=path, args=arguments, chromium_sandbox=True)
        try:
            return await launch(executable_path=path, args=arguments, chromium_sandbox=False)
        except Error as error:
            raise BrowserError(f"the browser does not start: {_first_line(error)}") from error

    def _loaded(self, playwright: Playwright) -> str:
        """The browser that Playwright has loaded for itself, where it has."""
        path = playwright.chromium.executable_path
        if self._named or not Path(path).exists():
            raise BrowserError(MISSING)
        return path

    async def close(self) -> None:
        await self._end()
        if self._playwright is not None:
            await self._ended(self._playwright.stop())
            self._playwright = None
        if self._folder is not None:
            shutil.rmtree(self._folder, ignore_errors=True)
            self._folder = None

    async def _end(self) -> None:
        """Ends the browser, in order if it can and by force in any case."""
        self._shown = 0
        if self._chromium is None:
            return
        chromium, self._chromium = self._chromium, None
        await self._ended(chromium.close())
        self.kill()

    def kill(self) -> None:
        """Ends whatever is left of the browser's processes."""
        if self._folder is None:
            return
        with suppress(OSError, ValueError):
            os.killpg(int(pid_file(self._folder).read_text(encoding="ascii")), signal.SIGKILL)
        pid_file(self._folder).unlink(missing_ok=True)

    async def _ended(self, closing: object) -> None:
        """Waits for something to close; a browser that doesn't answer any more is ended by force."""
        try:
            await asyncio.wait_for(closing, _CLOSING)  # type: ignore[arg-type]
        except TimeoutError:
            self.kill()
        except Error:
            pass  # it is closed already


def _first_line(error: Error) -> str:
    return (str(error).strip().splitlines() or ["no word why"])[0][:200]
