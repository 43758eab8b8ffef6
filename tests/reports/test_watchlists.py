"""Watch lists and subscriptions: what is on a list, and every bad entry with its file, line and reason."""

from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from reports.vocabulary import Known
from reports.watchlists import Watch, load_subscriptions, load_watchlists, watchlist_doubts
from restock.change import Change
from restock.errors import SettingsError
from restock.listing import Listing, Restriction
from restock.terms import Event, RestrictionRule
from restock.watching import Criterion, Every, Language, WatchList

SWITCH = Listing(
    site="nag",
    key="1",
    url=None,
    title="Switch",
    brand="Cisco",
    mpn="WS-C2960X-48TS-L",
    category="switch",
    price=Decimal(1000),
    currency="USD",
    restricted=True,
    restrictions=(
        Restriction(RestrictionRule.BRAND_POLICY, "cisco", "reason", "source"),
        Restriction(RestrictionRule.CHPL, "8517.62", "reason", "source", tier="2"),
    ),
)


NAMES = {"cisco": ["Cisco"], "cisco systems": ["Cisco"], "hewlett packard": ["HP", "HPE"], "juniper": ["Juniper"]}
KNOWN = Known(
    brand=lambda name: NAMES.get(name.casefold(), []),
    brands=["Cisco", "HP", "HPE", "Juniper"],
    categories=["router", "switch"],
    tiers=["1", "2", "3.A"],
    sites=["nag", "ocs"],
    sellers=["ООО НАГ"],
)


def on(listing: Listing = SWITCH, *, none: dict[str, Any] | None = None, **wanted: Any) -> bool:
    left_out = (Criterion(**none),) if none else ()
    watchlist = WatchList(name="one", any=(Criterion(**wanted),), none=left_out)
    rates = {("USD", "RUB"): Decimal(80)}
    return Watch([watchlist], {"nag": "ООО НАГ"}, lambda one, other: rates.get((one, other))).has(listing)


@pytest.mark.parametrize(
    ("wanted", "found"),
    [
        ({"brand": "cisco"}, True),
        ({"brand": ["Juniper", "Cisco"]}, True),
        ({"brand": "Juniper"}, False),
        ({"mpn": "ws-c2960*"}, True),
        ({"mpn": "WS-C2960"}, False),
        ({"mpn": "WS-C2960?-48TS-L"}, True),
        ({"mpn": "WS-C2960[X]*"}, False),
        ({"category": "switch", "site": "nag"}, True),
        ({"category": "switch", "site": "ocs"}, False),
        ({"seller": "ооо наг"}, True),
        ({"seller": "OCS"}, False),
        ({"tier": 2}, True),
        ({"tier": ["1", "3A"]}, False),
        ({"rule": "chpl"}, True),
        ({"rule": "component"}, False),
        ({"battlefield": True}, False),
        ({"restricted": True}, True),
        ({"restricted": False}, False),
        ({"max_price": "1000", "currency": "USD"}, True),
        ({"max_price": "999.99", "currency": "USD"}, False),
        ({"min_price": "80001", "currency": "RUB"}, False),
        ({"min_price": "79999", "max_price": "80000", "currency": "RUB"}, True),
        ({"max_price": "1", "currency": "KZT"}, True),  # no rate: not known to lie beyond it
    ],
)
def test_every_key_must_fit(wanted: dict[str, Any], found: bool) -> None:
    assert on(**wanted) is found


def test_an_offer_on_request_stays_within_any_limit() -> None:
    assert on(replace(SWITCH, price=None), max_price="1", currency="USD")


def test_what_a_list_takes_out_is_out() -> None:
    assert not on(brand="Cisco", none={"site": "nag"})
    assert on(brand="Cisco", none={"site": "ocs"})


def test_a_battlefield_part_is_one_that_a_rule_calls_so() -> None:
    found = Restriction(RestrictionRule.BATTLEFIELD, "cisco:WS", "reason", "source")
    assert on(replace(SWITCH, restrictions=(found,)), battlefield=True)
    assert not on(replace(SWITCH, brand=None), brand="*")


def test_a_change_is_wanted_as_it_was_or_as_it_is() -> None:
    watch = Watch([WatchList(name="one", any=(Criterion(max_price=Decimal(500), currency="USD"),))])
    dearer = Change(
        event=Event.PRICE_CHANGED, before=replace(SWITCH, price=Decimal(400)), after=SWITCH, newly_available=False,
        change_pct=None, from_run="a", to_run="b", at=datetime(2026, 11, 9, tzinfo=UTC),
    )  # fmt: skip
    assert watch.wants(dearer)
    assert not watch.wants(replace(dearer, before=SWITCH))
    assert Watch().wants(replace(dearer, before=SWITCH))


GOOD = """
subscriptions:
  - name: anna
    to: anna@example.org
    lists: [routers]
    language: ru
  - name: desk
    to: [boris@example.org, vera@example.org]
    notify: team
    every: day
"""


def write(home: Path, subscriptions: str = GOOD, routers: str = "any:\n  - brand: Cisco\n") -> Path:
    (home / "watchlists").mkdir(exist_ok=True)
    (home / "watchlists" / "routers.yaml").write_text(routers, encoding="utf-8")
    (home / "subscriptions.yaml").write_text(subscriptions, encoding="utf-8")
    return home


def test_subscriptions_are_read_with_their_defaults(tmp_path: Path) -> None:
    home = write(tmp_path)
    found = load_subscriptions(home, load_watchlists(home, KNOWN), ["team"])
    assert list(found) == ["anna", "desk"]
    assert (found["anna"].to, found["anna"].lists) == (("anna@example.org",), ("routers",))
    assert (found["anna"].language, found["anna"].every) == (Language.RUSSIAN, Every.WEEK)
    assert (found["desk"].notify, found["desk"].every, found["desk"].lists) == (("team",), Every.DAY, ())
    assert load_subscriptions(tmp_path / "nowhere", {}, []) == {}


