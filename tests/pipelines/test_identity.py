"""Brand, part number and relation: how title, claims and category are weighed."""

from collections.abc import Callable

import pytest

from restock.listing import Normalised
from restock.terms import Condition, Relation

Normalise = Callable[..., Normalised]


@pytest.mark.parametrize(
    ("title", "fields", "brand", "mpn"),
    [
        ("Cisco WS-C2960X-24TS-L", {"brand": "Сеть-Опт", "mpn": "S-1", "sku": "S-1"}, "Cisco", "WS-C2960X-24TS-L"),
        ("Блок питания HPE 865414-B21", {"brand": "HPE", "mpn": "PWR-C1-715WAC"}, "HPE", "865414-B21"),
        ("Комплект: WS-C3850-48P-S + PWR-C1-1100WAC", {"category": "Коммутаторы / Cisco"}, "Cisco", "WS-C3850-48P-S"),
        ("Cisco C9300-48T-A", {"mpn": "C9300-48T"}, "Cisco", "C9300-48T-A"),
        ("Коммутатор Cisco C9300-48T", {"mpn": "C9300-48T-A"}, "Cisco", "C9300-48T-A"),
        ("Коммутатор ZyNet ZN-2424GP", {"brand": "ZyNet"}, "ZyNet", "ZN-2424GP"),
        ("Коммутатор ZN-2424GP", {"brand": "ZyNet"}, None, None),
        ("Патч-корд LC-LC", {"brand": "NoName"}, None, None),
        ("HP 2530-48G Switch J9775A", {"brand": "HP"}, "HPE", "J9775A"),
        ("Принтер HP LaserJet Pro M404dn, W1A53A", {"brand": "HP Inc."}, "HP", "W1A53A"),
        ("Сервер HPE ProLiant DL380 Gen10", {}, "HPE", None),
        ("Коммутатор доступа Булат, серия BS2500", {}, "Bulat", None),
        ("Транзистор IRFP4468PBF, International Rectifier", {"brand": "IR"}, "Infineon", "IRFP4468PBF"),
        ("Сервер ML10 Gen9 (837826-421)", {}, "HPE", "837826-421"),
        ("NE555P таймер TI", {}, "Texas Instruments", "NE555P"),
        ("Brocade G610 BR-G610-8-16G-0", {}, "Brocade", "BR-G610-8-16G-0"),
        ("Шасси МХ480 Juniper, МХ480BASE3-АС", {}, "Juniper", "MX480BASE3-AC"),
        ("Поддержка Cisco SmartNet для ASR1001-X", {}, "Cisco", None),
        ("Аккумулятор CSB GP 1272", {}, "CSB", "GP1272"),
        ("SSD Solidigm SSDPF2KX019T1N1", {}, "Solidigm", "SSDPF2KX019T1N1"),
        ("Набор отверток Wera 05134491001", {"brand": "Wera"}, "Wera", "05134491001"),
        ("Клемма WAGO 221-413", {}, "WAGO", "221-413"),
        ("Подшипник SNR 6205.EE", {"brand": "SNR"}, "NTN", "6205.EE"),
        ("Видеокарта Gigabyte RTX 3060 GV-N3060WF2OC-12GD", {}, "Gigabyte", "GV-N3060WF2OC-12GD"),
        ("Коммутатор Cisco Catalyst 2960-X", {}, "Cisco", None),
        ("Подшипник Timken 32210", {"mpn": "32210"}, "Timken", "32210"),
        ("Батарейный модуль NetApp 271-00036, FAS2750/FAS2720", {}, "NetApp", "271-00036"),
        ("Вентилятор Juniper FAN-1RU, EX4300/EX4600", {}, "Juniper", "FAN-1RU"),
        ("Блок питания Cisco 341-0701-01, C9300-24T", {"mpn": "341-0701-01"}, "Cisco", "341-0701-01"),
        ("Hikvision DS-3E0318P-E/M(B), коммутатор PoE", {}, "Hikvision", "DS-3E0318P-E/M(B)"),
        ("TP-Link TL-SG108(UN)", {"mpn": "TL-SG108(UN)"}, "TP-Link", "TL-SG108(UN)"),
        ("Микросхема L7805CV(ST)", {}, "STMicroelectronics", "L7805CV"),
        ("HPE P 19720-B21", {}, "HPE", "P19720-B21"),
        ("HPE J9150A#ABA", {}, "HPE", "J9150A#ABA"),
        ("R5F100LEAFB#30, 16-бит МК RL78", {}, "Renesas", "R5F100LEAFB#30"),
        ("Timken LM11949/LM11910", {}, "Timken", "LM11949/LM11910"),
        ("Nokia 7750 SR-1", {}, "Nokia", None),
        ("MC34063ADR, DC/DC-преобразователь", {}, "Texas Instruments", "MC34063ADR"),
        ("MC34063ADR2G", {}, "onsemi", "MC34063ADR2G"),
        ('Шкаф 19" ЦМО ШТК-М-42', {"brand": "CMO"}, "ЦМО", None),
    ],
)  # fmt: skip
def test_brand_and_number(
    normalise: Normalise, title: str, fields: dict[str, str], brand: str | None, mpn: str | None
) -> None:
    listing = normalise(title, **fields).listing
    assert (listing.brand, listing.mpn) == (brand, mpn)


