"""Imports: a price list as a run, compared with the lists before it, and read again from its evidence."""

import gzip
import io
from collections.abc import Callable, Iterator, Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest
import xlsxwriter

from catalog import Search, Wanted, staging
from restock.change import Change
from restock.errors import EvidenceError, UsageError
from restock.run import Run
from restock.settings import load_settings
from restock.terms import Event, RunKind, RunStatus
from scheduler.evidence import verify_runs, warc_path
from scheduler.explain import explain
from scheduler.importing import import_price_list, preview
from scheduler.reparse import Reparsed
from scheduler.workspace import Workspace
from spiders.pricelists import ListError

MONDAY, TUESDAY = datetime(2026, 11, 16, 8, tzinfo=UTC), datetime(2026, 11, 17, 8, tzinfo=UTC)
HEAD = ("Код", "Наименование", "Бренд", "Партномер", "Цена, руб. с НДС", "Остаток")
GOODS = (
    ("1", "Коммутатор Cisco WS-C2960X-24TS-L", "Cisco", "WS-C2960X-24TS-L", "125 000", "3"),
    ("2", "Сервер HPE ProLiant DL380 Gen10 P19720-B21", "HPE", "P19720-B21", "звоните", "0"),
    ("3", "Модуль Cisco SFP-10G-SR=", "Cisco", "SFP-10G-SR=", "9 000", "10"),
    ("4", "Кабель питания C13", "", "", "300", "100"),
)
Row = Sequence[str]


@pytest.fixture
def workspace(tmp_path: Path) -> Iterator[Workspace]:
    with Workspace(load_settings(tmp_path / "home")) as found:
        yield found


@pytest.fixture
def csv_list(tmp_path: Path) -> Callable[..., Path]:
    def write(*goods: Row, name: str = "list.csv", head: Row = HEAD) -> Path:
        path = tmp_path / name
        path.write_bytes("\r\n".join(";".join(row) for row in (head, *goods)).encode("cp1251"))
        return path

    return write


def changes(workspace: Workspace) -> list[Change]:
    return workspace.catalogue.diff(wanted=Wanted(events=frozenset(Event))).changes


def counted(run: Run, *names: str) -> tuple[int, ...]:
    return tuple(run.counts[name] for name in names)


def test_a_list_becomes_a_run(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    run = import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=MONDAY)
    assert (run.kind, run.status, run.observed_at, run.baseline) == (
        RunKind.IMPORT, RunStatus.COMPLETE, MONDAY, True,
    )  # fmt: skip
    assert run.finished_at is not None
    found = {listing.key: listing for listing in workspace.catalogue.listings_of_run(run.id)}
    assert sorted(found) == ["1", "2", "3", "4"]
    switch = found["1"].to_json()
    wanted = {
        "site": "meridian", "brand": "Cisco", "mpn": "WS-C2960X-24TS-L", "sku": "1", "price": "125000.00",
        "currency": "RUB", "price_type": "exact", "vat": "included", "availability": "InStock", "quantity": 3,
        "restricted": True, "run": run.id, "observed_at": "2026-11-16T08:00:00Z",
    }  # fmt: skip
    assert {name: switch[name] for name in wanted} == wanted
    assert found["2"].price_type == "on_request"
    assert all(listing.evidence is not None for listing in found.values())


def test_an_unknown_site_is_created_and_stays_known(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    import_price_list(workspace, "meridian", csv_list(*GOODS), market="KZ")
    site = workspace.site("meridian")
    assert (site.market, site.enabled, site.start) == ("KZ", False, ())
    with pytest.raises(UsageError, match="KZ"):
        import_price_list(workspace, "meridian", csv_list(*GOODS), market="RU")
    assert not any(listing.restricted for listing in workspace.catalogue.search(Search()))


def test_two_lists_differ_by_what_changed_and_by_nothing_else(
    workspace: Workspace, csv_list: Callable[..., Path]
) -> None:
    import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=MONDAY)
    switch, server, _module, cable = GOODS
    second = [
        ("5", "Маршрутизатор Cisco ISR4331/K9", "Cisco", "ISR4331/K9", "200 000", "1"),
        cable,
        (*server[:5], "4"),
        (*switch[:4], "112 500", "3"),
    ]
    run = import_price_list(workspace, "meridian", csv_list(*second), observed_at=TUESDAY)
    assert run.status is RunStatus.COMPLETE
    found = sorted((change.listing.key, change.event.value, change.newly_available) for change in changes(workspace))
    assert found == [
        ("1", "price_changed", False),
        ("2", "availability_changed", True),
        ("2", "quantity_changed", True),
        ("3", "disappeared", False),
        ("5", "appeared", True),
    ]
    price = next(change for change in changes(workspace) if change.event is Event.PRICE_CHANGED)
    assert price.to_json()["change_pct"] == "-10.00"


