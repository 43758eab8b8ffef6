"""`import` as a user runs it: rows on stdout, everything else on stderr, the contract's exit codes."""

import gzip
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from restock.settings import load_settings
from scheduler.workspace import Workspace

Restock = Callable[..., Any]

LIST = (
    "Код;Наименование;Бренд;Цена, руб.;Остаток\n1;Коммутатор Cisco WS-C2960X-24TS-L;Cisco;125 000;3\n2;Кабель;;300;9\n"
)
FEED = """<?xml version="1.0" encoding="windows-1251"?><!DOCTYPE yml_catalog SYSTEM "shops.dtd"><yml_catalog><shop>
<categories><category id="1">Коммутаторы</category></categories><offers><offer id="7" available="false">
<price>10</price><currencyId>RUR</currencyId><categoryId>1</categoryId>
<name>Коммутатор Cisco WS-C2960X-24TS-L</name></offer></offers>
</shop></yml_catalog>"""


@pytest.fixture
def csv_list(tmp_path: Path) -> Path:
    path = tmp_path / "list.csv"
    path.write_bytes(LIST.encode("cp1251"))
    return path


def test_an_encoding_that_is_named_is_kept_with_the_run(restock: Restock, tmp_path: Path) -> None:
    file = tmp_path / "list.csv"
    file.write_bytes("Title;Price\nИБП APC;500\n".encode("cp1251"))
    refused = restock("import", "meridian", str(file))
    assert (refused.code, refused.rows, restock("runs", "list").rows) == (2, [], [])
    assert "--encoding" in refused.err
    (run,) = restock("import", "meridian", str(file), "--encoding", "cp1251").rows
    assert [row["title"] for row in restock("search").rows] == ["ИБП APC"]
    assert restock("reparse", run["run"]).code == 0


def test_a_list_is_a_run(restock: Restock, csv_list: Path) -> None:
    answer = restock("import", "meridian", str(csv_list), "--observed-at", "2026-11-20")
    assert answer.code == 0, answer.err
    (run,) = answer.rows
    assert (run["site"], run["kind"], run["status"]) == ("meridian", "import", "complete")
    assert run["observed_at"] == "2026-11-20T00:00:00Z"
    switch = restock("search", "--site", "meridian", "--brand", "Cisco").rows[0]
    assert (switch["key"], switch["price"], switch["quantity"], switch["restricted"]) == ("1", "125000.00", 3, True)
    assert any(site["name"] == "meridian" for site in restock("sites", "list").rows)
    assert restock("verify").code == 0
    assert restock("reparse", run["run"]).rows[0]["key"] == "1"
    assert restock("explain", "meridian:1").code == 0


def test_two_imports_and_their_diff(restock: Restock, csv_list: Path) -> None:
    restock("import", "meridian", str(csv_list), "--observed-at", "2026-11-20")
    csv_list.write_bytes(LIST.replace("125 000", "100 000").encode("cp1251"))
    restock("import", "meridian", str(csv_list), "--observed-at", "2026-11-21")
    (change,) = restock("diff").rows
    assert (change["event"], change["key"], change["change_pct"]) == ("price_changed", "1", "-20.00")
    answer = restock("import", "meridian", str(csv_list), "--observed-at", "2026-11-19")
    assert answer.code == 2
    assert len(answer.error_lines) == 1
    assert "older" in answer.error_lines[0]


def test_a_packed_feed(restock: Restock, tmp_path: Path) -> None:
    path = tmp_path / "feed.xml.gz"
    path.write_bytes(gzip.compress(FEED.encode("cp1251")))
    assert restock("import", "meridian", str(path)).code == 0
    (row,) = restock("search").rows
    assert (row["mpn"], row["currency"], row["availability"]) == ("WS-C2960X-24TS-L", "RUB", "BackOrder")


def test_a_dry_run_shows_the_columns_and_stores_nothing(restock: Restock, csv_list: Path, home: Path) -> None:
    answer = restock("import", "meridian", str(csv_list), "--dry-run", "--map", "description=Бренд")
    assert answer.code == 0, answer.err
    assert {row["name"]: row["field"] for row in answer.rows} == {
        "Код": "sku", "Наименование": "title", "Бренд": "description", "Цена, руб.": "price", "Остаток": "quantity",
    }  # fmt: skip
    assert answer.rows[1]["sample"] == "Коммутатор Cisco WS-C2960X-24TS-L"
    assert "2 listings" in answer.err
    assert restock("runs", "list").rows == []
    assert not (home / "sites" / "meridian.yaml").exists()


