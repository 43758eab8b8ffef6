"""Phrases: the same in both languages, none that is missing, none that nothing says; sentences in Russian."""

import ast
import csv
import re
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from string import Formatter
from typing import Any

import pytest
from babel import Locale
from lxml import html as lxml_html

from catalog.guard import LAYERS, Case, Lost
from reports.data import Audience, WeeklyData
from reports.speech import phrases, sayings, speech
from reports.weekly import Report, weekly_report
from restock.listing import LISTING_FIELDS
from restock.review import Verdict
from restock.run import CrawlOutcome
from restock.terms import Availability, Condition, Event, Relation, RestrictionRule, RunStatus, Vat
from restock.watching import Every, Language

ROOT = Path(__file__).parents[2]
ENGLISH, RUSSIAN = Language.ENGLISH, Language.RUSSIAN


def places(phrase: Any) -> set[str]:
    texts = [phrase] if isinstance(phrase, str) else phrase.values()
    return {name for text in texts for _, name, _, _ in Formatter().parse(text) if name}


def test_both_languages_say_the_same_with_the_same_places() -> None:
    one, other = phrases(ENGLISH), phrases(RUSSIAN)
    common = {name for name in other if not name.startswith("part.")}
    assert {name for name in one if not name.startswith("part.")} == common
    assert [name for name in sorted(common) if places(one[name]) != places(other[name])] == []


@pytest.mark.parametrize("language", Language)
def test_every_plural_has_all_forms_of_its_language(language: Language) -> None:
    forms = {*Locale.parse(language.value).plural_form.tags, "other"}
    plurals = {name: set(phrase) for name, phrase in phrases(language).items() if not isinstance(phrase, str)}
    assert {name: found for name, found in plurals.items() if found != forms} == {}


def said() -> Iterator[str]:
    """The names of phrases in code and templates; what is put together there ends with `*`."""
    for file in sorted((ROOT / "reports").glob("*.py")):
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield node.value
            elif isinstance(node, ast.JoinedStr):
                head, tail = node.values[0], node.values[-1]
                starts = head.value if isinstance(head, ast.Constant) else ""
                yield f"{starts}*{tail.value if isinstance(tail, ast.Constant) and len(node.values) > 2 else ''}"
    for template in (ROOT / "reports/templates" / name for name in ("weekly.html", "weekly.txt", "page.html")):
        yield from re.findall(r"""words\.say\(["']([\w.]+)["'][,)]""", template.read_text(encoding="utf-8"))
        yield from (f"{start}*" for start in re.findall(r'words\.say\("([\w.]+)" ~', template.read_text("utf-8")))


def test_nothing_is_said_that_no_phrase_knows_and_no_phrase_is_never_said() -> None:
    known, used = set(phrases(ENGLISH)), set(said())
    exact = {name for name in used if "*" not in name}
    composed = [
        re.compile(re.escape(name).replace(r"\*", r"[\w.-]+")) for name in used if re.match(r"[a-z.]+\.\*", name)
    ]
    roots = {name.partition(".")[0] for name in known if "." in name}
    exact -= {"page.css", "page.js", "page.html"}
    asked = {name for name in exact if re.fullmatch(r"[a-z_]+(\.[\w-]+)+", name) and name.partition(".")[0] in roots}
    assert asked - known == set()
    unsaid = {name for name in known - exact if not any(one.fullmatch(name) for one in composed)}
    # `term` asks for words by the kind of a value and the value.
    assert {
        name for name in unsaid if name.partition(".")[0] not in {"part", "price_type", "quantity_bound", "relation"}
    } == set()


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("availability", [term.value for term in Availability]),
        ("condition", [term.value for term in Condition]),
        ("vat", [term.value for term in Vat]),
        ("relation", [term.value for term in Relation]),
        ("rule", [term.value for term in RestrictionRule]),
        ("brief", [term.value for term in RestrictionRule]),
        ("reason", [term.value for term in RestrictionRule]),
        ("what", [term.value for term in Event]),
        ("summary", [term.value for term in Event]),
        ("status", [term.value for term in RunStatus]),
        ("mark", [term.value for term in Verdict]),
        ("subject", [term.value for term in Every]),
        ("field", [name for name in LISTING_FIELDS if name not in {"site", "key", "observed_at", "run", "evidence"}]),
    ],
)
def test_every_term_has_its_word(kind: str, names: list[str]) -> None:
    assert [name for name in names if f"{kind}.{name}" not in phrases(RUSSIAN)] == []


LATIN = re.compile(r"[A-Za-z]{3,}")


