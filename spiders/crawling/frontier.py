"""The frontier: which links of a site are followed, once each, and within which bounds."""

import re
from collections import Counter
from dataclasses import dataclass, replace
from urllib.parse import urlsplit, urlunsplit

from restock.addresses import url_key
from restock.capture import Link
from restock.site import Site
from restock.terms import PageRole
from spiders.crawling.hosts import Hosts

# A chain of more pages than this without goods leads nowhere (endless calendars); sections may lie deeper.
FRUITLESS = {PageRole.OTHER: 3, PageRole.LIST: 6}
MAX_ADDRESS = 2083
_STRENGTH = {PageRole.OTHER: 0, PageRole.SITEMAP: 0, PageRole.START: 1, PageRole.LIST: 1, PageRole.PRODUCT: 2}
# What a sample takes beside its product pages: lists with goods, and pages without any on the way to them.
_SAMPLE_LISTS = 4
_SAMPLE_OTHERS = 3
_SAMPLE_PAGES = 40
_SAMPLE_MAPS = 4
_SAMPLE_CONTACTS = 2
_CONTACTS = re.compile(
    r"/(?:contacts?|kontakt[yi]|re[kq][vu]i[zs]it\w*|o-?kompanii|o-?nas|about(?:-us)?)\b", re.IGNORECASE
)
_LOOKS = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """One page to be fetched. `url` changes along redirects, `requested_url` and `key` stay.

    `list_key` is the list that a numbered page belongs to; `fruitless` counts the pages without goods before it;
    `source` is the key of the page whose link led to it first. `left_out` marks the page of known goods that no link
    led to."""

    url: str
    requested_url: str
    key: str
    role: PageRole
    page: int | None = None
    certain: bool = True
    list_key: str
    depth: int = 0
    fruitless: int = 0
    hops: int = 0
    left_out: bool = False
    source: str | None = None

    @property
    def continues(self) -> bool:
        """Whether the page is a further page of a list rather than a list of its own."""
        return self.page is not None or not self.certain

    def at(self, url: str) -> "Visit":
        """The same visit one redirect further. A list is known by the address that it has in the end."""
        list_key = self.list_key if self.continues else url_key(url)
        return replace(self, url=url, hops=self.hops + 1, list_key=list_key)