def test_the_same_list_twice_changes_nothing(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=MONDAY)
    run = import_price_list(workspace, "meridian", csv_list(*GOODS[::-1]), observed_at=TUESDAY)
    assert counted(run, "listings", "new", "changed", "gone") == (4, 0, 0, 0)
    assert changes(workspace) == []


def test_an_older_list_is_refused(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=TUESDAY)
    with pytest.raises(UsageError, match="older"):
        import_price_list(workspace, "meridian", csv_list(*GOODS[:1]), observed_at=MONDAY)
    assert len(workspace.catalogue.runs()) == 1


def test_a_row_that_could_not_be_read_is_unseen_and_not_gone(
    workspace: Workspace, csv_list: Callable[..., Path]
) -> None:
    import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=MONDAY)
    spoilt = [*GOODS[:3], ("4", "", "", "", "300", "100")]
    run = import_price_list(workspace, "meridian", csv_list(*spoilt), observed_at=TUESDAY)
    assert run.status is RunStatus.PARTIAL
    assert "row 5: no title" in run.trips[0].message
    assert counted(run, "gone", "unseen") == (0, 1)
    assert len(list(workspace.catalogue.listings_of_run(run.id))) == 3


def test_a_shrunken_list_reports_nothing_as_gone(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    many = [(str(number), f"Кабель {number}", "", "", "300", "1") for number in range(40)]
    import_price_list(workspace, "meridian", csv_list(*many), observed_at=MONDAY)
    run = import_price_list(workspace, "meridian", csv_list(*many[:10]), observed_at=TUESDAY)
    assert run.status is RunStatus.PARTIAL
    assert changes(workspace) == []


def _workbook() -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        sheet = book.add_worksheet("Прайс")
        for number, row in enumerate((HEAD, *GOODS)):
            sheet.write_row(number, 0, row)
    return out.getvalue()


DAMAGED = {
    "workbook.xlsx": _workbook()[:-200],
    "feed.xml": b"<yml_catalog><shop><offers><offer id='1'><name>A</name></offer><offer id='2'><na",
    "feed.xml.gz": gzip.compress(b"<yml_catalog>" + b" " * 5000)[:-20],
    "page.xml": b"<html><body>403</body></html>",
}


@pytest.mark.parametrize("name", DAMAGED)
def test_a_damaged_file_fails_and_loses_nothing(
    workspace: Workspace, csv_list: Callable[..., Path], tmp_path: Path, name: str
) -> None:
    before = import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=MONDAY)
    (tmp_path / name).write_bytes(DAMAGED[name])
    with pytest.raises(ListError) as caught:
        import_price_list(workspace, "meridian", tmp_path / name, observed_at=TUESDAY)
    failed = workspace.catalogue.runs()[0]
    assert failed.status is RunStatus.FAILED
    assert failed.warnings == (str(caught.value),)
    assert len(list(workspace.catalogue.listings_of_run(before.id))) == 4
    assert list(verify_runs(workspace, None)) == []
    again = import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=TUESDAY)
    assert again.status is RunStatus.COMPLETE


