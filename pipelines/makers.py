"""The maker of the goods: names in the title, the site's claim, its category and part-number forms weighed together."""

from pipelines.brands import BrandBook, Claim
from pipelines.case import Case, MakerFound
from pipelines.lexicon import Hit
from pipelines.titles import within
from restock.terms import Relation

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
    if written != brand and not written.isupper():
        return False
    free = [item for item in case.own if not item.owners.maker]
    return any(0 < item.start - hit[1] <= 1 for item in free) or (bool(free) and _stands_alone(case, hit))


def _stands_alone(case: Case, hit: Hit) -> bool:
    """Whether a name fills a stretch between commas or brackets, or ends the title: "NE555P, TI, DIP-8"."""
    before, after = case.title.folded[: hit[0]].rstrip()[-1:], case.title.folded[hit[1] :].lstrip()[:1]
    return not after or (before in {",", ";", "("} and after in {",", ";", ")"})


def find_maker(case: Case, book: BrandBook) -> MakerFound:
    """Who made the goods. A name in the title speaks first, then a number that proves its maker, then the claim."""
    found = _named(case) if case.named else _unnamed(case)
    return _divided(case, found, book)


def _named(case: Case) -> MakerFound:
    chosen = next((hit for hit in case.named if hit[2].value == case.claim.brand), None)
    if chosen is None:
        chosen = case.named[0]
        if len(case.named) > 1:
            proven = {item.owners.maker for item in case.own}
            chosen = next((hit for hit in case.named if hit[2].value in proven), chosen)
    if _is_the_original(case, chosen):
        return MakerFound(None, "the brand of the original")
    entry = chosen[2]
    return MakerFound(entry.value, f"title: {entry.rule}", case.title.text[chosen[0] : chosen[1]], entry.source)


def _is_the_original(case: Case, hit: Hit) -> bool:
    """In "Совместимый картридж HP CF259X" the only name is the original's; a maker of compatible goods is itself."""
    if case.bearing.relation is not Relation.COMPATIBLE_WITH or case.bearing.foreign:
        return False
    return not hit[2].detail.third_party and len({other[2].value for other in case.named}) == 1


def _unnamed(case: Case) -> MakerFound:
    """No name stands in the title for its own goods."""
    foreign = {hit[2].value for hit in case.title.brands}
    proven = next((item for item in case.own if item.owners.maker), None)
    claim = case.claim if _is_usable(case, foreign) else None
    is_own = case.bearing.relation is Relation.IS
    if proven is not None and is_own and not (claim and proven.owners.rank(claim.brand or "")):
        return MakerFound(proven.owners.maker, "form of the part number", proven.number)
    if claim is not None:
        return MakerFound(claim.brand, "site's claim", claim.text)
    if is_own and (found := _of_category(case)):
        return found
    if _stands(case, case.claim):
        return MakerFound(case.claim.text.strip(), "claim in the title", case.claim.text)
    if proven is not None and foreign and proven.owners.maker not in foreign:
        return MakerFound(proven.owners.maker, "form of the part number", proven.number)
    return NOBODY_NAMED


def _is_usable(case: Case, foreign: set[str]) -> bool:
    """Whether the site's claim may name the maker: not the shop itself, nor a part's maker, nor the original's."""
    claim = case.claim
    if claim.brand is None or claim.seller or claim.brand in foreign | {part.brand for part in case.parts}:
        return False
    return case.bearing.relation is not Relation.COMPATIBLE_WITH or not _is_original_of(case, claim.brand)


def _is_original_of(case: Case, brand: str) -> bool:
    return any(
        item.owners.maker == brand and within(item.start, case.bearing.foreign) for item in case.title.candidates
    )


def _of_category(case: Case) -> MakerFound | None:
    """The site files the goods under a brand, and the title has a number that may be that brand's."""
    brands = {hit[2].value for hit in case.site_hits if hit[2].kind == "brand" and not hit[2].ambiguous}
    if len(brands) != 1 or not case.own:
        return None
    brand = brands.pop()
    if any(item.owners.rank(brand) or not item.owners.any for item in case.own):
        return MakerFound(brand, "site's category", case.raw.category)
    return None


def _stands(case: Case, claim: Claim) -> bool:
    """Whether an unknown claim stands in the title as a word of its own, and not where it speaks of other goods."""
    if claim.brand is not None or claim.worthless or len(claim.folded) < 2:
        return False
    place = case.title.folded.find(claim.folded)
    if place < 0 or within(place, case.others):
        return False
    end = place + len(claim.folded)
    around = case.title.folded[max(place - 1, 0) : place] + case.title.folded[end : end + 1]
    noun = any(start <= place and end <= stop for start, stop, _ in case.title.categories)
    return not noun and not any(map(str.isalnum, around))


def _divided(case: Case, found: MakerFound, book: BrandBook) -> MakerFound:
    """Where a name was divided (HP and HPE): the number's maker decides, then the product line, then the kind."""
    brand = found.brand
    if brand is None or not book.is_split(brand):
        return found
    others = book.successors(brand)
    for item in case.own:
        if item.owners.maker in others:
            return MakerFound(item.owners.maker, "divided name: form of the part number", item.number)
    for hit in case.title.brands:
        if hit[2].value in {brand, *others} and hit[2].detail.category and not within(hit[0], case.others):
            return MakerFound(hit[2].value, "divided name: product line", case.title.text[hit[0] : hit[1]])
    kind = case.head or next((hit[2].value for hit in case.site_hits if hit[2].kind == "category"), None)
    became = book.split(brand, kind)
    return found if became == brand else MakerFound(became, "divided name: kind of goods", found.text)
