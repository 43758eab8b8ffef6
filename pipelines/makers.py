"""The maker of the goods: names in the title, the site's claim, its category and part-number forms weighed together."""

import re
from collections.abc import Callable, Collection, Sequence
from itertools import pairwise

from pipelines.brands import BrandBook
from pipelines.case import Case, MakerFound
from pipelines.lexicon import Hit
from pipelines.text import skeleton
from pipelines.titles import within
from restock.terms import Relation

_NOUN_WORDS = 3
_MODEL_AFTER = re.compile(r" (?:[A-ZА-Я][\w-]* ){0,2}(?:[A-Z][\w/.-]*\d|\d{3,}|\d{2,}[-/.]\d)")
_JOINED = re.compile(rf"[/,+&]|\b(?:{skeleton('и|или')}|and|or|und|et|ve)\b")
_MANY = 3  # makers in a row: the goods are for all of them, or of any of them
_BETWEEN = ("", ",", "/", "|", skeleton("и"), skeleton("или"), "and", "or")
_IS, _COMPATIBLE_WITH = Relation.IS, Relation.COMPATIBLE_WITH  # bound here: asked of every listing
SEVERAL = "several makers in a row"
NOBODY_NAMED = MakerFound(None, "nobody is named")


def is_supported(case: Case, hit: Hit) -> bool:
    """Whether a name that is also an everyday word has a witness: the claim, the category, a number that fits it or
    follows it."""
    brand = hit[2].value
    if case.claim.brand == brand or any(item.owners.rank(brand) for item in case.own):
        return True
    if any(other[2].kind == "brand" and other[2].value == brand for other in case.site_hits):
        return True
    if hit[2].detail.seller:
        return False
    written = case.title.text[hit[0] : hit[1]]
    if _stands_as_maker(case, hit):
        return True
    if written != brand and not written.isupper():
        return False
    free = [item for item in case.own if not item.owners.maker]
    return any(0 < item.start - hit[1] <= 1 for item in free) or (bool(free) and _stands_alone(case, hit))


def _stands_as_maker(case: Case, hit: Hit) -> bool:
    """Whether a capitalised name stands right behind the noun or leads the title, and a model follows: "Delta RT-3K",
    "Аккумулятор CSB GP 1272"."""
    text, before = case.title.text, case.title.text[: hit[0]]
    if hit[1] - hit[0] < 3 or not text[hit[0]].isupper() or any(sign in before for sign in ",;:(/"):
        return False
    earlier = (*case.title.brands, *case.title.families)
    if before.count(" ") > _NOUN_WORDS or any(other[0] < hit[0] for other in earlier):
        return False
    if any(other[0] == hit[0] for other in case.title.categories):  # the noun itself: "SSD"
        return False
    return _MODEL_AFTER.match(text, hit[1]) is not None


def _stands_alone(case: Case, hit: Hit) -> bool:
    """Whether a name fills a stretch between commas or brackets, or ends the title: "NE555P, TI, DIP-8"."""
    before, after = case.title.folded[: hit[0]].rstrip()[-1:], case.title.folded[hit[1] :].lstrip()[:1]
    return not after or (before in {",", ";", "("} and after in {",", ";", ")"})


def find_maker(case: Case, book: BrandBook) -> MakerFound:
    """Who made the goods. A name in the title speaks first, then a number that proves its maker, then the claim."""
    found = _named(case) if case.named else _unnamed(case)
    return found if found.brand is None or found.brand not in book.divided else _divided(case, found, found.brand, book)


def _named(case: Case) -> MakerFound:
    chosen = case.named[0]
    if len(case.named) > 1:
        sure = _first_named(case.named, {case.claim.brand})
        sure = sure or _first_named(case.named, {item.owners.maker for item in case.own})
        if sure is None and len(case.named) >= _MANY and _is_list(case):
            return MakerFound(None, SEVERAL, case.title.text[chosen[0] : case.named[_MANY - 1][1]])
        chosen = sure or chosen
    if case.bearing.relation is _COMPATIBLE_WITH and _is_the_original(case, chosen):
        return MakerFound(None, "the brand of the original")
    entry = chosen[2]
    return MakerFound(entry.value, f"title: {entry.rule}", case.title.text[chosen[0] : chosen[1]], entry.source)


def _first_named(named: Sequence[Hit], brands: Collection[str | None]) -> Hit | None:
    for hit in named:
        if hit[2].value in brands:
            return hit
    return None


def _is_list(case: Case) -> bool:
    """Whether the title names makers in a row: "Модуль SFP (Cisco, HP, Juniper)", "Samsung/Hynix/Micron"."""
    row = case.named[:_MANY]
    between = [case.title.folded[left[1] : right[0]] for left, right in pairwise(row)]
    return len({hit[2].value for hit in row}) == _MANY and all(gap.strip() in _BETWEEN for gap in between)


def _is_the_original(case: Case, hit: Hit) -> bool:
    """In "Совместимый картридж HP CF259X" the only name is the original's; a maker of compatible goods is itself."""
    if case.bearing.foreign:
        return False
    return not hit[2].detail.third_party and len({other[2].value for other in case.named}) == 1


