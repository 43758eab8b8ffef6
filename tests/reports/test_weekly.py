"""The weekly report: what it says, in which order, how long, and that page text stays text."""

import csv
import json
import re
import zipfile
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from lxml import html as lxml_html

from reports import attachments
from reports.data import Audience, WeekTotals
from reports.digest import digest
from reports.render import MAX_HTML
from reports.weekly import SUFFIXES, Coverage, Report, Total, WeeklyData, weekly_report
from restock.change import Change, Correction, Fleeting
from restock.errors import UsageError
from restock.listing import Listing, Restriction, time_text
from restock.review import Mark, Verdict, marked_facts
from restock.run import Run, Trip
from restock.terms import Availability, Condition, Event, PriceType, Relation, RestrictionRule, RunStatus, Vat
from restock.watching import Every, Language

Make = Callable[..., Any]


@pytest.fixture
def weekly(listing: Callable[..., Listing]) -> Callable[..., Report]:
    """The report of a week with the given contents."""

    def make(**values: Any) -> Report:
        until = listing().observed_at
        assert until is not None
        return weekly_report(WeeklyData(since=until - timedelta(days=7), until=until, **values))

    return make


def visible(report: Report) -> str:
    """The text that a reader sees in the HTML, spaces evened out."""
    return " ".join(lxml_html.fromstring(report.html).text_content().split())


def even(text: str) -> str:
    return " ".join(text.split())


def sections(report: Report) -> list[str]:
    return [line.strip("= ") for line in report.text.splitlines() if line.startswith("== ")]


def test_an_empty_week_says_so_in_one_line(weekly: Make, run: Callable[..., Run]) -> None:
    report = weekly(coverage=[Coverage(site="nag", runs=[run()])])
    assert "No changes at 1 site; every crawl was complete." in report.text
    assert "No changes at 1 site; every crawl was complete." in visible(report)
    assert sections(report) == ["Coverage (1)"]
    assert report.subject == "restock weekly: no changes, 2026-11-11 to 2026-11-18"


def test_an_empty_week_that_was_badly_seen_does_not_sound_quiet(weekly: Make, run: Callable[..., Run]) -> None:
    report = weekly(coverage=[Coverage(site="nag", runs=[run(RunStatus.FAILED)]), Coverage(site="ocs")])
    assert "Nothing could be compared at 2 sites; 2 sites were not crawled completely." in even(report.text)
    assert report.subject == "restock weekly: nothing could be compared, 2026-11-11 to 2026-11-18"


@pytest.mark.parametrize(
    ("last", "counts", "subject", "summary"),
    [
        ({}, {}, "no changes", "No changes at 2 sites"),
        (
            {"status": RunStatus.PARTIAL},
            {"new": 3, "changed": 1, "unseen": 9},
            "nothing known, sites not compared: 1 of 2",
            "at the end of this window: what changed there is not known to the end.",
        ),
        (
            {"baseline": True},
            {"new": 40},
            "nothing known, sites not compared: 1 of 2",
            "every crawl was complete. First look at 1 site: listings 0,",
        ),
        ({"whole_site": False}, {}, "no changes", "No changes at 2 sites"),
    ],
)
def test_nothing_sounds_quiet_that_could_not_be_compared(
    weekly: Make, run: Make, last: dict[str, Any], counts: dict[str, int], subject: str, summary: str
) -> None:
    seen = [run(baseline=last.get("baseline", False)), run(**last, counts=counts)]
    report = weekly(coverage=[Coverage(site="nag", runs=[run()]), Coverage(site="ocs", runs=seen)])
    assert report.subject == f"restock weekly: {subject}, 2026-11-11 to 2026-11-18"
    assert summary in even(report.text)
    assert summary in visible(report)


