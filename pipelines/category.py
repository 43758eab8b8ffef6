"""Category: what kind of goods a listing is, and the indicative HS code of that kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.lexicon import Hit
from pipelines.part_numbers import Owners
from pipelines.tables import Row, Table
from pipelines.text import squeeze
from pipelines.titles import Span, Title, within

CATEGORIES = Table("categories.csv", ("category", "hs6", "kind", "source", "note"), ("category",), ("kind",))
WORDINGS = Table("category_wordings.csv", ("wording", "category", "source"), ("wording",), ("category",))
REFINEMENTS = Table(
    "category_refinements.csv", ("category", "wording", "becomes", "source"), ("category", "wording"), ("becomes",)
)
KINDS = frozenset({"device", "part", "licence", "service"})
_STOPS = (",", ";", "(", " - ", " — ", " – ", " with ", " для ", " for ", " c ", " на ")


@dataclass(frozen=True, slots=True)
class Kind:
    """A category with its HS code (None where the code is arguable) and whether it is a device, part, licence or
    service."""

    name: str
    hs6: str | None
    sort: str


def kinds_of(rows: Sequence[Row]) -> dict[str, Kind]:
    return {row["category"]: Kind(row["category"], row["hs6"] or None, row.one_of("kind", KINDS)) for row in rows}


Refinements = dict[str, list[tuple[str, str]]]  # by category: a word that makes it another one


def refinements_of(rows: Sequence[Row], kinds: dict[str, Kind]) -> Refinements:
    found: Refinements = {}
    for row in rows:
        becomes = row.one_of("becomes", frozenset(kinds))
        found.setdefault(row["category"], []).append((" " + squeeze(row["wording"]), becomes))
    return found


def _refined(name: str, title: Title, refinements: Refinements) -> str:
    """A kind told more exactly by another word of the title: a bearing that is "конический"."""
    if name not in refinements:
        return name
    text = " " + title.folded.replace("-", " ").replace(",", " ")
    return next((becomes for word, becomes in refinements[name] if word in text), name)


def head(title: Title, foreign: Sequence[Span]) -> Hit | None:
    """The word that says what the title's goods are: the first in Russian, where the noun leads; the last before the
    first comma or preposition in English, where it ends the phrase."""
    hits = [hit for hit in title.categories if not within(hit[0], foreign)]
    if not hits:
        return None
    first = hits[0]
    if first[2].detail:  # the noun leads in this language
        return first
    stop = min(
        (place for sign in _STOPS if (place := title.folded.find(sign, first[1])) > 0), default=len(title.folded)
    )
    english = [hit for hit in hits if hit[0] < stop and not hit[2].detail]
    return english[-1]


def category_of(
    title: Title, noun: Hit | None, foreign: Sequence[Span], number: tuple[str, Owners] | None, brand: str | None,
    site: Sequence[Hit], refinements: Refinements,
) -> tuple[str | None, str, str | None]:  # fmt: skip
    """The category's name, the rule that gave it and its text: the title's noun, the number's kind, the brand's line,
    the site's own category."""
    kind = number[1].category(brand) if number is not None else None
    if noun is not None:
        name = _refined(noun[2].value, title, refinements)
        if kind is None or name not in refinements:
            return name, "noun of the title", title.text[noun[0] : noun[1]]
    if number is not None and kind is not None:
        return kind, "form of the part number", number[0]
    for hit in title.brands:
        if hit[2].detail.category and not within(hit[0], foreign):
            return hit[2].detail.category, "product line", title.text[hit[0] : hit[1]]
    for hit in site:
        if hit[2].kind == "category":
            return hit[2].value, "site's category", None
    return None, "nothing says it", None
