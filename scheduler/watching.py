"""Watch lists of a home, read beside what may be named in them: brands, categories, sites and sellers."""

from collections.abc import Collection
from functools import cache

from pipelines.rules import load_names
from reports.vocabulary import Known
from reports.watchlists import FOLDER, load_watchlists, watchlist_doubts
from restock.watching import WatchList
from scheduler.workspace import Workspace


def watchlists_of(workspace: Workspace) -> dict[str, WatchList]:
    """The home's watch lists by name. Raises SettingsError for an entry that can't be used."""
    if not (workspace.settings.home / FOLDER).is_dir():
        return {}
    return load_watchlists(workspace.settings.home, known_names(workspace))


def doubts_of(workspace: Workspace) -> list[str]:
    """What the home's watch lists name that is not there as yet."""
    if not (workspace.settings.home / FOLDER).is_dir():
        return []
    return watchlist_doubts(workspace.settings.home, known_names(workspace))


def known_names(workspace: Workspace) -> Known:
    """What the data files, the definitions and the catalogue know."""
    names = load_names(workspace.settings.home)
    described = workspace.definitions

    @cache
    def brand(name: str) -> Collection[str]:
        """A brand that no data file knows is known all the same once a listing has had it."""
        if found := names.brands.named(name):
            return found
        return {seller.brand for seller in workspace.catalogue.sellers(brand=name) if seller.brand}

    return Known(
        brand=brand,
        brands=names.brands.names,
        categories=names.categories,
        tiers=names.tiers,
        sites={*described.sites, *described.faults, *workspace.catalogue.sites_seen()},
        sellers={site.seller for site in described.sites.values() if site.seller},
    )
