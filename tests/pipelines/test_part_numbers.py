"""Part numbers: tokens that are one, broken ones mended, and whose they are."""

from collections.abc import Callable
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.normalise import Normaliser
from pipelines.part_numbers import claimed_number
from pipelines.rules import Rules
from pipelines.text import clean, skeleton
from pipelines.titles import read_title
from restock.listing import Normalised, RawListing


def numbers(rules: Rules, title: str) -> list[str]:
    text = clean(title)
    return [candidate.number for candidate in rules.grammar.candidates(text, skeleton(text))]


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("CISCO ASA5506 - K9 ; межсетевой экран", "ASA5506-K9"),
        ("Модуль памяти HPE 32GB , P00924 -B21", "P00924-B21"),
        ("Cisco C1300 24T 4G", "C1300-24T-4G"),
        ("Коммутатор WS C2960X 48TS L", "WS-C2960X-48TS-L"),
        ("Коммутатор С9300-48Р-А", "C9300-48P-A"),
        ("Коммутатор / JL675A /", "JL675A"),
        ("P/N:0GDPF3", "0GDPF3"),
        ("Модуль SNR-SFP+LR, 10 км", "SNR-SFP+LR"),
        ("(LTC2983HLX#PBF)", "LTC2983HLX#PBF"),
        ("MT41K128M16JT-125:K, DDR3L", "MT41K128M16JT-125:K"),
        ("SFP-10G-SR=", "SFP-10G-SR="),
        ("CRS326-24G-2S+", "CRS326-24G-2S+"),
        ("Siemens 6ES7 317-2EK14-0AB0 CPU 317-2 PN/DP", "6ES7317-2EK14-0AB0"),
        ("CISCO CP - 7841 - K9 = IP телефон", "CP-7841-K9="),
        ("Подшипник SKF NU 208 ECP", "NU208ECP"),
        ("STM32 F103 RCT6 микроконтроллер", "STM32F103RCT6"),
        ("ADUM1201 ARZ цифровой изолятор", "ADUM1201ARZ"),
        ("Baseband 6630, KDU 137 848/11", "KDU137848/11"),
        ("Коммутатор Juniper EX 3400 -48P", "EX3400-48P"),
        ("Модуль HP J9150 A 10G SFP+", "J9150A"),
        ("Память Samsung M393A4K40DB3 - CWE", "M393A4K40DB3-CWE"),
    ],
)
def test_numbers_are_found_whole(rules: Rules, title: str, number: str) -> None:
    assert number in numbers(rules, title)


@pytest.mark.parametrize(
    ("title", "number"),
    [
        ("Cisco Catalyst 9606R C9606R 1U 16GB", "C9606R-1U"),
        ("Маршрутизатор Cisco ISR 4331", "ISR4331"),
        ("Подшипник SKF 32008 X/Q", "32008X"),
    ],
)
def test_pieces_that_are_no_number_stay_apart(rules: Rules, title: str, number: str) -> None:
    assert number not in numbers(rules, title)


def test_an_option_behind_a_number_leaves_it_its_makers(rules: Rules) -> None:
    assert rules.grammar.owners("P18422-B21#0D1").maker == "HPE"
    assert rules.grammar.owners("W1Y44A#B19").rank("HP") > 0
    assert not rules.grammar.owners("P18422-B21#OPTION").any


@pytest.mark.parametrize(
    "title",
    ["24xGE RJ45, 4x1G SFP+", "10GBASE-SR 1000BASE-LX/LH", "32GB 2Rx4 PC4-2933Y-R DDR4-3200", "802.11ac 19\" LQFP-100",
     "2xLGA3647 8x3.5\"", "100-240V 10/100/1000", "850 нм 0.3 км 2200VA"],
)  # fmt: skip
def test_specifications_are_none(rules: Rules, title: str) -> None:
    assert numbers(rules, title) == []


def test_whose_a_number_is(rules: Rules) -> None:
    owners = rules.grammar.owners
    assert owners("837826-421").maker == "HPE"
    assert owners("WS-C2960X-48TS-L").maker == "Cisco"
    assert owners("GLC-T-RF").maker == "Cisco"
    assert owners("SFP-10G-SR").maker is None
    assert owners("HELLO-WORLD").any is False


def test_every_example_of_a_form_is_its_makers(rules: Rules) -> None:
    assert rules.grammar.owners("DCS-7060CX-32S-F").rank("Arista") == 5
    assert rules.grammar.owners("DCS-7060CX-32S-F").category("Arista") == "switch"


def test_claims_that_can_be_numbers() -> None:
    assert claimed_number("C9200 - 48T - E") == "C9200-48T-E"
    assert claimed_number("Эльбрус-8С") is None
    assert claimed_number(None) is None


@given(st.text())
def test_any_text_is_safe(rules: Rules, text: str) -> None:
    for candidate in rules.grammar.candidates(text, skeleton(text)):
        assert candidate.number.isascii()
        assert 0 <= candidate.start <= candidate.end <= len(text)


@pytest.mark.parametrize(
    ("title", "brand", "number"),
    [
        ("Видеокарта KFA2 GeForce RTX 4060 46NSL8MD8LOC", "KFA2", "46NSL8MD8LOC"),
        ("Видеокарта KFA2 GeForce RTX 3060", None, None),
    ],
)
def test_a_makers_name_is_no_number(rules: Rules, on: date, title: str, brand: str | None, number: str | None) -> None:
    listing = Normaliser(rules).normalise(RawListing(title=title, brand=brand, mpn=number), on=on).listing
    assert (listing.brand, listing.mpn) == ("KFA2", number)


@pytest.mark.parametrize("name", ["Actel", "Microsemi", "Intel"])
def test_a_makers_name_is_no_piece_of_the_number_before_it(rules: Rules, name: str) -> None:
    title = read_title(f"AGL1250 {name}", rules.lexicon, rules.grammar)
    assert [candidate.number for candidate in title.candidates] == ["AGL1250"]


@pytest.mark.parametrize(
    ("title", "mpn"),
    [
        ("Трансивер CAN NXP TJA1051T/3,118", "TJA1051T/3,118"),
        ("LPC1768FBD100,551", "LPC1768FBD100,551"),
        ("NXP BC847C,215 транзистор", "BC847C,215"),
        ("Модуль FT-SFP+-LC-0,3-85-D Fibertrade", "FT-SFP+-LC-0,3-85-D"),
        ("MT41K256M16TW-107 XIT:P", "MT41K256M16TW-107XIT:P"),
        ("Cisco WS-C2960X-24TS-L,100 шт", "WS-C2960X-24TS-L"),
        ("Коммутатор Zyxel GS1200,215", "GS1200"),
        ("Память Samsung M393A4K40DB3-CWE,32 ГБ", "M393A4K40DB3-CWE"),
        ("Коммутатор Cisco WS — C2960X — 24TS — L", "WS-C2960X-24TS-L"),
        ("Модуль Cisco GLC – SX – MMD", "GLC-SX-MMD"),
        ("Сервер — HPE DL360 — P19720-B21", "P19720-B21"),
    ],
)
def test_a_number_goes_on_where_the_whole_has_a_form(
    normalise: Callable[..., Normalised], title: str, mpn: str
) -> None:
    assert normalise(title).listing.mpn == mpn
