"""The page for the browser, in a real Chromium: widths, contrast, keyboard, sorting, filtering, hostile titles."""

import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Browser, ConsoleMessage, Page, Request

from reports.data import Audience, WeeklyData
from reports.weekly import weekly_report
from restock.terms import Event
from restock.watching import Language

Make = Callable[..., Any]
Open = Callable[..., Page]
DESKTOP, PHONE = 1280, 375
HOSTILE = (
    "<script>document.title='owned'</script><img src=x onerror=\"document.title='owned'\">",
    "</style></script><svg onload=document.title='owned'>",
    "\" autofocus onfocus=\"document.title='owned'",
    "abc\u202egnp.exe \u200b\u2066zero",
    "x" * 10_000,
    "😀 Коммутатор 👩‍👩‍👧",
    '=HYPERLINK("http://evil.example","open")',
)


@pytest.fixture
def open_page(browser: Browser, tmp_path: Path) -> Iterator[Open]:
    """Opens a report's page as people do, from a file; at its end, nothing was logged and nothing was loaded."""
    pages: list[Page] = []
    said: list[str] = []

    def hear(message: ConsoleMessage) -> None:
        said.append(message.text)

    def see(request: Request) -> None:
        if not request.url.startswith("file:"):
            said.append(f"loaded {request.url}")

    def open_(data: WeeklyData, *, width: int = DESKTOP, scheme: Any = "light", mail: bool = False) -> Page:
        report = weekly_report(data)
        file = tmp_path / f"report-{len(pages)}.html"
        file.write_text(report.html if mail else report.page, encoding="utf-8")
        page = browser.new_page(viewport={"width": width, "height": 900}, color_scheme=scheme)
        pages.append(page)
        page.on("console", hear)
        page.on("pageerror", lambda error: said.append(str(error)))
        page.on("request", see)
        page.goto(file.as_uri())
        return page

    yield open_
    for page in pages:
        page.close()
    assert said == []


def russian(data: WeeklyData) -> WeeklyData:
    return replace(data, audience=Audience(language=Language.RUSSIAN))


OUTSIDE = """() => [...document.querySelectorAll("body *")]
  .filter((e) => !e.closest(".skip, .changes thead") && e.getBoundingClientRect().right > innerWidth + 1)
  .map((e) => e.outerHTML)"""


@pytest.mark.parametrize("mail", [True, False], ids=["mail", "page"])
def test_no_width_needs_a_horizontal_scroll(mail: bool, full_week: WeeklyData, open_page: Open, tmp_path: Path) -> None:
    for data in (full_week, russian(full_week)):
        page = open_page(data, mail=mail)
        for width in (DESKTOP, 768, PHONE, 320):
            page.set_viewport_size({"width": width, "height": 900})
            assert page.evaluate("document.documentElement.scrollWidth") <= width
            assert page.evaluate(OUTSIDE) == []
            shot = page.screenshot(path=tmp_path / f"{data.audience.language.value}-{width}.png", full_page=True)
            assert len(shot) > 20_000  # something was drawn


CONTRAST = """() => {
  const parse = (text) => (text.match(/[\\d.]+/g) || []).map(Number);
  const light = ([r, g, b]) => {
    const linear = (v) => (v <= 10 ? v / 255 / 12.92 : ((v / 255 + 0.055) / 1.055) ** 2.4);
    const [x, y, z] = [r, g, b].map(linear);
    return 0.2126 * x + 0.7152 * y + 0.0722 * z;
  };
  const back = (element) => {
    for (let e = element; e; e = e.parentElement) {
      const colour = parse(getComputedStyle(e).backgroundColor);
      if (colour.length < 4 || colour[3] > 0) return colour;
    }
    return [255, 255, 255];
  };
  const poor = [];
  for (const e of document.querySelectorAll("body *")) {
    const own = [...e.childNodes].some((n) => n.nodeType === 3 && n.textContent.trim());
    if (!own || !e.getClientRects().length || e.closest("script")) continue;
    const style = getComputedStyle(e);
    const ink = parse(e.closest("svg") ? style.fill : style.color);
    const [a, b] = [light(ink), light(back(e))].sort((one, other) => other - one);
    const ratio = (a + 0.05) / (b + 0.05);
    if (ratio < 4.5) poor.push([e.tagName, e.className.toString(), e.textContent.slice(0, 40), ratio]);
  }
  return poor;
}"""


@pytest.mark.parametrize("mail", [True, False], ids=["mail", "page"])
@pytest.mark.parametrize("scheme", ["light", "dark"])
def test_every_text_has_enough_contrast(scheme: str, mail: bool, full_week: WeeklyData, open_page: Open) -> None:
    page = open_page(full_week, scheme=scheme, mail=mail)
    assert page.evaluate(CONTRAST) == []
    ground = page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert (ground == "rgb(255, 255, 255)") == (scheme == "light")


def column(page: Page, number: int) -> list[str]:
    return page.locator(f"table.changes tbody tr:not([hidden]) td:nth-child({number})").all_inner_texts()


def head(page: Page, name: str) -> tuple[Any, int]:
    names = [text.strip() for text in page.locator("table.changes th").all_inner_texts()]
    return page.locator("table.changes th button").nth(names.index(name)), names.index(name) + 1