@pytest.mark.parametrize(
    ("title", "relation", "brand"),
    [
        ("Модуль SFP+ 10G, совместимый с Cisco SFP-10G-SR", Relation.COMPATIBLE_WITH, None),
        ("Модуль SNR-SFP+LR-2 (аналог Cisco SFP-10G-LR)", Relation.COMPATIBLE_WITH, "SNR"),
        ("Cisco-совместимый SFP модуль GLC-T", Relation.COMPATIBLE_WITH, None),
        ("Картридж совместимый HP CE285A", Relation.COMPATIBLE_WITH, None),
        ("Replacement for HPE 865414-B21 power supply", Relation.COMPATIBLE_WITH, None),
        ("Коммутатор Eltex MES2348P, консоль RJ-45 (совместима с Cisco)", Relation.IS, "Eltex"),
        ("Cisco C9200-24P-E; аналоги: Huawei S5735-S24P4X", Relation.IS, "Cisco"),
        ("Cisco WS-C2960X-24TS-L — снят с производства, замена C9200L-24T-4G-E", Relation.IS, "Cisco"),
        ("Eltex ESR-21 — замена Cisco ISR 4221", Relation.COMPATIBLE_WITH, "Eltex"),
        ("Блок питания PWR-C1-715WAC= для Cisco Catalyst 3850", Relation.IS, "Cisco"),
        ("Блок питания для Juniper EX4300, JPSU-1100-AC-AFO", Relation.IS, "Juniper"),
        ("Кронштейн для Cisco Aironet и Ubiquiti UniFi", Relation.ACCESSORY_FOR, None),
        ("Крепление для Cisco AIR-AP2802I-E-K9", Relation.ACCESSORY_FOR, None),
        ("Видеокарта для игр MSI GeForce RTX 4070", Relation.IS, "MSI"),
        ("Настройка межсетевого экрана Cisco ASA", Relation.SERVICE_FOR, None),
        ("Cisco training: CCNP Enterprise", Relation.SERVICE_FOR, None),
        ("Техническая поддержка FortiGate силами наших инженеров", Relation.SERVICE_FOR, None),
        ("Контракт Cisco SMARTnet CON-SNT-ISR4331K", Relation.IS, "Cisco"),
        ("Сервисный маршрутизатор Eltex ESR-200", Relation.IS, "Eltex"),
        ("Мини-компьютер на базе Intel Celeron J6412", Relation.CONTAINS, None),
        ("Kompatibler SFP+ Transceiver für Cisco SFP-10G-LR", Relation.COMPATIBLE_WITH, None),
        ("Cisco SFP-10G-LR ile uyumlu SFP+ modül", Relation.COMPATIBLE_WITH, None),
    ],
)
def test_relation(normalise: Normalise, title: str, relation: Relation, brand: str | None) -> None:
    listing = normalise(title).listing
    assert (listing.relation, listing.brand) == (relation, brand)


@pytest.mark.parametrize(
    ("title", "brands"),
    [
        ("Сервер DEPO Storm 3400 (Xeon Silver 4214 / 64Gb)", ["Intel"]),
        ("Видеокарта ASUS GeForce RTX 4090", ["NVIDIA"]),
        ("Плата ASUS CRL-G18U-P3DF, 8x Google Edge TPU", ["Google"]),
        ("Процессор Intel Xeon Gold 6248R", []),
        ("NVIDIA Jetson Orin Nano Developer Kit", []),
        ("Сервер на процессоре Эльбрус-8С", []),
        ("Плата ввода-вывода с ПЛИС Xilinx Kintex-7", ["AMD"]),
    ],
)
def test_components(normalise: Normalise, title: str, brands: list[str]) -> None:
    assert [part.brand for part in normalise(title).listing.components] == brands


def test_a_component_says_its_wording(normalise: Normalise) -> None:
    listing = normalise("Промышленный компьютер AdvantiX 4U на базе Intel Core i7-9700E, 16 ГБ").listing
    assert listing.components[0].text == "Intel Core i7-9700E"