def test_rows_that_can_not_be_read_make_a_partial_run(restock: Restock, tmp_path: Path) -> None:
    path = tmp_path / "list.jsonl"
    path.write_text('{"title": "Cisco WS-C2960X-24TS-L"}\nnot json\n{"price": "1"}\n')
    answer = restock("import", "meridian", str(path))
    assert answer.code == 3
    assert answer.rows[0]["counts"]["listings"] == 1
    assert "row 2" in answer.err
    assert "row 3" in answer.err


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["meridian", "nowhere.csv"], ["nowhere.csv"]),
        (["meridian", "{list}", "--map", "colour=A"], ["--map", "colour"]),
        (["meridian", "{list}", "--map", "mpn=Партномер"], ["Партномер", "Наименование"]),
        (["meridian", "{list}", "--observed-at", "yesterday"], ["--observed-at", "yesterday"]),
        (["meridian", "{list}", "--market", "Russia"], ["market"]),
        (["../etc", "{list}"], ["../etc"]),
    ],
)
def test_wrong_usage(restock: Restock, csv_list: Path, home: Path, args: list[str], words: list[str]) -> None:
    answer = restock("import", *(arg.format(list=csv_list) for arg in args))
    assert answer.code == 2, answer.err
    assert answer.out == ""
    assert len(answer.error_lines) == 1, answer.err
    assert all(word in answer.error_lines[0] for word in words)
    assert not (home / "evidence").exists()


def test_a_damaged_file_is_a_failed_run(restock: Restock, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    path.write_bytes(b"PK\x03\x04 and nothing else")
    answer = restock("import", "meridian", str(path))
    assert answer.code == 1
    assert len(answer.error_lines) == 1
    assert restock("runs", "list").rows[0]["status"] == "failed"


def test_a_site_of_lists_alone_is_not_crawled(restock: Restock, csv_list: Path) -> None:
    restock("import", "meridian", str(csv_list))
    for command in (["crawl", "meridian"], ["snapshot", "meridian"], ["sites", "check", "meridian"]):
        answer = restock(*command)
        assert answer.code == 2, answer.err
        assert "start" in answer.err


def test_killed_in_the_middle_the_catalogue_never_noticed(restock: Restock, csv_list: Path, home: Path) -> None:
    restock("import", "meridian", str(csv_list))
    big = csv_list.with_name("big.csv")
    goods = (f"{number};Коммутатор Cisco WS-C{number}-24TS-L;Cisco;100;1\n" for number in range(60_000))
    big.write_text(LIST.partition("\n")[0] + "\n" + "".join(goods), encoding="utf-8")
    command = [sys.executable, "-m", "cli.main", "import", "meridian", str(big), "--home", str(home)]
    child = subprocess.Popen(command, env=os.environ, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    seal = home / "evidence" / "meridian" / "meridian-0002.sha256"
    while not seal.exists():  # from here on it reads and stages rows for seconds
        assert child.poll() is None
        time.sleep(0.05)
    child.send_signal(signal.SIGKILL)
    child.wait()
    runs = restock("runs", "list").rows
    assert [run["status"] for run in runs] == ["failed", "complete"]
    assert len(restock("search").rows) == 2
    assert restock("db", "check").code == 0
    assert restock("verify").code == 0
    assert restock("import", "meridian", str(csv_list)).rows[0]["counts"]["changed"] == 0


def test_a_site_that_another_run_holds_is_no_wrong_usage(restock: Restock, home: Path, tmp_path: Path) -> None:
    path = tmp_path / "list.csv"
    path.write_text("Наименование;Цена\nCisco WS-C2960X-48TS-L;90000\n")
    assert restock("import", "alpha", str(path)).code == 0
    with Workspace(load_settings(home)) as workspace, workspace.site_lock("alpha"):
        answer = restock("import", "alpha", str(path))
    assert (answer.code, answer.error_lines) == (1, ["restock: error: alpha: another run of this site is under way"])
