"""Pages whose goods scripts draw: drawn in a browser, stored beside the response as drawn, and read from there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic

from restock.capture import PageCapture, PageReading
from restock.listing import Evidence, RawListing
from restock.terms import Drawing, PageRole
from spiders.crawling.frontier import Visit
from spiders.crawling.job import CrawlJob
from spiders.crawling.survey import Reading
from spiders.evidence import EvidenceWriter
from spiders.rendering import Browser, BrowserError, Sheet, open_sheet
from spiders.rendering.network import Fetch

# So many pages in a row that only perhaps have more to show, and didn't: the browser leaves their like alone.
PATIENCE = 6
_MARGIN = 5.0  # seconds before the crawl's deadline by which a page must be drawn

Read = Callable[[PageCapture], Awaitable[PageReading | str]]
IsPictured = Callable[[RawListing], bool]
Drawn = tuple[PageCapture, Reading]


class Painter:
    """Draws the pages of one crawl. Its browser starts with the first page that needs it."""

    def __init__(
        self, job: CrawlJob, evidence: EvidenceWriter, read: Read, agent: str, is_pictured: IsPictured | None = None
    ) -> None:
        self._job = job
        self._evidence = evidence
        self._read = read
        self._browser = Browser(job.browser, agent)
        self._is_pictured = is_pictured
        self._fruitless = 0
        self._ends = monotonic() + job.deadline - _MARGIN

    async def close(self) -> None:
        await self._browser.close()

    async def better(self, visit: Visit, capture: PageCapture, reading: Reading, fetch: Fetch) -> Drawn:
        """The capture and reading of a page as drawn, where it is worth drawing; else those that were given.

        A page that must be drawn and can't be is one that could not be read."""
        if not isinstance(reading, PageReading) or not self._is_worth_it(capture, reading):
            return capture, reading
        try:
            drawn, found = await self._draw(visit, capture, fetch)
        except BrowserError as error:
            if reading.drawing is not Drawing.SURELY and self._job.site.browser != "always":
                self._fruitless += 1
                return capture, replace(reading, notes=(*reading.notes, f"{visit.requested_url}: {error}"))
            return capture, f"drawn by scripts, and {error}"
        self._fruitless = 0 if _shows_more(found, reading) else self._fruitless + 1
        return drawn, found

    def _is_worth_it(self, capture: PageCapture, reading: PageReading) -> bool:
        mode = self._job.site.browser
        html = "html" in capture.headers.get("content-type", "html")
        if mode == "never" or capture.truncated or reading.wall is not None or capture.status >= 300 or not html:
            return False
        if mode == "always" or reading.drawing is Drawing.SURELY:
            return True
        return reading.drawing is Drawing.PERHAPS and self._fruitless < PATIENCE

    async def _draw(self, visit: Visit, capture: PageCapture, fetch: Fetch) -> Drawn:
        seconds = min(self._job.page_seconds, self._ends - monotonic())
        if seconds <= 0:
            raise BrowserError("there was no time left to draw it")
        ends = monotonic() + 0.8 * seconds
        async with open_sheet(self._browser, capture, fetch=fetch, limit=self._job.max_bytes, seconds=seconds) as sheet:
            await sheet.settle()
            body = await sheet.body()
            draft = await self._read(replace(capture, body=body, headers=_HTML, evidence=None, drawn=True))
            if visit.role is not PageRole.PRODUCT and _may_go_on(draft):
                await sheet.draw_out(ends)
                body = await sheet.body()
                draft = await self._read(replace(capture, body=body, headers=_HTML, evidence=None, drawn=True))
            return await self._keep(capture, sheet, body, draft)

    async def _keep(self, capture: PageCapture, sheet: Sheet, body: bytes, draft: PageReading | str) -> Drawn:
        """Stores what was drawn, before its reading counts. What lacks an answer that should have come is not whole."""
        network = sheet.network
        cut = sheet.cut or ("unspecified" if network.failures else None)
        if isinstance(draft, PageReading) and self._is_pictured and any(map(self._is_pictured, draft.listings)):
            self._evidence.write_picture(capture, await sheet.picture())
        drawn = self._evidence.write_drawn(capture, body, cut)
        if isinstance(draft, str):
            return drawn, draft
        notes = [
            f"{capture.requested_url}: not fetched for the page: {count} {what}"
            for what, count in network.blocked.items()
        ]
        notes += [f"{capture.requested_url}: the page lacks an answer: {failure}" for failure in network.failures[:3]]
        if network.led_to is not None:
            notes.append(f"{capture.requested_url}: its scripts would have gone on to {network.led_to[:200]}")
        if sheet.cut is not None:
            notes.append(f"{capture.requested_url}: drawn up to a bound only ({sheet.cut})")
        return drawn, _resting_on(replace(draft, notes=(*draft.notes, *notes)), drawn.evidence)


_HTML = {"content-type": "text/html; charset=utf-8"}


def _may_go_on(draft: PageReading | str) -> bool:
    """Whether a page may draw more goods than it shows at first: not where they have pages of their own."""
    return isinstance(draft, PageReading) and draft.wall is None and not any(link.page for link in draft.links)


def _shows_more(found: Reading, before: PageReading) -> bool:
    if not isinstance(found, PageReading):
        return False
    told, was = (sum(1 for row in one.listings if row.price or row.availability or row.sku) for one in (found, before))
    return told > was or len(found.links) > len(before.links)


def _resting_on(reading: PageReading, evidence: Evidence | None) -> PageReading:
    return replace(reading, listings=tuple(replace(row, evidence=evidence) for row in reading.listings))