@pytest.mark.parametrize(
    ("title", "relation"),
    [
        ("Крышка слота SFF для HPE 666987-B21, заглушка", Relation.IS),
        ("Вентилятор для Cisco Catalyst 9500, C9K-T1-FANTRAY=", Relation.IS),
        ("Материнская плата ASUS Z790 для Intel LGA1700", Relation.IS),
        ("Replacement battery for APC RBC7", Relation.COMPATIBLE_WITH),
        ("Трансивер SFP-10G-LR для Cisco (совм.)", Relation.COMPATIBLE_WITH),
        ("Cisco anahtar için konsol kablosu", Relation.ACCESSORY_FOR),
        ("HPE серверлеріне арналған қуат блогы", Relation.ACCESSORY_FOR),
        ("Server HPE DL380 ta'mirlash", Relation.SERVICE_FOR),
        ("Поверка осциллографа Tektronix TDS2024C", Relation.SERVICE_FOR),
        ("Полетный контроллер F405 на STM32F405RGT6", Relation.CONTAINS),
        ("Плата ускорителя M.2 с Google Edge TPU", Relation.CONTAINS),
        ("Радиатор для Intel Xeon LGA3647", Relation.ACCESSORY_FOR),
    ],
)
def test_relations_of_further_forms(normalise: Normalise, title: str, relation: Relation) -> None:
    assert normalise(title).listing.relation is relation


@pytest.mark.parametrize(
    ("title", "brand", "mpn"),
    [
        ("SSD Intel для Dell R740 SSDSC2KB960G801", "Intel", "SSDSC2KB960G801"),
        ("Память Kingston for HP servers KTH-PL426/32G", "Kingston", "KTH-PL426/32G"),
        ("Диск Seagate для СХД NetApp ST4000NM0023", "Seagate", "ST4000NM0023"),
        ("Память Samsung для HPE 815100-B21", "Samsung", None),
        ("Процессор Intel для HP DL380 Gen10", "Intel", None),
        ("Блок питания Cisco для Cisco C9300-48T", "Cisco", None),
        ("Рельсы HPE для Cisco C9300-48T", "HPE", None),
    ],
)
def test_a_makers_number_behind_what_the_goods_are_for(
    normalise: Normalise, title: str, brand: str, mpn: str | None
) -> None:
    listing = normalise(title).listing
    assert (listing.brand, listing.mpn) == (brand, mpn)


@pytest.mark.parametrize(
    ("title", "brand", "parts"),
    [
        ("M.2 AI accelerator with Google Edge TPU", None, ["Google"]),
        ("Сетевая карта 10G PCIe, чипсет Intel 82599", None, ["Intel"]),
        ("Контроллер SATA, чипсет Marvell 88SE9230", None, ["Marvell Technology Group"]),
        ("Материнская плата, чипсет Intel C622, Supermicro X11SPL-F", "Supermicro", ["Intel"]),
        ("Материнская плата Intel, чипсет Intel C622", "Intel", []),
        ("Квадрокоптер с камерой Sony IMX377", None, ["Sony"]),
        ("Дрон с двигателем T-Motor и GPS u-blox M8N", None, ["U-blox"]),
        ("Домофон с камерой Hikvision DS-KV8113", "Hikvision", []),
        ("Фотоаппарат с матрицей и объективом Canon", "Canon", []),
        ("Оптический сенсор Keyence LR-ZB250N", "Keyence", []),
    ],
)
def test_part_nouns_introduce_parts(normalise: Normalise, title: str, brand: str | None, parts: list[str]) -> None:
    listing = normalise(title).listing
    assert (listing.brand, [part.brand for part in listing.components]) == (brand, parts)
    assert listing.relation is (Relation.CONTAINS if brand is None else Relation.IS)


@pytest.mark.parametrize("title", ["Инструкция к Cisco ASA 5506", "Паспорт, упаковка от Cisco C9300"])
def test_a_manual_is_no_goods_of_the_maker(normalise: Normalise, title: str) -> None:
    listing = normalise(title).listing
    assert (listing.brand, listing.mpn, listing.restricted) == (None, None, False)
    assert listing.relation is Relation.ACCESSORY_FOR


def test_a_manual_that_comes_with_the_goods_says_nothing_of_them(normalise: Normalise) -> None:
    listing = normalise("Коммутатор Cisco C9300-48T-A, паспорт и инструкция в комплекте, не новый").listing
    assert (listing.brand, listing.mpn, listing.condition) == ("Cisco", "C9300-48T-A", Condition.USED)
