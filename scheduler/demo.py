"""The demonstration: fixture resellers on loopback, crawled over simulated days into a home of their own."""

import os
from collections.abc import Sequence
from contextlib import ExitStack
from datetime import datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from restock.run import Run
from restock.settings import load_settings
from restock.site import Site
from scheduler.crawl import OnProgress, Pace, crawl_site
from scheduler.probe import add_site
from scheduler.shops import ShopServer
from scheduler.workspace import Workspace
from spiders.definitions import write_site

FAST = Pace(delay=0, concurrency=4)
OWN = "RESTOCK_"
"""What a demonstration must not take from the user's own environment begins with this."""


class Demo:
    """A market of fixture shops and a workspace over it; both end with the context."""

    def __init__(self, home: Path) -> None:
        self.home = home
        self._stack = ExitStack()

    def __enter__(self) -> Self:
        self._environment = {name: os.environ.pop(name) for name in list(os.environ) if name.startswith(OWN)}
        self.shops = self._stack.enter_context(ShopServer())
        self.workspace = self._stack.enter_context(Workspace(load_settings(self.home)))
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._stack.close()
        os.environ.pop("RESTOCK_NOW", None)
        os.environ.update(self._environment)

    def describe_sites(self) -> dict[str, Site]:
        """Works out how to read each shop, as `restock sites add` does, and writes its definition."""
        self._turn_to(1)
        for name, url in self.shops.urls.items():
            found = add_site(self.workspace, name, url, FAST, "RU")
            write_site(self.home, found.site)
        self.workspace.forget_sites()
        return self.workspace.sites

    def crawl(self, day: int, *, on_progress: OnProgress | None = None) -> list[Run]:
        """Every shop as it is on that day."""
        self._turn_to(day)
        return [self._crawl(name, on_progress) for name in self.shops.urls]

    def crawl_broken(self, shop: str, fault: str) -> Run:
        """One shop on the last day, on which it answers with a fault."""
        self._turn_to(len(self.shops.demo.days))
        self.shops.set_fault(shop, fault)
        try:
            return self._crawl(shop, None)
        finally:
            self.shops.set_fault(shop, None)

    def _crawl(self, name: str, on_progress: OnProgress | None) -> Run:
        return crawl_site(self.workspace, self.workspace.site(name), pace=FAST, on_progress=on_progress)

    def _turn_to(self, day: int) -> None:
        os.environ["RESTOCK_NOW"] = self.moment(day).isoformat()
        self.shops.day = day

    def moment(self, day: int) -> datetime:
        """When a simulated day's crawl happens."""
        return self.shops.demo.days[day - 1]


def compared_product(runs: Sequence[Run], workspace: Workspace) -> str | None:
    """The part number that most of the shops carry: the one worth comparing."""
    shops: dict[str, set[str]] = {}
    for run in runs:
        for listing in workspace.catalogue.listings_of_run(run.id):
            if listing.mpn and listing.restricted and listing.price is not None:
                shops.setdefault(listing.mpn, set()).add(run.site)
    return max(sorted(shops), key=lambda mpn: len(shops[mpn]), default=None)
