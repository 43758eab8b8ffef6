"""The ledger: what became of each planned page, and the crawl outcome that follows from it.

Judged at the end, when every link has said what it expected of a page: a page first seen in a menu may turn out to
be a product's."""

from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

from restock.entity import LegalEntity
from restock.listing import Evidence
from restock.run import CrawlOutcome
from restock.terms import PageRole
from spiders.crawling.frontier import Visit


class Fate(StrEnum):
    """What became of a page. BARE: read, whole, and without goods. REPEAT: only goods that its list showed before.
    SITEMAP: read for the addresses that it names. SILENT: asked for as goods that lists left out, which it doesn't show
    either."""

    PRODUCT = "product"
    LIST = "list"
    REPEAT = "repeat"
    BARE = "bare"
    SITEMAP = "sitemap"
    BLANK = "blank"
    SILENT = "silent"
    GONE = "gone"
    FAILED = "failed"
    WALL = "wall"
    REFUSED = "refused"
    ALIAS = "alias"


@dataclass(frozen=True, slots=True)
class Entry:
    """A page's fate; `detail` is the reason, the kind of wall, or the key of the page that it led to.

    `list_key` is the key of the list that the page was or belonged to, behind its redirects."""

    fate: Fate
    detail: str = ""
    list_key: str = ""


OTHER_HEADING = "nothing but another heading"
_NOT_THERE = frozenset({"not_found", "front_page", OTHER_HEADING})


def says_nothing(fate: Fate, detail: str) -> bool:
    """Whether a page that lists left out only fails to show its goods: it answered, and they stay missed."""
    if fate in {Fate.FAILED, Fate.WALL}:
        return detail in _NOT_THERE
    return fate not in {Fate.PRODUCT, Fate.GONE}


BLANK_PAGE = "blank page"
_MAX_ENTITIES = 20
_MAX_NOTES = 200  # what an operator can be expected to look at


