"""Asides: parts that goods only support, may be given or lack restrict nothing; parts inside do."""

from collections.abc import Callable

import pytest

from restock.listing import Normalised

Normalise = Callable[..., Normalised]


@pytest.mark.parametrize(
    "title",
    [
        "Сервер Yadro VEGMAN R120 G2 с поддержкой Xeon Scalable, без процессоров",
        "Сервер Аквариус T50 D224CF, поддержка Intel Xeon, без CPU",
        "Серверная платформа Gooxi 2U, до 2 x Intel Xeon Scalable",
        "Сервер xFusion 2288H V6: до двух процессоров Intel Xeon",
        "Сервер Fusionserver, поддерживаются процессоры Intel Xeon Scalable",
        "Серверная платформа Gooxi SL201 2U (2x Xeon Scalable Gen4, CPU not included)",
        "Server barebone Gooxi 1U, supports AMD EPYC 9004, without processor",
        "Материнская плата Maxsun MS-H610 под процессоры Intel Core 12 поколения",
        "Сервер YADRO Vegman S320, опция NVIDIA A100",
        "Сервер Yadro Vegman S320 (GPU NVIDIA A100 опционально)",
        "Сервер Gooxi 4U, NVIDIA A100 ready",
        "Корпус Jonsbo D31 с местом под NVIDIA RTX 4090",
        "Корпус Jonsbo, slot for NVIDIA RTX",
        "Плата Elecrow, optional NVIDIA Jetson Nano",
        "Сервер 2U с поддержкой видеокарт NVIDIA",
        "Шасси GPU-сервера Gooxi, видеокарты NVIDIA не входят в комплект",
        "Коммутатор Eltex MES5324, tested with Cisco",
        "Точка доступа Eltex WEP-3ax работает с контроллером Cisco",
        "Коммутатор SNR-S2985G-24TC, CLI как у Cisco",
        "Ноутбук Digma Eve 15, процессор не Intel",
        "Картридж NetProduct N-CF259X, не HP",
        "Кулер ID-Cooling SE-214 (не подходит для AMD AM5)",
        "Трансивер 10G, прошивка Cisco",
        "Модуль SFP 1.25G (Cisco, HP, Juniper)",
    ],
)
def test_what_is_only_supported_or_lacking_restricts_nothing(normalise: Normalise, title: str) -> None:
    listing = normalise(title).listing
    assert (listing.restricted, listing.components) == (False, ())


@pytest.mark.parametrize(
    ("title", "part"),
    [
        ("Мини-ПК Advantix на Intel Core i7 с поддержкой Windows", "Intel"),
        ("Сервер Yadro с двумя Intel Xeon, поддержка NVIDIA A100", "Intel"),
        ("Сервер без дисков Dell PowerEdge R740 2x Xeon Gold 6130", "Intel"),
        ("Сервер Gooxi 4U, 8x NVIDIA A100", "NVIDIA"),
        ("Сервер Supermicro с GPU NVIDIA A100, опционально второй процессор", "NVIDIA"),
        ("Планшет Torex с поддержкой LTE на Qualcomm Snapdragon 660", "Qualcomm"),
    ],
)
def test_a_part_inside_stays_one_beside_such_words(normalise: Normalise, title: str, part: str) -> None:
    listing = normalise(title).listing
    assert [component.brand for component in listing.components] == [part]
    assert listing.restricted


@pytest.mark.parametrize(
    ("title", "brand"),
    [
        ("Коммутатор с поддержкой PoE Cisco SG350-10P", "Cisco"),
        ("Коммутатор с поддержкой стекирования Cisco Catalyst 2960X", "Cisco"),
        ("Шасси без блоков питания Cisco Nexus 7009", "Cisco"),
        ("Память без ECC Samsung", "Samsung"),
        ("Опция HPE 875943-001", "HPE"),
        ("Поддержка Cisco SmartNet CON-SNT-C9300", "Cisco"),
        ("Мини-ПК Intel NUC, без процессора", "Intel"),
        ("Процессор Intel Xeon Gold 6230 без кулера", "Intel"),
        ("Силовой разъем Harting", "Harting"),
    ],
)
def test_the_maker_stays_beside_such_words(normalise: Normalise, title: str, brand: str) -> None:
    listing = normalise(title).listing
    assert (listing.brand, listing.restricted) == (brand, True)


def test_several_makers_in_a_row_are_undecided(normalise: Normalise) -> None:
    found = normalise("Samsung, Hynix, Micron память 16Gb")
    assert (found.listing.brand, found.listing.restricted, found.listing.undecided) == (None, False, True)
    assert any("in a row" in finding.rule for finding in found.findings if finding.field == "restricted")
