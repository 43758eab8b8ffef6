"""Data files: the user's rows win, and a bad one is named by file and line."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.normalise import Normaliser
from pipelines.rules import TABLES, load_rules
from pipelines.tables import BUILT_IN, first_day, last_day
from restock.errors import SettingsError
from restock.listing import RawListing

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
        ("brand_policies.csv", "brand,event,date,source\nX,exit,2022-13-01,s\n", "brand_policies.csv:2: date"),
        ("condition_wordings.csv", "wording,condition\nкрутой,Cool\n", "condition_wordings.csv:2: condition"),
        ("brand_countries.csv", "brand,country,coalition\nX,US,maybe\n", "brand_countries.csv:2: coalition"),
        ("relation_wordings.csv", "wording,role\nсовм* с,compatible\n", "relation_wordings.csv:2: wording"),
        ("watchlist.csv", "brand,mpn,title,reason\n,,,x\n", "watchlist.csv:2: "),
    ],
)
def test_a_bad_row_is_named_by_file_and_line(user_data: UserData, name: str, text: str, place: str) -> None:
    with pytest.raises(SettingsError, match=place.replace(".", r"\.")):
        load_rules(user_data(name, text))


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
