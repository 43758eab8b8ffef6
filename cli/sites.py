"""`sites list|show|add|check`: the shops that restock knows, and how well it reads them."""

from typing import Annotated

import typer

from cli.console import Row, say, show
from cli.options import Concurrency, Delay, Home, OutFormat, Output
from cli.session import workspace_of
from restock.errors import CrawlError, UsageError
from restock.run import CrawlOutcome
from scheduler.crawl import Pace
from scheduler.entities import entities_of
from scheduler.probe import add_site, adopt_snapshots, check_site
from spiders.definitions import own_sites, write_site

app = typer.Typer(no_args_is_help=True, rich_markup_mode=None, help="Sites. Example: restock sites list")

SITE_COLUMNS = ("name", "title", "start", "market", "platform", "listings", "enabled")
FIELD_COLUMNS = ("field", "filled", "of", "sample", "sure", "why", "read_by")
CHECK_COLUMNS = ("field", "filled", "of", "usual", "sample", "sure", "why", "read_by")


@app.command("list")
def list_sites(format: OutFormat = None, output: Output = None, home: Home = None) -> None:
    """The sites that have a definition: the built-in ones, and those of the home folder.

    Example: restock sites list --format table
    """
    with workspace_of(home) as workspace:
        rows = (site.model_dump(mode="json") for site in workspace.sites.values())
        show(rows, SITE_COLUMNS, format, output, display=_brief)


def _brief(site: Row) -> Row:
    """A site for a table: where it starts, as far as it takes to tell."""
    first, *others = site["start"] or [""]
    more = f" (+{len(others)})" if others else ""
    return site | {"start": (first if len(first) <= _START else first[: _START - 1] + "…") + more}


_START = 48


@app.command("show")
def show_site(
    name: Annotated[str, typer.Argument(help="A site's name.")],
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """One site's definition, with what of it is known and what is assumed, and the legal entities that it names.

    Example: restock sites show nag
    """
    with workspace_of(home) as workspace:
        site = workspace.site(name)
        row = site.model_dump(mode="json") | {"entities": entities_of(workspace, site)}
        show([row], SITE_COLUMNS, format, output)


@app.command("add")
def add(
    name: Annotated[str, typer.Argument(help="A short name for the site.")],
    url: Annotated[str, typer.Argument(help="Where its catalogue starts.")],
    delay: Delay = None,
    concurrency: Concurrency = None,
    market: Annotated[str, typer.Option("--market", help="The market that it serves (ISO 3166).")] = "RU",
    replace: Annotated[bool, typer.Option("--replace", help="Write over a definition of that name.")] = False,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Look at a site, work out how to read it, and write its definition.

    Example: restock sites add meridian https://meridian.example/catalog --delay 2
    """
    with workspace_of(home) as workspace:
        if name in own_sites(workspace.settings.home) and not replace:
            raise UsageError(f"{name}: this site is described already (--replace writes over it)")
        found = add_site(workspace, name, url, Pace(delay, concurrency), market)
        path = write_site(workspace.settings.home, found.site)
        if adopt_snapshots(workspace, name, url):
            say(f"what was captured of {url} before now belongs to {name}")
        show((field.to_json() for field in found.fields), FIELD_COLUMNS, format, output)
        for note in found.notes:
            say(note)
        say(f"definition written to {path}; `restock crawl {name}` captures the site")


@app.command("check")
def check(
    name: Annotated[str, typer.Argument(help="A site's name.")],
    delay: Delay = None,
    concurrency: Concurrency = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """Fetch a few pages of a site, and say which fields are filled and which are not.

    Example: restock sites check nag --format table
    """
    with workspace_of(home) as workspace:
        checked = check_site(workspace, workspace.site(name), Pace(delay, concurrency))
        show(checked.to_json(), CHECK_COLUMNS, format, output)
        for told in (*checked.walls, *checked.emptier):
            say(f"{name}: {told}")
        for page, reason in failures(checked.outcome).items():
            say(f"{name}: {reason}: {page}")
        if not any(field.filled for field in checked.fields):
            raise CrawlError(f"{name}: no listing was found on the sampled pages")
        if checked.walls or checked.emptier or checked.outcome.failed_lists:
            raise typer.Exit(3)


def failures(outcome: CrawlOutcome) -> dict[str, str]:
    """The sampled pages that failed, walls aside. What a sample leaves out on purpose is no failure."""
    failed = outcome.failed_lists | outcome.failed_products
    return {page: why for page, why in failed.items() if why != "not fetched" and page not in outcome.walls}
