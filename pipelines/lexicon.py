"""Names and wordings found in a text in one pass, with word boundaries, the longest of nested ones winning."""

from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from typing import Any

import ahocorasick

from pipelines.text import squeeze


@dataclass(frozen=True, slots=True)
class Entry:
    """A wording and what it stands for. `kind` is the file it comes from (brand, category, relation, …).

    `stem` wordings may go on with letters ("коммутатор*"), `prefix` ones with anything ("i7-"). A `special` name of a
    maker needs a second look: it is also a word, or a line's name, or that of a maker of processors."""

    kind: str
    value: Any
    detail: Any = None
    rule: str = ""
    source: str | None = None
    stem: bool = False
    prefix: bool = False
    ambiguous: bool = False
    special: bool = False


Hit = tuple[int, int, Entry]  # where it starts, where it ends, what it is


class Lexicon:
    """All wordings in one automaton."""

    def __init__(self, entries: Iterable[tuple[str, Entry]]) -> None:
        found: dict[str, list[Entry]] = {}
        for wording, entry in entries:
            if key := squeeze(wording):
                found.setdefault(key, []).append(entry)
        self._automaton = ahocorasick.Automaton()
        for key, group in found.items():
            goes_on = not key[-1].isalnum() or any(entry.stem or entry.prefix for entry in group)
            self._automaton.add_word(key, (len(key), key[0].isalnum(), goes_on, tuple(group)))
        self._automaton.make_automaton()
        self._exact = found

    def exact(self, folded: str, kind: str) -> Entry | None:
        """The entry of that kind whose whole wording is this (folded) text."""
        for entry in self._exact.get(folded, ()):
            if entry.kind == kind:
                return entry
        return None

    def entries(self, wanted: Callable[[Entry], bool]) -> Iterator[tuple[str, Entry]]:
        """The wordings of the entries that are wanted."""
        for wording, group in self._exact.items():
            yield from ((wording, entry) for entry in group if wanted(entry))

    def scan(self, folded: str) -> list[Hit]:
        """Every entry that stands in a folded text between word boundaries, in order; what lies within a longer one is
        left out."""
        hits: list[Hit] = []
        around, reached, apart = f" {folded} ", 0, True
        for end, (size, is_word, goes_on, group) in self._automaton.iter(around):
            start = end - size
            before, after = around[start], around[end + 1]
            surely = before == " " == after  # most are
            if not surely and ((is_word and before.isalnum()) or (after.isalpha() and not goes_on)):
                continue  # the end of a longer word, or the beginning of one
            for entry in group:
                if surely or _stands(folded, start, end, entry, closed=after == " "):
                    hits.append((start, end, entry))
                    if start < reached:
                        apart = False
                    reached = end
        return hits if apart else _longest(hits)


def _starts_well(folded: str, start: int, entry: Entry) -> bool:
    """A name behind a hyphen is the tail of another word: "TL-Link"."""
    return start < 2 or folded[start - 1] != "-" or entry.kind != "brand" or not folded[start - 2].isalnum()


def _stands(folded: str, start: int, end: int, entry: Entry, *, closed: bool) -> bool:
    """Whether an entry stands by itself; `closed` where a blank or the end of the text follows."""
    if not _starts_well(folded, start, entry):
        return False
    if closed or entry.prefix:
        return True
    after = folded[end]
    if not (after.isalnum() and folded[end - 1].isalnum()):
        return after != "-" or entry.kind != "brand" or _may_lead(folded, start, end, entry)
    if entry.stem:
        return after.isalpha()
    return after.isdigit() and entry.kind in {"brand", "family"} and end - start >= 5 and not entry.ambiguous


def _may_lead(folded: str, start: int, end: int, entry: Entry) -> bool:
    """A short name before a hyphen and a number ("FS-1024D", "ST-…") is the number's prefix, not a name."""
    if end - start > 3 and not entry.ambiguous:
        return True
    rest = folded[end:].split(maxsplit=1)
    return not any(letter.isdigit() for letter in rest[0])


def _longest(hits: list[Hit]) -> list[Hit]:
    hits.sort(key=lambda hit: (hit[0], -hit[1]))
    outer = hits[0]
    kept = [outer]
    for hit in hits[1:]:
        if hit[1] > outer[1]:
            outer = hit
        elif hit[:2] != outer[:2] and not (hit[2].kind == "brand" and outer[2].kind == "family"):
            continue  # a maker's name within its product's ("nvidia a100") still names the maker
        kept.append(hit)
    return kept
