"""`sites add` and `sites check`: a bounded look at a site, and what the readers make of it."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from restock.addresses import url_key
from restock.capture import PageCapture
from restock.errors import CrawlError
from restock.run import CrawlOutcome
from restock.site import Site, checked_market
from restock.terms import PageRole, RunStatus
from scheduler.crawl import Pace
from scheduler.looking import FoundList, Sample, look_at
from scheduler.workspace import Workspace
from spiders.crawling import BLANK_PAGE, NOT_FETCHED, Hosts
from spiders.definitions import refuse_bad_name, undescribed_site
from spiders.detection import Detection, Look, describe, describe_list, look
from spiders.fields import FieldFill, Seen, fill_rates
from spiders.meetings import Meeting, meetings
from spiders.places import linked_lists, usual_lists, usual_sitemaps
from spiders.reading import read_page

_LACK = "its pages draw what they show from other hosts:"
_LOOKED_THROUGH = 20  # crawls
_LOST_SHARE = 0.3
_MOST_MAPS = 4
_SEEN_ON_PAGES = 0.5  # of the listings: a field that more of them show needs no price list


def add_site(workspace: Workspace, name: str, url: str, pace: Pace, market: str) -> Detection:
    """Looks at a site and works out how to read it: by its pages, by what its sitemaps name beside them, or by a price
    list where the pages show less.

    Raises UsageError for a name or a market that no definition can have, CrawlError where the site gives no goods."""
    refuse_bad_name(name)
    checked_market(market)
    site = workspace.site_for(url).model_copy(
        update={"name": name, "start": (url,), "market": market, "delay": pace.delay, "concurrency": pace.concurrency}
    )
    first = look_at(workspace, site, pace)
    if first.lists:
        return _relied_on(_by_list(site, first.lists[0]))
    _refuse_dead_start(first, site)
    found = describe(site, first.captures)
    offered = _offered(workspace, site, pace, first)
    if (better := _better_list(found, offered.lists)) is not None:
        return _relied_on(_by_list(site, better))
    maps = [capture.requested_url for capture in offered.captures if _is_map(capture, site)]
    notes = [f"a price list of {one.count} rows was found, too: {one.url}" for one in offered.lists]
    if maps:
        found = _with_maps(workspace, site, pace, first, maps)
    return _relied_on(replace(found, notes=(*found.notes, *notes, *lacking(first.outcome))))


def _by_list(site: Site, found: FoundList) -> Detection:
    return describe_list(site, found.url, found.rows, found.count, found.fault)


def _relied_on(found: Detection) -> Detection:
    """Raises CrawlError for a definition that nobody should rely on."""
    if found.refusal is not None:
        why = "; ".join([found.refusal, *(note for note in found.notes if note.startswith(_LACK))])
        raise CrawlError(f"{found.site.start[0]}: {why}; no definition was written")
    return found


def lacking(outcome: CrawlOutcome) -> list[str]:
    """What drawn pages asked other hosts for in vain, in one note."""
    notes = (note.partition(NOT_FETCHED)[2].strip() for note in outcome.notes if "off-site" in note)
    found = [what for what in dict.fromkeys(note.partition(" ")[2] for note in notes) if what]
    return [f"{_LACK} {', '.join(found[:3])}: `script_hosts` in a definition allows hosts by name"] if found else []


def _refuse_dead_start(first: Sample, site: Site) -> None:
    """A start page that is a wall, or isn't there, is said as such; nothing else is asked for. One that is blank may
    have a price list beside it."""
    outcome, url = first.outcome, site.start[0]
    if outcome.pages and outcome.failed_lists.get(url_key(url), BLANK_PAGE) == BLANK_PAGE:
        return
    met = next((one for one in meetings(outcome.walls, first.captures, site) if one.page == url_key(url)), None)
    reason = str(met) if met else outcome.reason or f"nothing came back ({url})"
    raise CrawlError(f"{reason}; no definition was written")


def _offered(workspace: Workspace, site: Site, pace: Pace, first: Sample) -> Sample:
    """What else the site offers: price lists that its pages link to or that stand where engines leave them, and its
    sitemaps."""
    url = site.start[0]
    named = [one for one in first.outcome.sitemaps if Hosts(site.start).refusal(one) is None]
    maps = named[:_MOST_MAPS] or usual_sitemaps(url)
    asked = [*linked_lists(_pages(first), site), *maps, *usual_lists(url)]
    return look_at(workspace, site, pace, list(dict.fromkeys(asked)), alone=True)


def _pages(sample: Sample) -> list[PageCapture]:
    return [capture for capture in sample.captures if capture.status < 400]


def _is_map(capture: PageCapture, site: Site) -> bool:
    reading = read_page(capture, site) if capture.status < 400 else None
    return reading is not None and reading.role is PageRole.SITEMAP and bool(reading.links)


def _better_list(found: Detection, lists: Sequence[FoundList]) -> FoundList | None:
    """The longest price list, where pages show no goods, or goods without the prices or the stock that it has."""
    longest = max(lists, key=lambda one: one.count, default=None)
    if longest is None or found.refusal is not None:
        return longest
    told = {one.field: one.share for one in found.fields}
    listed = {one.field: one.share for one in fill_rates([Seen(row) for row in longest.rows])}
    missed = [name for name in ("price", "availability") if told[name] < _SEEN_ON_PAGES <= listed[name]]
    return longest if missed else None


def _with_maps(workspace: Workspace, site: Site, pace: Pace, first: Sample, maps: Sequence[str]) -> Detection:
    """The definition with the sitemaps that lead to goods; without them where they name none."""
    further = look_at(workspace, site, pace, maps)
    seen = {capture.url for capture in first.captures}
    captures = [*first.captures, *(capture for capture in further.captures if capture.url not in seen)]
    found = describe(site, captures)
    if not look(_pages(further), site).products:
        return found
    told = f"sitemaps lead to goods: {', '.join(maps)}"
    described = found.site.model_copy(update={"sitemaps": tuple(maps), "known": (*found.site.known, told)})
    return replace(found, site=described)


def adopt_snapshots(workspace: Workspace, name: str, url: str) -> bool:
    """Makes earlier captures of a shop that had no definition the described site's own, so that one shop doesn't
    stand in the catalogue as two; whether there were any."""
    nameless = undescribed_site(url).name
    with workspace.site_lock(nameless):
        return workspace.catalogue.rename_site(nameless, name)


@dataclass(frozen=True, slots=True)
class Check:
    """How a sample fills the fields of a site, beside the shares of its last complete crawl (`usual`); the walls that
    it met, and what is emptier than the definition or that crawl makes expect."""

    fields: Sequence[FieldFill]
    outcome: CrawlOutcome
    usual: Mapping[str, float]
    walls: Sequence[Meeting]
    emptier: Sequence[str]

    def to_json(self) -> Iterator[dict[str, Any]]:
        for one in self.fields:
            share = self.usual.get(one.field)
            yield {**one.to_json(), "usual": None if share is None else round(share, 3)}


def check_site(workspace: Workspace, site: Site, pace: Pace) -> Check:
    """Fill rates of each raw field over a sample of a site's listings. Raises CrawlError where nothing came."""
    sample = look_at(workspace, site, pace)
    rows = [Seen(row) for one in sample.lists for row in one.rows]
    if not rows and not sample.captures:
        raise CrawlError(sample.outcome.reason or f"{site.start[0]}: nothing came back")
    found = look(_pages(sample), site)
    rows = rows or found.telling
    fields, usual = fill_rates(rows, found.cards), _usual(workspace, site)
    walls = list(meetings(sample.outcome.walls, sample.captures, site))
    emptier = [*_emptier(fields, usual), *_idle_selectors(site, found)] if rows else []
    return Check(fields, sample.outcome, usual, walls, emptier)


