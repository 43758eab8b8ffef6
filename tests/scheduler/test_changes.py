"""Windows in which the rules changed: what the earlier state is under the new ones is read from its evidence."""

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from restock.run import Run
from restock.settings import load_settings
from scheduler.changes import market_changes
from scheduler.evidence import warc_path
from scheduler.importing import import_price_list
from scheduler.reparse import Reparsed
from scheduler.workspace import Workspace

MONDAY = datetime(2026, 11, 16, 8, tzinfo=UTC)


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(load_settings(tmp_path / "home")) as found:
        yield found


def take(workspace: Workspace, day: int, price: int) -> Run:
    path = workspace.settings.home / "list.csv"
    path.write_text(f"Код;Наименование;Цена\n1;Коммутатор Cisco WS-C2960X-24TS-L;{price}\n", encoding="utf-8")
    return import_price_list(workspace, "meridian", path, observed_at=MONDAY + timedelta(days=day))


def learn_the_currency(workspace: Workspace) -> None:
    """From here on the site's definition says what its prices are in: another reading of the same rows."""
    definition = workspace.settings.home / "sites" / "meridian.yaml"
    definition.write_text(definition.read_text() + "currency: USD\n")
    workspace.forget_sites()


@pytest.fixture
def runs(workspace: Workspace) -> list[Run]:
    """A price that moved, then a currency that was learned, then another move."""
    earlier = [take(workspace, 0, 1000), take(workspace, 1, 900)]
    learn_the_currency(workspace)
    return [*earlier, take(workspace, 2, 810)]


def test_a_price_before_a_correction_is_read_as_the_later_one_is(workspace: Workspace, runs: list[Run]) -> None:
    found = market_changes(workspace, since=runs[0].id)
    (change,) = found.changes
    assert change.before is not None
    assert (change.before.price, change.before.currency, str(change.change_pct)) == (1000, "USD", "-19.00")
    assert [item.fields for item in found.corrections] == [("currency",)]


def test_without_the_evidence_the_price_is_not_known(workspace: Workspace, runs: list[Run]) -> None:
    warc_path(workspace.settings, runs[0]).unlink()
    (change,) = market_changes(workspace, since=runs[0].id).changes
    assert change.before is not None
    assert (change.before.price, change.change_pct) == (None, None)


def test_a_second_reading_says_what_differs(workspace: Workspace) -> None:
    run = take(workspace, 0, 1000)
    same = Reparsed(workspace, run.id)
    assert [listing.currency for listing in same] == [None]
    assert same.told() == ["the second reading is what is stored"]
    learn_the_currency(workspace)
    corrected = Reparsed(workspace, run.id)
    assert [listing.currency for listing in corrected] == ["USD"]
    assert corrected.told() == [
        "1 listings differ from what is stored (currency of 1)",
        f"taken over as the correction {corrected.correction}",
    ]
    assert [listing.currency for listing in Reparsed(workspace, run.id)] == ["USD"]
