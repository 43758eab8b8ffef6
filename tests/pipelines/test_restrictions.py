"""Restrictions: by whom, since when, for which market, and never by the name of somebody else's goods."""

from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from pipelines.normalise import Normaliser
from pipelines.rules import Rules, load_rules
from restock.listing import Listing, Normalised, RawListing
from restock.terms import RestrictionRule

Normalise = Callable[..., Normalised]


def rule_ids(listing: Listing) -> list[tuple[RestrictionRule, str]]:
    return [(reason.rule, reason.id) for reason in listing.restrictions]


def test_policy_and_list_with_their_sources(normalise: Normalise) -> None:
    listing = normalise("Коммутатор Cisco WS-C2960X-48TS-L").listing
    assert rule_ids(listing) == [(RestrictionRule.BRAND_POLICY, "cisco"), (RestrictionRule.CHPL, "8517.62")]
    assert listing.restrictions[0].since == "2022-03-03"
    assert listing.restrictions[1].tier == "2"
    assert all(reason.source and reason.reason for reason in listing.restrictions)
    assert (listing.restricted, listing.hs6, listing.hs6_basis) == (True, "8517.62", "category")


@pytest.mark.parametrize(
    ("title", "restricted", "undecided"),
    [
        ("Коммутатор Huawei S5735-L24T4S-A1", False, False),
        ("Коммутатор Eltex MES2324", False, False),
        ("Коммутатор TP-Link TL-SG3428", False, True),
        ("Сервер Lenovo ThinkSystem SR650 V2", False, True),
        ("Сервер Lenovo ThinkSystem SR650 V2, 2x Intel Xeon Gold 6338", True, False),
        ("Модуль SFP+, совместимый с Cisco SFP-10G-SR", False, False),
        ("Ремонт серверов HPE ProLiant", False, False),
        ("Мини-компьютер на базе Intel Celeron J6412", True, False),
        ("Жесткий диск Seagate Exos ST4000NM0035", False, False),
        ("Коммутатор 24 порта", False, True),
        ("Микроконтроллер LPC1768FBD100", True, False),
    ],
)
def test_restricted_or_undecided(normalise: Normalise, title: str, restricted: bool, undecided: bool) -> None:
    listing = normalise(title).listing
    assert (listing.restricted, listing.undecided) == (restricted, undecided)


@pytest.mark.parametrize(
    ("day", "rules_of_the_day"),
    [
        (date(2022, 3, 2), []),
        (date(2022, 3, 3), [RestrictionRule.BRAND_POLICY]),
        (date(2024, 2, 23), [RestrictionRule.BRAND_POLICY, RestrictionRule.CHPL]),
    ],
)
def test_the_rules_of_the_day(rules: Rules, day: date, rules_of_the_day: list[RestrictionRule]) -> None:
    listing = Normaliser(rules).normalise(RawListing(title="Коммутатор Cisco WS-C2960X-48TS-L"), on=day).listing
    assert [reason.rule for reason in listing.restrictions] == rules_of_the_day


@pytest.mark.parametrize(
    ("day", "latest"),
    [(date(2022, 6, 22), None), (date(2022, 6, 23), "latest step: exit, 2022-06-23"), (date(2026, 11, 1), "exit")],
)
def test_a_policy_says_since_when_and_where_it_stood_on_the_day(rules: Rules, day: date, latest: str | None) -> None:
    listing = Normaliser(rules).normalise(RawListing(title="Коммутатор Cisco WS-C2960X-48TS-L"), on=day).listing
    policy = listing.restrictions[0]
    assert policy.since == "2022-03-03"
    assert policy.reason.startswith("Cisco Systems: suspended operations in Russia, 2022-03-03")
    assert ("latest step" in policy.reason) is (latest is not None)
    assert (latest or "") in policy.reason
    assert policy.source.count("https://") == 1, "both steps have one source"
    other = Normaliser(rules).normalise(RawListing(title="Видеокарта NVIDIA RTX A4000"), on=date(2026, 11, 1)).listing
    assert [one[:12] for one in other.restrictions[0].source.split("; ")] == ["Babel: https", "Seeking Alph"]