def _usual(workspace: Workspace, site: Site) -> dict[str, float]:
    """How much of its listings the site's last complete crawl filled each field of, as far as that is counted."""
    signs = workspace.catalogue.vitals(site.name, _LOOKED_THROUGH)
    last = next((one for one in signs if one.status is RunStatus.COMPLETE), None)
    return {name: share for name in last.filled if (share := last.share(name)) is not None} if last else {}


def _emptier(fields: Iterable[FieldFill], usual: Mapping[str, float]) -> Iterator[str]:
    """What a page shows or doesn't; brand, number and category of a listing are worked out from several texts."""
    shown = {one.field: one.share for one in fields}
    shown["availability"] = max(shown["availability"], shown["quantity"])  # a count speaks of stock, too
    for name in ("price", "availability"):
        expected = usual.get(name, 0.0)
        if expected - shown[name] >= _LOST_SHARE:
            yield f"{name} is shown by {shown[name]:.0%} of the sample; the last complete crawl had {expected:.0%}"


def _idle_selectors(site: Site, found: Look) -> Iterator[str]:
    """The selectors of the definition that find nothing on pages of their kind."""
    chosen = ((found.products, site.selectors.page_fields), (found.cards, site.selectors.card_fields))
    for seen, selectors in chosen:
        for name in selectors if seen else ():
            if not any(one.by.get(name) == "selectors" for one in seen):
                yield f"the definition's selector for {name} finds nothing: {selectors[name]}"