def _unnamed(case: Case) -> MakerFound:
    """No name stands in the title for its own goods: the first of the other witnesses that speaks."""
    witnesses: tuple[Callable[[Case], MakerFound | None], ...] = (_claimed, _standing, _proven_apart)
    if case.bearing.relation is _IS:
        witnesses = (_proven, _family, _claimed, _of_category, _standing)
    return next((found for witness in witnesses if (found := witness(case))), NOBODY_NAMED)


def _proven(case: Case) -> MakerFound | None:
    """A number that proves its maker, unless it fits the claimed one as well, or the claimed one makes others' numbers
    again ("IRF3205S" by VBsemi)."""
    item = next((item for item in case.own if item.owners.maker), None)
    if item is None:
        return None
    if _is_usable(case) and (case.claim.third_party or item.owners.rank(case.claim.brand or "")):
        return None
    return MakerFound(item.owners.maker, "form of the part number", item.number)


def _proven_apart(case: Case) -> MakerFound | None:
    """A number that proves another maker than the original's."""
    foreign = {hit[2].value for hit in case.title.brands}
    beside = (item for item in case.title.candidates if within(item.start, case.bearing.foreign))
    foreign |= {item.owners.maker for item in beside if item.owners.maker}
    item = next((item for item in case.own if item.owners.maker), None)
    if item is None or not foreign or item.owners.maker in foreign:
        return None
    return MakerFound(item.owners.maker, "form of the part number", item.number)


def _family(case: Case) -> MakerFound | None:
    """A product family that is sold by itself: "Процессор Xeon E5-2680" needs no other name."""
    other = (*case.others, *((part.start, part.end) for part in case.parts))
    hit = next((hit for hit in case.title.families if not within(hit[0], other)), None)
    return hit and MakerFound(hit[2].value, "product family", case.title.text[hit[0] : hit[1]], hit[2].source)


def _claimed(case: Case) -> MakerFound | None:
    return MakerFound(case.claim.brand, "site's claim", case.claim.text) if _is_usable(case) else None


def _is_usable(case: Case) -> bool:
    """Whether the site's claim may name the maker: not the shop itself, nor a part's maker, nor the original's."""
    claim = case.claim
    others = {hit[2].value for hit in case.title.brands if not _follows_original(case, hit)}
    others |= {part.brand for part in case.parts}
    if claim.brand is None or claim.seller or claim.brand in others:
        return False
    return case.bearing.relation is not _COMPATIBLE_WITH or not _is_original_of(case, claim.brand)


def _follows_original(case: Case, hit: Hit) -> bool:
    """ "Кулер для Intel LGA1700 DeepCool AK400": a second name behind "для …" that nothing joins to the first."""
    for start, end in case.bearing.loose:
        if start <= hit[0] < end:
            firsts = [other for other in case.title.brands if start <= other[0] < hit[0]]
            between = case.title.folded[firsts[-1][1] : hit[0]] if firsts else "/"
            return not _JOINED.search(between)
    return False


def _is_original_of(case: Case, brand: str) -> bool:
    """Whether the claim of a compatible thing speaks of its original: where the title names none, or by a number."""
    if case.claim.third_party:
        return False
    foreign = case.bearing.foreign
    return not foreign or any(item.owners.rank(brand) and within(item.start, foreign) for item in case.title.candidates)


def _of_category(case: Case) -> MakerFound | None:
    """The site files the goods under a brand, and the title has a number that may be that brand's."""
    brands = {hit[2].value for hit in case.site_hits if hit[2].kind == "brand" and not hit[2].ambiguous}
    if len(brands) != 1 or not case.own:
        return None
    brand = brands.pop()
    if any(item.owners.rank(brand) or not item.owners.any for item in case.own):
        return MakerFound(brand, "site's category", case.raw.category)
    return None


def _standing(case: Case) -> MakerFound | None:
    """An unknown claim that stands in the title as a word of its own, and not where it speaks of the original."""
    claim, folded = case.claim, case.title.folded
    place = folded.find(claim.folded)
    if claim.brand is not None or claim.worthless or len(claim.folded) < 2 or place < 0:
        return None
    end = place + len(claim.folded)
    noun = any(start <= place and end <= stop for start, stop, _ in case.title.categories)
    part_of_word = any(map(str.isalnum, folded[max(place - 1, 0) : place] + folded[end : end + 1]))
    if noun or part_of_word or within(place, case.bearing.foreign):
        return None
    return MakerFound(claim.text.strip(), "claim in the title", claim.text)


def _divided(case: Case, found: MakerFound, brand: str, book: BrandBook) -> MakerFound:
    """Where a name was divided (HP and HPE): the number's maker decides, then the product line, then the kind."""
    others = book.successors(brand)
    claimed = () if any(item.owners.any for item in case.own) or case.claimed is None else (case.claimed,)
    for item in (*case.own, *claimed):
        if item.owners.maker in others:
            return MakerFound(item.owners.maker, "divided name: form of the part number", item.number)
    for hit in case.title.brands:
        if hit[2].value in {brand, *others} and hit[2].detail.category and not within(hit[0], case.others):
            return MakerFound(hit[2].value, "divided name: product line", case.title.text[hit[0] : hit[1]])
    kind = case.head or next((hit[2].value for hit in case.site_hits if hit[2].kind == "category"), None)
    became = book.split(brand, kind)
    return found if became == brand else MakerFound(became, "divided name: kind of goods", found.text)
