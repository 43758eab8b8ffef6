"""Retention: months of a shop are thinned to what the catalogue rests on, and whoever reads them says so."""

import shutil
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from pydantic import SecretStr
from small_shop import serving

from cli.main import run as run_here
from restock.errors import EvidenceError, UsageError
from restock.run import Run
from restock.settings import Settings, load_settings
from restock.site import Site
from restock.terms import Event, RunKind
from scheduler.changes import market_changes
from scheduler.corrections import correct
from scheduler.crawl import Pace, crawl_site
from scheduler.daemon import Daemon
from scheduler.evidence import thinning_of, verify_runs, warc_path
from scheduler.explain import explain
from scheduler.importing import import_price_list
from scheduler.jobs import job_of, jobs_of, standings
from scheduler.reparse import Reparsed
from scheduler.retention import thin_evidence
from scheduler.rounds import Round
from scheduler.steps import Done
from scheduler.workspace import Workspace
from spiders.evidence import read_capture, word_path

MONDAY = datetime(2026, 11, 2, 8, tzinfo=UTC)
SPRING = datetime(2027, 4, 1, 8, tzinfo=UTC)
NewDatabase = Callable[..., str]
TakeList = Callable[[Workspace, int, int], Run]
# Six days of a shop: the goods that it has, and how it is looked at.
DAYS = [
    (range(1, 4), RunKind.CRAWL),
    (range(1, 4), RunKind.CRAWL),
    (range(1, 5), RunKind.CRAWL),
    (range(2, 5), RunKind.CRAWL),
    (range(2, 5), RunKind.SNAPSHOT),
    (range(2, 5), RunKind.CRAWL),
]


