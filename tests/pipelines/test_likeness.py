"""Likeness: goods that only resemble a maker's, sit in its case or speak its commands are not that maker's."""

from collections.abc import Callable

import pytest

from restock.listing import Normalised

Normalise = Callable[..., Normalised]


@pytest.mark.parametrize(
    "title",
    [
        "Коммутатор доступа, Cisco-подобный интерфейс",
        "Коммутатор 24 порта, CLI в стиле Cisco",
        "Коммутатор 24 порта, командная строка типа Cisco",
        "Коммутатор 24 порта, синтаксис команд Cisco IOS",
        "Коммутатор с поддержкой протоколов Cisco (CDP, EIGRP)",
        "Коммутатор по типу Cisco WS-C2960-24TT-L",
        "Мини-ПК в корпусе Dell OptiPlex, 16 ГБ",
        "Конкурент Cisco Catalyst 9200: коммутатор 24 порта",
        "Switch 24 ports Cisco-style CLI",
        "Switch 24 ports, industry-standard CLI (Cisco like)",
        "Cisco like switch 24 ports",
        "Switch 24 port, CLI similar to Cisco",
        "Switch mit Cisco-ähnlicher CLI, 24 Ports",
        "Switch 24 ports avec CLI de type Cisco",
        "Cisco benzeri CLI'lı 24 port switch",
        "Cisco'ya o'xshash interfeysli kommutator 24 port",
        "Cisco тәрізді интерфейсі бар коммутатор 24 порт",
        "Module SFP+ codé Cisco",
        "Cisco kodlamalı SFP modül",
    ],
)
def test_what_goods_resemble_is_not_their_maker(normalise: Normalise, title: str) -> None:
    listing = normalise(title).listing
    assert (listing.brand, listing.mpn, listing.restricted) == (None, None, False)


@pytest.mark.parametrize(
    ("title", "brand", "mpn"),
    [
        ("Коммутатор SNR-S2989G-24TX с Cisco-подобным интерфейсом", "SNR", "SNR-S2989G-24TX"),
        ("Импортозамещение Cisco C9200L-24T-4G-E: Eltex MES2324", "Eltex", "MES2324"),
        ("Телефон IP Yealink T31P, лучше чем Cisco CP-7841", "Yealink", "T31P"),
        ("Коммутатор 3 уровня Cisco WS-C3560-24TS-S", "Cisco", "WS-C3560-24TS-S"),
        ("Коммутатор Cisco WS-C2960X-24TS-L в корпусе 1U", "Cisco", "WS-C2960X-24TS-L"),
        ("Wie neu Cisco WS-C2960X-24TS-L", "Cisco", "WS-C2960X-24TS-L"),
        ("Siemens type 6ES7317-2EK14-0AB0", "Siemens", "6ES7317-2EK14-0AB0"),
    ],
)
def test_the_maker_stays_beside_what_is_resembled(normalise: Normalise, title: str, brand: str, mpn: str) -> None:
    listing = normalise(title).listing
    assert (listing.brand, listing.mpn) == (brand, mpn)


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("ПЛК на процессоре AM3358BZCZ100 Texas Instruments", "Texas Instruments"),
        ("Плата с чипом STM32F103C8T6", "STMicroelectronics"),
        ("Плата с АЦП AD7606BSTZ", "Analog Devices"),
        ("Development board based on STM32F407VGT6 microcontroller", "STMicroelectronics"),
        ("Переходник USB-UART на FT232RL", "FTDI"),
    ],
)
def test_a_board_with_a_chip_contains_it(normalise: Normalise, title: str, part: str) -> None:
    listing = normalise(title).listing
    assert (listing.brand, listing.relation.value) == (None, "contains")
    assert [component.brand for component in listing.components] == [part]


def test_the_makers_own_name_before_a_chip_is_no_socket(normalise: Normalise) -> None:
    listing = normalise("Адаптер Broadcom BCM57414 2x25G").listing
    assert (listing.brand, listing.mpn, listing.relation.value) == ("Broadcom", "BCM57414", "is")
