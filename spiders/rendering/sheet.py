"""A page on the browser's sheet: drawn by its scripts, drawn out to its end, photographed; each within bounds."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path
from time import monotonic
from typing import Any

from playwright.async_api import Error, Page

from restock.capture import PageCapture
from spiders.rendering.browser import Browser, BrowserError
from spiders.rendering.network import Fetch, Network

_HERE = Path(__file__).parent
_WATCH = (_HERE / "watch.js").read_text(encoding="utf-8")
_TURN = (_HERE / "turn.js").read_text(encoding="utf-8")
_MORE = (_HERE / "more.js").read_text(encoding="utf-8")
_STATE = "window.__restock ? window.__restock() : [0, document.documentElement.scrollHeight, 0, 0]"
MAX_ELEMENTS = 200_000
MAX_ROUNDS = 200
_TICK = 0.1
_QUIET_TICKS = 3
_PATIENCE = 4.0  # seconds without an answer under way in which a page may go on changing
_MAX_HEIGHT = 16_000  # of a picture, in pixels: what browsers can draw at once


@dataclass(frozen=True, slots=True)
class State:
    """How far a page has come: elements, height, characters of text, timers that will draw more."""

    elements: int
    height: int
    letters: int
    timers: int


class Sheet:
    """One page in the browser. `cut` says, in WARC's words, why it is not drawn to its end; None where it is."""

    def __init__(self, page: Page, network: Network, limit: int) -> None:
        self._page = page
        self._limit = limit
        self.network = network
        self.cut: str | None = None

    async def body(self) -> bytes:
        """The document as it stands, in UTF-8."""
        found = (await self._page.content()).encode("utf-8", "replace")
        if len(found) > self._limit:
            self.cut = "length"
        return found[: self._limit]

    async def settle(self) -> State:
        """Waits until answers have come and nothing changes any more, or for a while."""
        state = await self._state()
        quiet, spent, last = 0, 0.0, monotonic()
        while quiet < _QUIET_TICKS and spent < _PATIENCE:
            await asyncio.sleep(_TICK)
            now, was = monotonic(), state
            # Time in which an answer is under way is not the page's own.
            spent += 0.0 if self.network.busy else now - last
            last, state = now, await self._state()
            quiet = quiet + 1 if state == was and not (self.network.busy or state.timers) else 0
            if state.elements > MAX_ELEMENTS or state.letters > self._limit:
                self.cut = "length"
                break
        return state

    async def draw_out(self, ends: float) -> None:
        """Presses "show more" and scrolls, until that brings nothing more, or for so many rounds or so long."""
        state = await self._state()
        idle = 0
        for _ in range(MAX_ROUNDS):
            pressed = await self._page.evaluate(_MORE)
            was, state = state, await self.settle()
            idle = idle + 1 if state == was else 0
            # A button that did nothing may have been pressed too early; the bottom of a page is there at once.
            if self.cut is not None or idle > (1 if pressed else 0):
                return
            if monotonic() > ends:
                break
        self.cut = "time"

    async def turn(self) -> bool:
        """Goes on to the list's next page, where a script draws it in this one's place; whether there was a next."""
        pressed: bool = await self._page.evaluate(_TURN)
        if pressed:
            await self.settle()
        return pressed

    async def picture(self) -> bytes:
        """The whole page as a PNG; of a very long one its beginning."""
        state = await self._state()
        clip: Any = {"x": 0, "y": 0, "width": 1280, "height": min(max(state.height, 1), _MAX_HEIGHT)}
        return await self._page.screenshot(full_page=True, clip=clip, animations="disabled", caret="hide")

    async def _state(self) -> State:
        return State(*await self._page.evaluate(_STATE))


@asynccontextmanager
async def open_sheet(
    browser: Browser,
    capture: PageCapture,
    *,
    fetch: Fetch | None = None,
    limit: int,
    seconds: float,
    scripts: bool = True,
) -> AsyncIterator[Sheet]:
    """A captured page in the browser, its requests answered by `fetch` or not at all. All that is done with it ends
    after so many seconds. Raises BrowserError."""
    try:
        async with asyncio.timeout(seconds), browser.context(scripts=scripts) as context:
            page = await context.new_page()
            context.on("page", lambda other: asyncio.ensure_future(_shut(other)))
            network = Network(capture, fetch)
            await context.route("**/*", network.answer)
            await page.add_init_script(_WATCH)
            await page.goto(capture.url, wait_until="commit")
            yield Sheet(page, network, limit)
    except TimeoutError:
        raise BrowserError(f"the page was not drawn within {seconds:.0f} s") from None
    except Error as error:
        line = (str(error).strip().splitlines() or ["?"])[0]
        raise BrowserError(f"the browser could not draw the page: {line[:200]}") from None


async def _shut(page: Page) -> None:
    try:
        await page.close()
    except Error:
        return
