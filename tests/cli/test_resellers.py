"""The resellers' definitions, pointed at their fixture shops, crawled over three days by the command line."""

from collections import Counter
from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import orjson
import pytest
from resellers.four_telecom import FourTelecom
from resellers.goods import DAYS
from resellers.nag import Nag
from resellers.ocs import KEY, Ocs
from resellers.prosoft import Prosoft
from resellers.sale_server import OldSaleServer, SaleServer
from resellers.serving import Reseller
from resellers.three_logic import LOGIN, TOKEN, ThreeLogic, ThreeLogicPages

from cli.main import run
from restock.site import Site
from restock.terms import Event
from spiders.definitions import definitions_of, write_site

Rows = list[dict[str, Any]]
BUILT_IN: dict[str, type[Reseller]] = {
    "3logic": ThreeLogic,
    "nag": Nag,
    "ocs": Ocs,
    "4telecom": FourTelecom,
    "prosoft": Prosoft,
    "sale-server": SaleServer,
}
OF_THEIR_OWN: dict[str, type[Reseller]] = {"sale-server-before": OldSaleServer, "3logic-pages": ThreeLogicPages}
"""Shops whose pages are not what the built-in definition is for: read without one."""
SHOPS = BUILT_IN | OF_THEIR_OWN
KEYS = {"OCS__KEY": KEY, "3LOGIC__LOGIN": LOGIN, "3LOGIC__TOKEN": TOKEN}
CRAWLED = {"3logic": 2, "nag": 2, "sale-server": 2, "sale-server-before": 2, "3logic-pages": 1}


def days(name: str) -> tuple[int, ...]:
    """The days on which a shop is crawled: fewer where a browser draws it, or where it is another's variant."""
    return DAYS[: CRAWLED.get(name, len(DAYS))]


@dataclass
class Street:
    """All shops, crawled on each of their days into one home."""

    home: Path
    shops: dict[str, Reseller]
    runs: dict[int, dict[str, dict[str, Any]]] = field(default_factory=dict)
    listings: dict[int, dict[str, Rows]] = field(default_factory=dict)
    changes: dict[int, dict[str, Rows]] = field(default_factory=dict)
    truth: dict[int, dict[str, dict[str, dict[str, Any]]]] = field(default_factory=dict)

    def restock(self, *args: str, day: int = DAYS[-1]) -> Rows:
        """A command in this process: its rows. (The crawls themselves have processes of their own.)"""
        output = self.home / "answer.jsonl"
        with pytest.MonkeyPatch.context() as environment:
            for name, key in KEYS.items():
                environment.setenv(f"RESTOCK_KEYS__{name}", key)
            environment.setenv("RESTOCK_NOW", f"2026-11-{15 + day}T06:00:00+00:00")
            assert run([*args, "--home", str(self.home), "--output", str(output)]) == 0
        return [orjson.loads(line) for line in output.read_bytes().splitlines()]

    def pass_a_day(self, day: int) -> None:
        for shop in self.shops.values():
            shop.day = day
        names = [name for name in self.shops if day in days(name)]
        self.truth[day] = {name: self.shops[name].truth() for name in names}
        self.runs[day] = {row["site"]: row for row in self.restock("crawl", *names, day=day)}
        self.listings[day] = self._by_site(self.restock("search", day=day))
        everything = [f"--event={event}" for event in Event]
        self.changes[day] = self._by_site(self.restock("diff", *everything, day=day)) if day > 1 else {}

    def _by_site(self, rows: Rows) -> dict[str, Rows]:
        return {name: [row for row in rows if row["site"] == name] for name in self.shops}


@pytest.fixture(scope="module")
def street(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Street]:
    home = tmp_path_factory.mktemp("street")
    shops = {name: kind() for name, kind in SHOPS.items()}
    with ExitStack() as stack:
        for name, shop in shops.items():
            stack.enter_context(shop.serving())
            write_site(home, definition(name, shop, home))
        found = Street(home, shops)
        for day in DAYS:
            found.pass_a_day(day)
        yield found


def definition(name: str, shop: Reseller, home: Path) -> Site:
    """The built-in definition with its start addresses moved to loopback; elsewhere, the start address alone."""
    pace: dict[str, object] = {"delay": 0, "concurrency": 4, "enabled": True}
    if name in OF_THEIR_OWN:
        return Site(name=name, start=(shop.url,), delay=0, concurrency=4)
    known = definitions_of(home).checked()[name]
    if known.api is not None and known.api.url is not None:
        pace["api"] = known.api.model_copy(update={"url": moved(known.api.url, shop.url)})
    return known.model_copy(update={**pace, "start": tuple(moved(start, shop.url) for start in known.start)})


