"""The sections of a report: what each of them tells, and that what is news to nobody stays small."""

import csv
import json
from collections.abc import Callable
from dataclasses import replace
from datetime import timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from python_calamine import CalamineWorkbook

from reports.data import Audience, Coverage, Total, WeeklyData, WeekTotals
from reports.digest import digest
from reports.mail import Envelope, report_message
from reports.render import WIDTH
from reports.sections import Section, is_shipment
from reports.trends import charts
from reports.weekly import weekly_report
from restock.review import Mark, Verdict, marked_facts
from restock.run import Trip
from restock.terms import Availability, Event, RunStatus
from restock.watching import Language

Make = Callable[..., Any]


def section(data: WeeklyData, name: str) -> Section | None:
    return next((found for found in digest(data).sections if found.name == name), None)


def titles(data: WeeklyData, name: str) -> list[str]:
    found = section(data, name)
    return [entry.title for entry in found.entries] if found else []


def test_each_change_of_a_full_week_is_told_in_one_place(full_week: WeeklyData) -> None:
    assert titles(full_week, "newly") == ["Коммутатор Cisco C9300L-48T-4G"]
    assert titles(full_week, "prices") == ["Коммутатор упавший"]
    assert sorted(titles(full_week, "life")) == ["Коммутатор вернувшийся", "Коммутатор пропавший"]
    assert titles(full_week, "appeared") == ["Стойка"]
    assert titles(full_week, "undecided") == ["Модуль"]
    assert titles(full_week, "fleeting") == ["Гость"]
    told = ("newly", "prices", "life", "shipments", "appeared", "undecided", "stock", "details")
    assert sum(len(titles(full_week, name)) for name in told) == len(full_week.changes) - 1  # one followed the dollar


def test_what_incomplete_crawls_saw_is_named_where_it_is_restricted(full_week: WeeklyData, tmp_path: Path) -> None:
    found = section(full_week, "unconfirmed")
    assert found is not None
    assert [entry.title for entry in found.entries] == ["Коммутатор закрытый"]
    assert found.aside == ("1 more that is not restricted is in the attachments",)
    files = {path.suffix: path for path in weekly_report(full_week).write(tmp_path)}
    document = json.loads(files[".json"].read_text(encoding="utf-8"))
    assert [change["key"] for change in document["unconfirmed"]] == ["v2", "v3"]
    assert not {"v2", "v3"} & {change["key"] for change in document["changes"]}


def facts_of(data: WeeklyData, name: str, title: str) -> dict[str, str]:
    found = section(data, name)
    assert found is not None
    return {fact.label: fact.text for entry in found.entries if entry.title == title for fact in entry.facts}


def test_since_says_when_it_was_not_yet_so(full_week: WeeklyData) -> None:
    newly = "Коммутатор Cisco C9300L-48T-4G"
    since = "first seen so 2026-11-18; not yet so 2026-11-17 (complete crawl before); listed here since 2026-11-14"
    assert facts_of(full_week, "newly", newly)["since"] == since
    oldest = replace(full_week, first_seen={("meridian", "10445"): full_week.looks["meridian"][0]})
    told = facts_of(oldest, "newly", newly)["since"]
    assert told.endswith("; listed here at our first look at this site, 2026-11-11: may be older")
    assert facts_of(replace(full_week, looks={}, first_seen={}), "newly", newly)["since"] == "first seen so 2026-11-18"


def test_what_went_and_came_back_says_between_which_days(full_week: WeeklyData) -> None:
    went = facts_of(full_week, "life", "Коммутатор пропавший")
    assert went["presence"] == "last complete crawl that had it 2026-11-17, not found 2026-11-18"
    back = facts_of(full_week, "life", "Коммутатор вернувшийся")
    assert back["presence"] == "gone since 2026-11-12, back 2026-11-18"


