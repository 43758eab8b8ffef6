"""A picture of a stored page: shown from its bytes alone, without scripts and without any network."""

import asyncio

from restock.capture import PageCapture
from spiders.rendering.browser import Browser
from spiders.rendering.sheet import open_sheet

_SECONDS = 60.0


def photograph(capture: PageCapture, named: str | None = None) -> bytes:
    """The whole page as a PNG. Raises BrowserError."""
    return asyncio.run(_photograph(capture, named))


async def _photograph(capture: PageCapture, named: str | None) -> bytes:
    browser = Browser(named)
    try:
        async with open_sheet(browser, capture, limit=len(capture.body) + 1, seconds=_SECONDS, scripts=False) as sheet:
            return await sheet.picture()
    finally:
        await browser.close()