def test_wrong_usage_leaves_no_run_behind(workspace: Workspace, tmp_path: Path) -> None:
    (tmp_path / "list.csv").write_text("1;A;10\n")
    with pytest.raises(UsageError, match="header"):
        import_price_list(workspace, "meridian", tmp_path / "list.csv")
    with pytest.raises(UsageError, match="no such file"):
        import_price_list(workspace, "meridian", tmp_path / "nowhere.csv")
    assert workspace.catalogue.runs() == []
    assert "meridian" not in workspace.sites


def test_what_breaks_in_the_middle_leaves_the_catalogue_as_it_was(
    workspace: Workspace, csv_list: Callable[..., Path]
) -> None:
    first = import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=MONDAY)
    many = [(str(number), f"Кабель {number}", "", "", "300", "1") for number in range(3000)]

    def interrupt(_rows: int) -> None:
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        import_price_list(workspace, "meridian", csv_list(*many), observed_at=TUESDAY, on_rows=interrupt)
    assert workspace.catalogue.runs()[0].status is RunStatus.FAILED
    assert len(list(workspace.catalogue.listings_of_run(first.id))) == 4
    assert workspace.catalogue.check() == []


def test_a_run_is_read_again_by_the_map_of_its_import(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    path = csv_list(("1", "Коммутатор 24 порта", "Cisco", "WS-C2960X-24TS-L"), head=("A", "Товар", "Кто", "Что"))
    mapping = {"brand": ["Кто"], "mpn": ["Что"], "sku": ["1"]}
    run = import_price_list(workspace, "meridian", path, mapping=mapping)
    path.unlink()
    (stored,) = workspace.catalogue.listings_of_run(run.id)
    assert (stored.brand, stored.mpn, stored.sku) == ("Cisco", "WS-C2960X-24TS-L", "1")
    assert [listing.to_json() for listing in Reparsed(workspace, run.id)] == [stored.to_json()]


def test_explain_reads_the_row_from_its_evidence(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    import_price_list(workspace, "meridian", csv_list(*GOODS))
    found = explain(workspace, "meridian:3")
    assert found.raw.price == "9 000, с НДС"
    assert found.differs == ()
    assert {finding.field for finding in found.findings} >= {"brand", "mpn", "price"}


def test_a_changed_byte_of_the_stored_file_is_found(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    run = import_price_list(workspace, "meridian", csv_list(*GOODS))
    path = warc_path(workspace.settings, run)
    body = bytearray(path.read_bytes())
    body[-30] ^= 1
    path.write_bytes(bytes(body))
    assert list(verify_runs(workspace, run.id))
    with pytest.raises(EvidenceError):
        list(Reparsed(workspace, run.id))


def test_a_rule_that_changed_corrects_the_list_before_the_next_one(
    workspace: Workspace, csv_list: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=MONDAY)
    monkeypatch.setattr("scheduler.revision.READERS_REVISION", "another")
    import_price_list(workspace, "meridian", csv_list(*GOODS), observed_at=TUESDAY)
    kinds = [run.kind for run in workspace.catalogue.runs()]
    assert kinds == [RunKind.IMPORT, RunKind.CORRECTION, RunKind.IMPORT]
    assert changes(workspace) == []


def test_a_preview_counts_and_stores_nothing(workspace: Workspace, csv_list: Callable[..., Path]) -> None:
    found = preview(csv_list(*GOODS), {})
    assert found.tally.rows == 4
    assert {use.name: use.field for use in found.columns}["Партномер"] == "mpn"
    assert workspace.catalogue.runs() == []


def test_a_long_list_is_not_held(
    workspace: Workspace, csv_list: Callable[..., Path], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Rows reach the catalogue while the list is still being read."""
    read, staged = [0], []
    stage = staging._Batches.add

    def watched(*args: Any) -> Any:
        staged.append(read[-1])
        return stage(*args)

    monkeypatch.setattr(staging, "_BATCH", 500)
    monkeypatch.setattr(staging._Batches, "add", watched)
    many = [(str(number), f"Кабель {number}", "", "", "300", "1") for number in range(3000)]
    import_price_list(workspace, "meridian", csv_list(*many), on_rows=read.append)
    assert read == [0, 1000, 2000, 3000]
    assert set(staged) == {0, 1000, 2000, 3000}
