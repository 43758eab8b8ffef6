"""A whole listing: what is carried, what is explained, what is unread; and any row is safe."""

from collections.abc import Callable
from datetime import date
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.normalise import Normaliser
from pipelines.rules import Rules
from restock.listing import RAW_FIELDS, Evidence, Normalised, RawListing
from restock.terms import Condition, PriceType

Normalise = Callable[..., Normalised]
FIELDS = [name for name in RAW_FIELDS if name != "title"]
# Words that rules look for, so that Hypothesis meets more than noise.
WORDS = st.sampled_from(
    ["для", "совместимый с", "аналог:",
     "Cisco", "HP", "Intel Core i7-", "на базе", "(", ")", " - ", "C9300", "24T", "4G",
     "6ES7 317-2EK14-0AB0", "NU 208 ECP", "32008 X/Q", "CP - 7841 - K9 =", "J9150 A", "P18422-B21#0D1", "на STM32F405",
     "123 456,00 ₽", "от", "до", "НДС", "20%", ">10 шт", "15.12.2026", "4-6 недель", "б/у", "TI", "&quot;", "\u00a0"]
)  # fmt: skip
TEXTS = st.one_of(st.text(max_size=60), st.lists(st.one_of(WORDS, st.text(max_size=6)), max_size=8).map(" ".join))


def test_what_the_row_says_is_carried(normalise: Normalise) -> None:
    evidence = Evidence("00", "run.warc.gz", "<urn:uuid:1>")
    listing = normalise(
        "Сервер",
        url="https://shop.example/p/1?utm_source=mail#top",
        site="shop",
        sku="77",
        gtin="4006381333931",
        evidence=evidence,
    ).listing
    assert (listing.site, listing.sku, listing.gtin, listing.evidence) == ("shop", "77", "4006381333931", evidence)
    assert listing.url == "https://shop.example/p/1"
    assert (listing.key, listing.run, listing.observed_at) == (None, None, None)


def test_goods_of_a_source_whose_prices_are_not_known_are_not_on_request(normalise: Normalise) -> None:
    found = normalise("Сервер", priced=False)
    assert (found.listing.price_type, found.unread) == (None, ("price",))
    assert normalise("Сервер").listing.price_type is PriceType.ON_REQUEST


def test_what_no_rule_understands_is_named(normalise: Normalise) -> None:
    found = normalise("Сервер", price="дорого", availability="кое-где", gtin="123", currency="дукаты", url="http://[")
    assert sorted(found.unread) == ["availability", "currency", "gtin", "price", "url"]
    assert (found.listing.price, found.listing.price_type, found.listing.url) == (None, None, None)


def test_every_value_has_a_rule(normalise: Normalise) -> None:
    found = normalise("Коммутатор Сisco WS-C4948E-S, б/у", price="1 234 567,00 ₽ с НДС", availability="В наличии")
    rules = {finding.field: finding.rule for finding in found.findings}
    assert {"brand", "mpn", "relation", "category", "price", "availability", "condition", "restrictions"} <= set(rules)
    assert rules["title"] == "mixed script"
    assert all(finding.to_json() for finding in found.findings)


def test_condition_is_what_is_said(normalise: Normalise) -> None:
    said = {
        "Cisco WS-C2960S-24TS-L (USED)": Condition.USED,
        "Cisco C1300-24T-4G-RF": Condition.REFURBISHED,
        "Межсетевой экран нового поколения": None,
        "Блок питания Dell, неисправен, на запчасти": Condition.DAMAGED,
        "Точка доступа, новая": Condition.NEW,
        "Сервер": None,
    }
    assert {title: normalise(title).listing.condition for title in said} == said
    assert normalise("Сервер", condition="восстановленный").listing.condition is Condition.REFURBISHED


def test_regular_price_only_where_it_is_higher(normalise: Normalise) -> None:
    assert normalise("ПК", price="32 990 ₽", regular_price="39 990 ₽").listing.to_json()["regular_price"] == "39990.00"
    assert normalise("ПК", price="32 990 ₽", regular_price="30 000 ₽").listing.regular_price is None
    assert normalise("ПК", price="по запросу", regular_price="30 000 ₽").listing.regular_price is None


def test_a_rate_by_time_is_no_price_of_goods(normalise: Normalise) -> None:
    device = normalise("Коммутатор Cisco C9300-24T-E", price="12 990 ₽/мес")
    assert (device.listing.price, device.listing.price_type, device.unread) == (None, None, ("price",))
    for paid_by_time in ("Аренда сервера Dell PowerEdge R640", "Лицензия Microsoft 365 E3"):
        listing = normalise(paid_by_time, price="12 990 ₽ / мес").listing
        assert (listing.price, listing.price_type) == (Decimal(12990), PriceType.EXACT), paid_by_time


def test_the_same_row_gives_the_same_listing(rules: Rules, on: date) -> None:
    raw = RawListing(title="Сервер HPE ProLiant DL380 Gen10 (P20174-B21)", price="398 000 ₽", quantity=">10")
    assert Normaliser(rules).normalise(raw, on=on) == Normaliser(rules).normalise(raw, on=on)


@settings(max_examples=300, deadline=None)
@given(TEXTS, st.dictionaries(st.sampled_from(FIELDS), TEXTS))
def test_any_row_is_safe(normalise: Normalise, title: str, fields: dict[str, str]) -> None:
    listing = normalise(title, **fields).listing
    assert listing.to_json()["title"] == title
    assert listing.mpn is None or (listing.mpn.isascii() and " " not in listing.mpn)
    assert listing.restricted is False or listing.restrictions


def test_each_value_of_an_offer_says_which_rule_gave_it(normalise: Normalise) -> None:
    found = normalise("Коммутатор Cisco C9300-24T", price="от 12 500 ₽ с НДС", quantity=">10 шт.")
    rules = {finding.field: (finding.value, finding.text) for finding in found.findings}
    assert rules["price_type"] == ("from", "от 12 500 ₽ с НДС")
    assert rules["vat"] == ("included", "от 12 500 ₽ с НДС")
    assert rules["quantity"] == (10, ">10 шт.")
    assert rules["quantity_bound"] == ("at_least", ">10 шт.")
    assert rules["hs6"] == ("8517.62", "switch")