class Ledger:
    """Keeps the fate of every page and the goods of every list, and draws the outcome from them."""

    def __init__(self) -> None:
        self.entries: dict[str, Entry] = {}
        self.cards: defaultdict[str, set[str]] = defaultdict(set)
        self.counts: dict[str, int] = {}  # rows of price lists
        self.titles: dict[str, str] = {}  # what cards call the goods that they lead to
        self.totals: dict[str, int] = {}
        self.entities: dict[tuple[str | None, str | None], LegalEntity] = {}
        self.notes: list[str] = []
        self._further_notes = 0
        self._leading: frozenset[str] = frozenset()

    def settle(self, visit: Visit, fate: Fate, detail: str = "") -> None:
        self.entries[visit.key] = Entry(fate, detail, visit.list_key)

    def add_cards(self, visit: Visit, cards: set[str], total: int | None) -> bool:
        """Counts a list page's goods; False where it shows none that its list has not shown before."""
        known = self.cards[visit.list_key]
        new = bool(cards - known)
        known |= cards
        if total is not None:
            self.totals.setdefault(visit.list_key, total)
        return new

    def add_entities(self, named: Iterable[LegalEntity], evidence: Evidence | None) -> None:
        """Keeps the fullest mention of each legal entity, with the page's evidence."""
        for entity in named:
            known = self.entities.get(entity.numbers)
            fuller = len(self.entities) < _MAX_ENTITIES if known is None else entity.fullness > known.fullness
            if fuller:
                self.entities[entity.numbers] = entity.model_copy(update={"evidence": evidence})

    def note(self, text: str) -> None:
        if text in self.notes:
            return
        if len(self.notes) < _MAX_NOTES:
            self.notes.append(text)
        else:
            self._further_notes += 1

    def has_all(self, list_key: str) -> bool:
        """Whether as many goods were read as the list itself says that it has."""
        total = self.totals.get(list_key)
        return total is not None and len(self.cards[list_key]) >= total

    def keys_of(self, fates: Collection[Fate]) -> list[str]:
        """The pages that came to one of these fates."""
        return [key for key, entry in self.entries.items() if entry.fate in fates]

    def resolve(self, key: str) -> Entry | None:
        """Where a page's redirects led in the end; None where that was never answered."""
        seen = {key}
        entry = self.entries.get(key)
        while entry is not None and entry.fate is Fate.ALIAS:
            if entry.detail in seen:
                return Entry(Fate.FAILED, "redirects in a circle")
            seen.add(entry.detail)
            entry = self.entries.get(entry.detail)
        return entry

    def outcome(
        self, visits: Mapping[str, Visit], skipped: Mapping[str, int], linked_otherwise: Collection[str] = ()
    ) -> CrawlOutcome:
        """The outcome of the pages that were planned. Whether it is finished is for the caller to say.

        A card may lead to a list (a section's tile) where another link says that it is one (`linked_otherwise`);
        otherwise a list in a product's place is an error page with other goods on it, and the product is unseen."""
        found = CrawlOutcome(
            lists={key: len(cards) for key, cards in self.cards.items()} | self.counts,
            totals=dict(self.totals),
            skipped=dict(skipped),
            notes=list(self.notes),
            entities=[entity.model_dump(mode="json") for entity in self.entities.values()],
        )
        if self._further_notes:
            found.notes.append(f"{self._further_notes} further notes")
        pages: Counter[str] = Counter()
        self._leading = self._lists_that_lead(visits)
        for key, visit in visits.items():
            entry = self.resolve(key)
            if entry is not None:
                pages[_role(visit, entry)] += entry.fate is not Fate.REFUSED
                self._writer(key, entry, linked_otherwise)(self, found, visit, entry)
        found.pages = dict(+pages)
        return found

    def _lists_that_lead(self, visits: Mapping[str, Visit]) -> frozenset[str]:
        """The lists whose links led to products first."""
        sources = {visits[key].source for key in self.keys_of({Fate.PRODUCT}) if key in visits}
        return frozenset(self.entries[source].list_key for source in sources if source in self.entries)

    def shows_links_only(self, list_key: str) -> bool:
        """Whether a list showed no goods from its first page on, and yet its links led to some (pictures alone)."""
        first = self.entries.get(list_key)
        return first is not None and first.fate is Fate.BARE and list_key in self._leading

    def _writer(self, key: str, entry: Entry, linked_otherwise: Collection[str]) -> "_Writer":
        if self.entries[key].fate is Fate.ALIAS:
            return _ALIAS_WRITERS.get(entry.fate, _WRITERS[entry.fate])
        if entry.fate is Fate.LIST and key not in linked_otherwise:
            return _list_only_a_card_knows
        return _WRITERS[entry.fate]


def _role(visit: Visit, entry: Entry) -> str:
    if entry.fate is Fate.PRODUCT:
        return PageRole.PRODUCT.value
    if entry.fate is Fate.SITEMAP:
        return PageRole.SITEMAP.value
    if entry.fate in {Fate.LIST, Fate.REPEAT} or visit.role is PageRole.START:
        return PageRole.LIST.value
    return visit.role.value


_Writer = Callable[[Ledger, CrawlOutcome, Visit, Entry], None]


def _fail(outcome: CrawlOutcome, visit: Visit, reason: str) -> None:
    """A page that might have shown goods and didn't. Any page that is no product's might have been a list."""
    if visit.role is PageRole.PRODUCT:
        outcome.failed_products[visit.key] = reason
    else:
        outcome.failed_lists[visit.key] = f"other page: {reason}" if visit.role is PageRole.OTHER else reason


def _dead(outcome: CrawlOutcome, visit: Visit) -> None:
    """A page that isn't there as a list of its own: a loss where an earlier run read goods on it, else none."""
    if visit.role is not PageRole.PRODUCT and not visit.continues:
        outcome.dead_lists.append(visit.key)


def _skip(outcome: CrawlOutcome, reason: str) -> None:
    outcome.skipped[reason] = outcome.skipped.get(reason, 0) + 1


def _fine(_ledger: Ledger, _outcome: CrawlOutcome, _visit: Visit, _entry: Entry) -> None:
    """A page that was read and stands in the lists already, or in the spool."""


def _list_only_a_card_knows(_ledger: Ledger, outcome: CrawlOutcome, visit: Visit, _entry: Entry) -> None:
    if visit.role is PageRole.PRODUCT:
        _fail(outcome, visit, "a list in the product's place")


