"""A title read once: its names, its wordings and its candidates for a part number, each with its place."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.candidate import Candidate
from pipelines.lexicon import Hit, Lexicon
from pipelines.part_numbers import Grammar
from pipelines.text import clean, skeleton

Span = tuple[int, int]
_BREAKS = "—–-|."
_STOPS = (
    ",", ";", "(", " - ", " — ", " – ", " with ", " для ", " for ", " c ", " на ", " based ", " built ", " using ",
)  # fmt: skip


@dataclass(slots=True)
class Title:
    """A title, cleaned (`text`) and folded (`folded`), with what stands in it, by kind and in order."""

    text: str
    folded: str
    brands: Sequence[Hit]
    families: Sequence[Hit]
    categories: Sequence[Hit]
    relations: Sequence[Hit]
    conditions: Sequence[Hit]
    candidates: Sequence[Candidate]


SHOP = "shop"  # "Intel-Market" is a shop, whatever its name begins with


def read_title(title: str, lexicon: Lexicon, grammar: Grammar) -> Title:
    """Everything that the other modules need to know of a title."""
    text = clean(title)
    if "  " in text or text.strip() != text:
        text = " ".join(text.split())
    folded = skeleton(text)
    kinds: dict[str, list[Hit]] = {"brand": [], "family": [], "category": [], "relation": [], "condition": []}
    for hit in lexicon.scan(folded):
        kinds[hit[2].kind].append(hit)
    brands, families, categories, relations, conditions = kinds.values()
    if relations and (shops := [hit for hit in relations if hit[2].value == SHOP]):
        begun = {hit[0] for hit in shops}
        relations = [hit for hit in relations if hit[0] not in begun]
        brands = [hit for hit in brands if hit[1] not in begun]
    candidates = grammar.candidates(text, folded, brands)
    return Title(text, folded, brands, families, categories, relations, conditions, candidates)


def within(place: int, spans: Sequence[Span]) -> bool:
    for start, end in spans:  # noqa: SIM110  asked so often that a generator would cost more than the answer
        if start <= place < end:
            return True
    return False


def clause_end(folded: str, place: int, stops: str) -> int:
    """Where the stretch that begins at `place` ends: at the bracket that closes around it, or at one of `stops`.

    A spaced dash ends it too."""
    depth = 0
    for match in _signs(stops).finditer(folded, place):
        letter = match[0]
        if letter == "(" and "(" not in stops:
            depth += 1
        elif letter == ")" and depth:
            depth -= 1
        elif letter in "()" or (depth == 0 and (letter in stops or _is_break(folded, match.start()))):
            return match.start()
    return len(folded)


@lru_cache(maxsize=16)
def _signs(stops: str) -> re.Pattern[str]:
    """The signs at which a stretch may end."""
    return re.compile(f"[{re.escape(stops + _BREAKS + '()')}]")


def _is_break(folded: str, index: int) -> bool:
    """A spaced dash, or the full stop of a sentence."""
    letter, spaced = folded[index], folded[index + 1 : index + 2] == " "
    if letter in "—–-|":
        return spaced and folded[index - 1 : index] == " "
    return letter == "." and spaced and folded[index - 3 : index].isalpha()


def head(title: Title, foreign: Sequence[Span]) -> Hit | None:
    """The word that says what the title's goods are: the first in Russian, where the noun leads; the last before the
    first comma or preposition in English, where it ends the phrase."""
    hits = title.categories
    if hits and foreign:
        hits = [hit for hit in hits if not within(hit[0], foreign)]
    if not hits:
        return None
    first = hits[0]
    if first[2].detail or len(hits) == 1:  # the noun leads in this language
        return first
    stop = min(
        (place for sign in _STOPS if (place := title.folded.find(sign, first[1])) > 0), default=len(title.folded)
    )
    english = [hit for hit in hits if hit[0] < stop and not hit[2].detail]
    return english[-1]


def names_brand(title: Title, span: Span) -> bool:
    return any(span[0] <= hit[0] < span[1] for hit in (*title.brands, *title.families))


def names_goods(title: Title, span: Span) -> bool:
    return names_brand(title, span) or any(span[0] <= candidate.start < span[1] for candidate in title.candidates)
