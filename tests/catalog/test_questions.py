"""Searches, references, histories, offers and rates."""

from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

import pytest

from catalog import Catalogue, Search, Wanted
from catalog.rates import Imported
from restock.errors import UsageError
from restock.listing import Component, Evidence, Listing, Restriction
from restock.rate import Rate
from restock.run import CrawlOutcome
from restock.terms import Availability, Condition, QuantityBound, Relation, RestrictionRule, Vat

Make = Callable[..., Listing]
START = datetime(2026, 11, 1, 8, tzinfo=UTC)
SOLD: dict[str, Any] = {"availability": Availability.OUT_OF_STOCK}


@pytest.fixture
def found(shop: Any, listing: Make) -> Callable[..., list[str]]:
    shop.crawl(
        listing(1, "100", title="Коммутатор Cisco", quantity=5),
        listing(2, "200", brand="Элтекс", restricted=False, availability=Availability.OUT_OF_STOCK),
        listing(3, None, category="Router", availability=Availability.BACK_ORDER, undecided=True),
        listing(4, "50.5", currency="USD", sku="AB-77", quantity=50),
    )
    return lambda **query: [item.url[-1] for item in shop.catalogue.search(Search(**query))]


@pytest.mark.parametrize(
    ("query", "expected"),
    [
        ({}, "4123"),
        ({"text": "КОММУТАТОР"}, "1"),
        ({"text": "ab-7"}, "4"),
        ({"text": "ws-2"}, "2"),
        ({"text": "shop.example/p/3"}, "3"),
        ({"text": "100%"}, ""),
        ({"text": "ws-", "limit": 2}, "41"),
        ({"text": "ws-", "brand": "cisco", "restricted": True, "min_price": Decimal(60)}, "1"),
        ({"brand": "элтекс"}, "2"),
        ({"mpn": " ws -3"}, "3"),
        ({"category": "router"}, "3"),
        ({"restricted": True}, "413"),
        ({"restricted": False}, "2"),
        ({"min_price": Decimal(60)}, "12"),
        ({"max_price": Decimal(100)}, "41"),
        ({"min_quantity": 6}, "4"),
        ({"available": True}, "413"),
        ({"available": False}, "2"),
        ({"undecided": True}, "3"),
        ({"site": "shop", "limit": 2}, "41"),
    ],
)
def test_searches(found: Callable[..., list[str]], query: dict[str, Any], expected: str) -> None:
    assert "".join(found(**query)) == expected


def test_an_unknown_site_or_date_is_wrong_usage(found: Callable[..., list[str]]) -> None:
    with pytest.raises(UsageError, match="no such site"):
        found(site="other")
    with pytest.raises(UsageError, match="not an ISO date"):
        found(at="yesterday")


def test_any_past_day_is_as_it_was(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1, "90"), outcome=CrawlOutcome(finished=False, reason="broken"))
    shop.crawl(listing(1, "80"), listing(3))

    def at(moment: Any) -> list[tuple[str, int]]:
        return [(item.url[-1], int(item.price)) for item in shop.catalogue.search(Search(at=moment))]

    assert at("2026-10-31") == []
    assert at("2026-11-01") == [("1", 100), ("2", 100)]
    assert at(date(2026, 11, 2)) == [("1", 90), ("2", 100)]
    assert at("2026-11-03T07:59:59Z") == [("1", 90), ("2", 100)]
    assert at("2026-11-03") == at(None) == [("1", 80), ("3", 100)]
    assert shop.catalogue.listing("shop.example/p/2", at="2026-11-02").price == 100
    with pytest.raises(UsageError, match="was not there"):
        shop.catalogue.listing("shop.example/p/2", at="2026-11-03")