def test_availability_and_quantity_that_moved_together_are_one_entry(change: Make, listing: Make) -> None:
    """One shipment or one stock change, with both said."""
    few, none = listing(quantity=4), listing(quantity=None, availability=Availability.BACK_ORDER)
    many = replace(few, quantity=90)
    for before, after, name, told in (
        (none, few, "stock", "in stock, 4 pcs | was to order"),
        (
            replace(few, availability=Availability.BACK_ORDER),
            many,
            "shipments",
            "in stock, 90 pcs | was to order, 4 pcs",
        ),
    ):
        events = (Event.AVAILABILITY_CHANGED, Event.QUANTITY_CHANGED)
        both = [change(event, before=before, after=after) for event in events]
        found = digest(WeeklyData(since=few.observed_at - timedelta(days=7), until=few.observed_at, changes=both))
        entries = [entry for section in found.sections for entry in section.entries]
        assert [section.name for section in found.sections] == [name]
        (entry,) = entries
        assert " | ".join(entry.figures[:2]).replace("\N{NO-BREAK SPACE}", " ") == told


def test_stock_that_rose_is_told_as_what_was_seen(full_week: WeeklyData) -> None:
    seen = facts_of(full_week, "shipments", "Коммутатор Cisco C9300L-48T-4G")["quantity"]
    told = "rose from 2 pcs to 90 pcs; first seen so 2026-11-18; not yet so 2026-11-17 (complete crawl before)"
    assert seen.replace("\N{NO-BREAK SPACE}", " ") == told
    text = " ".join(weekly_report(full_week).text.split())
    assert "That a shipment came in is our inference" in text


def test_an_entry_names_the_shop_its_seller_and_the_listing(full_week: WeeklyData) -> None:
    found = section(full_week, "newly")
    assert found is not None
    assert found.entries[0].group == "Cisco — Меридиан (meridian), seller OOO Meridian"
    assert facts_of(full_week, "newly", found.entries[0].title)["listing"] == "meridian:10445, shop's code A-17"


def test_a_price_that_followed_the_dollar_is_said_in_a_line(full_week: WeeklyData) -> None:
    found = section(full_week, "prices")
    assert found is not None
    assert found.aside == ("1 further price only followed USD (+10%): FOLLOW-1 (meridian) +10%",)
    (fallen,) = found.entries
    assert fallen.figures[:3] == (
        "150\N{NO-BREAK SPACE}RUB",
        "−25%, was 200\N{NO-BREAK SPACE}RUB",
        "−31.82% net of USD (+10%)",
    )


def test_the_cheapest_seller_is_compared_with_the_others(full_week: WeeklyData) -> None:
    found = section(full_week, "cheaper")
    assert found is not None
    (entry,) = found.entries
    assert entry.figures[1] == "9.1% below the next"
    assert entry.facts[0].text == "9.1% cheaper than vostok at 110\N{NO-BREAK SPACE}RUB (last seen 2026-11-13)"


@pytest.mark.parametrize(
    ("before", "after", "restricted", "shipped"),
    [
        (2, 90, True, True),
        (0, 5, True, True),
        (100, 140, True, False),
        (1, 4, True, False),
        (90, 2, True, False),
        (2, 90, False, False),
        (None, 90, True, False),
    ],
)
def test_a_shipment_is_a_rise_that_days_don_t_bring(
    before: int | None, after: int, restricted: bool, shipped: bool, change: Make, listing: Make
) -> None:
    states = {"before": listing(quantity=before), "after": listing(quantity=after, restricted=restricted)}
    assert is_shipment(change(Event.QUANTITY_CHANGED, **states)) is shipped


def test_news_of_a_newly_available_good_say_how_much_there_is(
    change: Make, listing: Make, full_week: WeeklyData
) -> None:
    newly = change(Event.AVAILABILITY_CHANGED, newly_available=True)
    more = change(Event.QUANTITY_CHANGED, before=listing(quantity=0), newly_available=True)
    found = digest(replace(full_week, changes=[newly, more], fleeting=(), corrections=(), unconfirmed=()))
    assert [one.name for one in found.sections] == ["newly", "cheaper", "first", "trend", "coverage"]
    assert "quantity" not in found.summary


