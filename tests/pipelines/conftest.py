"""What the tests of normalisation share: the built-in rules, a day, and a short way to normalise a row."""

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from pipelines.normalise import Normaliser
from pipelines.rules import Rules, load_rules
from restock.listing import Normalised, RawListing

LABELLED = Path(__file__).parents[2] / "fixtures" / "labelled"


@pytest.fixture(scope="session")
def rules() -> Rules:
    return load_rules()


@pytest.fixture(scope="session")
def on() -> date:
    return date(2026, 11, 22)


@pytest.fixture(scope="session")
def labelled() -> Path:
    return LABELLED


@pytest.fixture(scope="session")
def normalise(rules: Rules, on: date) -> Callable[..., Normalised]:
    """Normalises a row given by keyword, for the Russian market on one day."""
    normaliser = Normaliser(rules)

    def work(title: str, **fields: Any) -> Normalised:
        return normaliser.normalise(RawListing(title=title, **fields), on=on)

    return work


@pytest.fixture
def user_data(tmp_path: Path) -> Callable[[str, str], Path]:
    """Writes a data file of the user's and gives the home folder."""

    def write(name: str, text: str) -> Path:
        folder = tmp_path / "data"
        folder.mkdir(exist_ok=True)
        (folder / name).write_text(text, encoding="utf-8")
        return tmp_path

    return write
