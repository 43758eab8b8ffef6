"""Stock texts: availability, quantities of several warehouses, bounds, lead times and dates."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.rules import Rules
from restock.terms import Availability, QuantityBound

EXACT, AT_LEAST = QuantityBound.EXACT, QuantityBound.AT_LEAST


@pytest.mark.parametrize(
    ("text", "state"),
    [
        ("В наличии", Availability.IN_STOCK),
        ("Нет в наличии", Availability.OUT_OF_STOCK),
        ("Нет в наличии, под заказ 3 недели", Availability.BACK_ORDER),
        ("по запросу", Availability.BACK_ORDER),
        ("Ожидается", Availability.PRE_ORDER),
        ("Снята с производства", Availability.DISCONTINUED),
        ("мало", Availability.LIMITED),
        ("много", Availability.IN_STOCK),
        ("+", Availability.IN_STOCK),
        ("Москва: +, Казань: -", Availability.IN_STOCK),
        ("https://schema.org/OutOfStock", Availability.OUT_OF_STOCK),
        ("stokta yok", Availability.OUT_OF_STOCK),
        ("buyurtma asosida", Availability.BACK_ORDER),
        ("қоймада бар", Availability.IN_STOCK),
        ("nicht auf Lager", Availability.OUT_OF_STOCK),
        ("sur commande", Availability.BACK_ORDER),
    ],
)
def test_words(rules: Rules, text: str, state: Availability) -> None:
    assert rules.stock.read(text, None).availability is state


@pytest.mark.parametrize(
    ("availability", "quantity", "count", "bound"),
    [
        ("В наличии, более 100 шт.", None, 100, AT_LEAST),
        ("Москва: 3 шт; СПб: 5 шт", None, 8, EXACT),
        (None, "склад 1 — 3 шт.; склад 2 — 8 шт.", 11, EXACT),
        (None, "Магазин 12 - 3, магазин №14 - 5", 8, EXACT),
        ("warehouse 1 – 3 pcs; warehouse 2 – 8 pcs", None, 11, EXACT),
        ("склад 10-50 шт", None, 10, AT_LEAST),
        (None, "Склад 1: 2 шт, Склад 2: >10 шт", 12, AT_LEAST),
        ("На складе 5 шт., в пути 10 шт.", None, 5, EXACT),
        (None, "остаток: 1 250 шт.", 1250, EXACT),
        (None, "10+", 10, AT_LEAST),
        (None, "много", None, None),
        (None, "<5", None, None),
        ("Под заказ, 4-6 недель", None, None, None),
        ("Ожидается 15.12.2026", None, None, None),
        ("Нет в наличии", "0", 0, EXACT),
        (None, "Москва - 4; Новосибирск - 0; Екатеринбург - 1", 5, EXACT),
        (None, "3 (Москва: 2, Казань: 1)", 3, EXACT),
        ("В наличии: Москва 3 шт., удалённый склад 10 шт.", None, 13, EXACT),
        ("Berlin: 4 / Zürich: 1", None, 5, EXACT),
        ("на складе: 3шт.", None, 3, EXACT),
        ("10-50 шт", None, 10, AT_LEAST),
        ("Свободно: 3, резерв: 2", None, 3, EXACT),
        ("В наличии, мин. партия 10 шт.", None, None, None),
        ("В наличии. Отгрузка сегодня до 18:00", None, None, None),
        (None, "Итого: 8 шт; Москва 3, СПб 5", 8, EXACT),
    ],
)
def test_quantities(
    rules: Rules, availability: str | None, quantity: str | None, count: int | None, bound: QuantityBound | None
) -> None:
    found = rules.stock.read(availability, quantity)
    assert (found.quantity, found.bound) == (count, bound)


def test_a_quantity_without_words_speaks_for_availability(rules: Rules) -> None:
    assert rules.stock.read(None, "3").availability is Availability.IN_STOCK
    assert rules.stock.read(None, "0").availability is Availability.OUT_OF_STOCK
    assert rules.stock.read("Под заказ", "0").availability is Availability.BACK_ORDER
    assert rules.stock.read(None, None).availability is Availability.UNKNOWN


@pytest.mark.parametrize(
    ("text", "days"),
    [
        ("Под заказ, 4-6 недель", 42),
        ("Срок поставки до 60 дней", 60),
        ("Ожидается 15.12.2026", 23),
        ("Ожидается 1 декабря", 9),
        ("Ожидается 05.01", 44),
        ("Ожидается 01.11.2026", None),
        ("В наличии, доставка 2 дня", None),
    ],
)
def test_lead_time_is_the_upper_end_in_days(rules: Rules, on: date, text: str, days: int | None) -> None:
    assert rules.stock.read(text, None).lead_time(on) == days


def test_what_no_rule_understands_is_named(rules: Rules) -> None:
    assert rules.stock.read("абракадабра", "кое-что").unread == ("availability", "quantity")


@given(st.text(), st.text())
def test_any_text_is_safe(rules: Rules, availability: str, quantity: str) -> None:
    found = rules.stock.read(availability, quantity)
    assert found.quantity is None or found.quantity >= 0
    found.lead_time(date(2026, 2, 28))


@pytest.mark.parametrize(
    ("text", "quantity", "bound"),
    [
        ("Москва: 5, Казань: много", 5, AT_LEAST),
        ("Казань — много; Москва — 5 шт", 5, AT_LEAST),
        ("много (12 шт.)", 12, EXACT),
        ("Казань: много (12 шт.)", 12, EXACT),
        ("Москва: 5, Казань: 3", 8, EXACT),
    ],
)
def test_a_town_that_has_many_leaves_the_sum_open(rules: Rules, text: str, quantity: int, bound: QuantityBound) -> None:
    stock = rules.stock.read(None, text)
    assert (stock.availability, stock.quantity, stock.bound) == (Availability.IN_STOCK, quantity, bound)


@pytest.mark.parametrize(
    ("text", "state", "quantity"),
    [
        ("Москва 3 шт., СПб 5 шт., Казань нет", Availability.IN_STOCK, 8),
        ("Москва: 3 шт., Новосибирск: под заказ", Availability.IN_STOCK, 3),
        ("Москва: 3 шт., Новосибирск: ожидается", Availability.IN_STOCK, 3),
        ("Москва — нет, СПб — нет", Availability.OUT_OF_STOCK, None),
        ("5 шт., временно нет", Availability.OUT_OF_STOCK, 5),
    ],
)
def test_what_is_said_of_one_place_is_not_said_of_all(
    rules: Rules, text: str, state: Availability, quantity: int | None
) -> None:
    found = rules.stock.read(text, None)
    assert (found.availability, found.quantity) == (state, quantity)


@pytest.mark.parametrize(
    ("text", "state", "quantity"),
    [
        ("5 шт. на складе, 10 шт. в пути", Availability.IN_STOCK, 5),
        ("10 шт. в пути, 5 шт. на складе", Availability.IN_STOCK, 5),
        ("2 шт. в наличии, 5 шт. под заказ", Availability.IN_STOCK, 2),
        ("100 шт. через 2 недели", Availability.BACK_ORDER, None),
        ("10 шт. под заказ", Availability.BACK_ORDER, 10),
    ],
)
def test_what_comes_later_is_not_at_hand(rules: Rules, text: str, state: Availability, quantity: int | None) -> None:
    found = rules.stock.read(text, None)
    assert (found.availability, found.quantity) == (state, quantity)


def test_thousandths_behind_grouped_thousands_are_no_thousands(rules: Rules) -> None:
    assert [rules.stock.read(None, text).quantity for text in ("1 000,000", "1 000 000", "3,000,000")] == [
        1000, 1_000_000, 3_000_000,
    ]  # fmt: skip