def test_marks_are_carried_and_known_goods_stand_last(change: Make, listing: Make, full_week: WeeklyData) -> None:
    changes = [change(Event.APPEARED, after=listing(key=key, title=key), newly_available=True) for key in ("a", "b")]

    def mark(key: str, verdict: Verdict, **values: Any) -> Mark:
        facts = marked_facts(listing(key=key, title=key)) | values
        return Mark(
            site="meridian", key=key, verdict=verdict, note="seen\nit", by="anna", at=full_week.until, facts=facts
        )

    known = {("meridian", "a"): mark("a", Verdict.KNOWN)}
    data = replace(full_week, changes=changes, marks=known)
    assert titles(data, "newly") == ["b", "a"]
    assert "analyst's mark: known: seen it (anna, 2026-11-18)" in weekly_report(data).text
    lapsed = replace(data, marks={("meridian", "a"): mark("a", Verdict.KNOWN, title="other")})
    assert titles(lapsed, "newly") == ["a", "b"]
    assert "lapsed, changed since then: title" in " ".join(weekly_report(lapsed).text.split())


def test_twelve_weeks_by_site_and_brand(full_week: WeeklyData) -> None:
    by_site, by_brand = charts(full_week)
    assert [(bar.name, bar.now, bar.change, len(bar.line)) for bar in by_site.bars] == [("meridian", 116, "+22", 12)]
    assert {bar.name for bar in by_brand.bars} == {"Cisco", "No brand"}
    assert by_site.bars[0].line == "▁▁▂▂▃▄▄▅▆▆▇█"


@pytest.mark.parametrize("lists", [(), ("Routers",)])
def test_figures_that_are_not_of_the_watch_lists_alone_say_so(full_week: WeeklyData, lists: tuple[str, ...]) -> None:
    report = weekly_report(replace(full_week, audience=Audience(lists=lists)))
    said = "Counted are all listings of the sites, not only those on the watch lists."
    assert " ".join(report.text.split()).count(said) == 2 * len(lists), "under the weeks, and under the coverage"
    assert report.html.count(said) == 2 * len(lists)
    assert report.page.count(said) == 2 * len(lists)


def test_weeks_of_which_nothing_is_known_are_no_zeros(full_week: WeeklyData) -> None:
    weeks = [WeekTotals(full_week.until, ()) for _ in range(10)] + list(full_week.weeks[-2:])
    (bar,) = charts(replace(full_week, weeks=weeks))[0].bars
    assert bar.line == "··········▁█"
    still = [WeekTotals(full_week.until, full_week.totals)] * 3
    assert charts(replace(full_week, weeks=still))[0].bars[0].line == "▄▄▄"
    assert charts(replace(full_week, weeks=weeks[:11])) == ()


def test_a_site_first_crawled_in_these_weeks_is_no_growth(full_week: WeeklyData) -> None:
    """What a new site brought is told beside the change of each brand."""
    begun = full_week.until - timedelta(days=2)
    new = [Total(site="bigshop", brand="Cisco", listings=900, restricted=789)]
    weeks = [*full_week.weeks[:-1], replace(full_week.weeks[-1], totals=[*full_week.weeks[-1].totals, *new])]
    for language, said in (
        (Language.ENGLISH, f"bigshop ({begun:%Y-%m-%d}). Their part of the changes by brand: Cisco +789 of +800."),
        (Language.RUSSIAN, "Их доля в изменениях по брендам: Cisco +789 из +800."),
    ):
        data = replace(full_week, weeks=weeks, looks={"bigshop": [begun]}, audience=Audience(language=language))
        report = weekly_report(data)
        for text in (report.text, report.html, report.page):
            assert said in " ".join(text.replace("\n", " ").split())
    assert "no growth of the market" not in weekly_report(full_week).text


def test_coverage_tells_what_runs_say_of_themselves(full_week: WeeklyData, run: Make) -> None:
    """A price that is held back is no change as yet, and is not passed over in silence."""
    told = "1 price(s) jumped and are held back until a later run sees them again: a 2 -> 200 USD"
    coverage = [Coverage(site="meridian", runs=[run(warnings=(told,))])]
    assert told in " ".join(weekly_report(replace(full_week, coverage=coverage)).text.split())
    russian = replace(full_week, coverage=coverage, audience=Audience(language=Language.RUSSIAN))
    said = "цен скакнуло и придержано, пока их не увидит следующий обход: 1 (a 2 -> 200 USD)"
    assert said in " ".join(weekly_report(russian).text.split())