@pytest.fixture(scope="module")
def months(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home that crawled the shop through these days, to be copied."""
    home = tmp_path_factory.mktemp("months") / "home"
    with serving() as shop, pytest.MonkeyPatch.context() as patch, Workspace(load_settings(home)) as workspace:
        for number, (goods, kind) in enumerate(DAYS):
            patch.setenv("RESTOCK_NOW", (MONDAY + timedelta(days=number)).isoformat())
            shop.numbers = goods
            crawl_site(workspace, Site(name="shop", start=(shop.url,)), kind=kind, pace=Pace(0.0, 4))
    return home


@pytest.fixture
def settings(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Settings:
    monkeypatch.setenv("RESTOCK_EVIDENCE__KEEP_DAYS", "90")
    return load_settings(tmp_path / "home")


@pytest.fixture
def workspace(months: Path, settings: Settings) -> Iterator[Workspace]:
    shutil.copytree(months, settings.home, dirs_exist_ok=True)
    with Workspace(settings) as found:
        yield found


@pytest.fixture
def take(tmp_path: Path) -> TakeList:
    """A price list of a day after that Monday as a run."""

    def take(workspace: Workspace, number: int, price: int) -> Run:
        path = tmp_path / "list.csv"
        path.write_text(f"Код;Наименование;Цена\n1;Коммутатор Cisco WS-C2960X-24TS-L;{price}\n", encoding="utf-8")
        return import_price_list(workspace, "meridian", path, observed_at=MONDAY + timedelta(days=number))

    return take


def days(workspace: Workspace) -> list[Run]:
    return workspace.catalogue.runs("shop")[::-1]


def dropped(workspace: Workspace, run: Run) -> int | None:
    """How many records of a run were dropped; None where it was never looked at."""
    if not word_path(warc_path(workspace.settings, run)).exists():
        return None
    thinning = thinning_of(workspace.settings, run)
    return thinning.dropped_records if thinning else 0


def test_months_of_a_shop_keep_the_proof_of_every_change(workspace: Workspace) -> None:
    first = days(workspace)[0].id
    before = market_changes(workspace, since=first).changes
    assert thin_evidence(workspace, MONDAY + timedelta(days=90)).records == 0
    done = thin_evidence(workspace, SPRING)
    assert (done.runs, done.left, thin_evidence(workspace, SPRING).records) == (3, [], 0)
    # Of the day when nothing changed three pages and their list go, each with its request. When goods came or went the
    # list stays: what it doesn't show is proven by it.
    assert [dropped(workspace, run) for run in days(workspace)] == [0, 8, 6, 6, None, None]
    assert done.records == 20
    assert list(verify_runs(workspace, None)) == []
    assert {change.event for change in before} == {Event.APPEARED, Event.DISAPPEARED}
    assert market_changes(workspace, since=first).changes == before
    for change in before:
        for state in filter(None, (change.before, change.after)):
            assert state.evidence is not None
            assert read_capture(workspace.settings.evidence_dir, state.evidence).evidence == state.evidence


def test_homes_that_share_a_catalogue_thin_their_own_evidence(
    take: TakeList, settings: Settings, backend: str, new_database: NewDatabase
) -> None:
    shared = settings.model_copy(update={"database_url": SecretStr(new_database(backend))})
    other = shared.model_copy(update={"home": settings.home.with_name("other")})
    other.home.mkdir()
    later = datetime.now(UTC) + timedelta(days=91)
    with Workspace(shared) as workspace, Workspace(other) as elsewhere:
        runs = [take(workspace, number, price) for number, price in enumerate((1000, 1000, 900, 900, 800, 800))]
        assert (thin_evidence(elsewhere, later).runs, dropped(workspace, runs[1])) == (0, None)
        done = thin_evidence(workspace, later)
        assert [dropped(workspace, run) for run in runs] == [0, 1, 0, 1, 0, None]
        assert (done.runs, done.records, done.left) == (2, 2, [])
        assert list(verify_runs(workspace, None)) == []
        assert workspace.catalogue.check() == []


def test_a_proof_that_is_lost_from_a_thinned_file_is_told(workspace: Workspace) -> None:
    thin_evidence(workspace, SPRING)
    first, same, *_ = days(workspace)
    path = warc_path(workspace.settings, first)
    for end in (".warc.gz", ".cdxj", ".sha256", ".thinned.json"):
        text = path.with_name(same.id + end).read_bytes()
        path.with_name(first.id + end).write_bytes(text.replace(same.id.encode(), first.id.encode()))
    found = {row["message"] for row in verify_runs(workspace, first.id)}
    assert "a record that a state rests on is missing" in found


def test_readers_say_what_was_thinned(workspace: Workspace, capsys: pytest.CaptureFixture[str]) -> None:
    first, _, added, _, _, last = days(workspace)
    key = next(found.key for found in workspace.catalogue.listings_of_run(added.id) if found.run == added.id)
    thin_evidence(workspace, SPRING)
    told = "its evidence was thinned at 2027-04-01T08:00:00Z by evidence.keep_days = 90: 6 records"
    explained = explain(workspace, f"shop:{key}")
    assert explained.differs == ()
    assert told in (explained.thinned or "")
    again = Reparsed(workspace, added.id)
    assert key in {listing.key for listing in again}
    assert told in again.told()[0]
    with pytest.raises(EvidenceError, match="its evidence was thinned"):
        correct(workspace, workspace.site_of(added), added)
    for run, said in ((first, False), (added, True), (last, False)):
        for how in ("jsonl", "table"):
            assert run_here(["--home", str(workspace.settings.home), "runs", "show", run.id, "--format", how]) == 0
            heard = capsys.readouterr()
            assert ("its evidence was thinned" in heard.out + heard.err) is said


def test_an_earlier_price_is_read_again_from_thinned_evidence(take: TakeList, workspace: Workspace) -> None:
    """The list that the earlier price stands in is its proof: it stays, and can be read by later rules."""
    first, idle, _ = (take(workspace, number, price) for number, price in enumerate((1000, 1000, 900)))
    definition = workspace.settings.home / "sites" / "meridian.yaml"
    definition.write_text(definition.read_text() + "currency: USD\n")
    workspace.forget_sites()
    take(workspace, 3, 810)
    thin_evidence(workspace, datetime.now(UTC) + timedelta(days=91))
    assert (dropped(workspace, first), dropped(workspace, idle)) == (0, 1)
    (change,) = market_changes(workspace, since=first.id, sites=["meridian"]).changes
    assert change.before is not None
    assert (change.before.price, change.before.currency) == (1000, "USD")
    with pytest.raises(EvidenceError, match="thinned"):
        list(Reparsed(workspace, idle.id))


def test_a_list_that_tells_of_long_ago_is_kept_as_long_as_others(take: TakeList, workspace: Workspace) -> None:
    runs = [take(workspace, number - 400, 1000) for number in range(3)]
    thin_evidence(workspace, datetime.now(UTC) + timedelta(days=89))
    assert [dropped(workspace, run) for run in runs] == [None, None, None]


def test_a_site_that_is_crawled_is_left_to_the_next_pass(workspace: Workspace) -> None:
    with Workspace(workspace.settings) as crawling, crawling.site_lock("shop"):
        assert thin_evidence(workspace, SPRING).records == 0
    assert thin_evidence(workspace, SPRING, stopped=lambda: True).records == 0
    assert thin_evidence(workspace, SPRING).records == 20


def test_what_is_damaged_and_what_is_another_runs_is_left_whole(workspace: Workspace) -> None:
    runs = days(workspace)
    foreign, damaged = (warc_path(workspace.settings, run) for run in runs[:2])
    whole = damaged.read_bytes()
    damaged.write_bytes(whole[:-1])
    for end in (".warc.gz", ".cdxj", ".sha256"):
        foreign.with_name(runs[0].id + end).write_bytes(foreign.with_name(runs[3].id + end).read_bytes())
    done = thin_evidence(workspace, SPRING)
    assert (done.runs, [line.partition(":")[0] for line in done.left]) == (2, [runs[1].id])
    assert [dropped(workspace, run) for run in runs] == [None, None, 6, 6, None, None]
    assert damaged.read_bytes() == whole[:-1]


def test_retention_is_a_job_of_the_day(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    job = job_of(workspace, "retention")
    (standing,) = standings(workspace, [job], SPRING)
    assert standing.due == SPRING
    done = Round(workspace, SPRING)
    done.retain([job])
    assert [(one.job, one.result, one.whole) for one in done.done] == [("retention", "complete", True)]
    assert done.done[0].about.startswith("20 records, ")
    assert done.done[0].about.endswith(" of 3 runs dropped")
    (standing,) = standings(workspace, [job], SPRING + timedelta(hours=1))
    assert (standing.due, standing.result, standing.next.day) == (None, "complete", 2)
    monkeypatch.setenv("RESTOCK_NOW", (SPRING + timedelta(days=1)).isoformat())
    for command in ("run-due", "run-now retention"):
        assert run_here(["--home", str(workspace.settings.home), "schedule", *command.split()]) == 0
        heard = capsys.readouterr()
        assert '"retention"' in heard.out
        assert "retention: complete (0 records, 0 bytes of 0 runs dropped)" in heard.err


def test_the_scheduler_thins_too_and_leaves_the_rest_when_it_is_stopped(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("RESTOCK_NOW", SPRING.isoformat())
    done: list[Done] = []
    said: list[str] = []
    daemon = Daemon(workspace.settings, done.append, said.append)
    daemon._stopped = True
    daemon._work("retention", job_of(workspace, "retention"))
    daemon._stopped = False
    for _ in range(2):
        daemon._work("retention", job_of(workspace, "retention"))
    assert [(one.result, one.about[:10]) for one in done] == [("interrupted", "0 records,"), ("complete", "20 records")]
    assert said == []


def test_evidence_is_kept_for_ever_where_nothing_else_is_said(
    workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("RESTOCK_EVIDENCE__KEEP_DAYS")
    with Workspace(load_settings(workspace.settings.home)) as keeping:
        assert thin_evidence(keeping, SPRING).runs == 0
        assert "retention" not in {job.name for job in jobs_of(keeping)}
        with pytest.raises(UsageError, match=r"evidence\.keep_days is not set"):
            job_of(keeping, "retention")
