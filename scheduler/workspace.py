"""A home folder at work: its settings, sites, rules, catalogue and locks, each opened when it is first needed."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from functools import cached_property
from pathlib import Path
from types import TracebackType
from typing import Self
from uuid import uuid4

from filelock import FileLock, Timeout

from catalog import Catalogue
from pipelines.normalise import Normaliser
from pipelines.rules import Rules, load_brands, load_rules
from restock import clock
from restock.errors import BusyError, CatalogueError, SettingsError, UsageError
from restock.run import Run
from restock.settings import Settings
from restock.site import Site
from scheduler.revision import rules_revision
from spiders.definitions import Definitions, definitions_of, nameable_site, site_for_url, undescribed_site
from spiders.evidence import site_slug

HOME_ID = "home-id"


class Workspace:
    """Composes the rooms over one home folder. Use it as a context manager: it closes the catalogue."""

    def __init__(self, settings: Settings) -> None:
        self.settings = settings

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        if "catalogue" in self.__dict__:
            self.catalogue.close()

    @cached_property
    def catalogue(self) -> Catalogue:
        """The open catalogue. Runs of this home whose process died are marked as failed first."""
        self._refuse_emptied()
        catalogue = Catalogue.open(self.settings.database, owner=home_id(self.settings.home))
        for site in () if catalogue.is_unwritable else catalogue.under_way():
            self._mark_dead_runs(catalogue, site)
        return catalogue

    def _refuse_emptied(self) -> None:
        """A file that something has emptied is no fresh catalogue: all goods would pass for new."""
        file = Path(self.settings.database.removeprefix("sqlite:///"))
        if file.is_file() and not file.stat().st_size and any(self.settings.evidence_dir.glob("*/*.warc.gz")):
            raise CatalogueError(
                f"{file}: the catalogue is an empty file, and evidence of earlier runs lies in"
                f" {self.settings.evidence_dir}; put a backup in its place, or delete it to begin anew"
            )

    @cached_property
    def rules(self) -> Rules:
        return load_rules(self.settings.home)

    @cached_property
    def definitions(self) -> Definitions:
        """The sites whose definitions can be used, and what is wrong with the others: of use where work on many sites
        must not stop for one."""
        return definitions_of(self.settings.home)

    @property
    def sites(self) -> dict[str, Site]:
        """Every described site. Raises SettingsError for the first definition that can't be used."""
        return self.definitions.checked()

    def refuse_unusable_definitions(self) -> None:
        """Raises SettingsError with each definition that can't be used."""
        if faults := self.definitions.faults:
            raise SettingsError("; ".join(str(fault) for fault in faults.values()))

    def brand(self, name: str) -> str:
        """The canonical name of a brand, by whichever spelling; a name that no data file knows is its own."""
        try:
            found = self.rules.brands if "rules" in self.__dict__ else load_brands(self.settings.home)
        except SettingsError:
            return name  # said by whoever asks `unusable`
        return found.claim(name).brand or name

    def unusable(self) -> str | None:
        """What is wrong with the user's own data files and definitions; None where all is well. A question can be
        answered all the same: what is stored was read before they broke."""
        try:
            if any((self.settings.home / "data").glob("*.csv")):
                _ = self.rules
            if any((self.settings.home / "sites").glob("*.y*ml")):
                _ = self.sites
        except SettingsError as error:
            return str(error)
        return None

    def forget_sites(self) -> None:
        """Lets the definitions be read again after one was written."""
        self.__dict__.pop("definitions", None)

    def site(self, name: str) -> Site:
        """The site of that name. Raises UsageError where it has no definition, SettingsError where that can't be used,
        or where another one that can't be used might be its own."""
        if fault := self.definitions.faults.get(name):
            raise fault
        if name not in self.definitions.sites:
            self.refuse_unusable_definitions()
            raise UsageError(
                f"unknown site: {name} (`restock sites list` shows the known ones, `restock sites add` adds one)"
            )
        return self.definitions.sites[name]

    def site_for(self, url: str) -> Site:
        """The described site that the address belongs to, else one made of its scheme, host and port."""
        return site_for_url(self.sites, url) or undescribed_site(url)

    def site_of(self, run: Run) -> Site:
        """The site that a run belongs to, by today's definition."""
        if fault := self.definitions.faults.get(run.site):
            raise fault
        return self.definitions.sites.get(run.site) or nameable_site(run.site)

    def normaliser(self, site: Site) -> Normaliser:
        return Normaliser(self.rules, market=site.market, currency=site.currency)

    def revision(self, site: Site) -> str:
        return rules_revision(self.rules, site)

    @contextmanager
    def site_lock(self, site: str) -> Iterator[None]:
        """Holds a site for one run at a time. The lock dies with its process.

        Raises BusyError where another process is at it."""
        lock = self._lock(site)
        try:
            lock.acquire(timeout=0)
        except Timeout:
            raise BusyError(f"{site}: another run of this site is under way") from None
        try:
            yield
        finally:
            lock.release()

    @contextmanager
    def held(self, name: str, *, wait: float) -> Iterator[bool]:
        """Holds one of the home's own locks (`outbox`, `schedule`), waiting for it so many seconds; gives whether it
        could be had."""
        lock = FileLock(self._locks() / f"+{name}.lock")
        try:
            lock.acquire(timeout=wait)
        except Timeout:
            yield False
            return
        try:
            yield True
        finally:
            lock.release()

    def _lock(self, site: str) -> FileLock:
        return FileLock(self._locks() / f"{site_slug(site)}.lock")

    def _locks(self) -> Path:
        folder = self.settings.home / "locks"
        try:
            folder.mkdir(parents=True, exist_ok=True)
        except OSError:
            raise _unwritable(self.settings.home) from None
        if not os.access(folder, os.W_OK):
            raise _unwritable(self.settings.home)
        return folder

    def _mark_dead_runs(self, catalogue: Catalogue, site: str) -> None:
        """A lock that can be had is held by no living run of this home. Of other homes it says nothing."""
        try:
            with self._lock(site).acquire(timeout=0):
                catalogue.fail_interrupted(site, clock.now())
        except Timeout:
            return


def _unwritable(home: Path) -> SettingsError:
    return SettingsError(f"{home}: the home folder can't be written; what is in it can only be asked for")


def home_id(home: Path) -> str | None:
    """What tells a home from every other that uses the same catalogue; made up once and kept in the home. A home that
    can't be written, and was never used, has none."""
    path = home / HOME_ID
    if known := _known_id(path):
        return known
    if not os.access(home, os.W_OK):
        return None
    with FileLock(home / f"{HOME_ID}.lock"):
        if known := _known_id(path):
            return known
        made = str(uuid4())
        part = path.with_name(f"{HOME_ID}.part")
        part.write_text(f"{made}\n", encoding="utf-8")
        part.replace(path)
        return made


def _known_id(path: Path) -> str:
    return path.read_text(encoding="utf-8").strip() if path.exists() else ""