@pytest.mark.parametrize(
    ("routers", "said"),
    [
        ("any:\n  - brand: Cisco\n    colour: red\n", "routers.yaml:3: any.0.colour"),
        ("any:\n  - brand: Cisco\n    made: 1\n", "routers.yaml:3: any.0.made: there is no such key; known: brand, "),
        ("any:\n  - brand: Cisco\n  - {}\n", "routers.yaml:3: any.1: it asks for nothing"),
        ("any:\n  - brand: []\n", "routers.yaml:2: any.0: it asks for nothing"),
        ("any:\n  - max_price: 10\n", "routers.yaml:2: any.0: a price limit needs its `currency`"),
        ("any:\n  - {min_price: 10, max_price: 5, currency: RUB}\n", "routers.yaml:2: any.0: min_price is above"),
        ("any:\n  - rule: sanctions\n", "routers.yaml:2: any.0.rule.0"),
        ("any: []\n", "routers.yaml:1: any"),
        (
            "any:\n  - brand:\n      - Cisco\n      - Cicso\n",
            "routers.yaml:4: any.0.brand.1: no brand is known as 'Cicso' (is 'Cisco'",
        ),
        (
            "any:\n  - category: swich\n",
            "routers.yaml:2: any.0.category.0: no category is known as 'swich' (is 'switch' meant",
        ),
        ("any:\n  - category: sw?tsch*\n", "routers.yaml:2: any.0.category.0: no category is known as 'sw?tsch*'"),
        ("any:\n  - tier: 3A\n", "routers.yaml:2: any.0.tier.0: no tier is known as '3A' (is '3.A' meant?)"),
        ("any:\n  - tier: '*'\n", "routers.yaml:2: any.0.tier.0: no tier is known as '*' (known: 1, 2, 3.A)"),
        ("any:\n  - {max_price: 1, currency: RUR}\n", "routers.yaml:2: any.0.currency: no currency is known as 'RUR'"),
        ("any:\n  - restricted: true\nnone:\n  - brand: Cicso\n", "routers.yaml:4: none.0.brand.0: no brand"),
        ("any:\n  - brand: Cisco\n    brand: HPE\n", "routers.yaml:3: brand: the key stands here twice"),
        ("name: 'a\\nBcc: x'\nany:\n  - brand: Cisco\n", "routers.yaml:1: name"),
        ("any: [", "routers.yaml:1: not readable as YAML"),
    ],
)
def test_a_bad_list_is_named_with_its_line(tmp_path: Path, routers: str, said: str) -> None:
    with pytest.raises(SettingsError) as caught:
        load_watchlists(write(tmp_path, routers=routers), KNOWN)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_brand_stands_under_its_own_name_however_it_is_spelt(tmp_path: Path) -> None:
    brands = "any:\n  - brand: [Cisco Systems, hewlett packard, 'Jun*']\n    currency: RUB\n    tier: 3.a\n"
    (criterion,) = load_watchlists(write(tmp_path, routers=brands), KNOWN)["routers"].any
    assert criterion.brand == ("Cisco", "HP", "HPE", "Jun*")


def test_what_is_not_there_yet_is_a_doubt_with_its_line(tmp_path: Path) -> None:
    text = (
        "any:\n  - site: [nag, nga]\n    seller: ООО НГА\n  - brand: 'Zz*'\nnone:\n  - {site: 'o*', seller: ооо наг}\n"
    )
    home = write(tmp_path, routers=text)
    assert load_watchlists(home, KNOWN)
    waits = "; it watches nothing until there is one"
    doubts = [one.partition("routers.yaml:")[2].removesuffix(waits) for one in watchlist_doubts(home, KNOWN)]
    own = "; a brand of your own is a row of data/brand_countries.csv"
    assert doubts == [
        "2: any.0.site.1: no site is known as 'nga' (is 'nag' meant?)",
        "3: any.0.seller.0: no seller is known as 'ООО НГА' (is 'ООО НАГ' meant?)",
        f"4: any.1.brand.0: no brand is known as 'Zz*' (known: Cisco, HP, HPE, Juniper){own}",
    ]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("subscriptions:\n  - name: a\n    to: nobody\n", ":3: subscriptions.0.to.0: not a mail address: 'nobody'"),
        ("subscriptions:\n  - name: a\n    to: 'a@b.c\\nBcc: d@e.f'\n", ":3: subscriptions.0.to.0: not a mail address"),
        ("subscriptions:\n  - name: a\n", ":2: subscriptions.0: it reaches nobody"),
        (
            "subscriptions:\n  - name: a\n    to: a@b.c\n    lists:\n      - nil\n",
            ":5: subscriptions.0.lists.0: nothing",
        ),
        ("subscriptions:\n  - name: a\n    notify: [team, ops]\n", ":3: subscriptions.0.notify.1: nothing is called"),
        (
            "subscriptions:\n  - {name: a, to: a@b.c}\n  - {name: a, to: a@b.c}\n",
            ":3: subscriptions.1.name: 'a' stands",
        ),
        ("subscriptions:\n  - {name: a, to: a@b.c, every: hour}\n", ":2: subscriptions.0.every"),
        ("- a\n", ":1: subscriptions.yaml is a mapping"),
    ],
)
def test_a_bad_subscription_is_named_with_its_line(tmp_path: Path, text: str, said: str) -> None:
    home = write(tmp_path, subscriptions=text)
    with pytest.raises(SettingsError) as caught:
        load_subscriptions(home, load_watchlists(home, KNOWN), ["team"])
    assert f"subscriptions.yaml{said}" in str(caught.value)
