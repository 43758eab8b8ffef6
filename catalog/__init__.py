"""Listing → versions → changes: the database, the guard, the diff and the questions."""

from catalog.catalogue import Catalogue
from catalog.diff import EVERYDAY, Diff, Wanted
from catalog.history import HistoryEntry
from catalog.questions import Search
from catalog.windows import Marker, Window

__all__ = ["EVERYDAY", "Catalogue", "Diff", "HistoryEntry", "Marker", "Search", "Wanted", "Window"]
