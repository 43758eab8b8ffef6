"""Category and its indicative HS code; each code of the list has titles that it covers and titles that it must not."""

import csv
from collections.abc import Callable
from pathlib import Path

import pytest

from pipelines.rules import Rules
from pipelines.tables import BUILT_IN
from restock.listing import Normalised

Normalise = Callable[..., Normalised]


@pytest.mark.parametrize(
    ("title", "category"),
    [
        ("Блок питания PWR-C1-715WAC= для коммутаторов Cisco Catalyst 3850", "psu"),
        ("Meraki MS225-24P-HW Cloud Managed 24x GigE 370W PoE Switch", "switch"),
        ("Arista DCS-7060CX-32S-F 32x100GbE", "switch"),
        ("Ubiquiti UAP-AC-PRO", "access_point"),
        ("Межсетевой экран нового поколения Palo Alto PA-440", "firewall"),
        ("Модуль MikroTik S+85DLC03D", "transceiver"),
        ("Модуль памяти 16GB", "memory_module"),
        ("Контроллер LSI MegaRAID SAS 9361-8i", "raid_controller"),
        ("Лицензия Cisco на коммутатор", "license"),
        ("Нечто", None),
    ],
)
def test_category(normalise: Normalise, title: str, category: str | None) -> None:
    assert normalise(title).listing.category == category


def test_the_sites_category_speaks_last(normalise: Normalise) -> None:
    assert normalise("Cisco XYZ", category="Каталог / Маршрутизаторы").listing.category == "router"


def test_every_code_covers_what_it_should(normalise: Normalise, labelled: Path) -> None:
    with (labelled / "hs6.csv").open(encoding="utf-8") as file:
        rows = list(csv.DictReader(file))
    wrong = []
    for row in rows:
        if row["covers"] != "uncovered":
            found = normalise(row["title"]).listing.hs6
            if (found == row["code"]) != (row["covers"] == "yes"):
                wrong.append((row["code"], row["title"], found))
    assert wrong == []
    told = {row["code"]: {other["covers"] for other in rows if other["code"] == row["code"]} for row in rows}
    with (BUILT_IN / "chpl.csv").open(encoding="utf-8") as file:
        codes = {row["hs_code"] for row in csv.DictReader(file)}
    assert set(told) == codes
    assert all(kinds in ({"yes", "no"}, {"uncovered"}) for kinds in told.values())


def test_uncovered_codes_have_no_kind(rules: Rules, labelled: Path) -> None:
    with (labelled / "hs6.csv").open(encoding="utf-8") as file:
        uncovered = {row["code"] for row in csv.DictReader(file) if row["covers"] == "uncovered"}
    assert uncovered.isdisjoint({kind.hs6 for kind in rules.kinds.values()})
