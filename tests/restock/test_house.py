"""The rooms are ours: packages of the same names on an index must not be the ones that are imported."""

import importlib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]


@pytest.mark.parametrize("room", ["restock", "spiders", "pipelines", "catalog", "reports", "scheduler", "cli"])
def test_a_room_is_imported_from_this_project(room: str) -> None:
    module = importlib.import_module(room)
    assert module.__file__ is not None
    assert Path(module.__file__).parent.parent == ROOT