def test_a_first_letter_tells_what_it_starts_from(full_week: WeeklyData, run: Make) -> None:
    begun = Coverage(site="meridian", runs=[run(baseline=True)], last_complete=full_week.until)
    data = WeeklyData(since=full_week.since, until=full_week.until, coverage=[begun], totals=full_week.totals)
    report = weekly_report(data)
    assert report.subject.startswith("restock weekly: first look, ")
    text = " ".join(report.text.split())
    assert "First look at 1 site: listings 60, of them restricted 58; changes are told from 2026-11-18 on." in text
    assert "restricted, by brand: Cisco: 58" in text
    assert "not seen in full" not in text


def test_what_analysts_called_a_false_positive_is_said_under_the_weeks(full_week: WeeklyData) -> None:
    report = weekly_report(replace(full_week, uncounted=3))
    said = "3 listings that analysts called false positives are not counted as restricted."
    assert said in " ".join(report.text.split())
    assert said in report.html
    assert said in report.page


def test_long_charts_say_what_they_leave_out(full_week: WeeklyData) -> None:
    totals = [Total(site=f"s{n:02}", brand=None, listings=9, restricted=n) for n in range(14)]
    chart = charts(replace(full_week, weeks=[WeekTotals(full_week.until, totals)] * 2))[0]
    assert [bar.name for bar in chart.bars][:2] == ["s13", "s12"]
    assert chart.left == "3 more are in the attachments"


@pytest.mark.parametrize("language", Language)
def test_the_text_reads_at_78_columns(language: Language, full_week: WeeklyData) -> None:
    text = weekly_report(replace(full_week, audience=replace(full_week.audience, language=language))).text
    assert [line for line in text.splitlines() if len(line) > WIDTH and "http" not in line] == []
    assert "\n\n\n" not in text


def test_the_warning_names_what_was_not_crawled_and_a_strip_shows_the_days(full_week: WeeklyData) -> None:
    text = " ".join(weekly_report(full_week).text.split())
    head = text.partition("==")[0]
    assert "- vostok: 2026-11-18: 12 pages were a wall; last complete 2026-11-13 06:00 UTC; since then new" in head
    assert "- Not crawled in this window, so that whatever happened there is not" in head
    assert "meridian" not in head.partition("Not crawled completely")[2]
    shut = [replace(one, enabled=False) for one in full_week.coverage]
    unplanned = " ".join(weekly_report(replace(full_week, coverage=shut)).text.split())
    assert "not crawled: no crawls of it are scheduled (it is not enabled, or its lists are" in unplanned
    assert "12 pages were a wall; 12 known listings not seen, kept as they were" in text
    assert "Fri 13 ✓" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "Wed 18 ✗" in text.replace("\N{NO-BREAK SPACE}", " ")
    assert "since then new goods may be missing" in text
    assert "first complete run 2026-11-13 06:00 UTC: what it found is where we start from" in text


def test_runs_that_failed_alike_are_told_once_with_their_days(full_week: WeeklyData, run: Any) -> None:
    wall = Trip("walls", "12 page(s) were a wall")
    runs = [
        run(RunStatus.PARTIAL, (wall,), site="idle", observed_at=full_week.until - timedelta(days=ago), counts={})
        for ago in (6, 3, 2, 1)
    ]
    coverage = [replace(site, runs=runs) if site.site == "idle" else site for site in full_week.coverage]
    report = weekly_report(replace(full_week, coverage=coverage))
    text = " ".join(report.text.split())
    assert "- idle: 2026-11-12, 2026-11-15 — 2026-11-17: 12 pages were a wall; never complete" in text
    assert "2026-11-12, 2026-11-15 — 2026-11-17, partial (4 runs): 12 pages were a wall" in text
    assert "meridian:10445 meridian/r2.warc.gz" in report.page, "a row of the page names its listing"


def test_a_run_that_somebody_accepted_over_the_guard_is_told(full_week: WeeklyData, run: Any) -> None:
    trip = Trip("group_missing", "most of one group is missing: brand Intel, 300 of 600")
    accepted = run(RunStatus.COMPLETE, (trip,), sequence=11, site="vostok", accepted=True)
    coverage = [
        replace(site, runs=[*site.runs, accepted]) if site.site == "vostok" else site for site in full_week.coverage
    ]
    text = " ".join(weekly_report(replace(full_week, coverage=coverage)).text.split())
    assert "taken for complete by hand, although: most of one group is missing: brand Intel, 300 of 600" in text


