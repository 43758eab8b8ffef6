"""Who stands behind a site: the legal entity of its definition, or those that its last crawl met on its pages."""

from collections.abc import Iterable
from typing import Any

from restock.site import Site
from restock.terms import RunKind
from scheduler.workspace import Workspace
from spiders.definitions import nameable_site

_LOOKED_THROUGH = 10  # runs


def behind(workspace: Workspace, rows: Iterable[dict[str, Any]]) -> list[dict[str, Any]]:
    """Rows of sites, each with the seller's name where the definition has one, and the legal entities."""
    known: dict[str, dict[str, Any]] = {}
    found = []
    for row in rows:
        name = row["site"]
        if name not in known:
            site = workspace.definitions.sites.get(name) or nameable_site(name)
            known[name] = {"seller": site.seller, "entities": entities_of(workspace, site)}
        found.append(row | known[name])
    return found


def entities_of(workspace: Workspace, site: Site) -> list[dict[str, Any]]:
    """The legal entities of a site, each with the page that names it and, from a crawl, its evidence and run. Several
    stand beside each other: which of them sells is not said."""
    if site.entity is not None:
        return [site.entity.model_dump(mode="json") | {"run": None}]
    for run in workspace.catalogue.runs(site.name, limit=_LOOKED_THROUGH):
        outcome = workspace.catalogue.run(run.id).outcome if run.kind is not RunKind.IMPORT else None
        if outcome is not None and outcome.entities:
            return [row | {"run": run.id} for row in outcome.entities]
    return []