def test_columns_sort_by_what_they_mean_with_the_keyboard_too(full_week: WeeklyData, open_page: Open) -> None:
    page = open_page(full_week)
    button, place = head(page, "Price")
    before = column(page, place)
    button.focus()
    page.keyboard.press("Enter")
    amounts = [float(text.split()[0].replace(",", "")) for text in column(page, place)]
    assert amounts == sorted(amounts)
    assert page.locator("th[aria-sort=ascending]").inner_text().startswith("Price")
    button.click()
    falling = [float(text.split()[0].replace(",", "")) for text in column(page, place)]
    assert falling == sorted(amounts, reverse=True) != amounts
    assert page.locator("th[aria-sort=descending]").count() == 1
    assert sorted(before) == sorted(column(page, place))


def test_what_has_no_value_stands_last_whichever_way_it_is_sorted(full_week: WeeklyData, open_page: Open) -> None:
    page = open_page(full_week)
    button, place = head(page, "Change")
    for _ in range(2):
        button.click()
        moves = [bool(text.strip()) for text in column(page, place)]
        assert moves == sorted(moves, reverse=True)
        assert any(moves)


def test_rows_are_filtered_and_counted(full_week: WeeklyData, open_page: Open) -> None:
    page = open_page(full_week)
    _, listing = head(page, "Listing")
    everything = len(column(page, listing))
    assert page.locator("output").inner_text() == f"shown: {everything} of {everything}"
    page.get_by_label("Search").fill("стойка ELTEX")
    assert [text.split("\n")[0] for text in column(page, listing)] == ["Стойка"]
    page.get_by_label("restricted only").check()
    assert column(page, listing) == []
    assert page.locator("output").inner_text() == f"shown: 0 of {everything}"
    page.get_by_label("Search").fill("")
    page.locator("select[name=event]").select_option(label="disappeared")
    assert [text.split("\n")[0] for text in column(page, listing)] == ["Коммутатор пропавший"]


def test_on_a_phone_a_row_is_a_card_that_still_can_be_sorted(full_week: WeeklyData, open_page: Open) -> None:
    page = open_page(full_week, width=PHONE)
    _, place = head(page, "Price")
    page.locator("select[name=sort]").select_option(label="Price")
    amounts = [float(text.split()[0].replace(",", "")) for text in column(page, place)]
    assert amounts == sorted(amounts)
    labelled = page.evaluate("getComputedStyle(document.querySelector('td.price'), '::before').content")
    assert json.loads(labelled) == "Price"


def test_tables_and_charts_say_what_they_are(full_week: WeeklyData, open_page: Open) -> None:
    page = open_page(full_week)
    assert page.locator("table.changes th:not([scope=col])").count() == 0
    assert page.get_by_role("table", name="Every change").count() == 1
    chart = page.get_by_role("img", name="Cisco C9300L-48T-4G, RUB")
    assert chart.count() == 1
    assert chart.locator("path.stroke").count() == 2
    page.get_by_text("as a table").first.click()
    cells = page.locator("figure").first.locator("td").all_inner_texts()
    assert [text.replace("\N{NO-BREAK SPACE}", " ") for text in cells[:4]] == [
        "meridian",
        "2026-11-11",
        "2026-11-16",
        "130 RUB",
    ]
    page.keyboard.press("Home")
    assert page.evaluate("[...document.querySelectorAll('nav a')].every(a => document.querySelector(a.hash))")


@pytest.mark.parametrize("mail", [True, False], ids=["mail", "page"])
def test_hostile_titles_stay_text(
    mail: bool, listing: Make, change: Make, full_week: WeeklyData, open_page: Open
) -> None:
    changes = []
    for number, title in enumerate(HOSTILE):
        hostile = listing(
            key=str(number), title=title, brand=title, mpn=title[:300], site=title[:200], url="javascript:alert(1)"
        )
        changes += [change(Event.APPEARED, after=hostile, newly_available=True)]
        changes += [change(before=replace(hostile, price=Decimal(1)), after=hostile, change_pct=Decimal(9))]
    page = open_page(replace(full_week, changes=changes), mail=mail, width=PHONE)
    page.keyboard.press("Tab")
    assert page.title() != "owned"
    assert page.evaluate("document.documentElement.scrollWidth") <= PHONE
    assert page.locator("img, form[action], body script:not(:last-child), svg[onload]").count() == 0
    assert page.locator("a[href^=javascript]").count() == 0
    assert "<script>document.title" in page.locator("body").inner_text()


def test_without_a_script_the_page_says_all_the_same(full_week: WeeklyData, browser: Browser) -> None:
    context = browser.new_context(java_script_enabled=False)
    page = context.new_page()
    page.set_content(weekly_report(full_week).page)
    assert page.locator("table.changes tbody tr").count() == len(full_week.changes)
    context.close()


def test_an_empty_week_is_a_page_too(full_week: WeeklyData, open_page: Open) -> None:
    page = open_page(WeeklyData(since=full_week.since, until=full_week.until, coverage=full_week.coverage[:1]))
    assert "No changes at 1 site; every crawl was complete." in page.locator("body").inner_text()
    assert page.locator("h2").count() == 1
