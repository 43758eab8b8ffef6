"""Price texts: forms that shops use, and what is not understood is not guessed."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.prices import Price
from pipelines.rules import Rules
from pipelines.text import fold
from restock.listing import money_text
from restock.terms import PriceType, Vat

RUBLES = {"": "{}", " ₽": "{} ₽", " руб.": "{} руб.", "$": "${}"}


@pytest.mark.parametrize(
    ("text", "amount", "currency"),
    [
        ("15 000 ₽ 12 000 ₽", "12000", "RUB"),
        ("2 шт. x 500 руб", "500", "RUB"),
        ("SFP-10G-LR 2 шт. 12 500 руб.", "12500", "RUB"),
        ("Артикул 6ES7 1234 цена 500 руб", "500", "RUB"),
        ("12’345 ₽", "12345", "RUB"),
        ("1.480.000 руб.", "1480000", "RUB"),
        ("€ 1.245,50", "1245.50", "EUR"),
        ("1,890.00 USD", "1890.00", "USD"),
        ("1,15 млн руб.", "1150000.00", "RUB"),
        ("125 000 драм", "125000", "AMD"),
        ("99 900 тг", "99900", "KZT"),
        ("1 250 000 so‘m", "1250000", "UZS"),
        ("₺ 12.450,00", "12450.00", "TRY"),
        ("980 у.е.", "980", None),
        ("0,0042 $", "0.0042", "USD"),
        ("12 000 руб. 50 коп.", "12000.5", "RUB"),
        ("4 350-00 руб.", "4350.00", "RUB"),
        ("Цена, руб.: 8 705", "8705", "RUB"),
        ("¥45,000 JPY", "45000", "JPY"),
        ("USD1200", "1200", "USD"),
        ("54 000 ₽ или 4 500 ₽/мес.", "54000", "RUB"),
        ("1.075,00 euros hors taxes", "1075.00", "EUR"),
        ("Опт 10 000 руб / розница 12 000 руб", "12000", "RUB"),
        ("Розничная цена 12 000 ₽, оптовая 10 000 ₽", "12000", "RUB"),
        ("Оптовая цена 10 000 ₽", "10000", "RUB"),
        ("12 500 руб. в кредит от 1 200 руб/мес", "12500", "RUB"),
        ("12 500 ₽ или 1 200 ₽ × 12 мес.", "12500", "RUB"),
        ("12 500 ₽ Оплата частями от 3 125 ₽", "12500", "RUB"),
        ("12 500 р. 50 к.", "12500.50", "RUB"),
    ],
)
def test_amount_and_currency(rules: Rules, text: str, amount: str, currency: str | None) -> None:
    found = rules.prices.read(text)
    assert (found.amount, found.currency, found.kind) == (Decimal(amount), currency, PriceType.EXACT)


@pytest.mark.parametrize(
    "text", [None, "", "0", "1", "0,00 ₽", "по запросу", "Звоните: 8 800 555-35-35", "-", "auf Anfrage"]
)
def test_on_request(rules: Rules, text: str | None) -> None:
    found = rules.prices.read(text)
    assert (found.amount, found.kind) == (None, PriceType.ON_REQUEST)


def test_a_lower_bound_behind_the_mark(rules: Rules) -> None:
    found = rules.prices.read("10 000 ₸-дан бастап")
    assert (found.amount, found.currency, found.kind) == (Decimal(10000), "KZT", PriceType.FROM)


@pytest.mark.parametrize("text", ["дорого", "-500 руб.", "до 20 000 руб.", "9" * 20 + " ₽", "Артикул 1234", "1e5"])
def test_what_is_not_understood_is_null(rules: Rules, text: str) -> None:
    found = rules.prices.read(text)
    assert (found.amount, found.kind) == (None, None)


def test_lower_bounds(rules: Rules) -> None:
    for text in ("от 1 500 руб.", "1 500 – 2 000 ₽", "from $1,500", "ab 1.500,00 €", "от 1 500 до 2 000 руб."):
        found = rules.prices.read(text)
        assert (found.amount, found.kind) == (Decimal(1500), PriceType.FROM), text
    assert rules.prices.read("от 10 шт. 450 руб.").kind is PriceType.EXACT
    for text in (
        "12-15 тыс. руб.",
        "от 12 до 15 тыс. руб.",
        "12 000 so'mdan",
        "12 000 теңгеден бастап",
        "12.000 TL'den başlayan",
    ):
        found = rules.prices.read(text)
        assert (found.amount, found.kind) == (Decimal(12000), PriceType.FROM), text


@pytest.mark.parametrize(
    ("text", "vat"),
    [
        ("12 000 ₽ с НДС 5%", Vat.INCLUDED),
        ("87 450 ₽, в т.ч. НДС (22%)", Vat.INCLUDED),
        ("12 000 ₽ (в т.ч. НДС 20% — 2 000 ₽)", Vat.INCLUDED),
        ("31 700 ₽ + НДС", Vat.EXCLUDED),
        ("1 200 € zzgl. MwSt.", Vat.EXCLUDED),
        ("12 450 ₺ KDV dahil", Vat.INCLUDED),
        ("12 000 ₽", Vat.UNKNOWN),
    ],
)
def test_vat(rules: Rules, text: str, vat: Vat) -> None:
    assert rules.prices.read(text).vat is vat


@pytest.mark.parametrize(
    ("text", "amount", "vat"),
    [
        ("без НДС 100 000 руб., с НДС 120 000 руб.", 100_000, Vat.EXCLUDED),
        ("с НДС 120 000 руб., без НДС 100 000 руб.", 120_000, Vat.INCLUDED),
        ("без НДС 100 000, с НДС 120 000 руб.", 100_000, Vat.EXCLUDED),
        ("120 000 ₽ с НДС / 100 000 ₽ без НДС", 120_000, Vat.INCLUDED),
        ("с НДС 120 000 ₽ / 100 000 ₽ без НДС", 120_000, Vat.INCLUDED),
        ("100 000 / 120 000 руб. без НДС / с НДС", 100_000, Vat.EXCLUDED),
        ("без НДС / с НДС: 100 000 / 120 000 руб.", 100_000, Vat.EXCLUDED),
        ("120 000 ₽ (без НДС: 100 000 ₽)", 120_000, Vat.INCLUDED),
        ("100 000 ₽ (с НДС 120 000 ₽)", 100_000, Vat.EXCLUDED),
        ("100 000 ₽ + НДС 20% = 120 000 ₽", 100_000, Vat.EXCLUDED),
        ("122 000 ₽, в т.ч. НДС 22 000 ₽", 122_000, Vat.INCLUDED),
    ],
)
def test_the_same_price_with_and_without_vat_is_no_discount(rules: Rules, text: str, amount: int, vat: Vat) -> None:
    found = rules.prices.read(text)
    assert (found.amount, found.currency, found.vat, found.regular) == (Decimal(amount), "RUB", vat, None)


def test_a_discount_is_none_of_the_tax(rules: Rules) -> None:
    found = rules.prices.read("12 000 ₽ с НДС 15 000 ₽")
    assert (found.amount, found.vat, found.regular) == (Decimal(12000), Vat.INCLUDED, Decimal(15000))


@pytest.mark.parametrize(
    ("text", "amount"),
    [
        ("12 300 руб. за 10 шт.", "1230"),
        ("12,50 € / 100 Stk.", "0.125"),
        ("цена за 1000 шт: 5 000 руб.", "5"),
        ("10 руб. за 10 шт.", "1"),
        ("3 шт за 1 000 ₽", "333.3333"),
        ("12 500 ₽ за комплект (2 шт.)", "12500"),
        ("12 500 ₽ / 3 шт.", "12500"),
        ("100 шт. по 5 руб.", "5"),
    ],
)
def test_the_price_of_several_is_that_of_each(rules: Rules, text: str, amount: str) -> None:
    found = rules.prices.read(text)
    assert (found.amount, found.kind, found.regular) == (Decimal(amount), PriceType.EXACT, None)


@pytest.mark.parametrize(
    "text",
    [
        "12 500 ₽ + 500 ₽ доставка",
        "12 500 ₽, монтаж 3 000 ₽",
        "12 500 ₽ установка от 1 500 ₽",
        "залог 2 000 ₽, цена 12 500 ₽",
        "+250 бонусов 12 500 ₽",
        "на 25.11.2026: 12 500 ₽",
        "цена 12 500 (до 30.11.2026)",
        "12 500 ₽ 125 баллов",
        "Скидка 10% от 50 000 ₽, 12 500 ₽",
        "12 500 ₽ при заказе от 5 000 ₽",
        "12 500 ₽ Цена для юрлиц 11 900 ₽",
        "наличными 12 500 ₽, безнал 13 500 ₽",
        "2 × 12 500 ₽ = 25 000 ₽",
        "11 000 ₽ опт / 12 500 ₽ розн.",
        "код 4567 цена 12 500",
        "1-9 $12500 / 10-99 $11900",
    ],
)
def test_what_stands_beside_the_price_is_none(rules: Rules, text: str) -> None:
    found = rules.prices.read(text)
    assert (found.amount, found.kind, found.regular) == (Decimal(12500), PriceType.EXACT, None)


@pytest.mark.parametrize(
    "text",
    [
        "2026-12-01",
        "01.12.2026",
        "1/12/26",
        "до 30.11.2026",
        "Доставка 500 ₽",
        "лизинг от 35 000 ₽/мес.",
        "залог 5 000 ₽",
        "12 500 баллов",
    ],
)
def test_what_is_asked_besides_the_price_is_not_taken_for_it(rules: Rules, text: str) -> None:
    found = rules.prices.read(text)
    assert (found.amount, found.kind) == (None, None)


def test_the_higher_of_two_prices_is_the_struck_through_one(rules: Rules) -> None:
    for text in (
        "15 000 ₽ 12 000 ₽",
        "12 000 ₽ 15 000 ₽",
        "было 15 000 ₽, стало 12 000 ₽",
        "Скидка 20%! 12 000 ₽ 15 000 ₽",
    ):
        found = rules.prices.read(text)
        assert (found.amount, found.regular) == (Decimal(12000), Decimal(15000)), text


def test_the_currency_field_speaks_where_the_text_is_silent(rules: Rules) -> None:
    assert rules.prices.read("289990", "RUR").currency == "RUB"
    assert rules.prices.read("100 $", "RUB").currency == "USD"
    assert rules.prices.read("289990", None, "KZT").currency == "KZT"
    assert rules.prices.currency("дукаты") == (None, False)


@given(
    st.decimals(min_value=2, max_value=10**9, places=2),
    st.sampled_from([("{} ₽", " ", ","), ("{} руб.", "\u00a0", "."), ("${}", ",", "."), ("{} €", ".", ",")]),
)
def test_money_survives_a_round_trip(rules: Rules, amount: Decimal, form: tuple[str, str, str]) -> None:
    text, group, point = form
    whole, _, cents = f"{amount:,.2f}".partition(".")
    shown = text.format(whole.replace(",", group) + point + cents)
    found = rules.prices.read(shown)
    assert found.amount == amount
    assert Decimal(str(money_text(found.amount))) == amount


@given(st.text())
def test_any_text_is_safe(rules: Rules, text: str) -> None:
    assert isinstance(rules.prices.read(text, text, None), Price)


@given(
    before=st.sampled_from(
        ["", "$", "€ ", "USD ", "от ", "from ", "р.", "~", "-", "%", "старая цена ", "скидка ", "опт: ", "№"]
    ),
    number=st.from_regex(r"\d{1,3}([ .,]\d{3}){0,2}([.,]\d{1,3})?", fullmatch=True, alphabet="0123456789 .,"),
    behind=st.sampled_from(
        [
            "",
            " ₽",
            " руб.",
            "$",
            " EUR",
            " ₽ с НДС",
            ", без НДС",
            " ₽/шт",
            " тыс. руб.",
            " млн ₽",
            " ₽ с НДС 20%",
            "%",
            " ₽/мес",
            " ₽ (скидка 5%)",
            " шт.",
            " за комплект",
            "+",
            " тыс. млн",
            "-",
        ]
    ),
)
def test_the_words_around_an_amount_are_read_as_the_whole_text_is(
    rules: Rules, before: str, number: str, behind: str
) -> None:
    text = f"{before}{number}{behind}"
    wordy = rules.prices._with_currency(rules.prices._wordy(fold(text).strip()), None, None)
    assert rules.prices.read(text) == wordy