def test_a_letter_of_watch_lists_says_nothing_of_what_is_not_on_them(weekly: Make, run: Make, change: Make) -> None:
    """That nothing changed at a site is more than a reader of watch lists is told; and incomplete crawls saw only so
    much for him."""
    seen = Coverage(site="ocs", runs=[run(), run(RunStatus.PARTIAL, counts={"new": 3})])
    for language, words, quiet, unsettled in (
        (
            Language.ENGLISH,
            "nothing on the watch lists changed",
            "Nothing on your watch lists changed at 1 site",
            "saw 1",
        ),
        (Language.RUSSIAN, "в списках наблюдения ничего", "В ваших списках наблюдения ничего", "увидели 1 новое"),
    ):
        audience = Audience(lists=["Chips"], language=language)
        report = weekly(coverage=[Coverage(site="nag", runs=[run()])], audience=audience)
        assert words in report.subject
        assert quiet in even(report.text)
        assert quiet in visible(report)
        assert unsettled not in even(report.text)
        assert unsettled in even(weekly(coverage=[seen], unconfirmed=[change()], audience=audience).text)
        assert unsettled not in even(weekly(coverage=[seen], audience=audience).text)


def test_files_of_a_daily_report_are_called_daily(weekly: Make, tmp_path: Path) -> None:
    written = weekly(audience=Audience(every=Every.DAY)).write(tmp_path)
    assert [path.name for path in written] == [f"daily-2026-11-18{suffix}" for suffix in SUFFIXES]


def test_sections_come_in_the_order_of_importance(weekly: Make, change: Make, listing: Make, run: Make) -> None:
    changes = [
        change(Event.APPEARED, after=listing(key="u", restricted=False, restrictions=(), undecided=True)),
        change(Event.DETAILS_CHANGED, after=listing(title="Другое")),
        change(Event.AVAILABILITY_CHANGED, after=listing(key="s")),
        change(Event.APPEARED, after=listing(key="n", restricted=False)),
        change(Event.QUANTITY_CHANGED, before=listing(quantity=1), after=listing(quantity=90)),
        change(Event.DISAPPEARED),
        change(Event.PRICE_CHANGED),
        change(Event.APPEARED, after=listing(key="a"), newly_available=True),
    ]
    correction = Correction(before=listing(), after=listing(brand=None), fields=("brand",), run="r2", at=changes[0].at)
    went = changes[0].at
    report = weekly(
        changes=changes,
        fleeting=[Fleeting(listing=listing(key="v"), appeared_at=went - timedelta(days=2), gone_at=went)],
        offers=offers(listing, {"site": "b", "price": Decimal(125)}),
        weeks=[WeekTotals(went, [Total(site="a", brand="Cisco", listings=9, restricted=count)]) for count in (3, 5)],
        corrections=[correction],
        coverage=[Coverage(site="meridian", runs=[run()])],
    )
    assert [name.partition(" (")[0] for name in sections(report)] == [
        "Newly available restricted goods",
        "Price movements",
        "Cheapest sellers",
        "Disappeared and returned",
        "Stock that jumped up",
        "Came and went",
        "Other new listings",
        "Availability and quantities",
        "Descriptions",
        "The last 12 weeks",
        "Rules changed, not the market",
        "New and undecided",
        "Coverage",
        "Sources",
    ]


def test_a_newly_available_good_carries_all_that_an_analyst_needs(weekly: Make, change: Make, listing: Make) -> None:
    before = listing(availability=Availability.OUT_OF_STOCK, quantity=None)
    found = change(Event.AVAILABILITY_CHANGED, before=before, newly_available=True)
    first = found.at - timedelta(days=30)
    report = weekly(changes=[found], first_seen={("meridian", "10445"): first})
    for text in (even(report.text), visible(report)):
        assert "Cisco — meridian" in text
        assert "100 RUB" in text
        assert "VAT included" in text
        assert "in stock, 3 pcs; was out of stock" in text
        assert "since: first seen so 2026-11-18; listed here since 2026-10-19" in text
        assert "maker's policy: Cisco Systems suspended operations in Russia, 2022-03-03" in text
        assert "The Register" in text
        assert f"meridian/r2.warc.gz, record urn:uuid:1b4e28ba-2fa1-11d2-883f-0016d3cca427, SHA-256 {'ab' * 32}" in text