def broken() -> list[Case]:
    """Cases of which each trips layers of the guard."""
    failed = CrawlOutcome(
        reason="3 planned pages were not fetched",
        failed_lists={"l": "timeout"},
        failed_products=dict.fromkeys("abcdef", "500"),
        walls={"w": "captcha"},
        dead_lists=["dead"],
        lists={"empty": 0, "short": 1},
        totals={"short": 90},
    )
    lost = {("brand", "Cisco"): Lost(40, 39)}
    values = {"price": Lost(100, 99), "brand": Lost(100, 99)}
    before = {"dead": 5, "empty": 50}
    known = Lost(100, 90)
    shrunk = Case(
        outcome=failed,
        listings=9,
        known=known,
        groups=lost,
        values=values,
        jumped=Lost(90, 80),
        recent=(100,),
        lists_before=before,
    )
    bound = Case(outcome=CrawlOutcome(bound="100 pages"), listings=1, known=known)
    return [shrunk, bound, Case(outcome=CrawlOutcome(finished=True), listings=0, known=known)]


def test_what_the_guard_says_is_said_in_russian() -> None:
    trips = {trip.layer: trip for case in broken() for layer in LAYERS if (trip := layer(case)) is not None}
    assert len(trips) == len(LAYERS)
    for trip in trips.values():
        told = speech(RUSSIAN).sentence(trip.message)
        assert not LATIN.search(told.replace("Cisco", "").replace("pages", "")), told
        assert not told.startswith("«"), told


def rows(name: str) -> list[dict[str, str]]:
    with (ROOT / "pipelines/data" / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def test_every_reason_of_the_data_files_is_said_in_russian() -> None:
    known, stopped = phrases(RUSSIAN), ("suspended", "ceased", "exit")
    events = {row["event"] for row in rows("brand_policies.csv") if row["event"].startswith(stopped)}
    goods = {row["short_description"] for row in rows("chpl.csv")}
    assert {event for event in events if f"part.event.{event}" not in known} == set()
    assert {words for words in goods if f"part.goods.{words}" not in known} == set()


def test_a_sentence_that_no_saying_knows_stands_as_it_is() -> None:
    assert speech(RUSSIAN).sentence("Bought for a {parade} of =1+1") == "«Bought for a {parade} of =1+1»"
    assert speech(ENGLISH).sentence("Bought for a {parade}") == "Bought for a {parade}"


def test_a_saying_fills_exactly_the_parts_of_its_pattern() -> None:
    for saying in sayings():
        for template in saying.said.values():
            assert places(template) <= set(saying.pattern.groupindex), saying.pattern.pattern


@pytest.mark.parametrize(
    ("language", "amount", "told"),
    [
        (ENGLISH, "1234567.00", "1,234,567 RUB"),
        (ENGLISH, "1304.19", "1,304.19 RUB"),
        (ENGLISH, "0.0042", "0.0042 RUB"),
        (RUSSIAN, "1234567.50", "1 234 567,50 RUB"),
    ],
)
def test_money(language: Language, amount: str, told: str) -> None:
    assert speech(language).amount(Decimal(amount), "RUB").replace("\N{NO-BREAK SPACE}", " ") == told


@pytest.mark.parametrize(("number", "told"), [(1, "1 сайт"), (3, "3 сайта"), (11, "11 сайтов"), (21, "21 сайт")])
def test_russian_plurals(number: int, told: str) -> None:
    assert speech(RUSSIAN).count("summary.short", number).endswith(told)


def report(full_week: WeeklyData, language: Language) -> Report:
    values = {name: getattr(full_week, name) for name in WeeklyData.__dataclass_fields__}
    return weekly_report(WeeklyData(**(values | {"audience": Audience(language=language)})))


DATA = re.compile(
    r"https?://\S+|urn:uuid:\S+|\S+\.warc\.gz|[0-9a-f]{64}|Cisco Systems|[Cc]isco|Eltex|[A-Z]+[0-9][\w-]*|FOLLOW-1|"
    r"OOO\s+Meridian|meridian:\w+|vostok:\w+|A-17|"
    r"meridian|vostok|idle|The Register|restock|ADDRESS|explain|anna|RUB|USD|UTC|SHA-256|CHPL|CSV|XLSX|JSON|"
    r"Common\s+High\s+Priority\s+List"
)


def visible(html: str) -> str:
    tree = lxml_html.fromstring(html)
    for hidden in tree.xpath("//script | //style"):
        hidden.drop_tree()
    return str(tree.text_content())


def test_a_russian_report_is_russian_throughout(full_week: WeeklyData) -> None:
    found = report(full_week, RUSSIAN)
    for text in (found.subject, found.summary, found.text, visible(found.html), visible(found.page)):
        assert LATIN.findall(DATA.sub("", text)) == []


def test_an_english_report_holds_no_russian_but_that_of_the_shops(full_week: WeeklyData) -> None:
    found = report(full_week, ENGLISH)
    shops = re.compile(r"Коммутатор \w+|Коммутатор|Стойка|Модуль|Старое|Гость|Меридиан|смотрим")
    for text in (found.subject, found.summary, found.text, visible(found.html), visible(found.page)):
        assert re.findall(r"[А-Яа-я]+", shops.sub("", text)) == []
