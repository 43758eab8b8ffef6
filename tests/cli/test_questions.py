"""`rates`, `compare`, `search` and `history` as analysts use them."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Restock = Callable[..., Any]

DAILY = """<?xml version="1.0" encoding="windows-1251"?><ValCurs Date="{day}" name="Foreign Currency Market">
<Valute ID="R01235"><CharCode>USD</CharCode><Nominal>1</Nominal><Name>Доллар</Name><Value>{usd}</Value></Valute>
<Valute ID="R01335"><CharCode>KZT</CharCode><Nominal>100</Nominal><Name>Тенге</Name><Value>16,0000</Value></Valute>
</ValCurs>"""
SWITCH, ROUTER = "WS-C2960X-48TS-L", "ISR4331/K9"


@pytest.fixture
def take(restock: Restock, tmp_path: Path) -> Callable[..., Any]:
    """Imports a list of a shop: part number, price and currency of each of its goods."""

    def take(site: str, day: str, *goods: tuple[str, str, str]) -> Any:
        rows = [f"{number};Cisco {number};{number};Cisco;{price};{currency};5" for number, price, currency in goods]
        path = tmp_path / "list.csv"
        path.write_text("\n".join(["Код;Наименование;P/N;Бренд;Цена;Валюта;Остаток", *rows]), encoding="utf-8")
        answer = restock("import", site, str(path), "--observed-at", day)
        assert answer.code == 0, answer.err
        return answer

    return take


@pytest.fixture
def rates(restock: Restock, tmp_path: Path) -> Callable[..., Any]:
    def take(day: str, usd: str) -> Any:
        path = tmp_path / "daily.xml"
        path.write_bytes(DAILY.format(day=day, usd=usd).encode("cp1251"))
        return restock("rates", "import", str(path))

    return take


def test_rates_are_imported_once(restock: Restock, rates: Callable[..., Any], tmp_path: Path) -> None:
    first = rates("20.11.2026", "80,5000")
    assert (first.code, first.rows[0]["new"], first.rows[0]["first"]) == (0, 2, "2026-11-20")
    again = rates("20.11.2026", "80,5000")
    assert (again.code, again.rows[0]["new"], again.rows[0]["known"]) == (0, 0, 2)
    spans = restock("rates", "list").rows
    assert [(span["currency"], span["base"], span["rates"]) for span in spans] == [("KZT", "RUB", 1), ("USD", "RUB", 1)]
    broken = rates("20.11.2026", "eighty")
    assert (broken.code, len(broken.error_lines), broken.out) == (2, 1, "")
    assert restock("rates", "list").rows == spans


def test_offers_are_compared_in_one_currency_with_the_rate_shown(
    restock: Restock, take: Callable[..., Any], rates: Callable[..., Any]
) -> None:
    take("alpha", "2026-11-22", (SWITCH, "90000", "RUB"))
    take("beta", "2026-11-22", (SWITCH, "1000", "USD"))
    take("gamma", "2026-11-22", (SWITCH, "500", "BYN"))
    rates("20.11.2026", "80,5000")
    rates("23.11.2026", "99,0000")
    answer = restock("compare", SWITCH)
    told = [
        [row[name] for name in ("site", "reporting_price", "reporting_currency", "rate", "rate_day")]
        for row in answer.rows
    ]
    assert told == [
        ["beta", "80500.00", "RUB", "80.5", "2026-11-20"],
        ["alpha", "90000.00", "RUB", None, None],
        ["gamma", None, None, None, None],
    ]
    assert answer.rows[0]["cheaper_than_next_pct"] == "10.56"
    assert answer.rows[2]["note"] == "no exchange rate for BYN"
    assert "no exchange rate is known for BYN" in answer.err
    in_tenge = restock("compare", SWITCH, "--currency", "kzt").rows
    assert [(row["site"], row["reporting_price"], row["rate"]) for row in in_tenge][:2] == [
        ("beta", "503125.00", "503.125"),
        ("alpha", "562500.00", "6.25"),
    ]
    assert restock("compare", SWITCH, "--currency", "dollars").code == 2


def test_a_list_of_part_numbers_is_one_table(restock: Restock, take: Callable[..., Any], tmp_path: Path) -> None:
    take("alpha", "2026-11-22", (SWITCH, "90000", "RUB"), (ROUTER, "200000", "RUB"))
    take("beta", "2026-11-22", (SWITCH, "80000", "RUB"))
    path = tmp_path / "wanted.txt"
    path.write_text(f"{ROUTER}\n\n# a remark\n  ws-с2960х-48тs-l \nNO-SUCH-1\n{ROUTER.lower()}\n", encoding="utf-8")
    answer = restock("compare", "--file", str(path))
    assert answer.code == 0
    assert [(row["mpn"], row["site"], row["note"]) for row in answer.rows] == [
        (ROUTER, "alpha", None),
        (SWITCH, "beta", None),
        (SWITCH, "alpha", None),
        (None, None, "no offer was ever seen"),
    ]
    assert answer.rows[-1]["asked"] == "NO-SUCH-1"
    assert answer.rows[-1].keys() == answer.rows[0].keys()


def test_a_number_that_nobody_offers_any_more(restock: Restock, take: Callable[..., Any], tmp_path: Path) -> None:
    take("alpha", "2026-11-20", (SWITCH, "90000", "RUB"), (ROUTER, "1000", "RUB"))
    take("alpha", "2026-11-22", (ROUTER, "1000", "RUB"))
    path = tmp_path / "wanted.txt"
    path.write_text(SWITCH, encoding="utf-8")
    assert restock("compare", "--file", str(path)).rows[0]["note"] == "no offer now; gone from alpha since 2026-11-22"
    alone = restock("compare", SWITCH)
    assert (alone.code, alone.rows) == (0, [])
    assert "gone from alpha since 2026-11-22" in alone.err


def test_a_list_that_can_not_be_used(restock: Restock, tmp_path: Path) -> None:
    answer = restock("compare", "--file", str(tmp_path / "none.txt"))
    assert (answer.code, len(answer.error_lines)) == (2, 1)


def test_what_the_last_run_did_not_see_is_marked(restock: Restock, take: Callable[..., Any], tmp_path: Path) -> None:
    goods = [(f"{SWITCH}{number}", "90000", "RUB") for number in range(20)]
    take("alpha", "2026-11-20", *goods)
    path = tmp_path / "short.csv"
    path.write_text(f"Код;Наименование;Цена, руб.\n{SWITCH}0;Cisco {SWITCH}0;90000\n", encoding="utf-8")
    assert restock("import", "alpha", str(path), "--observed-at", "2026-11-22").code == 3
    answer = restock("search", "--mpn", f"{SWITCH}1")
    assert (answer.rows[0]["last_seen"], answer.rows[0]["in_last_run"]) == ("2026-11-20T00:00:00Z", False)
    assert "1 of these were not seen by their site's last run" in answer.err
    seen = restock("search", "--mpn", f"{SWITCH}0")
    assert (seen.rows[0]["last_seen"], seen.rows[0]["in_last_run"]) == ("2026-11-22T00:00:00Z", True)
    assert "last 2026-11-20" in restock("search", "--format", "table").out
    there, unseen = restock("history", f"{SWITCH}1").rows
    assert (there["present"], there["until"], there["price"]) == (True, "2026-11-22T00:00:00Z", "90000.00")
    assert (unseen["present"], unseen["last_seen"], unseen["price"]) == (None, "2026-11-20T00:00:00Z", None)
    assert "not seen" in restock("history", f"{SWITCH}1", "--format", "table").out
    (row,) = restock("compare", f"{SWITCH}1").rows
    assert (row["last_seen"], row["note"]) == ("2026-11-20T00:00:00Z", "not seen by the site's last run")


def test_a_brand_may_be_asked_by_any_of_its_names(restock: Restock, take: Callable[..., Any]) -> None:
    take("alpha", "2026-11-20", (SWITCH, "90000", "RUB"))
    take("alpha", "2026-11-21", (SWITCH, "80000", "RUB"))
    assert len(restock("search", "--brand", "cisco systems").rows) == 1
    assert len(restock("diff", "--brand", "Сиско").rows) == 1
    assert [row["site"] for row in restock("sellers", "--brand", "CISCO").rows] == ["alpha"]


def test_price_bounds_in_one_currency(restock: Restock, take: Callable[..., Any], rates: Callable[..., Any]) -> None:
    take("alpha", "2026-11-20", (SWITCH, "90000", "RUB"), (ROUTER, "1000", "USD"), ("ABC-1", "5", "BYN"))
    rates("20.11.2026", "80,0000")
    now = {"RESTOCK_NOW": "2026-11-22"}
    assert [row["mpn"] for row in restock("search", "--max-price", "1000", **now).rows] == ["ABC-1", ROUTER]
    answer = restock("search", "--max-price", "85000", "--currency", "RUB", **now)
    assert [row["mpn"] for row in answer.rows] == [ROUTER]
    assert "no exchange rate is known for BYN" in answer.err
    dear = restock("search", "--min-price", "1100", "--currency", "usd", **now)
    assert [row["mpn"] for row in dear.rows] == [SWITCH]


def test_a_broken_data_file_stops_reading_and_not_asking(
    restock: Restock, take: Callable[..., Any], home: Path
) -> None:
    take("alpha", "2026-11-20", (SWITCH, "90000", "RUB"))
    (home / "data").mkdir()
    (home / "data" / "brand_aliases.csv").write_text("brand,alias\nNobody,Noname\n")
    stopped = restock("normalise", stdin='{"title": "x"}')
    assert (stopped.code, len(stopped.error_lines)) == (2, 1)
    fault = "brand_aliases.csv:2"
    assert fault in stopped.error_lines[0]
    for command in (("search", "--brand", "Cisco"), ("history", SWITCH), ("compare", SWITCH), ("diff",)):
        asked = restock(*command)
        assert (asked.code, asked.error_lines) == (0, [])
        assert fault in asked.err
        assert command == ("diff",) or len(asked.rows) == 1


def test_a_used_offer_does_not_make_a_new_one_cheap(restock: Restock, home: Path, tmp_path: Path) -> None:
    for site, price, state in (("alpha", 90, "новый"), ("beta", 40, "б/у"), ("gamma", 100, "новый")):
        path = tmp_path / "list.csv"
        path.write_text(f"Наименование;P/N;Цена;Валюта;Состояние\nCisco {SWITCH};{SWITCH};{price};RUB;{state}\n")
        assert restock("import", site, str(path)).code == 0
    rows = {row["site"]: row["cheaper_than_next_pct"] for row in restock("compare", SWITCH).rows}
    assert rows == {"alpha": "10.00", "beta": None, "gamma": None}


def test_a_number_with_a_space_for_its_dash_is_found(restock: Restock, take: Callable[..., Any]) -> None:
    take("alpha", "2026-11-22", (SWITCH, "90000", "RUB"))
    (row,) = restock("compare", "ws-c2960x 48ts-l").rows
    assert (row["asked"], row["mpn"], row["price"]) == ("ws-c2960x 48ts-l", SWITCH, "90000.00")


def test_a_currency_that_there_is_not_is_refused(restock: Restock) -> None:
    answer = restock("compare", "X-1", "--currency", "ZZZ")
    assert (answer.code, answer.error_lines) == (2, ["restock: error: --currency: not a currency: 'ZZZ'"])


def test_an_emptied_catalogue_is_no_fresh_one(restock: Restock, home: Path, take: Callable[..., Any]) -> None:
    take("alpha", "2026-11-22", (SWITCH, "90000", "RUB"))
    for left in home.glob("restock.sqlite*"):
        left.unlink()
    (home / "restock.sqlite").touch()
    answer = restock("search")
    assert (answer.code, len(answer.error_lines)) == (1, 1)
    assert "the catalogue is an empty file" in answer.err


def test_prices_with_and_without_vat_are_not_set_against_each_other(restock: Restock, tmp_path: Path) -> None:
    for site, column, price in (
        ("alpha", "Цена без НДС", "90"),
        ("beta", "Цена с НДС", "100"),
        ("gamma", "Цена с НДС", "от 110"),
    ):
        path = tmp_path / "list.csv"
        path.write_text(f"Наименование;P/N;{column};Валюта\nCisco {SWITCH};{SWITCH};{price};RUB\n")
        assert restock("import", site, str(path)).code == 0
    rows = {row["site"]: (row["vat"], row["cheaper_than_next_pct"]) for row in restock("compare", SWITCH).rows}
    assert rows == {"alpha": ("excluded", None), "beta": ("included", None), "gamma": ("included", None)}