def moved(start: str, url: str) -> str:
    return url.rstrip("/") + start.removeprefix(f"https://{urlsplit(start).netloc}")


def place_of(row: dict[str, Any]) -> str:
    """What tells goods apart: the path of their page, their part number where an interface gives them none."""
    return urlsplit(row["url"]).path if row.get("url") else row["mpn"]


@pytest.mark.parametrize("name", SHOPS)
def test_all_goods_are_found_and_nothing_else(street: Street, name: str) -> None:
    for day in days(name):
        assert street.runs[day][name]["status"] == "complete", street.runs[day][name]
        found = [place_of(row) for row in street.listings[day][name]]
        assert sorted(found) == sorted(map(place_of, street.truth[day][name].values()))


@pytest.mark.parametrize("name", SHOPS)
def test_what_is_read_is_true(street: Street, name: str) -> None:
    """At least 99% of all facts, and no brand, price or restriction among the rest."""
    for day in days(name):
        rows = {place_of(row): row for row in street.listings[day][name]}
        facts = [
            (key, wanted, rows[place_of(true)][key])
            for true in street.truth[day][name].values()
            for key, wanted in true.items()
        ]
        wrong = [fact for fact in facts if fact[1] != fact[2]]
        assert len(wrong) <= len(facts) * 0.01, wrong
        assert not {"brand", "price", "currency", "price_type", "restricted"} & {fact[0] for fact in wrong}, wrong


@pytest.mark.parametrize("name", SHOPS)
def test_a_day_shows_its_events_and_no_other(street: Street, name: str) -> None:
    for day in days(name)[1:]:
        found = Counter((row["mpn"], row["event"]) for row in street.changes[day][name])
        assert found == Counter(street.shops[name].events(day))


def test_a_price_that_moves_says_by_how_much(street: Street) -> None:
    (moved_price,) = [
        row for row in street.changes[2]["prosoft"] if row["mpn"] == "ARK-3532B" and row["event"] == "price_changed"
    ]
    assert (moved_price["before"]["price"], moved_price["after"]["price"]) == ("212300.00", "219800.00")
    assert moved_price["change_pct"] == "3.53"
    (into_roubles,) = [row for row in street.changes[3]["prosoft"] if row["mpn"] == "NUVO-7531"]
    assert (into_roubles["before"]["currency"], into_roubles["after"]["currency"]) == ("USD", "RUB")
    assert into_roubles["change_pct"] is None


def test_components_of_industrial_computers_are_found(street: Street) -> None:
    """Intel's, NVIDIA's and Google's parts, which the descriptions name."""
    shop = street.shops["prosoft"]
    assert isinstance(shop, Prosoft)
    goods = {good.mpn: good for good in shop.goods}
    rows = {row["mpn"]: row for row in street.listings[3]["prosoft"]}
    for mpn, good in goods.items():
        found = {part["brand"] for part in rows[mpn]["components"]}
        assert found == shop.parts(good), mpn
        by_part = {rule["rule"] for rule in rows[mpn]["restrictions"]}
        assert not found or "component" in by_part
    named = Counter(part["brand"] for row in rows.values() for part in row["components"])
    assert {"Intel", "NVIDIA", "Google"} <= set(named)


def test_searches_by_price_kind_and_quantity(street: Street) -> None:
    goods = [(name, true) for name, truth in street.truth[3].items() for true in truth.values()]
    cheap = street.restock("search", "--max-price", "20000", "--category", "ip_phone")
    wanted = [
        true["mpn"]
        for _, true in goods
        if true.get("category") == "ip_phone" and true["price"] and Decimal(true["price"]) <= 20000
    ]
    assert sorted(row["mpn"] for row in cheap) == sorted(wanted) != []
    many = street.restock("search", "--min-quantity", "10", "--site", "4telecom")
    wanted = [true["mpn"] for name, true in goods if name == "4telecom" and (true["quantity"] or 0) >= 10]
    assert sorted(row["mpn"] for row in many) == sorted(wanted) != []


def test_changes_by_price_kind_and_quantity(street: Street) -> None:
    def told(*args: str) -> set[tuple[str, str]]:
        return {(row["mpn"], row["event"]) for row in street.restock("diff", "--site", "4telecom", *args)}

    assert told("--category", "router") == {("SRX300", "price_changed")}
    assert told("--min-price", "50000", "--max-price", "70000") == {
        ("SRX300", "price_changed"),
        ("CBS350-24P-4G-EU", "details_changed"),
    }
    stocked = {good.mpn for good in street.shops["4telecom"].stock.goods if good.quantity and int(good.quantity) >= 7}
    everything = {(row["mpn"], row["event"]) for row in street.changes[3]["4telecom"]}
    assert told("--min-quantity", "7") == {event for event in everything if event[0] in stocked} != set()
