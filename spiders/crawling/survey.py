"""The survey: what is done with each answer. Stored captures in, raw listings to the spool and further visits out.

Knows nothing of Scrapy: it decides, and whoever fetches does as it is told."""

from collections.abc import Iterable, Iterator, Sequence
from urllib.parse import urljoin, urlsplit

from restock.addresses import url_key
from restock.capture import PageCapture, PageReading
from restock.listing import RawListing
from restock.run import CrawlOutcome
from restock.terms import PageRole
from spiders.crawling.cards import card_key, is_address, shows_goods
from spiders.crawling.detours import as_text, refresh_of, wall_behind
from spiders.crawling.frontier import Frontier, Visit
from spiders.crawling.hosts import Hosts
from spiders.crawling.job import CrawlJob, Progress
from spiders.crawling.ledger import OTHER_HEADING, Fate, Ledger, says_nothing
from spiders.crawling.missed import Missed
from spiders.crawling.reserve import Named, Reserve, section_of
from spiders.spool import Spool

MAX_HOPS = 10
# So many pages in a row that fail or are walls: the site doesn't want to be crawled now.
PATIENCE = 20
_REDIRECTS = frozenset({301, 302, 303, 307, 308})
_WALLED = {401: "login", 403: "blocked", 429: "blocked", 451: "geographic", 503: None}
# What an interface says by its status. A key that is not taken once is not tried again.
_NO_ENTRY = frozenset({401, 403})
_API_SAID = {
    401: "the interface takes no request with this key (401)",
    403: "the interface is closed to this key or to the address that asks (403)",
    429: "the interface asks for fewer requests (429)",
}


Reading = PageReading | str | None
"""What was read on a page, or why it could not be read; None for an answer that is not read."""