def test_newly_available_goods_stand_by_brand_then_site_and_only_once(
    weekly: Make, change: Make, listing: Make
) -> None:
    named = [("Juniper", "a"), ("Cisco", "b"), ("Cisco", "a")]
    changes = [
        change(Event.APPEARED, after=listing(brand=brand, site=site, key=brand), newly_available=True)
        for brand, site in named
    ]
    after = listing(brand="Cisco", site="a", key="Cisco", price=Decimal(90))
    changes.append(change(before=listing(brand="Cisco", site="a"), after=after, newly_available=True))
    report = weekly(changes=changes)
    groups = [line.removeprefix("-- ") for line in report.text.splitlines() if line.startswith("-- ")]
    assert groups == ["Cisco — a", "Cisco — b", "Juniper — a"]
    assert sections(report)[:2] == ["Newly available restricted goods (3)", "Price movements (1)"]


def test_html_and_text_say_the_same(weekly: Make, change: Make, listing: Make, run: Make) -> None:
    changes = [
        change(Event.APPEARED, newly_available=True),
        change(before=listing(price=Decimal(120)), change_pct=Decimal("-16.67")),
        change(Event.REAPPEARED, before=listing(price=None, price_type=PriceType.ON_REQUEST)),
        change(Event.DETAILS_CHANGED, before=listing(title="Старое", condition=Condition.USED)),
    ]
    coverage = [Coverage(site="meridian", title="Меридиан", runs=[run()], last_complete=changes[0].at)]
    report = weekly(changes=changes, coverage=coverage)
    told = [entry for section in digest(report.data).sections for entry in section.entries]
    assert len(told) == len(changes) + len(coverage)
    for text in (even(report.text), visible(report)):
        for entry in told:
            parts = [entry.title, *entry.tags, *entry.figures, *(fact.text for fact in entry.facts)]
            assert [part for part in parts if even(part) not in text] == []


def test_restricted_goods_and_bigger_moves_come_first(weekly: Make, change: Make, listing: Make) -> None:
    moves = [("мало", True, "-1.00"), ("много", True, "40.00"), ("свободно", False, "-90.00"), ("запрос", True, None)]
    changes = [
        change(
            before=listing(key=name),
            after=listing(key=name, title=name, restricted=restricted),
            change_pct=Decimal(percent) if percent else None,
        )
        for name, restricted, percent in moves
    ]
    report = weekly(changes=changes)
    titles = [line[2:].removesuffix(" [restricted]") for line in report.text.splitlines() if line.startswith("* ")]
    assert titles == ["много", "мало", "запрос", "свободно"]


def test_what_matters_comes_first_and_no_brand_takes_all_the_room(weekly: Make, change: Make, listing: Make) -> None:
    """Passed on before found in a weapon, that before tier 1, that before tier 2; what is cut is counted by brand."""

    def chpl(tier: str) -> Restriction:
        return Restriction(rule=RestrictionRule.CHPL, id="8542.31", reason="CHPL.", source="EU", tier=tier)

    weapon = Restriction(rule=RestrictionRule.BATTLEFIELD, id="drone", reason="Found.", source="WS")
    told = [("Zyxel", (chpl("2"),)), ("HPE", (chpl("1"),)), ("Texas", (weapon,)), ("Yadro", listing().restrictions)]
    few = [listing(key=brand, brand=brand, title=brand, restrictions=rules) for brand, rules in told]
    said = {"verdict": Verdict.ESCALATED, "note": "", "by": "anna", "at": few[-1].observed_at}
    marks = {("meridian", "Yadro"): Mark(site="meridian", key="Yadro", facts=marked_facts(few[-1]), **said)}
    many = [listing(key=f"c{n}", brand="Cisco", title=f"Cisco {n}", restrictions=(chpl("1"),)) for n in range(400)]
    news = [change(Event.APPEARED, after=one, newly_available=True) for one in (*many, *few)]
    report = weekly(changes=news, marks=marks)
    titles = [line[2:].removesuffix(" [restricted]") for line in report.text.splitlines() if line.startswith("* ")]
    assert titles[:2] == ["Yadro", "Texas"]
    assert "HPE" in titles, "it weighs as much as four hundred of another brand"
    for text in (even(report.text), visible(report)):
        assert re.search(r"Left out here, by brand and tier: Cisco, tier 1: \d+; Zyxel, tier 2: 1\.", text)
        assert "sheet Changes of the workbook" in text