def test_everything_of_a_listing_comes_back(shop: Any, listing: Make) -> None:
    given = listing(
        1,
        "1234567.89",
        sku="A 1",
        gtin="4006381333931",
        hs6="8517.62",
        hs6_basis="category",
        relation=Relation.CONTAINS,
        vat=Vat.INCLUDED,
        regular_price=Decimal("2000000.00"),
        quantity=10,
        quantity_bound=QuantityBound.AT_LEAST,
        lead_time_days=14,
        condition=Condition.REFURBISHED,
        components=(Component("Intel", None, "Intel Core i7"),),
        restrictions=(Restriction(RestrictionRule.CHPL, "8517.62", "listed", "https://list.example", tier="2"),),
        evidence=Evidence("AB" * 32, "shop/x.warc.gz", "<urn:uuid:1>"),
    )
    run = shop.crawl(given)
    kept = shop.now()[0].to_json()
    assert kept == given.to_json() | {"key": "A 1", "run": run.id, "observed_at": "2026-11-01T08:00:00Z"}


def test_references(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    shop.crawl(listing(1, sku="A-1"), listing(2, url="https://shop.example/x?b=1&a=2"), listing(3))
    other = type(shop)(catalogue, name="http://127.0.0.1:80")
    other.crawl(listing(9, sku="A-1"), listing(3, "5"))
    ask = catalogue.listing
    assert ask("shop:A-1").mpn == "WS-1"
    assert ask("http://127.0.0.1:80:A-1").mpn == "WS-9"
    assert ask("http://www.shop.example/p/1/?utm_source=x").mpn == "WS-1"
    assert ask("shop.example/x?a=2&b=1").mpn == "WS-2"
    assert ask("shop:shop.example/p/3").price == 100
    with pytest.raises(UsageError, match=r"more than one listing is meant: http://127.0.0.1:80:A-1, shop:A-1"):
        ask("A-1")
    for unknown in ("B-1", "B\udcff", "B\x00"):
        with pytest.raises(UsageError, match="no such listing"):
            ask(unknown)


def test_a_listing_that_is_gone_can_still_be_asked_for(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1))
    assert shop.catalogue.listing("shop.example/p/2").price == 100


def test_listings_as_they_last_stood_up_to_a_moment(shop: Any, listing: Make) -> None:
    """What was gone by then is told as it was."""
    shop.crawl(listing(1), listing(2), listing(3))
    shop.crawl(listing(1, "90"), listing(2))
    shop.crawl(listing(1, title="Other"), listing(2), listing(4))
    named = {("shop", one.key) for one in shop.now()} | {("shop", "https://shop.example/p/3"), ("else", "x")}

    def stood(day: int) -> list[tuple[str, str, Decimal | None]]:
        found = shop.catalogue.last_states(named, START + timedelta(days=day))
        return sorted((one.url[-1], one.title, one.price) for one in found)

    second, third = ("2", "Switch number 2", Decimal(100)), ("3", "Switch number 3", Decimal(100))
    assert stood(-1) == []
    assert stood(1) == [("1", "Switch number 1", Decimal(90)), second, third]
    assert [title for _, title, _ in stood(2)] == ["Other", "Switch number 2", "Switch number 3", "Switch number 4"]


