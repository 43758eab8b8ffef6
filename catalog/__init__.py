"""Listing → versions → changes: the database, the guard, the diff and the questions."""

from catalog.catalogue import Catalogue
from catalog.diff import Diff, Wanted
from catalog.history import HistoryEntry
from catalog.questions import Search
from catalog.rates import Rate
from catalog.windows import Marker, Window

__all__ = ["Catalogue", "Diff", "HistoryEntry", "Marker", "Rate", "Search", "Wanted", "Window"]
