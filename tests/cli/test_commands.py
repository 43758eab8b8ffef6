"""Every command explains itself with an example, and the documentation names every command."""

import subprocess
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from typer.main import get_command

from cli.app import app

ROOT = Path(__file__).parents[2]


def leaves(prefix: str, node: object) -> Iterator[tuple[str, object]]:
    for name, child in getattr(node, "commands", {}).items():
        path = f"{prefix} {name}".strip()
        if getattr(child, "commands", None):
            yield from leaves(path, child)
        else:
            yield path, child


COMMANDS = dict(leaves("", get_command(app)))


def test_a_group_without_a_command_shows_its_help(restock: Callable[..., Any]) -> None:
    answer = restock("runs")
    assert answer.code == 2
    assert "\n  accept " in answer.err


def test_a_command_imports_what_it_needs() -> None:
    """Normalising starts at once: no database, no crawler and no report is waited for. (Tables of rows are read as
    price lists are, by light modules of spiders.)"""
    heavy = "{'sqlalchemy', 'scrapy', 'twisted', 'parsel', 'xlsxwriter', 'rich', 'catalog', 'spiders.crawling'}"
    program = f"import sys, cli.app, cli.normalise; sys.exit(', '.join({heavy} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize("module", ["cli.changes", "cli.questions", "cli.runs"])
def test_a_question_waits_for_no_crawler(module: str) -> None:
    program = f"import sys, cli.app, {module}; sys.exit(', '.join({{'scrapy', 'twisted'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, check=False)
    assert done.stderr.strip() == ""


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_help_shows_an_example(path: str) -> None:
    assert f"Example: restock {path}" in str(COMMANDS[path].help)


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_the_documentation_names_the_command(path: str) -> None:
    texts = [ROOT / "README.md", *sorted((ROOT / "docs").glob("*.md"))]
    assert any(f"restock {path}" in text.read_text() for text in texts)


@pytest.mark.parametrize("path", sorted(COMMANDS))
def test_the_home_may_stand_behind_the_command(path: str) -> None:
    if path == "demo":
        assert "home" not in {parameter.name for parameter in COMMANDS[path].params}
    else:
        assert "home" in {parameter.name for parameter in COMMANDS[path].params}