def test_a_long_week_is_cut_below_the_clip_and_says_what_was_cut(weekly: Make, change: Make, listing: Make) -> None:
    changes = [
        change(before=listing(key=str(n)), after=listing(key=str(n), title=f"Товар {n}"), change_pct=Decimal(n))
        for n in range(1, 900)
    ] + [change(Event.APPEARED, after=listing(key=f"n{n}"), newly_available=True) for n in range(300)]
    report = weekly(changes=changes)
    assert len(report.html.encode()) <= MAX_HTML
    assert "Товар 899" in report.html
    assert "Товар 1<" not in report.html
    shown = report.text.count("\n* Товар") + report.text.count("\n  - Товар")
    assert shown > 50
    assert report.text.count("C9300L-48T-4G:") > 50, "goods for which there is no room are named in a line each"
    assert f"Left out for length: {899 - shown} more entries of 899, {899 - shown} of them restricted." in report.text


def test_what_was_cut_stands_in_the_attachments(weekly: Make, change: Make, listing: Make, tmp_path: Path) -> None:
    changes = [change(before=listing(key=str(n)), after=listing(key=str(n), title=f"Товар {n}")) for n in range(500)]
    written = weekly(changes=changes).write(tmp_path)
    assert [path.name for path in written] == [f"weekly-2026-11-18{suffix}" for suffix in SUFFIXES]
    files = {path.suffix: path for path in written}
    with files[".csv"].open(encoding="utf-8-sig", newline="") as table:
        assert [row["title"] for row in csv.DictReader(table)] == [f"Товар {n}" for n in range(500)]
    document = json.loads(files[".json"].read_text(encoding="utf-8"))
    assert document["changes"] == [change.to_json() for change in changes]


def test_marks_tiers_and_policies_can_be_filtered_by(full_week: WeeklyData, tmp_path: Path) -> None:
    """In the table, the workbook and the JSON document a mark stands with its listing."""
    files = {path.suffix: path for path in weekly_report(full_week).write(tmp_path)}
    with files[".csv"].open(encoding="utf-8-sig", newline="") as table:
        (row,) = (row for row in csv.DictReader(table) if row["mark"])
    assert (row["title"], row["mark"], row["mark_by"]) == ("Коммутатор упавший", "escalated", "anna")
    assert (row["rules"], row["tier"], row["battlefield"]) == ("brand_policy", "", "false")
    assert row["policy_since"] == "2022-03-03"
    (marked,) = (one for one in json.loads(files[".json"].read_text("utf-8"))["changes"] if "mark" in one)
    assert marked["mark"]["note"] == "смотрим"
    with zipfile.ZipFile(files[".xlsx"]) as book:
        texts = book.read("xl/worksheets/sheet1.xml").decode()
    assert "mark_by" in texts
    assert "escalated" in texts


def test_coverage_says_what_is_hidden(weekly: Make, run: Make) -> None:
    wall = run(RunStatus.PARTIAL, (Trip("walls", "12 pages were a captcha"),))
    report = weekly(
        coverage=[
            Coverage(site="whole", runs=[run()]),
            Coverage(site="walled", runs=[run(), wall], last_complete=wall.observed_at),
            Coverage(site="idle"),
        ],
        totals=[Total(site="whole", brand="Cisco", listings=60, restricted=58)],
    )
    for text in (even(report.text), visible(report)):
        assert "12 pages were a captcha; 12 known listings not seen, kept as they were" in text
        assert "not reported as gone until a run is complete again" in text
        assert "whatever happened there is not in this report: idle (never complete)." in text
        assert text.count("idle (never complete)") == 1
        assert "60 listings, 58 restricted" in text
        assert text.index("idle") < text.index("walled") < text.index("whole")


