"""Pages whose goods scripts draw: drawn in a browser, stored beside the response as drawn, and read from there."""

from collections.abc import Awaitable, Callable
from dataclasses import replace
from time import monotonic

from restock.capture import PageCapture, PageReading
from restock.listing import Evidence, RawListing
from restock.terms import Drawing, PageRole
from spiders.crawling.frontier import Visit
from spiders.crawling.job import NOT_FETCHED, CrawlJob
from spiders.crawling.survey import Reading
from spiders.evidence import EvidenceWriter
from spiders.rendering import Browser, BrowserError, Sheet, open_sheet
from spiders.rendering.network import Fetch

# So many pages in a row that only perhaps have more to show, and didn't: the browser leaves their like alone.
PATIENCE = 6
MAX_TURNS = 500
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
            body, draft = await self._look(capture, sheet)
            further = visit.role is not PageRole.PRODUCT and _may_go_on(draft)
            if further:
                await sheet.draw_out(ends)
                body, draft = await self._look(capture, sheet)
            drawn, found = await self._keep(capture, sheet, body, draft)
            if further and isinstance(found, PageReading) and found.role is PageRole.LIST:
                found, whole = await self._turn_pages(capture, sheet, found, ends)
                drawn = replace(drawn, truncated=drawn.truncated or not whole)
            return drawn, found

    async def _look(self, capture: PageCapture, sheet: Sheet) -> tuple[bytes, PageReading | str]:
        body = await sheet.body()
        return body, await self._read(replace(capture, body=body, headers=_HTML, evidence=None, drawn=True))

    async def _turn_pages(
        self, capture: PageCapture, sheet: Sheet, found: PageReading, ends: float
    ) -> tuple[PageReading, bool]:
        """With the goods of further pages that a script draws in the first one's place, each stored as it was drawn;
        and whether the last of them was reached."""
        seen = {_goods(found)}
        for number in range(2, MAX_TURNS):
            if monotonic() > ends:
                note = f"{capture.requested_url}: drawn up to a bound only (page {number})"
                return replace(found, notes=(*found.notes, note)), False
            if not await sheet.turn():
                break
            at = replace(capture, url=f"{capture.url.partition('#')[0]}#page-{number}")
            body, draft = await self._look(at, sheet)
            if not isinstance(draft, PageReading) or _goods(draft) in seen:
                break
            seen.add(_goods(draft))
            _, page = await self._keep(at, sheet, body, draft)
            if isinstance(page, PageReading):
                notes = tuple(dict.fromkeys(found.notes + page.notes))
                found = replace(
                    found, listings=found.listings + page.listings, links=found.links + page.links, notes=notes
                )
        return found, not sheet.network.failures

    async def _keep(self, capture: PageCapture, sheet: Sheet, body: bytes, draft: PageReading | str) -> Drawn:
        """Stores what was drawn, before its reading counts. What lacks an answer that should have come is not whole."""
        network = sheet.network
        cut = sheet.cut or ("unspecified" if network.failures else None)
        if isinstance(draft, PageReading) and self._is_pictured and any(map(self._is_pictured, draft.listings)):
            self._evidence.write_picture(capture, await sheet.picture())
        drawn = self._evidence.write_drawn(capture, body, cut)
        if isinstance(draft, str):
            return drawn, draft
        notes = [f"{capture.requested_url}: {NOT_FETCHED} {count} {what}" for what, count in network.blocked.items()]
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


def _goods(reading: PageReading) -> tuple[tuple[str | None, str | None, str], ...]:
    return tuple((row.url, row.sku, row.title) for row in reading.listings)


def _shows_more(found: Reading, before: PageReading) -> bool:
    if not isinstance(found, PageReading):
        return False
    told, was = (sum(1 for row in one.listings if row.price or row.availability or row.sku) for one in (found, before))
    return told > was or len(found.links) > len(before.links)


def _resting_on(reading: PageReading, evidence: Evidence | None) -> PageReading:
    return replace(reading, listings=tuple(replace(row, evidence=evidence) for row in reading.listings))