HOSTILE = [
    '=HYPERLINK("http://evil.example","open")',
    "@SUM(A1)\t\r\nBcc: evil@example.org",
    "abc\u202egnp.exe \u200b\u2066x",
    "<script>alert(1)</script>{{ 7 * 7 }}{0}{title}%s",
    "x" * 10_000,
    "😀 Коммутатор \ud800 \x00",
]


@pytest.mark.parametrize("title", HOSTILE)
@pytest.mark.parametrize("language", Language)
def test_hostile_text_is_text_in_every_format(
    title: str, language: Language, change: Make, listing: Make, full_week: WeeklyData, tmp_path: Path
) -> None:
    hostile = listing(title=title, brand=title, mpn=title, site=title, url="javascript:alert(1)", undecided=True)
    changes = [
        change(Event.APPEARED, after=hostile, newly_available=True),
        change(
            before=replace(hostile, price=Decimal(90)), after=replace(hostile, key="2"), change_pct=Decimal("11.11")
        ),
    ]
    coverage = [replace(site, site=title, title=title) for site in full_week.coverage]
    audience = replace(full_week.audience, language=language, lists=[title])
    week = replace(full_week, changes=changes, coverage=coverage, audience=audience)
    report = weekly_report(week)
    files = {path.name.partition(".")[2]: path for path in report.write(tmp_path)}
    assert "<script>alert" not in report.html + report.page
    for text in (report.html, report.page, report.text):
        assert "\u202e" not in text
        assert "javascript:" not in text
        assert "{{ 7 * 7 }}{0}{title}%s" in text or "{{" not in title
    with files["csv"].open(encoding="utf-8-sig", newline="") as table:
        assert not [cell for row in csv.reader(table) for cell in row if cell.startswith(("=", "@", "\t", "\r"))]
    first = json.loads(files["json"].read_text(encoding="utf-8"))["changes"][0]
    assert first["title"] == title.replace("\ud800", "\N{REPLACEMENT CHARACTER}").replace(
        "\x00", "" if "\ud800" in title else "\x00"
    )
    assert CalamineWorkbook.from_path(files["xlsx"]).sheet_names[0] == "Changes"
    envelope = Envelope("restock@example.org", ["anna@example.org"], "<1@example.org>", full_week.until)
    head = report_message(report, files.values(), envelope).partition(b"\r\n\r\n")[0]
    assert b"evil" not in head
    assert b"Bcc" not in head


def test_the_workbook_holds_all_sheets_with_typed_cells(full_week: WeeklyData, tmp_path: Path) -> None:
    files = {path.suffix: path for path in weekly_report(full_week).write(tmp_path)}
    book = CalamineWorkbook.from_path(files[".xlsx"])
    assert book.sheet_names == [
        "Changes",
        "Unconfirmed",
        "Came and went",
        "Offers",
        "Corrections",
        "Coverage",
        "Totals",
        "Weeks",
        "About",
    ]
    about = book.get_sheet_by_name("About").to_python()
    assert {row[0] for row in about} >= set(book.sheet_names) - {"About"}, "each sheet has a caption"
    head, *rows = book.get_sheet_by_name("Totals").to_python()
    assert rows[0][head.index("until")] == full_week.until.replace(tzinfo=None)
    head, *rows = book.get_sheet_by_name("Came and went").to_python()
    assert rows[0][head.index("gone_at")] == (full_week.until - timedelta(days=3)).replace(tzinfo=None)
    head, *rows = book.get_sheet_by_name("Changes").to_python()
    moved = [row for row in rows if row[head.index("change_pct")] == -25]
    assert [row[head.index("net_pct")] for row in moved] == [-31.82]
    assert len(book.get_sheet_by_name("Weeks").to_python()) == 1 + 24


def test_of_what_was_not_looked_up_nothing_is_said(full_week: WeeklyData) -> None:
    (newly,) = digest(replace(full_week, offers={})).sections[0].entries
    assert "offers" not in {fact.label for fact in newly.facts}
    alone = {("Cisco", "C9300L-48T-4G"): [full_week.changes[0].listing]}
    (newly,) = digest(replace(full_week, offers=alone)).sections[0].entries
    assert [fact.text for fact in newly.facts if fact.label == "offers"] == ["no other seller known"]
