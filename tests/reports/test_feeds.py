"""Atom feeds: valid, stable, and hostile titles stay text."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from lxml import etree

from reports.feeds import LONGEST, atom_feed
from restock.change import Change
from restock.listing import Listing, Restriction
from restock.review import Mark, Verdict, marked_facts
from restock.terms import Event, PriceType, RestrictionRule
from restock.watching import Criterion, WatchList

NOW = datetime(2026, 11, 9, 8, tzinfo=UTC)
LIST = WatchList(name="routers", title="Routers & <more>", any=(Criterion(brand=("Cisco",)),))
ATOM = "{http://www.w3.org/2005/Atom}"
HOSTILE = 'Router \x00<script>alert(1)</script> "]]>\u202e'


def change(number: int = 1, title: str = "Router", url: str | None = "https://shop.example/1") -> Change:
    listing = Listing(
        site="shop",
        key=str(number),
        url=url,
        title=title,
        price=Decimal(90),
        currency="RUB",
        price_type=PriceType.EXACT,
    )
    before = replace(listing, price=Decimal(100))
    return Change(
        event=Event.PRICE_CHANGED, before=before, after=listing, newly_available=False, change_pct=Decimal(-10),
        from_run="shop-0001", to_run="shop-0002", at=NOW + timedelta(minutes=number),
    )  # fmt: skip


def entries(text: str) -> list[etree._Element]:
    return etree.fromstring(text.encode()).findall(f"{ATOM}entry")


def test_entries_are_the_changes_newest_first() -> None:
    text = atom_feed(LIST, [change(1), change(2)], NOW)
    first, second = entries(text)
    assert first.findtext(f"{ATOM}updated") == "2026-11-09T08:02:00+00:00"
    assert second.findtext(f"{ATOM}id") == "urn:restock:change:shop-0002:price_changed:1"
    assert "90" in (first.findtext(f"{ATOM}summary") or "")
    assert "was" in (first.findtext(f"{ATOM}summary") or "")
    assert text == atom_feed(LIST, [change(2), change(1)], NOW + timedelta(days=1))
    assert etree.fromstring(text.encode()).findtext(f"{ATOM}title") == "restock: Routers & <more>"


def test_an_empty_feed_is_one_and_a_long_one_is_cut() -> None:
    assert entries(atom_feed(LIST, [], NOW)) == []
    assert f"<updated>{NOW.isoformat()}" in atom_feed(LIST, [], NOW)
    long = entries(atom_feed(LIST, [change(number) for number in range(LONGEST + 5)], NOW))
    assert len(long) == LONGEST + 1
    assert long[-1].findtext(f"{ATOM}title") == "5 earlier changes have no room in this feed"


def test_what_analysts_said_stands_with_the_change() -> None:
    said = Mark(
        site="shop", key="1", verdict=Verdict.ESCALATED, note="Asked the maker <b>", by="vera", at=NOW,
        facts=marked_facts(change().listing),
    )  # fmt: skip
    first, second = entries(atom_feed(LIST, [change(1), change(2)], NOW, {("shop", "1"): said}))
    assert "vera" not in (first.findtext(f"{ATOM}summary") or "")
    assert "Asked the maker &lt;b&gt;" in (second.findtext(f"{ATOM}summary") or "")
    assert "vera" in (second.findtext(f"{ATOM}summary") or "")


def test_a_feed_names_itself_and_its_author_with_entries_or_without() -> None:
    for changes in ([], [change()]):
        feed = etree.fromstring(atom_feed(LIST.model_copy(update={"name": "my routers"}), changes, NOW).encode())
        links = {link.get("rel"): link.get("href") for link in feed.findall(f"{ATOM}link")}
        assert links["self"] == "my%20routers.atom"
        assert feed.findtext(f"{ATOM}author/{ATOM}name") == "restock"


def test_an_apostrophe_is_escaped_once() -> None:
    rule = Restriction(RestrictionRule.BRAND_POLICY, "cisco", 'Cisco\'s "exit" <2022>', "source")
    one = change()
    assert one.after is not None
    listed = replace(one, after=replace(one.after, restricted=True, restrictions=(rule,)))
    (entry,) = entries(atom_feed(LIST, [listed], NOW))
    assert 'Cisco\'s "exit" &lt;2022&gt;' in (entry.findtext(f"{ATOM}summary") or "")


def test_hostile_texts_stay_text() -> None:
    (entry,) = entries(atom_feed(LIST, [change(title=HOSTILE, url="javascript:alert(1)")], NOW))
    title = entry.findtext(f"{ATOM}title") or ""
    assert title.startswith("Router <script>alert(1)</script>")
    assert "\u202e" not in title
    link = entry.find(f"{ATOM}link")
    assert link is not None
    assert link.get("href", "").startswith("urn:")
    assert "<" not in (entry.findtext(f"{ATOM}summary") or "")
