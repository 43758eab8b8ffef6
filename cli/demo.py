"""`demo`: the main job on embedded defaults, with no network and no settings."""

import tempfile
from pathlib import Path
from typing import Annotated

import typer

from catalog import Wanted
from cli.catching import report_run
from cli.changes import COLUMNS as CHANGE_COLUMNS
from cli.changes import brief
from cli.console import say, show
from cli.options import Format
from cli.progress import CrawlMeter
from cli.questions import COMPARE_COLUMNS, side_by_side
from restock.terms import Event
from scheduler.compare import compare_offers
from scheduler.demo import Demo, compared_product
from scheduler.weekly import weekly


def demo(
    output: Annotated[
        Path | None, typer.Option("--output", help="Where the demo keeps its home and its report.", metavar="DIR")
    ] = None,
) -> None:
    """Start fixture resellers on loopback, crawl them over simulated days, print the diff, write the weekly report.

    Example: restock demo
    """
    folder = output or Path(tempfile.mkdtemp(prefix="restock-demo-"))
    with Demo(folder / "home") as market, CrawlMeter() as meter:
        described = market.describe_sites()
        for name in market.shops.urls:
            say(f"{name}: a fixture shop at {described[name].start[0]}, read as {described[name].platform}")
        for day in (1, 2, 3):
            say(f"day {day}, {market.moment(day):%Y-%m-%d}")
            runs = market.crawl(day, on_progress=meter)
            for run in runs:
                report_run(run)
            if day > 1:
                _changes(market, f"What changed on day {day}")
        _broken_day(market)
        _comparison(market, compared_product(runs, market.workspace))
        report = weekly(market.workspace, until=market.moment(4))
        written = report.write(folder / "report")
    typer.echo(f"\nThe weekly report is in {folder / 'report'}:")
    for path in written:
        typer.echo(f"  {path.name}")
    say("open the one that ends with .page.html in a browser")
    say(f"the demo's home is {folder / 'home'}; try: restock --home {folder / 'home'} search --restricted")


def _changes(market: Demo, heading: str) -> None:
    found = market.workspace.catalogue.diff(wanted=Wanted(restricted=True))
    typer.echo(f"\n{heading} (restricted goods):")
    show((change.to_json() for change in found.changes), CHANGE_COLUMNS, Format.TABLE, display=brief)


def _broken_day(market: Demo) -> None:
    """A day on which one shop shows a wall: nothing may be reported as gone."""
    shop, fault = market.shops.demo.broken_shop, market.shops.demo.broken_fault
    say(f"day 4, {market.moment(4):%Y-%m-%d}: {shop} answers with a {fault}")
    run = market.crawl_broken(shop, fault)
    report_run(run)
    gone = market.workspace.catalogue.diff(
        since=market.moment(3), sites=[shop], wanted=Wanted(events={Event.DISAPPEARED})
    ).changes
    typer.echo(f"\nThe broken day: the run of {shop} is {run.status.value}; {len(gone)} listings are reported as gone.")


def _comparison(market: Demo, mpn: str | None) -> None:
    if mpn is None:
        return
    typer.echo(f"\nWho sells {mpn}, cheapest first:")
    show(compare_offers(market.workspace, [mpn]), COMPARE_COLUMNS, Format.TABLE, display=side_by_side)
