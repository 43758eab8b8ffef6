"""`health`: what operators watch."""

from typing import Annotated

import typer

from cli.console import say, show
from cli.options import Home, OutFormat, Output
from cli.session import workspace_of
from restock import clock
from scheduler.health import HISTORY, health_of_reports, health_of_sites

HEALTH_COLUMNS = (
    "site",
    "health",
    "last_complete",
    "run",
    "status",
    "listings",
    "failed",
    "walls",
    "seconds",
    "reasons",
)
VITALS_COLUMNS = ("run", "status", "observed_at", "listings", "fill", "pages", "failed", "walls", "seconds")


def health(
    site: Annotated[str | None, typer.Argument(help="A site, to see its last runs one by one.")] = None,
    format: OutFormat = None,
    output: Output = None,
    home: Home = None,
) -> None:
    """How each enabled site is, beside its own history, and each subscription's last report; 3 where one is in trouble.

    Example: restock health --format table
    """
    with workspace_of(home) as workspace:
        if site is not None:
            signs = workspace.catalogue.vitals(workspace.site(site).name, HISTORY)
            show((one.to_json() for one in signs), VITALS_COLUMNS, format, output)
            return
        now = clock.now()
        found = [*health_of_sites(workspace, now), *health_of_reports(workspace, now)]
        show((one.to_json() for one in found), HEALTH_COLUMNS, format, output)
        for letter in workspace.catalogue.desk.waiting():
            answers = {one.answer for one in letter.deliveries if one.answer}
            say(f"a {letter.kind.value} for {letter.subscription} waits to be sent: {'; '.join(sorted(answers))}")
        if not found:
            say("nothing to watch: no site is enabled, and no report was written (`restock sites list`)")
        elif unseen := [one.site for one in found if one.latest is None and one.site in workspace.definitions.sites]:
            say(f"not crawled yet: {', '.join(unseen)}")
        if any(one.trouble is not None for one in found):
            raise typer.Exit(3)
