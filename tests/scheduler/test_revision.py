"""The revision of what reads a site: what decides a value counts, and nothing else."""

from pathlib import Path

import pytest

from pipelines.rules import PRECISION, TABLES, load_rules
from restock import addresses
from restock.site import Site
from scheduler.revision import rules_revision

SITE = Site(name="shop", start=("http://shop.test/",))


def home(folder: Path, **tables: str) -> Path:
    (folder / "data").mkdir(parents=True)
    for name, text in tables.items():
        (folder / "data" / f"{name}.csv").write_text(text, encoding="utf-8")
    return folder


def headers() -> dict[str, str]:
    """Every data file of a user's, without a row."""
    return {table.name.removesuffix(".csv"): ",".join(table.columns) + "\n" for table in TABLES}


def test_where_the_home_lies_does_not_count(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """By their whole paths, the files of one home sort before the built-in ones, those of the other behind them."""
    monkeypatch.chdir(tmp_path)
    own = headers()
    assert load_rules(home(Path("!home"), **own)).revision == load_rules(home(Path("~home"), **own)).revision


def test_a_row_of_the_user_counts(tmp_path: Path) -> None:
    plain = load_rules(home(tmp_path / "plain")).revision
    name, header = next(iter(headers().items()))
    assert load_rules(home(tmp_path / "own", **{name: header})).revision != plain


def test_how_often_a_rule_was_right_does_not_count(tmp_path: Path) -> None:
    plain = load_rules(home(tmp_path / "plain"))
    told = ",".join(PRECISION.columns) + "\nbrand,alias,0.5,100\n"
    rules = load_rules(home(tmp_path / "own", rule_precision=told))
    assert rules.revision == plain.revision
    assert rules.precision["brand", "alias"] == 0.5 != plain.precision.get(("brand", "alias"))


def test_what_makes_two_addresses_one_counts(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    rules = load_rules()
    before = rules_revision(rules, SITE)
    other = tmp_path / "addresses.py"
    other.write_bytes(Path(addresses.__file__).read_bytes() + b"\n")
    monkeypatch.setattr(addresses, "__file__", str(other))
    assert rules_revision(rules, SITE) != before