class Frontier:
    """Plans visits. Every link that isn't followed is counted by its reason in `skipped`."""

    def __init__(self, site: Site, hosts: Hosts, *, sample: int | None = None) -> None:
        self._site = site
        self._hosts = hosts
        self._skip = [re.compile(pattern) for pattern in site.follow.skip]
        self._room = _room(sample)
        self._contacts = _SAMPLE_CONTACTS
        self._refused: set[str] = set()
        self._left: dict[str, Visit] = {}  # by key, what a sample had no room for
        self.visits: dict[str, Visit] = {}
        self.aliases: dict[str, str] = {}
        self.skipped: Counter[str] = Counter()
        self.bound: str | None = None
        self.linked_otherwise: set[str] = set()  # what some link took for something else than a product
        self.beyond: set[str] = set()  # product pages that a bound left out

    def start(self, url: str, role: PageRole = PageRole.START) -> Visit | None:
        """The visit of a start address, or of a sitemap; None where it is planned already or is no address."""
        refusal = self._hosts.refusal(url)
        if refusal:
            self.skipped[refusal] += 1
            return None
        key = url_key(url)
        if key in self.visits:
            return None
        return self._plan(Visit(url=url, requested_url=url, key=key, role=role, list_key=key))

    def follow(self, link: Link, source: Visit, *, fruitful: bool) -> Visit | None:
        """The visit of a link found on a page that has goods or not; None where it isn't followed."""
        try:
            key = url_key(link.url)
        except ValueError:
            self._refuse(link.url, "bad address")
            return None
        key = self.aliases.get(key, key)
        if link.role is not PageRole.PRODUCT:
            self.linked_otherwise.add(key)
        elif self._site.listings == "cards":
            self._refuse(key, "its card is enough")
            return None
        if key in self.visits:
            self._expect_more(key, link)
            return None
        fruitless = 0 if fruitful else source.fruitless + 1
        visit = Visit(
            url=link.url,
            requested_url=link.url,
            key=key,
            role=link.role,
            page=link.page,
            certain=link.certain,
            list_key=list_key(link, source.list_key) if link.page is not None or not link.certain else key,
            depth=source.depth + (not link.same_list),
            fruitless=fruitless,
            source=source.key,
        )
        refusal = self._refusal(visit)
        if refusal:
            self._refuse(key, refusal)
            if refusal == "bound" and self._room is not None:
                self._left[key] = visit
            if refusal == "bound" and visit.role is PageRole.PRODUCT:
                self.beyond.add(key)
            return None
        return self._plan(visit)

    def is_known(self, key: str) -> bool:
        """Whether an address was planned, is another name of one that was, or was not followed for a reason."""
        return key in self.visits or key in self.aliases or key in self._refused

    def left_out(self, url: str) -> Visit | None:
        """The visit of known goods that no link led to; None where it may not be asked for."""
        key = url_key(url)
        role = PageRole.PRODUCT
        visit = Visit(url=url, requested_url=url, key=key, role=role, list_key=key, left_out=True)
        refusal = self._refusal(visit)
        if refusal == "bound":
            self.beyond.add(key)
        return None if refusal else self._plan(visit)

    def barren(self, visit: Visit) -> None:
        """A page that turned out to have no goods takes no list's place in a sample; how many pages there may be in
        all is bounded as well."""
        if self._room is not None and len(self.visits) < _SAMPLE_PAGES:
            self._room[visit.role] += 1

    def second_look(self) -> list[Visit]:
        """A few pages that a sample without goods had no room for: those deepest down, and some from all over."""
        left = [visit for key, visit in self._left.items() if key not in self.visits]
        if len(self.visits) >= _SAMPLE_PAGES:
            return []
        deepest = sorted(left, key=lambda visit: -visit.url.count("/"))
        chosen = deepest[:_LOOKS] + deepest[_LOOKS :: max(1, len(deepest) // _LOOKS)][:_LOOKS]
        return [self._plan(visit) for visit in chosen]

    def make_room(self, pages: int) -> None:
        """Lets a sample take so many further pages of an unknown kind."""
        if self._room is not None:
            self._room[PageRole.OTHER] = pages

    def alias(self, visit: Visit, url: str) -> str | None:
        """Where a redirect leads: the key of a page that is planned already, None for one that is now this visit's."""
        key = url_key(url)
        if key == visit.key:
            return None
        known = self.aliases.get(key, key)
        if known in self.visits:
            return known if known != visit.key else None
        self.aliases[key] = visit.key
        return None

    def _refusal(self, visit: Visit) -> str | None:
        refusal = self._hosts.refusal(visit.url)
        if refusal:
            return refusal
        if any(pattern.search(visit.url) for pattern in self._skip):
            return "filter"
        if len(visit.url) > MAX_ADDRESS:
            return "long address"
        if visit.fruitless > FRUITLESS.get(visit.role, visit.fruitless):
            return "no goods that way"
        return self._bound(visit)

    def _bound(self, visit: Visit) -> str | None:
        if visit.depth > self._site.max_depth:
            self.bound = self.bound or f"{self._site.max_depth} links deep"
            return "bound"
        if len(self.visits) >= self._site.max_pages:
            self.bound = self.bound or f"{self._site.max_pages} pages"
            return "bound"
        if self._room is not None and self._room[visit.role] <= 0 and not self._names_seller(visit):
            self.bound = "a sample"
            return "bound"
        return None

    def _names_seller(self, visit: Visit) -> bool:
        """Whether a sample takes a page because it most likely names the legal entity behind the shop."""
        if self._contacts <= 0 or not _CONTACTS.search(visit.url):
            return False
        self._contacts -= 1
        return True

    def _refuse(self, key: str, reason: str) -> None:
        if key not in self._refused:
            self._refused.add(key)
            self.skipped[reason] += 1

    def _plan(self, visit: Visit) -> Visit:
        self.visits[visit.key] = visit
        if self._room is not None:
            self._room[visit.role] -= 1
        return visit

    def _expect_more(self, key: str, link: Link) -> None:
        """A page that several links lead to is expected to be the most telling thing that one of them says."""
        known = self.visits[key]
        if known.role is PageRole.START:
            return
        if _STRENGTH[link.role] > _STRENGTH[known.role]:
            known = replace(known, role=link.role, page=link.page, certain=link.certain)
        elif link.page is not None and link.certain and known.page is not None:
            known = replace(known, certain=True)
        self.visits[key] = known


def _room(sample: int | None) -> Counter[PageRole] | None:
    if sample is None:
        return None
    return Counter(
        {
            PageRole.PRODUCT: sample,
            PageRole.LIST: _SAMPLE_LISTS,
            PageRole.OTHER: _SAMPLE_OTHERS,
            PageRole.SITEMAP: _SAMPLE_MAPS,
            PageRole.START: 100,
        }
    )


_PAGE_PATH = re.compile(r"/(?:page|pages|p|pg|seite|pagina|str|stranitsa)[-/_]?{page}/?$", re.IGNORECASE)


def list_key(link: Link, fallback: str) -> str:
    """The key of the list that a numbered page belongs to: its address without the page's number.

    Where the number stands neither in a parameter nor at the end of the path (an offset), the list that links to it."""
    if link.page is None or link.same_list:
        return fallback
    parts = urlsplit(link.url)
    number = str(link.page)
    kept = [pair for pair in parts.query.split("&") if pair.partition("=")[2] != number]
    if parts.query and len(kept) == len(parts.query.split("&")) - 1:
        return url_key(urlunsplit(parts._replace(query="&".join(kept))))
    path = re.sub(_PAGE_PATH.pattern.replace("{page}", number), "/", parts.path, count=1, flags=re.IGNORECASE)
    return url_key(urlunsplit(parts._replace(path=path))) if path != parts.path else fallback
