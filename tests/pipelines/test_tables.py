"""Data files: the user's rows win, and a bad one is named by file and line."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.checks import COLUMNS, Known, checked
from pipelines.normalise import Normaliser
from pipelines.rules import TABLES, load_rules
from pipelines.tables import BUILT_IN, Table, first_day, last_day
from restock.errors import SettingsError
from restock.listing import RawListing

TABLES_BY_NAME = {table.name: table for table in TABLES}
UserData = Callable[[str, str], Path]


def test_a_row_of_the_user_adds_and_overrides(user_data: UserData, on: date) -> None:
    home = user_data("brand_aliases.csv", "brand,alias\nHuawei,Циско\nCisco,Кошка\n")
    normaliser = Normaliser(load_rules(home))
    brands = [
        normaliser.normalise(RawListing(title=f"Свитч {name}"), on=on).listing.brand for name in ("Циско", "Кошка")
    ]
    assert brands == ["Huawei", "Cisco"]


def test_a_row_can_be_taken_away(user_data: UserData, on: date) -> None:
    home = user_data("brand_policies.csv", "brand,event,date,source,off\nCisco,suspended operations,2022-03-03,x,yes\n")
    policy = load_rules(home).restrictions.policy("Cisco", on)
    assert policy is not None
    assert policy.since == "2022-06-23"


def test_the_revision_follows_the_users_data(user_data: UserData) -> None:
    plain = load_rules().revision
    assert load_rules(user_data("watchlist.csv", "brand,mpn,title\nHuawei,,\n")).revision != plain
    assert load_rules().revision == plain


@pytest.mark.parametrize(
    ("name", "text", "place"),
    [
        ("brand_aliases.csv", "brand,alias\nCisco,\n", "brand_aliases.csv:2: alias is empty"),
        ("brand_aliases.csv", "brand,alias\nNobodyKnows,Имя\n", "brand_aliases.csv:2: brand"),
        ("brand_aliases.csv", "brand,alias\n\nCisco,Кошка,1,2,3,4,5,6\n", "brand_aliases.csv:3: more values"),
        ("brand_aliases.csv", "brand\nCisco\n", "brand_aliases.csv:1: column missing: alias"),
        ("brand_aliases.csv", "brand,alias,colour\nCisco,x,red\n", "brand_aliases.csv:1: unknown column: colour"),
        ("part_number_patterns.csv", "brand,form,regex\nCisco,x,[A-\n", "part_number_patterns.csv:2: regex"),
        (
            "part_number_patterns.csv",
            "brand,form,regex,examples\nCisco,x,A1,B2\n",
            "part_number_patterns.csv:2: examples",
        ),
        ("brand_policies.csv", "brand,event,date,source\nCisco,exit,2022-13-01,s\n", "brand_policies.csv:2: date"),
        ("condition_wordings.csv", "wording,condition\nкрутой,Cool\n", "condition_wordings.csv:2: condition"),
        ("brand_countries.csv", "brand,country,coalition\nX,US,maybe\n", "brand_countries.csv:2: coalition"),
        ("relation_wordings.csv", "wording,role\nсовм* с,compatible\n", "relation_wordings.csv:2: wording"),
        ("watchlist.csv", "brand,mpn,title,reason\n,,,x\n", "watchlist.csv:2: "),
        ("watchlist.csv", "brand,mpn,title\nHuawai,,\n", "watchlist.csv:2: brand: 'Huawai' is not in brand_countries"),
        (
            "watchlist.csv",
            "brand,mpn,title\n3Com,,\n",
            "watchlist.csv:2: brand: listings that say '3Com' are read as HPE",
        ),
        ("watchlist.csv", "brand,mpn,title\nHuawei,Лампа,\n", "watchlist.csv:2: mpn"),
        (
            "watchlist.csv",
            "brand,mpn,title,since,until\nHP,,,2024,2023-05\n",
            "watchlist.csv:2: until: 2023-05 is before",
        ),
        ("watchlist.csv", "brand,mpn,title,reason\nHP,,,a\nhp,,,b\n", "watchlist.csv:3: HP: another row speaks of it"),
        ("watchlist.csv", 'brand,mpn,title\nHP,,\n"Cisco,,\nDell,,\n', "watchlist.csv:3: a quote is not closed"),
        ("watchlist.csv", 'brand,"mpn,title\nHP,,\n', "watchlist.csv:1: a quote is not closed"),
        ("watchlist.csv", "brand,mpn,title\nHP,,\nDell\0,,\n", "watchlist.csv:3: a NUL character"),
        ("watch_list.csv", "brand,mpn,title\nHP,,\n", "watch_list.csv:1: there is no data file of this name (did you"),
        ("brand_aliases.csv", "brand,alias\nHP,Кошка\nCisco,КОШКА\n", "brand_aliases.csv:3: КОШКА: another row"),
        ("brand_aliases.csv", "brand,alias,category\nHP,Кошка,cats\n", "brand_aliases.csv:2: category"),
        ("brand_policies.csv", "brand,event,date,source\nNobody,exit,2022,s\n", "brand_policies.csv:2: brand"),
        (
            "brand_policies.csv",
            "brand,event,date,source\nHP,stopped,2022,s\n",
            "brand_policies.csv:2: event: 'stopped' d",
        ),
        (
            "brand_policies.csv",
            "brand,event,date,date_precision,source\nHP,exit,2022,about,s\n",
            "brand_policies.csv:2: date_precision",
        ),
        (
            "brand_policies.csv",
            "brand,event,date,until,source\nHP,exit,2022-03-03,2022-03-02,s\n",
            "brand_policies.csv:2: until",
        ),
        (
            "brand_policies.csv",
            "brand,event,date,date_precision,source\nHP,exit,2022-02,day,s\n",
            "brand_policies.csv:2: date: 2022-02 names no day",
        ),
        (
            "brand_policies.csv",
            'brand,event,date,date_precision,source\nHP,exit,2022,"month, report date",s\n',
            "brand_policies.csv:2: date: 2022 names no month",
        ),
        (
            "part_number_patterns.csv",
            "brand,form,regex\nHP,x,(A+)+(?=B)B\n",
            "part_number_patterns.csv:2: regex: '(A+)+(?=B)B' looks around or back",
        ),
        ("specification_forms.csv", "form,regex\nx,(A+)\\1B\n", "specification_forms.csv:2: regex"),
        ("brand_splits.csv", "brand,becomes,category\nHP,Nobody,server\n", "brand_splits.csv:2: becomes"),
        (
            "brand_splits.csv",
            "brand,becomes,category\nHP,HPE,servers\n",
            "brand_splits.csv:2: category: 'servers' is n",
        ),
        ("brand_countries.csv", "brand,country\nX9,Germany\n", "brand_countries.csv:2: country"),
        ("brand_countries.csv", "brand,country\nX9,QQ\n", "brand_countries.csv:2: country"),
        (
            "brand_countries.csv",
            "brand,country\nХуавей,CN\n",
            "brand_countries.csv:2: brand: 'Хуавей' is another name of H",
        ),
        ("categories.csv", "category,hs6,kind\nswitch,851762,device\n", "categories.csv:2: hs6"),
        (
            "category_refinements.csv",
            "category,wording,becomes\ncats,x,server\n",
            "category_refinements.csv:2: category",
        ),
        ("category_wordings.csv", "wording,category\n*,server\n", "category_wordings.csv:2: wording: a star alone"),
        ("category_wordings.csv", "wording,category\nкошка,cats\n", "category_wordings.csv:2: category"),
        ("chpl.csv", "hs_code,tier,source\n8517,1,s\n", "chpl.csv:2: hs_code"),
        ("chpl.csv", "hs_code,tier,source\n8517.62,3.C,s\n", "chpl.csv:2: tier"),
        ("currencies.csv", "mark,currency\nруб,rub\n", "currencies.csv:2: currency"),
        ("currencies.csv", "mark,currency\nруб,QQQ\n", "currencies.csv:2: currency"),
        ("known_part_numbers.csv", "brand,part_number\nNobody,A1-22\n", "known_part_numbers.csv:2: brand"),
        ("known_part_numbers.csv", "brand,part_number\nHP,Лампа\n", "known_part_numbers.csv:2: part_number"),
        ("part_number_patterns.csv", "brand,form,regex\nNobody,x,A1\n", "part_number_patterns.csv:2: brand"),
        ("part_number_patterns.csv", "brand,form,regex\nHP,x,ws-\\d+\n", "part_number_patterns.csv:2: regex: 'ws-"),
        ("part_number_patterns.csv", "brand,form,regex,sure\nHP,x,.*,yes\n", "part_number_patterns.csv:2: regex: '.*"),
        ("part_number_patterns.csv", "brand,form,regex\nHP,x,(A1)?\n", "part_number_patterns.csv:2: regex"),
        ("part_number_patterns.csv", "brand,form,regex\nHP,x,[\\w-]+\n", "part_number_patterns.csv:2: regex"),
        ("specification_forms.csv", "form,regex\nx,.+\n", "specification_forms.csv:2: regex"),
        ("strict_numbers.csv", "brand\nNobody\n", "strict_numbers.csv:2: brand"),
        ("rule_precision.csv", "field,rule,precision\nbrand,name,1.5\n", "rule_precision.csv:2: precision"),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(user_data: UserData, name: str, text: str, place: str) -> None:
    with pytest.raises(SettingsError, match=re.escape(place)):
        load_rules(user_data(name, text))


@pytest.mark.parametrize("name", ["huawei", "Хуавей", "HUAWEI", "Huawei"])
def test_a_maker_may_be_written_in_any_known_way(user_data: UserData, on: date, name: str) -> None:
    user_data("brand_policies.csv", f"brand,event,date,source\n{name},exit,2023-01,Our own\n")
    user_data("part_number_patterns.csv", f"brand,form,regex,sure\n{name},house,KOSHKA-[0-9]+,yes\n")
    home = user_data("watchlist.csv", f"brand,mpn,title,reason\n{name},S5735 L48T4X A1,,Watched\n")
    rules = load_rules(home)
    policy = rules.restrictions.policy("Huawei", on)
    assert policy is not None
    assert policy.since == "2023-01"
    assert rules.grammar.owners("KOSHKA-12").maker == "Huawei"
    watched = [
        bool(rules.restrictions.watchlist("Huawei", mpn, "", on))
        for mpn in ("S5735-L48T4X-A1", "S5735L48T4XA1", "S5735-L48T4X-A2", None)
    ]
    assert watched == [True, True, False, False]


def test_a_row_for_a_known_maker_keeps_its_spelling(user_data: UserData) -> None:
    user_data("categories.csv", "category,hs6,kind\nSwitch,8517.62,device\n")
    rules = load_rules(user_data("brand_countries.csv", "brand,country,coalition\nhuawei,CN,no\nKoshka,RU,no\n"))
    assert rules.restrictions.makers["Huawei"].country == "CN"
    assert "Koshka" in rules.restrictions.makers
    assert "huawei" not in rules.restrictions.makers
    assert rules.kinds["switch"].hs6 == "8517.62"


@pytest.mark.parametrize("table", TABLES, ids=lambda table: table.name)
def test_the_built_in_rows_pass_the_checks_of_the_users_own(table: Table) -> None:
    known, rows = Known(None), table.built_in()
    assert [row.where for row in rows if checked(table, row, known) != row] == []
    keys = [tuple(row[column].casefold() for column in table.key) for row in rows]
    assert len(set(keys)) == len(keys)


def test_every_check_is_of_a_column_that_a_file_has() -> None:
    columns = {table.name: set(table.columns) for table in TABLES}
    assert [name for name, checks in COLUMNS.items() if not set(checks) <= columns[name]] == []


def test_an_expression_that_tries_everything_ends(user_data: UserData, on: date) -> None:
    home = user_data("part_number_patterns.csv", "brand,form,regex,sure\nEltex,x,X1(A+)+B,yes\n")
    normaliser = Normaliser(load_rules(home))
    numbers = [normaliser.normalise(RawListing(title=f"Плата X1{'A' * 35}{end}"), on=on).listing.brand for end in "BC"]
    assert numbers == ["Eltex", None]


def test_a_built_in_expression_may_be_overridden_as_it_stands(user_data: UserData) -> None:
    row = next(row for row in TABLES_BY_NAME["part_number_patterns.csv"].built_in() if "(?!" in row["regex"])
    text = io.StringIO()
    writer = csv.DictWriter(text, ["brand", "form", "regex", "sure"], extrasaction="ignore")
    writer.writeheader()
    writer.writerow({**row.values, "sure": "no"})
    assert load_rules(user_data("part_number_patterns.csv", text.getvalue()))


def test_other_files_of_the_folder_are_left_alone(user_data: UserData) -> None:
    user_data("notes.txt", "call Anna\n")
    assert load_rules(user_data("watchlist.csv.bak", "what,ever\n")).restrictions.makers


def test_a_file_of_another_encoding_is_refused(user_data: UserData) -> None:
    home = user_data("watchlist.csv", "")
    (home / "data" / "watchlist.csv").write_bytes("brand,mpn,title\nЦиско,,\n".encode("cp1251"))
    with pytest.raises(SettingsError, match=r"watchlist\.csv:1"):
        load_rules(home)


def test_every_data_file_is_a_table_and_documented() -> None:
    names = {path.name for path in BUILT_IN.glob("*.csv")}
    assert names == {table.name for table in TABLES}
    words = (BUILT_IN / "README.md").read_text(encoding="utf-8")
    assert [name for name in sorted(names) if name not in words and not name.endswith("_wordings.csv")] == []


def test_a_date_of_any_precision_has_a_first_and_a_last_day() -> None:
    assert (first_day("2022"), last_day("2022")) == (date(2022, 1, 1), date(2022, 12, 31))
    assert (first_day("2022-12"), last_day("2022-12")) == (date(2022, 12, 1), date(2022, 12, 31))
    assert (first_day("2024-02-23"), last_day("2024-02-23")) == (date(2024, 2, 23), date(2024, 2, 23))
    with pytest.raises(ValueError, match="22"):
        last_day("22")