def _failed(_ledger: Ledger, outcome: CrawlOutcome, visit: Visit, entry: Entry) -> None:
    _fail(outcome, visit, entry.detail)


def _repeat(ledger: Ledger, outcome: CrawlOutcome, visit: Visit, _entry: Entry) -> None:
    """A page that is linked by its number should have goods of its own; page 1 is the list's beginning again."""
    first = visit.page is None or visit.page <= 1
    if visit.continues and visit.certain and not first and not ledger.has_all(visit.list_key):
        _fail(outcome, visit, "shows only goods of other pages of its list")


def _bare(ledger: Ledger, outcome: CrawlOutcome, visit: Visit, entry: Entry) -> None:
    if visit.role is PageRole.PRODUCT:
        _fail(outcome, visit, "no goods on the page")
    elif not visit.continues:
        outcome.lists.setdefault(entry.list_key, 0)
    elif visit.certain and not ledger.shows_links_only(entry.list_key):
        _fail(outcome, visit, "empty page")


def _blank(_ledger: Ledger, outcome: CrawlOutcome, visit: Visit, entry: Entry) -> None:
    if visit.role is PageRole.OTHER:
        outcome.lists.setdefault(entry.list_key, 0)
    else:
        _fail(outcome, visit, BLANK_PAGE)


def _gone(_ledger: Ledger, outcome: CrawlOutcome, visit: Visit, entry: Entry) -> None:
    if visit.role is PageRole.PRODUCT:
        outcome.gone_products.append(visit.key)
    elif visit.role is PageRole.START or (visit.continues and visit.certain):
        _fail(outcome, visit, entry.detail)
    else:
        _dead(outcome, visit)
        if visit.role is PageRole.OTHER:
            _skip(outcome, "dead link")


def _wall(_ledger: Ledger, outcome: CrawlOutcome, visit: Visit, entry: Entry) -> None:
    """A login before a page that nobody took for goods (an account), or a list of cities, is no wall."""
    if visit.role is PageRole.OTHER and entry.detail in {"login", "forbidden", "front_page", "city"}:
        _skip(outcome, entry.detail.replace("_", " "))
        _dead(outcome, visit)
        return
    outcome.walls[visit.key] = entry.detail
    _fail(outcome, visit, f"wall: {entry.detail}")


def _refused(_ledger: Ledger, outcome: CrawlOutcome, visit: Visit, entry: Entry) -> None:
    """A page that robots.txt forbids, or that led off the site. The latter is a loss where goods were expected.

    Whether a forbidden page is a product's is not for its link to say: an earlier run may have read it."""
    _skip(outcome, entry.detail)
    _dead(outcome, visit)
    if entry.detail == "robots" and not visit.continues:
        outcome.forbidden_products.append(visit.key)
    expected = visit.role is PageRole.PRODUCT or visit.role is PageRole.START or (visit.continues and visit.certain)
    if expected and entry.detail != "robots":
        _fail(outcome, visit, f"led away: {entry.detail}")


def _led_elsewhere(_ledger: Ledger, outcome: CrawlOutcome, visit: Visit, _entry: Entry) -> None:
    """A redirect to a page without this product, or back to the beginning of the list; a section may have two names."""
    if visit.role is PageRole.PRODUCT or (visit.continues and visit.certain):
        _fail(outcome, visit, "redirected to another page")
    else:
        _dead(outcome, visit)


_WRITERS: dict[Fate, _Writer] = {
    Fate.PRODUCT: _fine,
    Fate.LIST: _fine,
    Fate.SITEMAP: _fine,
    Fate.SILENT: _fine,
    Fate.REPEAT: _repeat,
    Fate.BARE: _bare,
    Fate.BLANK: _blank,
    Fate.GONE: _gone,
    Fate.FAILED: _failed,
    Fate.WALL: _wall,
    Fate.REFUSED: _refused,
    Fate.ALIAS: _failed,
}
_ALIAS_WRITERS: dict[Fate, _Writer] = {
    Fate.LIST: _led_elsewhere,
    Fate.REPEAT: _led_elsewhere,
    Fate.BARE: _led_elsewhere,
}