class Survey:
    """One crawl's decisions and what they rest on. `stopped` says why it must not go on, None while it may."""

    def __init__(self, job: CrawlJob, spool: Spool) -> None:
        self._job = job
        self._spool = spool
        self._hosts = Hosts(job.starts)
        self._frontier = Frontier(job.site, self._hosts, sample=job.sample)
        self._ledger = Ledger()
        self._reserve = Reserve()
        self._missed = Missed(job.known, job.site.guard)
        self._listings = 0
        self._errors = 0
        self._answered = 0
        self._bad_in_row = 0
        self._alone = job.page_only is True
        self._whole_rows = False
        self.stopped: str | None = None

    @property
    def progress(self) -> Progress:
        return Progress(self._answered, self._listings, self._errors)

    def begin(self) -> Iterator[Visit]:
        for url in self._job.starts:
            if visit := self._frontier.start(url):
                yield visit
        if not self._job.start:
            yield from self._maps(self._job.site.sitemaps)

    def _maps(self, urls: Iterable[str]) -> Iterator[Visit]:
        for url in urls:
            if visit := self._frontier.start(url, PageRole.SITEMAP):
                yield visit

    def further(self, maps: Iterable[str] = ()) -> Iterator[Visit]:
        """What to ask for when nothing is under way: pages that only sitemaps name, and at last those of known goods
        that were not seen. `maps` are the sitemaps that robots.txt names."""
        if not self.stopped and not self._alone:
            yield from list(self._mapped(maps)) or self._left_out()

    def _left_out(self) -> Iterator[Visit]:
        for url in self._missed.take(self._frontier.is_known):
            if visit := self._frontier.left_out(url):
                yield visit

    def _mapped(self, maps: Iterable[str]) -> Iterator[Visit]:
        """The maps of robots.txt are looked at where links led to no goods at all."""
        if not self._listings and self._job.site.source == "pages":
            yield from self._maps(maps)
        if self._job.sample is not None and not self._listings:
            yield from self._frontier.second_look()
        for link, source in self._named():
            if visit := self._frontier.follow(link, source, fruitful=True):
                yield visit

    def _named(self) -> list[Named]:
        if self._job.sample is not None:
            self._frontier.make_room(self._job.sample)
            return self._reserve.sample(self._job.sample)
        fruitful = self._ledger.keys_of({Fate.PRODUCT, Fate.LIST})
        return self._reserve.take({section_of(self._frontier.visits[key].url) for key in fruitful})

    @staticmethod
    def must_read(capture: PageCapture) -> bool:
        """Whether `arrived` wants a reading of this answer."""
        return 200 <= capture.status < 300 or capture.status in _WALLED

    def arrived(self, visit: Visit, capture: PageCapture, reading: Reading) -> Iterator[Visit]:
        """Takes an answer with what was read in it, and gives the visits that follow from it."""
        self._answered += 1
        location = capture.headers.get("location")
        if capture.status in _REDIRECTS and location:
            return self._redirected(visit, as_text(location))
        if 200 <= capture.status < 300:
            return self._read(visit, capture, reading)
        if self._job.site.source == "api":
            self._refused_by_api(visit, capture.status)
        elif capture.status in {404, 410}:
            self._settle(visit, Fate.GONE, f"answered {capture.status}")
        elif capture.status in _WALLED and (wall := _wall_of(visit, capture, reading)):
            self._settle(visit, Fate.WALL, wall)
        else:
            self._settle(visit, Fate.FAILED, f"answered {capture.status}")
        return iter(())

    def _refused_by_api(self, visit: Visit, status: int) -> None:
        """An interface has no page that is gone: what it doesn't answer is unseen."""
        said = _API_SAID.get(status, f"answered {status}")
        self._settle(visit, Fate.FAILED, said)
        if status in _NO_ENTRY:
            self.stopped = said

    def listed(self, rows: Sequence[RawListing]) -> None:
        """Takes rows of a price list that came in place of a page."""
        self._spool.write(*rows)
        self._listings += len(rows)
        self._whole_rows = True

    def list_ended(self, visit: Visit, count: int, notes: Sequence[str], fault: str | None) -> None:
        """A price list was read to its end, or to where it breaks off."""
        self._answered += 1
        for note in notes:
            self._ledger.note(note)
        self._ledger.counts[visit.list_key] = count
        self._settle(visit, Fate.FAILED if fault else Fate.LIST, fault or "")

    def failed(self, visit: Visit, reason: str) -> None:
        """No answer came."""
        self._settle(visit, Fate.FAILED, reason)

    def refused(self, visit: Visit, reason: str) -> None:
        """The page may not be asked for."""
        self._settle(visit, Fate.REFUSED, reason)

    def _settle(self, visit: Visit, fate: Fate, detail: str = "") -> None:
        if visit.left_out and says_nothing(fate, detail):
            fate, detail = Fate.SILENT, ""
        self._ledger.settle(visit, fate, detail)
        bad = fate in {Fate.FAILED, Fate.WALL}
        self._errors += bad
        self._bad_in_row = self._bad_in_row + 1 if bad else 0
        if self._bad_in_row >= PATIENCE:
            self.stopped = f"{PATIENCE} pages in a row failed, the last one: {detail}"

    def _redirected(self, visit: Visit, location: str) -> Iterator[Visit]:
        try:
            target = urljoin(visit.url, location).partition("#")[0]
            refusal = self._hosts.refusal(target)
        except ValueError:
            refusal = "bad address"
        if refusal:
            host = urlsplit(target).hostname or "" if refusal == "off-site" else ""
            self._settle(visit, Fate.REFUSED, refusal)
            self._ledger.note(f"{visit.requested_url}: redirect not followed ({refusal} {host})".replace(" )", ")"))
        elif visit.hops >= MAX_HOPS:
            self._settle(visit, Fate.FAILED, "too many redirects")
        elif wall := wall_behind(visit.requested_url, target):
            self._settle(visit, Fate.WALL, wall)
        elif (known := self._frontier.alias(visit, target)) is not None:
            self._settle(visit, Fate.ALIAS, known)
        else:
            yield visit.at(target)

    def _read(self, visit: Visit, capture: PageCapture, reading: Reading) -> Iterator[Visit]:
        if not isinstance(reading, PageReading):
            self._settle(visit, Fate.FAILED, str(reading))
            return
        for note in reading.notes:
            self._ledger.note(note)
        if capture.truncated:
            self._ledger.note(f"{visit.requested_url}: it was cut off: too long, too slow, or packed wrongly")
        if not reading.listings and not reading.links and (target := refresh_of(capture)):
            yield from self._redirected(visit, target)
            return
        if self._job.site.source == "price_list":
            wall = reading.wall
            self._settle(visit, Fate.WALL if wall else Fate.FAILED, wall or "a page came in the price list's place")
            return
        self._ledger.add_entities(reading.entities, capture.evidence)
        self._frontier.skipped.update(reading.skipped)
        self._keep(reading)
        follow_pages = self._judge(visit, capture, reading)
        if not self._is_alone(visit, reading) and reading.wall is None:
            yield from self._follow(visit, reading, follow_pages)

    def _keep(self, reading: PageReading) -> None:
        if reading.listings:
            for listing in reading.listings:
                self._missed.saw(listing.url)
            self._spool.write(*reading.listings)
            self._listings += len(reading.listings)

    def _judge(self, visit: Visit, capture: PageCapture, reading: PageReading) -> bool:
        """Enters the page's fate; False where further pages of its list are not worth following."""
        if reading.fault is not None:
            self._ledger.add_cards(visit, {card_key(listing) for listing in reading.listings}, reading.total)
            self._settle(visit, Fate.FAILED, reading.fault)
            return True
        if reading.wall is not None:
            self._settle(visit, Fate.WALL, reading.wall)
            return False
        if reading.role is PageRole.SITEMAP:
            cut = capture.truncated
            self._settle(visit, Fate.FAILED if cut else Fate.SITEMAP, "the sitemap was cut off" if cut else "")
            return True
        if reading.role is PageRole.PRODUCT and reading.listings:
            told = any(shows_goods(listing, self._ledger.titles.get(visit.key)) for listing in reading.listings)
            self._settle(visit, Fate.PRODUCT if told else Fate.FAILED, "" if told else OTHER_HEADING)
            return True
        if reading.listings:
            return self._judge_list(visit, capture, reading)
        if capture.truncated:
            self._settle(visit, Fate.FAILED, "the page was cut off")
        else:
            self._settle(visit, Fate.BLANK if reading.blank else Fate.BARE)
        return not visit.continues

    def _judge_list(self, visit: Visit, capture: PageCapture, reading: PageReading) -> bool:
        self._ledger.titles.update(
            {url_key(card.url): card.title for card in reading.listings if card.url and is_address(card.url)}
        )
        new = self._ledger.add_cards(visit, {card_key(listing) for listing in reading.listings}, reading.total)
        if capture.truncated:
            self._settle(visit, Fate.FAILED, "the page was cut off")
            return True
        if new or not visit.continues:
            self._settle(visit, Fate.LIST)
            return True
        self._settle(visit, Fate.REPEAT)
        if visit.page is None or visit.page > 1:
            self._ledger.note(f"{visit.requested_url}: shows only goods of other pages of its list")
            return False
        return True

    def _is_alone(self, visit: Visit, reading: PageReading) -> bool:
        """Whether the start page is the whole plan: asked for alone, or one product's page."""
        if self._job.page_only is None and visit.role is PageRole.START and reading.role is PageRole.PRODUCT:
            self._alone = self._alone or bool(reading.listings)
        return self._alone

    def _follow(self, visit: Visit, reading: PageReading, follow_pages: bool) -> Iterator[Visit]:
        if reading.role is PageRole.SITEMAP:
            yield from self._follow_map(visit, reading)
            return
        if not reading.listings and visit.role is not PageRole.PRODUCT:
            self._frontier.barren(visit)
        for link in reading.links:
            if follow_pages or (link.page is None and link.certain):
                planned = self._frontier.follow(link, visit, fruitful=bool(reading.listings))
                if planned is not None:
                    yield planned

    def _follow_map(self, visit: Visit, reading: PageReading) -> Iterator[Visit]:
        for link in reading.links:
            if link.role is not PageRole.SITEMAP:
                self._reserve.keep(Named(link, visit))
            elif planned := self._frontier.follow(link, visit, fruitful=True):
                yield planned

    def outcome(self) -> CrawlOutcome:
        """The crawl's verdict on itself as far as it came."""
        visits = self._frontier.visits
        found = self._ledger.outcome(visits, self._frontier.skipped, self._frontier.linked_otherwise)
        found.single_page = self._alone and sum(found.pages.values()) == found.pages.get("product", 0) == 1
        found.whole_rows = self._whole_rows
        if self._whole_rows:
            # A list beside those that the definition names says nothing of what else the site has.
            found.single_page = not set(self._job.starts) <= set(self._job.site.start)
        found.bound = self._frontier.bound
        if self._reserve.left_out:
            found.skipped["no goods that way"] = found.skipped.get("no goods that way", 0) + self._reserve.left_out
        unfetched = {key for key in visits if self._ledger.resolve(key) is None}
        products = {key for key in unfetched if visits[key].role is PageRole.PRODUCT}
        found.failed_products |= dict.fromkeys(sorted(products | self._frontier.beyond), "not fetched")
        found.failed_lists |= dict.fromkeys(sorted(unfetched - products), "not fetched")
        if unfetched:
            found.notes.append(f"{len(unfetched)} planned pages were not fetched")
        found.reason = self.stopped or self._start_problem() or (f"bound: {found.bound}" if found.bound else None)
        if found.reason is None and unfetched:
            found.reason = f"{len(unfetched)} planned pages were not fetched"
        found.finished = found.reason is None
        return found

    def _start_problem(self) -> str | None:
        """What is wrong with the start page; nothing is known of the site where it can't be read."""
        starts = [(key, visit) for key, visit in self._frontier.visits.items() if visit.role is PageRole.START]
        if not starts:
            return "no start address that can be followed"
        for key, visit in starts:
            entry = self._ledger.resolve(key)
            if entry is not None and entry.fate in _START_PROBLEMS:
                return _START_PROBLEMS[entry.fate].format(url=visit.requested_url, detail=entry.detail)
        return None


_START_PROBLEMS = {
    Fate.FAILED: "{detail} ({url})",
    Fate.GONE: "the start page {detail} ({url})",
    Fate.WALL: "the start page is a wall: {detail} ({url})",
    Fate.BLANK: "the start page is blank ({url})",
    Fate.REFUSED: "the start page may not be fetched: {detail} ({url})",
}


def _wall_of(visit: Visit, capture: PageCapture, reading: Reading) -> str | None:
    """The wall behind a refusal. One page that may not be seen, where no goods were expected, is none; where the page
    can't be read, the status says enough."""
    wall = reading.wall if isinstance(reading, PageReading) else None
    if capture.status == 403 and visit.role is PageRole.OTHER and wall in {None, "blocked"}:
        return "forbidden"
    return wall or _WALLED[capture.status]
