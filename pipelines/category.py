"""Category: what kind of goods a listing is, and the indicative HS code of that kind."""

from collections.abc import Sequence
from dataclasses import dataclass

from pipelines.case import NOT_SAID, Told
from pipelines.identity import Identity
from pipelines.lexicon import Hit
from pipelines.tables import Row, Table
from pipelines.text import squeeze
from pipelines.titles import Title, within

CATEGORIES = Table("categories.csv", ("category", "hs6", "kind", "source", "note"), ("category",), ("kind",))
WORDINGS = Table("category_wordings.csv", ("wording", "category", "source"), ("wording",), ("category",))
REFINEMENTS = Table(
    "category_refinements.csv", ("category", "wording", "becomes", "source"), ("category", "wording"), ("becomes",)
)
CARRIED = "carried"  # bags and the like: many makers' names are printed on them
KINDS = frozenset({"device", "part", "licence", "service", CARRIED})


@dataclass(frozen=True, slots=True)
class Kind:
    """A category with its HS code (None where the code is arguable) and whether it is a device, part, licence, service
    or something that only carries a name."""

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


def _refined(name: str, title: Title, refinements: Sequence[tuple[str, str]]) -> str:
    """A kind told more exactly by another word of the title: a bearing that is "конический"."""
    text = " " + title.folded.replace("-", " ").replace(",", " ")
    return next((becomes for word, becomes in refinements if word in text), name)


def category_of(title: Title, identity: Identity, site: Sequence[Hit], refinements: Refinements) -> Told:
    """The category by the title's noun, the number's kind, the brand's line or the site's own category."""
    noun = identity.noun
    if noun is not None and noun[2].value not in refinements:
        return Told(noun[2].value, "noun of the title", title.text[noun[0] : noun[1]])
    return _weighed(title, identity, site, refinements)


def _weighed(title: Title, identity: Identity, site: Sequence[Hit], refinements: Refinements) -> Told:
    """The category where no noun says it, or one that the number may tell more exactly."""
    noun, number, brand = identity.noun, identity.number, identity.maker.brand
    kind = number.owners.category(brand) if number is not None else None
    if noun is not None:
        name = _refined(noun[2].value, title, refinements[noun[2].value])
        if kind is None or name not in refinements:
            return Told(name, "noun of the title", title.text[noun[0] : noun[1]])
    if number is not None and kind is not None:
        return Told(kind, "form of the part number", number.number)
    for item in title.candidates if number is not None and brand is not None else ():
        kind = item.owners.category(brand)  # the model beside the order number says it
        if kind is not None and not within(item.start, identity.foreign):
            return Told(kind, "form of the part number", item.number)
    for hit in title.brands:
        if hit[2].detail.category and hit[2].value == brand and not within(hit[0], identity.foreign):
            return Told(hit[2].detail.category, "product line", title.text[hit[0] : hit[1]])
    for hit in site:
        if hit[2].kind == "category":
            return Told(hit[2].value, "site's category")
    return NOT_SAID
