"""Descriptions: labelled makers and numbers, parts, condition and VAT; and what a description only mentions."""

from collections.abc import Callable

import pytest

from pipelines.described import WORDINGS
from pipelines.lexicon import Lexicon
from pipelines.rules import load_rules
from pipelines.text import squeeze
from restock.listing import Normalised
from restock.terms import Condition, Relation, Vat

Normalise = Callable[..., Normalised]


def test_maker_and_number_are_taken_where_they_are_labelled(normalise: Normalise) -> None:
    text = "Производитель: Cisco Systems. Артикул производителя: WS-C2960X-24TS-L. Гарантия 1 год."
    listing = normalise("Коммутатор 24 порта управляемый", description=text).listing
    assert (listing.brand, listing.mpn, listing.restricted) == ("Cisco", "WS-C2960X-24TS-L", True)
    mentioned = normalise("Коммутатор 24 порта управляемый", description="Работает в сетях с Cisco WS-C2960X-24TS-L.")
    assert (mentioned.listing.brand, mentioned.listing.mpn) == (None, None)


@pytest.mark.parametrize(
    ("title", "description", "brands"),
    [
        ("Сетевое хранилище QNAP TS-873A-8G", "Процессор: AMD Ryzen V1500B, 4 ядра.", ["AMD"]),
        ("Сервер Huawei 2288H V5", "2x Intel Xeon Gold 6230, 64GB", ["Intel"]),
        ("Процессорная плата Fastwel CPC518", "CompactPCI Serial, процессор Intel Xeon D-1539.", ["Intel"]),
        ("Сервер Huawei 2288H V5", "Поддержка до двух процессоров Intel Xeon Scalable", []),
        ("Межсетевой экран Ideco LX", "Аппаратная платформа на Intel Xeon D-2123IT", ["Intel"]),
        ("Память Samsung M393A4K40DB3-CWE", "Подходит для серверов с процессорами Intel Xeon", []),
        ("Материнская плата Supermicro X11SPL-F", "Процессор Intel Xeon", []),
    ],
)
def test_parts_inside(normalise: Normalise, title: str, description: str, brands: list[str]) -> None:
    assert [part.brand for part in normalise(title, description=description).listing.components] == brands


def test_a_nameless_device_contains_what_its_description_calls_its_processor(normalise: Normalise) -> None:
    listing = normalise("Промышленный шлюз, 2xLAN", description="Процессор Intel Celeron N3350, 32 ГБ").listing
    assert (listing.relation, listing.restricted) == (Relation.CONTAINS, True)


@pytest.mark.parametrize(
    ("description", "condition"),
    [
        ("Бывший в употреблении, снят с работающей стойки.", Condition.USED),
        ("Оборудование новое, не бывшее в употреблении.", Condition.NEW),
        ("Состояние: б/у", Condition.USED),
        ("New firmware. Is used to connect branches.", None),
        ("Новый стандарт связи", None),
    ],
)
def test_condition(normalise: Normalise, description: str, condition: Condition | None) -> None:
    assert normalise("Коммутатор Eltex MES2324", description=description).listing.condition is condition


def test_vat_where_the_price_says_nothing_of_it(normalise: Normalise) -> None:
    def vat(price: str, description: str) -> Vat:
        return normalise("Коммутатор Eltex MES2324", price=price, description=description).listing.vat

    assert vat("66 450 ₽", "Внимание: цены на сайте без НДС.") is Vat.EXCLUDED
    assert vat("66 450 ₽ с НДС", "Внимание: цены на сайте без НДС.") is Vat.INCLUDED
    assert vat("66 450 ₽", "Работаем с НДС.") is Vat.UNKNOWN


def test_labels_and_words_on_prices_hold_no_name_of_a_part_and_no_condition() -> None:
    """A clause that holds nothing but these isn't searched for names."""
    rules = load_rules()
    names = Lexicon(rules.lexicon.entries(lambda entry: entry.kind in {"brand", "family", "condition"}))
    labels = [row["wording"].rstrip("*") for row in WORDINGS.rows(None) if row["role"] in {"maker", "number", "price"}]
    assert [label for label in labels if names.scan(squeeze(label))] == []
