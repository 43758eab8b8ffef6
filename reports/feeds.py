"""Atom feeds: the changes on a watch list, for a feed reader."""

import html
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from io import StringIO
from urllib.parse import quote

from feedgenerator import Atom1Feed

from reports.data import ListingName, name_of
from reports.marking import mark_text
from reports.safety import safe_link, shown
from reports.speech import Speech
from reports.wording import price_text, stock_text
from restock.change import Change
from restock.review import Mark
from restock.watching import Language, WatchList

LONGEST = 2000  # entries


def atom_feed(
    watchlist: WatchList, changes: Sequence[Change], at: datetime, marks: Mapping[ListingName, Mark] | None = None
) -> str:
    """The latest changes, the newest first, with what analysts said of the listings; where there are more than a feed
    holds, its oldest entry says how many. The same changes give the same text."""
    words = Speech(Language.ENGLISH)
    name = f"urn:restock:feed:{watchlist.name.replace(' ', '-')}"
    title = shown(watchlist.title or watchlist.name, 120)
    feed = Atom1Feed(
        title=f"restock: {title}", link=name, description=None, feed_guid=name, language="en",
        feed_url=quote(feed_name(watchlist.name)),  # where it lies is known only to whom it is served by
        author_name="restock",
    )  # fmt: skip
    newest = sorted(changes, key=lambda change: (change.at, _id(change)), reverse=True)
    for change in newest[:LONGEST]:
        mark = (marks or {}).get(name_of(change.listing))
        said = f". {words.say('fact.mark')}: {mark_text(words, mark, change.listing)}" if mark else ""
        feed.add_item(
            title=_title(change),
            link=safe_link(change.listing.url) or name,
            description=html.escape(_summary(change, words) + said, quote=False),  # readers take it for HTML
            unique_id=_id(change),
            author_name=shown(change.listing.site, 60) or "restock",
            pubdate=change.at.astimezone(UTC),
        )
    if left := newest[LONGEST:]:
        _tell_left_out(feed, name, left)
    if not newest:
        feed.latest_post_date = lambda: at  # else that of the real clock
    out = StringIO()
    feed.write(out, "utf-8")
    return out.getvalue()


def _tell_left_out(feed: Atom1Feed, name: str, left: Sequence[Change]) -> None:
    feed.add_item(
        title=f"{len(left)} earlier changes have no room in this feed",
        link=name,
        description=f"`restock diff --since {left[-1].at:%Y-%m-%d}` gives them.",
        unique_id=f"{name}:left-out:{left[0].at:%Y-%m-%d}",
        author_name="restock",
        pubdate=left[0].at.astimezone(UTC),
    )


def feed_name(watchlist: str) -> str:
    """The file of a watch list's feed."""
    return f"{watchlist}.atom"


def _id(change: Change) -> str:
    """Known by its run, its listing and what happened: the same in every writing of the feed."""
    listing = change.listing
    return f"urn:restock:change:{change.to_run}:{change.event.value}:{quote(listing.key or listing.title, safe='')}"


def _title(change: Change) -> str:
    listing = change.listing
    what = change.event.value.replace("_", " ")
    new = "newly available: " if change.newly_available else ""
    return shown(f"{new}{listing.title} ({what}, {listing.site})", 200)


def _summary(change: Change, words: Speech) -> str:
    now, before = change.listing, change.before
    was = f"; was {price_text(words, before)}, {stock_text(words, before)}" if before and change.after else ""
    rules = "; ".join(shown(rule.reason, 200) for rule in now.restrictions)
    restricted = f". Restricted: {rules}" if now.restricted else ""
    return f"{price_text(words, now)}, {stock_text(words, now)}{was}{restricted}"
