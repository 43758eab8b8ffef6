"""The daily job: one site's trouble is said in one line and leaves the others their turn."""

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from cli import catching
from cli.main import run
from restock.errors import CatalogueError
from restock.terms import RunKind
from scheduler.crawl import crawl_site

Broken = Callable[[str, BaseException], None]


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Two sites, of which the crawl finds nothing: their server is not there."""
    monkeypatch.delenv("RESTOCK_DATABASE_URL", raising=False)
    (tmp_path / "sites").mkdir()
    for name in ("alpha", "beta"):
        (tmp_path / "sites" / f"{name}.yaml").write_text(f"name: {name}\nstart: http://127.0.0.1:9/{name}\n")
    return tmp_path


@pytest.fixture
def broken(monkeypatch: pytest.MonkeyPatch) -> Broken:
    """Makes the crawl of one site end in an error, and that of others in a run."""

    def arrange(name: str, error: BaseException) -> None:
        def crawled(workspace: Any, site: Any, **_: Any) -> Any:
            if site.name == name:
                raise error
            return crawl_site(workspace, site, kind=RunKind.CRAWL)

        monkeypatch.setattr(catching, "crawl_site", crawled)

    return arrange


@pytest.mark.parametrize("error", [ZeroDivisionError("a page\ntoo many"), OSError(28, "no space left")])
def test_an_unforeseen_error_leaves_the_other_sites_their_turn(
    home: Path, broken: Broken, error: Exception, capsys: pytest.CaptureFixture[str]
) -> None:
    error.add_note("alpha-0001 could not be marked as failed")
    broken("alpha", error)
    assert run(["--home", str(home), "crawl", "alpha", "beta"]) == 1
    told = [line.removeprefix("restock: ") for line in capsys.readouterr().err.splitlines()]
    (line,) = [line for line in told if line.startswith("alpha: ")]
    assert str(error).split()[-1] in line
    assert "could not be marked" in line
    assert any(line.startswith("beta: run beta-0001 failed") for line in told)
    assert not any("Traceback" in line for line in told)


def test_a_known_error_of_the_only_site_keeps_its_exit_code(home: Path, broken: Broken) -> None:
    broken("alpha", CatalogueError("locked"))
    assert run(["--home", str(home), "crawl", "alpha"]) == 1


def test_an_interruption_ends_the_whole_job(home: Path, broken: Broken, capsys: pytest.CaptureFixture[str]) -> None:
    broken("alpha", KeyboardInterrupt())
    assert run(["--home", str(home), "crawl", "alpha", "beta"]) == 130
    assert "beta" not in capsys.readouterr().err