def test_the_price_of_other_goods_in_a_place_is_no_move(weekly: Make, change: Make, listing: Make) -> None:
    other = listing(title="Eltex MES2324", brand="Eltex", mpn="MES2324", restricted=False, restrictions=())
    events = (Event.PRICE_CHANGED, Event.DETAILS_CHANGED)
    report = weekly(changes=[change(event, before=other, newly_available=True) for event in events])
    assert "Price movements" not in report.text
    assert "Newly available restricted goods" in report.text


def test_files_name_a_crawl_that_the_report_did_not_wait_for(weekly: Make, run: Make) -> None:
    busy = Coverage(site="busy", under_way=run().observed_at)
    data = weekly(coverage=[busy, replace(busy, site="seen", runs=[run()]), Coverage(site="idle")]).data
    rows = [(row["site"], row["run"], row["status"]) for row in attachments.coverage_rows(data)]
    begun = ("under way", time_text(run().observed_at))
    assert rows == [
        ("busy", None, begun[0]),
        ("seen", "r2", "complete"),
        ("seen", None, begun[0]),
        ("idle", None, "not crawled"),
    ]
    told = attachments.document(data, "")["coverage"]
    assert [site["under_way"] for site in told] == [begun[1], begun[1], None]


def test_many_sites_are_cut_from_the_end_that_is_whole(weekly: Make, change: Make, listing: Make, run: Make) -> None:
    changes = [change(before=listing(key=str(n)), after=listing(key=str(n))) for n in range(900)]
    whole = [Coverage(site=f"whole{n}", runs=[run()] * 7) for n in range(80)]
    report = weekly(changes=changes, coverage=[*whole, *(Coverage(site=f"idle{n}") for n in range(9))])
    assert all(f"idle{n}" in even(report.text).partition("==")[0] for n in range(9))
    assert all(f"* idle{n}\n" in report.text for n in range(9))
    assert all(f"* whole{n}\n" in report.text or f"- whole{n}: 7 of 7 runs" in report.text for n in range(80))


def test_corrections_stand_apart_with_both_values(weekly: Make, listing: Make) -> None:
    at = listing().observed_at
    found = Correction(
        before=listing(brand=None, restricted=False), after=listing(), fields=("brand", "restricted"), run="r2", at=at
    )
    report = weekly(corrections=[found])
    assert "brand: none → Cisco" in report.text
    assert "restricted: no → yes" in report.text
    assert report.summary.startswith("1 correction of our own at 0 sites")


HOSTILE = [
    "<script>alert(1)</script><img src=x onerror=alert(1)>",
    '=HYPERLINK("http://evil.example","open")',
    "{{ 7 * 7 }}{% raw %}",
    "abc\u202egnp.exe",
    "Cisco \ud800 \x00\x0b half",
    "😀 Коммутатор",
    "x" * 5000,
    "first\n== Price movements (99) ==\r\n* forged",
]


@pytest.mark.parametrize("title", HOSTILE)
def test_hostile_titles_stay_text(title: str, weekly: Make, change: Make, listing: Make, tmp_path: Path) -> None:
    hostile = listing(title=title, brand=title, mpn=title, url="javascript:alert(1)", site=title)
    before = replace(hostile, price=Decimal(1))
    moved = change(before=before, after=hostile)
    report = weekly(changes=[change(Event.APPEARED, after=hostile, newly_available=True), moved])
    tree = lxml_html.fromstring(report.html)
    assert not tree.xpath("//script | //img | //@onerror | //form | //iframe")
    assert not [link for link in tree.xpath("//@href") if not link.startswith("https://www.theregister.com/")]
    assert "\u202e" not in report.html + report.text
    assert "49" not in report.text.partition("== Newly")[2]
    told = ["Newly available restricted goods", "Price movements", "Sources"]
    assert [name.split(" (")[0] for name in sections(report)] == told
    assert all(path.stat().st_size for path in report.write(tmp_path))


def test_links_in_a_report_are_web_addresses_only(weekly: Make, change: Make, listing: Make) -> None:
    report = weekly(changes=[change(after=listing(url='https://shop.example/?a="><b>'))])
    assert lxml_html.fromstring(report.html).xpath("//@href")[0] == 'https://shop.example/?a="><b>'


