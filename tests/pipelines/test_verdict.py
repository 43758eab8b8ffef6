"""The verdict in words, for goods that are restricted and for goods that are not; and goods of nobody named."""

from collections.abc import Callable
from datetime import date

import pytest

from pipelines.normalise import Normaliser
from pipelines.rules import Rules
from restock.listing import Finding, Normalised, RawListing
from restock.terms import Relation, RestrictionRule

Normalise = Callable[..., Normalised]
CONTESTED = (
    "undecided: no policy on file for TP-Link; HS 8517.62 is on the list, but the maker's home country is contested"
)


def verdict(found: Normalised) -> Finding:
    return next(finding for finding in found.findings if finding.field == "restricted")


@pytest.mark.parametrize(
    ("title", "words"),
    [
        ("Коммутатор Cisco WS-C2960X-48TS-L", "restricted by brand_policy cisco, chpl 8517.62"),
        ("Жесткий диск Seagate Exos ST4000NM0035", "no policy on file for Seagate; HS 8471.70 is not on the list"),
        (
            "Коммутатор Huawei S5735-L24T4S-A1",
            "no policy on file for Huawei; maker's home country CN is not in the export-control coalition",
        ),
        ("Коммутатор TP-Link TL-SG3428", CONTESTED),
        ("Коммутатор 24 порта", "undecided: no maker is named; HS 8517.62 is on the list"),
        ("Нечто", "no maker is named"),
        ("Ремонт Cisco", "somebody's work, no goods of the named maker"),
        ("Продукция Cisco", "undecided: Cisco stopped its sales, but nothing shows what these goods are"),
        (
            "Модуль Cisco SFP-10G-SR-S (совместимость: Cisco, HPE)",
            "undecided: Cisco is named for the goods and for what they are compatible with",
        ),
    ],
)
def test_every_listing_says_why(normalise: Normalise, title: str, words: str) -> None:
    found = normalise(title)
    assert (verdict(found).value, verdict(found).rule, verdict(found).source) == (found.listing.restricted, words, None)
    assert found.listing.undecided == words.startswith("undecided")


def test_another_market_is_said(rules: Rules, on: date) -> None:
    found = Normaliser(rules, market="KZ").normalise(RawListing(title="Cisco ISR4331/K9"), on=on)
    assert verdict(found).rule == "the policies and the list speak of RU, the site serves KZ"


def test_a_bought_name_is_said_with_its_owner(normalise: Normalise) -> None:
    for title, line in (
        ("ПЛИС Xilinx XC7A35T-1CSG324I", "Xilinx, part of AMD"),
        ("Коммутатор Aruba JL259A", "Aruba, part of HPE"),
    ):
        found = normalise(title)
        assert verdict(found).text == line
        assert all(reason.reason.startswith(line) for reason in found.listing.restrictions)


def test_reasons_say_whence_and_since_when(normalise: Normalise) -> None:
    reasons = {reason.rule: reason for reason in normalise("ИБП APC SMT1500I").listing.restrictions}
    listed = reasons[RestrictionRule.CHPL]
    assert (listed.since, listed.edition) == (None, "2024-02-23")
    assert "https://www.bis.gov/node/6280" in listed.source
    assert "the maker's home country FR is in the export-control coalition" in listed.reason
    assert "https://nationalpost.com/" in reasons[RestrictionRule.BRAND_POLICY].source
    found = normalise("STM32F107VCT6 STMicroelectronics").listing.restrictions
    assert "marking/assembly identifier: " in found[-1].reason


@pytest.mark.parametrize(
    ("title", "relation"),
    [
        ("Новая чёрная футболка Cisco", Relation.ACCESSORY_FOR),
        ("HPE P19720-B21, только коробка", Relation.ACCESSORY_FOR),
        ("Панелька для STM32F107VCT6", Relation.ACCESSORY_FOR),
        ("Cisco SFP-10G-SR China copy", Relation.COMPATIBLE_WITH),
        ("Срочно куплю Cisco WS-C2960X-48TS-L", Relation.SERVICE_FOR),
    ],
)
def test_goods_of_nobody_named(normalise: Normalise, title: str, relation: Relation) -> None:
    listing = normalise(title, brand="Cisco", mpn="WS-C2960X-48TS-L", sku="WS-C2960X-48TS-L").listing
    assert (listing.relation, listing.brand, listing.mpn) == (relation, None, None)
    assert (listing.restricted, listing.undecided, listing.restrictions) == (False, False, ())


@pytest.mark.parametrize(
    ("title", "sku", "mpn"),
    [
        ("Межсетевой экран FortiGate 60F", "FG-60F", "FG-60F"),
        ("Процессор Intel Xeon Platinum 8380", "cd8068904572501", "CD8068904572501"),
        ("Сервер Dell PowerEdge R740", "WS-C2960X-24TS-L", None),
        ("Коммутатор Cisco Catalyst 2960X", "100500", None),
        ("Коммутатор Cisco Catalyst 2960X", "SFP-10G-SR", None),
        ("Коммутатор Cisco C9300-48T-A", "C9300-24T-A", "C9300-48T-A"),
    ],
)
def test_the_shops_article_only_where_it_is_surely_the_makers(
    normalise: Normalise, title: str, sku: str, mpn: str | None
) -> None:
    assert normalise(title, sku=sku).listing.mpn == mpn