def test_history_across_sites_with_gaps(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    shop.crawl(listing(1), listing(2))
    shop.crawl(listing(1, title="New title"), listing(2))
    shop.crawl(listing(2))
    shop.crawl(listing(1, "90"), listing(2))
    type(shop)(catalogue, name="other").crawl(listing(1, "70", site="other"))
    told = [
        (entry["site"], entry["from"][:10], (entry["until"] or "")[:10], entry["present"], entry["price"])
        for entry in (entry.to_json() for entry in catalogue.history("ws-1"))
    ]
    assert told == [
        ("other", "2026-11-01", "", True, "70.00"),
        ("shop", "2026-11-01", "2026-11-03", True, "100.00"),
        ("shop", "2026-11-03", "2026-11-04", False, None),
        ("shop", "2026-11-04", "", True, "90.00"),
    ]
    assert catalogue.history("WS-404") == []


def test_goods_put_in_the_place_of_others_are_no_part_of_their_history(shop: Any, listing: Make) -> None:
    def told(mpn: str) -> list[tuple[int, bool | None, Any]]:
        return [(entry.since.day, entry.present, entry.price) for entry in shop.catalogue.history(mpn)]

    shop.crawl(listing(1, "100"))
    shop.crawl(listing(1, "110", mpn=None))
    shop.crawl(listing(1, "500", mpn="WS-7"))
    shop.crawl(listing(1, "120"))
    assert told("WS-1") == [(1, True, 100), (2, True, 110), (3, False, None), (4, True, 120)]
    assert told("WS-7") == [(3, True, 500), (4, False, None)]


def test_a_number_that_new_rules_read_otherwise_keeps_its_history(shop: Any, listing: Make) -> None:
    shop.crawl(listing(1, "100"))
    run = shop.crawl(listing(1, "110"))
    shop.correct(run, listing(1, "110", mpn="WS-1-L"))
    for mpn in ("WS-1", "WS-1-L"):
        assert [(entry.present, entry.price) for entry in shop.catalogue.history(mpn)] == [(True, 100), (True, 110)]


def test_offers_side_by_side(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    shop.crawl(listing(1, "100"), listing(2, None, mpn="WS-1"), listing(3, "5", mpn="WS-1", currency="USD"), listing(4))
    type(shop)(catalogue, name="other").crawl(listing(1, "70", site="other"))
    offers = catalogue.offers(["ws-4", "WS-1", "WS-1"])
    assert [(item.mpn, item.price, item.currency) for item in offers] == [
        ("WS-4", 100, "RUB"),
        ("WS-1", 70, "RUB"),
        ("WS-1", 100, "RUB"),
        ("WS-1", 5, "USD"),
        ("WS-1", None, "RUB"),
    ]


def test_rates_by_date_and_across(catalogue: Catalogue) -> None:
    friday, monday = date(2026, 11, 20), date(2026, 11, 23)
    rows = [
        Rate(friday, "USD", "RUB", Decimal("80.5"), "cbr"),
        Rate(friday, "CNY", "RUB", Decimal("11.5"), "cbr"),
        Rate(monday, "USD", "RUB", Decimal(81), "cbr"),
    ]
    assert catalogue.import_rates(rows) == Imported(new=3)
    assert catalogue.import_rates(rows) == Imported(known=3)
    assert catalogue.import_rates([replace(rows[2], value=Decimal(82)), *rows]) == Imported(known=3)
    assert catalogue.rate("USD", "RUB", date(2026, 11, 22)) == (Decimal("80.5"), friday)
    assert catalogue.rate("USD", "RUB", monday) == (Decimal(81), monday)
    assert catalogue.rate("RUB", "USD", monday) == (1 / Decimal(81), monday)
    assert catalogue.rate("USD", "CNY", monday) == (Decimal("80.5") * (1 / Decimal("11.5")), friday)
    assert catalogue.rate("EUR", "RUB", monday) is None
    assert catalogue.rate("USD", "RUB", date(2026, 11, 19)) is None
    assert catalogue.rate("RUB", "RUB", monday) == (1, monday)
    assert catalogue.rate("USD", "RUB", monday + timedelta(days=31)) == (Decimal(81), monday)
    assert catalogue.rate("USD", "RUB", monday + timedelta(days=32)) is None


def test_a_rate_that_its_source_corrects(catalogue: Catalogue) -> None:
    day = date(2026, 11, 20)
    catalogue.import_rates([Rate(day, "USD", "RUB", Decimal(80), "Bank of Russia")])
    assert catalogue.import_rates([Rate(day, "USD", "RUB", Decimal(81), "Bank of Russia")]) == Imported(changed=1)
    catalogue.import_rates([Rate(day, "USD", "RUB", Decimal(90), "CSV")])
    assert catalogue.rate("USD", "RUB", day) == (Decimal(90), day)
    assert catalogue.rate("RUB", "USD", day) == (1 / Decimal(90), day)
    (bank, own) = catalogue.rate_spans()
    assert (bank.source, bank.rates, bank.first, own.source) == ("Bank of Russia", 1, day, "CSV")


def test_since_when_a_listing_is_known(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1), listing(2, restricted=False), listing(3, brand=None, restricted=False))
    second = shop.crawl(listing(1, "90"), listing(2, restricted=False), listing(4))
    keys = {("shop", f"https://shop.example/p/{number}") for number in (1, 4, 9)}
    assert {key[-1]: moment for (_, key), moment in catalogue.first_seen(keys).items()} == {
        "1": first.observed_at,
        "4": second.observed_at,
    }


def test_offers_of_a_past_day(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1, "100"), listing(2))
    shop.crawl(listing(1, "90"), listing(3), listing(4))
    then = first.observed_at
    assert [item.price for item in catalogue.offers(["WS-1", "WS-3"], at=then)] == [100]
    assert [item.price for item in catalogue.offers(["WS-1", "WS-3"])] == [90, 100]