def test_every_row_refers_to_the_numbered_sources(weekly: Make, change: Make, listing: Make) -> None:
    """Each source stands once at the end, in HTML as in text, and rows of all sections name its number."""
    other = replace(listing().restrictions[0], source="EU: https://eu.example/list; Gazette, no. 7")
    moved = listing(key="m", restrictions=(*listing().restrictions, other))
    report = weekly(
        changes=[change(Event.APPEARED, after=listing(), newly_available=True), change(before=listing(), after=moved)]
    )
    for text in (even(report.text), visible(report)):
        assert "(cisco, since 2022-03-03) [1] [2] [3]" in text
        end = text.rpartition("Sources")[2]
        assert re.search(r"\[1\] The Register.*\[2\] EU.*\[3\] Gazette, no\. 7", end)


def test_nothing_is_loaded_from_elsewhere(weekly: Make, change: Make) -> None:
    report = weekly(changes=[change()])
    assert not lxml_html.fromstring(report.html).xpath("//@src | //link | //script")
    assert "url(" not in report.html
    assert "prefers-color-scheme: dark" in report.html.replace("scheme:dark", "scheme: dark")


def test_a_folder_that_cannot_be_written_is_one_clear_line(weekly: Make, tmp_path: Path) -> None:
    (tmp_path / "taken").write_text("a file")
    with pytest.raises(UsageError, match="can't be made"):
        weekly().write(tmp_path / "taken")


def offers(listing: Callable[..., Listing], *others: dict[str, Any]) -> dict[tuple[str, str], list[Listing]]:
    return {("Cisco", "C9300L-48T-4G"): [listing(), *(listing(key=str(n), **other) for n, other in enumerate(others))]}


def offer_lines(report: Report) -> list[str]:
    (newly,) = (section for section in digest(report.data).sections if section.name == "newly")
    return [even(fact.text) for entry in newly.entries for fact in entry.facts if fact.label == "offers"]


@pytest.mark.parametrize(
    ("others", "lines"),
    [
        ([], ["no other seller known"]),
        ([{"site": "b", "price": Decimal(125)}], ["cheapest here", "20% cheaper than b at 125 RUB"]),
        ([{"site": "b", "price": Decimal(80)}], ["cheapest: b at 80 RUB, 20% cheaper than here"]),
        ([{"site": "b"}], ["cheapest here", "same price: b at 100 RUB"]),
        (
            [{"site": "b", "currency": "USD"}],
            ["cheapest here", "98.9% cheaper than b at 100 USD (≈ 9,000 RUB by the rate 90 RUB of 2026-11-17)"],
        ),
        ([{"site": "b", "currency": "EUR"}], ["1 further offer not comparable (no exchange rate)"]),
        ([{"site": "b", "vat": Vat.EXCLUDED}], ["1 further offer not comparable (other VAT)"]),
        ([{"site": "b", "condition": Condition.USED}], ["1 further offer not comparable (other condition)"]),
        ([{"site": "b", "price_type": PriceType.FROM}], ["1 further offer not comparable (no exact price)"]),
        ([{"site": "b", "availability": Availability.OUT_OF_STOCK}], ["no other seller known"]),
        ([{"site": "b", "relation": Relation.COMPATIBLE_WITH}], ["no other seller known"]),
        (
            [{"site": "meridian", "price": Decimal(250)}],
            ["no other seller known", "1 further offer not comparable (this shop's own)"],
        ),
    ],
)
def test_only_what_is_alike_is_called_cheaper(
    others: list[dict[str, Any]], lines: list[str], weekly: Make, change: Callable[..., Change], listing: Make
) -> None:
    report = weekly(
        changes=[change(Event.APPEARED, newly_available=True)],
        offers=offers(listing, *others),
        reporting_currency="RUB",
        rates={("USD", date(2026, 11, 18)): (Decimal(90), date(2026, 11, 17))},
    )
    assert offer_lines(report) == lines
