"""Bad input gets one clear line, the right exit code, no traceback, and loses nothing."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

Restock = Callable[..., Any]


def assert_one_line(answer: Any, code: int, *words: str) -> None:
    assert answer.code == code, answer.err
    assert answer.out == ""
    assert len(answer.error_lines) == 1, answer.err
    assert "Traceback" not in answer.err
    for word in words:
        assert word in answer.error_lines[0]


@pytest.mark.parametrize(
    ("args", "words"),
    [
        (["crawl", "nowhere"], ["nowhere", "unknown site"]),
        (["snapshot", "nowhere"], ["nowhere"]),
        (["snapshot", "ftp://a.example/"], ["ftp://a.example/"]),
        (["snapshot", "http://"], ["http://"]),
        (["snapshot", "file:///etc/passwd"], ["file:///etc/passwd"]),
        (["snapshot", "http://[::1"], ["http://[::1"]),
        (["sites", "show", "nowhere"], ["nowhere"]),
        (["sites", "add", "../x", "http://127.0.0.1:9/"], ["../x"]),
        (["diff", "--since", "2026-13-45"], ["--since", "2026-13-45"]),
        (["diff", "--since", "no-such-run"], ["no-such-run"]),
        (["runs", "show", "no-such-run"], ["no-such-run"]),
        (["search", "--format", "yaml"], ["yaml"]),
        (["search", "--min-price", "cheap"], ["--min-price", "cheap"]),
        (["search", "--currency", "USD"], ["--min-price"]),
        (["sellers"], ["--brand"]),
        (["compare"], ["--file"]),
        (["explain", "nothing"], ["nothing"]),
        (["normalise", "/no/such/file"], ["/no/such/file"]),
        (["frobnicate"], ["frobnicate"]),
    ],
    ids=lambda value: " ".join(value) if isinstance(value, list) else None,
)
def test_wrong_usage(restock: Restock, args: list[str], words: list[str]) -> None:
    assert_one_line(restock(*args), 2, *words)


def test_a_bad_now(restock: Restock) -> None:
    assert_one_line(restock("report", "weekly", RESTOCK_NOW="yesterday"), 2, "RESTOCK_NOW")


def test_bad_settings(restock: Restock, home: Path) -> None:
    home.mkdir()
    (home / "restock.toml").write_text("[crawl]\ndelay = 'slow'\n")
    assert_one_line(restock("sites", "list"), 2, "restock.toml", "crawl.delay")


def test_a_broken_definition_names_file_line_and_key(restock: Restock, home: Path) -> None:
    (home / "sites").mkdir(parents=True)
    (home / "sites" / "shop.yaml").write_text("name: shop\nstart: http://a.example/\ncolour: red\n")
    assert_one_line(restock("sites", "list"), 2, "shop.yaml:3", "colour")


def test_a_corrupt_database_is_said_and_left_alone(restock: Restock, home: Path) -> None:
    home.mkdir()
    database = home / "restock.sqlite"
    database.write_bytes(b"this is not a database" * 100)
    before = database.read_bytes()
    assert_one_line(restock("search"), 1, "restock.sqlite")
    assert database.read_bytes() == before


def test_an_unreachable_host(restock: Restock) -> None:
    answer = restock("snapshot", "http://127.0.0.1:9/", "--delay", "0")
    assert_one_line(answer, 1, "127.0.0.1:9")
    assert restock("runs", "list").rows[0]["status"] == "failed"


def test_a_home_that_cannot_be_made(restock: Restock, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    assert_one_line(restock("search", "--home", str(tmp_path / "file" / "home")), 2, "home")


def test_rows_that_cannot_be_read_are_answered_in_place(restock: Restock) -> None:
    answer = restock("normalise", stdin='{"title": "Cisco WS-C2960X-48TS-L"}\nnot json\n{"price": "1"}\n')
    assert answer.code == 3
    rows = answer.rows
    assert len(rows) == 3
    assert rows[0]["mpn"] == "WS-C2960X-48TS-L"
    assert [row["row"] for row in rows[1:]] == [2, 3]
    assert "row 2" in answer.err
