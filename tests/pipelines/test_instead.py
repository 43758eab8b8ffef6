"""Instead: predecessors, replacements, and analogues that a shop offers beside what it sells."""

from collections.abc import Callable

import pytest

from restock.listing import Normalised
from restock.terms import Relation

Normalise = Callable[..., Normalised]
IS, COMPATIBLE = Relation.IS, Relation.COMPATIBLE_WITH


@pytest.mark.parametrize(
    ("title", "relation", "brand", "mpn"),
    [
        ("Cisco C9500-24Y4C-E (вместо WS-C4500X-24X-ES)", IS, "Cisco", "C9500-24Y4C-E"),
        ("C9500-24Y4C-E (вместо WS-C4500X-24X-ES), Cisco", IS, "Cisco", "C9500-24Y4C-E"),
        ("Cisco C9300-24T-E replaces WS-C3850-24T-E", IS, "Cisco", "C9300-24T-E"),
        ("HPE P19720-B21 взамен 868703-B21", IS, "HPE", "P19720-B21"),
        ("Коммутатор Juniper EX2300-24T anstelle von EX2200-24T-4G", IS, "Juniper", "EX2300-24T"),
        ("SKF 6205-2RSH взамен 6205-2RS1", IS, "SKF", "6205-2RSH"),
        ("Коммутатор SNR-S2985G-24TC вместо Cisco Catalyst 2960", COMPATIBLE, "SNR", "SNR-S2985G-24TC"),
        ("Switch SNR-S2985G-24TC instead of Cisco WS-C2960-24TC-L", COMPATIBLE, "SNR", "SNR-S2985G-24TC"),
        ("Switch Huawei S5735-L24T4S-A au lieu de Cisco C9200L", COMPATIBLE, "Huawei", "S5735-L24T4S-A"),
        ("Аккумулятор взамен APC RBC7", COMPATIBLE, None, None),
        ("GD32F103C8T6 GigaDevice вместо STM32F103C8T6", COMPATIBLE, "GigaDevice", "GD32F103C8T6"),
        ("Микросхема APM32F103CBT6 Geehy, замена STM32F103CBT6", COMPATIBLE, "Geehy", "APM32F103CBT6"),
        ("ISR4331/K9 (замена C8300-1N1S-6T)", IS, "Cisco", "ISR4331/K9"),
    ],
)
def test_a_predecessor_is_not_what_is_sold(
    normalise: Normalise, title: str, relation: Relation, brand: str | None, mpn: str | None
) -> None:
    listing = normalise(title).listing
    assert (listing.relation, listing.brand, listing.mpn) == (relation, brand, mpn)


def test_a_claimed_predecessor_is_not_what_is_sold(normalise: Normalise) -> None:
    title = "Cisco C9500-24Y4C-E (вместо WS-C4500X-24X-ES)"
    assert normalise(title, mpn="WS-C4500X-24X-ES").listing.mpn == "C9500-24Y4C-E"


@pytest.mark.parametrize(
    "offer",
    [
        " (подобрать аналог)", ", подберём аналог", ". Импортозамещение: предложим аналог UserGate",
        " - запросить аналог", ", аналог по запросу", ", можно заменить на аналог", " (поможем подобрать аналог Eltex)",
        " (ask for an equivalent)",
        ", подбор аналога Eltex", ", muadil önerebiliriz", " | Посмотреть аналоги", ", аналоги в наличии",
    ],
)  # fmt: skip
def test_an_offer_of_analogues_leaves_the_goods_what_they_are(normalise: Normalise, offer: str) -> None:
    listing = normalise(f"Коммутатор Huawei S6730-H48X6C{offer}").listing
    assert (listing.relation, listing.brand, listing.mpn) == (IS, "Huawei", "S6730-H48X6C")


@pytest.mark.parametrize("title", ["Предлагаем аналог Cisco SFP-10G-SR", "Подберём аналог Cisco SFP-10G-SR"])
def test_an_offer_of_analogues_alone_sells_no_original(normalise: Normalise, title: str) -> None:
    listing = normalise(title).listing
    assert (listing.relation, listing.brand, listing.restricted) == (COMPATIBLE, None, False)


@pytest.mark.parametrize(
    "title",
    [
        'Лоток (салазки) 3.5" Dell 0F238F-совместимый для R720/R730',
        "Модуль Cisco SFP-10G-SR-совместимый",
        "Cisco GLC-SX-MM-compatible transceiver",
        "Трансивер HPE J4858C-совместимый для Aruba 2530",
        "Память Samsung M393A4K40DB3-совместимая для Dell R740",
        "SFP+ DAC 3m, Cisco/HP/Dell совместимый",
        "Трансивер SFP 1G LX, Cisco coding",
        "Трансивер SFP+ 10G с прошивкой под Cisco",
    ],
)
def test_names_joined_to_the_word_are_the_originals(normalise: Normalise, title: str) -> None:
    listing = normalise(title).listing
    assert (listing.brand, listing.mpn, listing.restricted) == (None, None, False)
    assert listing.relation in {COMPATIBLE, Relation.ACCESSORY_FOR}


@pytest.mark.parametrize("title", ["Обмен Cisco на Eltex", "Меняю сервер HPE DL380 на Dell", "Подбор аналогов Cisco"])
def test_an_exchange_is_a_service(normalise: Normalise, title: str) -> None:
    assert normalise(title).listing.relation is Relation.SERVICE_FOR
