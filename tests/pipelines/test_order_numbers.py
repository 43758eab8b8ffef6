"""Order numbers beside model names, and numbers that stand where others' would."""

from collections.abc import Callable

import pytest

from restock.listing import Normalised

Normalise = Callable[..., Normalised]


@pytest.mark.parametrize(
    ("title", "mpn"),
    [
        ("Extreme Networks X440-G2-24t-10GE4 16532", "16532"),
        ("Блок питания QUINT-PS/1AC/24DC/10 2866763 Phoenix Contact", "2866763"),
        ("H3C S5130S-28P-EI LS-5130S-28P-EI-GL", "LS-5130S-28P-EI-GL"),
        ("Монитор Samsung S24A336NHI (LS24A336NHIXCI)", "LS24A336NHIXCI"),
        ("Коммутатор 3Com Baseline 2928-SFP Plus 3CRBSG2893", "3CRBSG2893"),
        ("СХД HP 3PAR StoreServ 8200, K2Q36A", "K2Q36A"),
        ("Роутер Wi-Fi Tenda AC8, AC1200", "AC8"),
        ("Мультиметр Fluke 87V", "87V"),
        ("Процессор Intel Xeon E-2286M SRGZG", "SRGZG"),
        ("Память Dell SNP8WKDYC/32G", "SNP8WKDYC/32G"),
        ("Ноутбук Apple MacBook Pro 14 MKGR3RU/A", "MKGR3RU/A"),
        ("Модуль Xilinx Kria SM-K26-XCL2GC", "SM-K26-XCL2GC"),
        ("GIGABYTE GV-N4090GAMING OC-24GD", "GV-N4090GAMINGOC-24GD"),
        ("Cisco  WS - C2960S - 48FPS - L  48 портов PoE", "WS-C2960S-48FPS-L"),
        ("Память 32ГБ для Cisco UCS — UCS-MR-X32G2RS-H", "UCS-MR-X32G2RS-H"),
        ("Диск для серверов Dell: 400-BIFW 600GB", "400-BIFW"),
        ("Сумка для ноутбука HP Renew Business 15.6 3E5F8AA", "3E5F8AA"),
        ("Дверь для шкафа Rittal TS 8 IT 5301.213", "5301.213"),
    ],
)
def test_the_order_number_is_found(normalise: Normalise, title: str, mpn: str) -> None:
    listing = normalise(title).listing
    assert (listing.mpn, listing.relation.value) == (mpn, "is")


@pytest.mark.parametrize(
    ("title", "claim", "mpn"),
    [
        ("Сетевой адаптер HPE Ethernet 10Gb 2-port 560FLR-SFP+ 665243-B21", "560FLR-SFP+", "665243-B21"),
        ("Коммутатор FC Brocade 6505 BR-6505-12-16G-0R", "6505", "BR-6505-12-16G-0R"),
        ("Cisco L-FPR1120T-TMC-1Y подписка на 1 год", "FPR1120-NGFW-K9", "L-FPR1120T-TMC-1Y"),
        ("Cisco VG310 голосовой шлюз (замена: VG400-24FXS)", "VG400-24FXS/K9", "VG310"),
        ("Коммутатор Extreme Summit X460-G2-48t-10GE4, 16704", "16704", "16704"),
    ],
)
def test_a_claim_of_the_model_or_of_other_goods_yields(normalise: Normalise, title: str, claim: str, mpn: str) -> None:
    assert normalise(title, mpn=claim).listing.mpn == mpn


@pytest.mark.parametrize(
    ("title", "brand", "parts"),
    [
        ("Отладочная плата Blue Pill STM32F103C8T6", None, ["STMicroelectronics"]),
        ("Отладочная плата STM32F4DISCOVERY на STM32F407VGT6", "STMicroelectronics", []),
        ("Ebyte E22-900T22D LoRa модуль (Semtech SX1262)", "Ebyte", ["Semtech"]),
        ("Waveshare USB to RS485 converter (FT232RL inside)", "Waveshare", ["FTDI"]),
        ("Полетный контроллер SpeedyBee F405 V4, микроконтроллер STM32F405", "SpeedyBee", ["STMicroelectronics"]),
        ("Плата 2-портовая USB-C, чип Texas Instruments TPS65988, без марки", None, ["Texas Instruments"]),
        ("Мини-ПК Nettop без бренда Intel N100 16/512", None, ["Intel"]),
        ("Beelink SER5 MAX мини-ПК AMD Ryzen 7 5800H", "Beelink", ["AMD"]),
        ("Шкаф управления насосами с преобразователем частоты Schneider Electric ATV630", None, ["Schneider Electric"]),
        ("Сервер HP ProLiant DL160 Gen9, 2x E5-2620v4, 64Gb", "HPE", ["Intel"]),
        ("Микросхема GD32F103C8T6 GigaDevice (STM32F103C8T6)", "GigaDevice", []),
        ("Транзистор IRF540N (Infineon)", "Infineon", []),
    ],
)
def test_parts_are_told_from_the_goods(normalise: Normalise, title: str, brand: str | None, parts: list[str]) -> None:
    listing = normalise(title).listing
    assert (listing.brand, [part.brand for part in listing.components]) == (brand, parts)


def test_the_original_is_known_by_its_number(normalise: Normalise) -> None:
    spare = normalise("Dell PowerEdge R740 heatsink, replacement for 0YY2R8, aftermarket", brand="Dell").listing
    assert (spare.brand, spare.mpn, spare.restricted) == (None, None, False)
    module = normalise("Модуль SFP Eltex, совместимый с MES2324").listing
    assert module.brand == "Eltex"


def test_a_name_on_a_bag_says_little(normalise: Normalise) -> None:
    assert normalise("Рюкзак Cisco").listing.undecided
    assert normalise("Рюкзак HP 3E5F8AA").listing.restricted