def test_sellers_of_a_brand_and_of_a_part_number(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    other = type(shop)(catalogue, name="other", day=4)
    shop.crawl(listing(1), listing(2, brand="HPE", restricted=False))
    shop.crawl(
        listing(1), listing(2, brand="HPE", restricted=False), listing(3, availability=Availability.OUT_OF_STOCK)
    )
    other.crawl(listing(9, site="other", mpn="WS-1", brand="HPE"))
    other.crawl(listing(9, site="other", mpn="WS-1", brand="HPE"), listing(3, site="other"))
    shop.crawl(listing(2, brand="HPE", restricted=False), listing(3, **SOLD))

    def told(**asked: Any) -> list[tuple[Any, ...]]:
        return [
            (one.site, one.brand, one.mpn, one.first_seen.day, one.baseline, one.listings, one.available)
            for one in catalogue.sellers(**asked)
        ]

    assert told(brand="cisco") == [("shop", "Cisco", None, 1, True, 1, 0), ("other", "Cisco", None, 6, False, 1, 1)]
    assert told(mpns=["ws-1"]) == [("shop", "Cisco", "WS-1", 1, True, 0, 0), ("other", "HPE", "WS-1", 5, True, 1, 1)]
    assert told(mpns=["WS-3"], brand="Cisco") == [
        ("shop", "Cisco", "WS-3", 2, False, 1, 0),
        ("other", "Cisco", "WS-3", 6, False, 1, 1),
    ]
    assert told(brand="Cisco", since=datetime(2026, 11, 4, tzinfo=UTC)) == [("other", "Cisco", None, 6, False, 1, 1)]
    assert told(brand="Nobody") == told(mpns=["NO-1"]) == []


def test_newly_available_goods_by_brand_category_and_tier(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    tier = Restriction(RestrictionRule.CHPL, "8517.62", "listed", "https://list.example", tier="2")
    shop.crawl(
        listing(1, availability=Availability.OUT_OF_STOCK), listing(2), listing(3, availability=Availability.UNKNOWN)
    )
    shop.crawl(
        listing(1, restrictions=(tier,)), listing(2, "90"), listing(3, restricted=False),
        listing(4, brand="HPE", category="server"), listing(5, mpn="WS-2"), listing(6, **SOLD),
    )  # fmt: skip

    def told(**asked: Any) -> str:
        wanted = Wanted(newly_available=True, **asked)
        return "".join(change.listing.url[-1] for change in catalogue.diff(wanted=wanted).changes)

    assert told() == "14"
    assert (told(brand="hpe"), told(category="SERVER"), told(tier="2"), told(tier="1")) == ("4", "4", "1", "")


def test_since_when_a_price_stands(shop: Any, listing: Make) -> None:
    for day, price in enumerate(("100", "100", "90", "90", "100"), start=1):
        shop.crawl(listing(1, price, quantity=day), listing(2, quantity=day) if day != 3 else listing(3))
    states = [shop.catalogue.listing("shop.example/p/1", at=date(2026, 11, day)) for day in range(1, 6)]
    states += [shop.catalogue.listing("shop.example/p/2", at=date(2026, 11, day)) for day in (2, 5)]
    since = shop.catalogue.priced_since(states)
    days = [since[state.site, state.key, state.run].day for state in states]
    assert days == [1, 1, 3, 3, 5, 1, 4]