def test_the_day_of_an_edition_is_not_the_day_on_which_goods_came_onto_the_list(rules: Rules, on: date) -> None:
    listing = Normaliser(rules).normalise(RawListing(title="Коммутатор Cisco WS-C2960X-48TS-L"), on=on).listing
    listed = listing.restrictions[1]
    assert (listed.since, listed.edition) == (None, "2024-02-23")
    assert "(edition of 2024-02-23)" in listed.reason
    assert listed.to_json()["edition"] == "2024-02-23"


def test_a_month_holds_from_its_end(rules: Rules) -> None:
    assert rules.restrictions.policy("HPE", date(2022, 2, 27)) is None
    found = rules.restrictions.policy("HPE", date(2022, 2, 28))
    assert found is not None
    assert found.since == "2022-02"


def test_other_markets_are_not_judged_by_these_policies(rules: Rules, on: date) -> None:
    listing = (
        Normaliser(rules, market="KZ").normalise(RawListing(title="Коммутатор Cisco WS-C2960X-48TS-L"), on=on).listing
    )
    assert (listing.restricted, listing.restrictions) == (False, ())


def test_a_find_in_a_weapon_is_a_reason_and_restricts_nothing(normalise: Normalise) -> None:
    listing = normalise("Передатчик Ingenic X1000E", mpn="X1000E", brand="Ingenic Semiconductor").listing
    assert listing.restricted is False
    found = normalise("STM32F107VCT6 STMicroelectronics").listing
    assert (RestrictionRule.BATTLEFIELD, "STM32F107VCT6") in rule_ids(found)


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("LEM LTS-15A", "LTS-15A"),
        ("Датчик тока LEM International SA LTS-15A", "LTS-15A"),
        ("Holt Integrated Circuits HI-8591", "HI-8591"),
        ("Реле Songle SRD-05VDC-SL-C", "SRD-05VDC-SL-C"),
        ("Кварц Морион TK-27-2", "TK-27-2"),
        ("FM28V020 Ramtron", "FM28V020"),
    ],
)
def test_finds_are_known_by_any_name_of_their_maker(normalise: Normalise, title: str, number: str) -> None:
    assert (RestrictionRule.BATTLEFIELD, number) in rule_ids(normalise(title).listing)


def test_a_watch_list_of_the_users(user_data: Callable[[str, str], Path], on: date) -> None:
    text = (
        "brand,mpn,title,reason,source,since,until\nHuawei,,,Contract,List 1,2026-01-01,\n,,тепловизор,House rule,,,\n"
    )
    normaliser = Normaliser(load_rules(user_data("watchlist.csv", text)))
    listing = normaliser.normalise(RawListing(title="Коммутатор Huawei S5735-L24T4S-A1"), on=on).listing
    assert (listing.restricted, rule_ids(listing)) == (True, [(RestrictionRule.WATCHLIST, "Huawei")])
    earlier = normaliser.normalise(RawListing(title="Коммутатор Huawei S5735-L24T4S-A1"), on=date(2025, 12, 31)).listing
    assert earlier.restricted is False
    assert normaliser.normalise(RawListing(title="Тепловизор Fluke"), on=on).listing.restricted


def test_a_policy_may_end(user_data: Callable[[str, str], Path]) -> None:
    text = "brand,event,date,until,source\nCisco,suspended operations,2022-03-03,2022-05-31,x\n"
    book = load_rules(user_data("brand_policies.csv", text)).restrictions
    assert book.policy("Cisco", date(2022, 5, 31)) is not None
    assert book.policy("Cisco", date(2022, 6, 1)) is None
    assert book.policy("Cisco", date(2022, 6, 23)) is not None


def test_contested_announcements_do_not_restrict(rules: Rules, on: date) -> None:
    assert rules.restrictions.policy("Lenovo", on) is None
