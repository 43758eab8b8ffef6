"""Who made the goods and under which number: title, claims, category and part-number forms weighed together."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

from pipelines.brands import BrandBook, Claim
from pipelines.category import head
from pipelines.components import Part, parts_of
from pipelines.lexicon import Hit
from pipelines.part_numbers import NOBODY, Candidate, Grammar, claimed_number
from pipelines.relation import Bearing
from pipelines.titles import Span, Title, within
from restock.listing import RawListing
from restock.terms import Relation


@dataclass(slots=True)
class Identity:
    """The outcome: brand, number and relation with the rules that gave them."""

    brand: str | None
    brand_rule: str
    brand_text: str | None
    brand_source: str | None
    number: Candidate | None
    number_rule: str
    relation: Relation
    relation_rule: str
    relation_text: str | None
    parts: tuple[Part, ...]
    foreign: tuple[Span, ...]
    noun: Hit | None


@dataclass(slots=True)
class _Case:
    """What is known of one listing while it is being decided."""

    title: Title
    raw: RawListing
    claim: Claim
    bearing: Bearing
    site_hits: Sequence[Hit]
    noun: Hit | None
    head: str | None
    parts: list[Part]
    named: Sequence[Hit]
    own: Sequence[Candidate]


class Identifier:
    """Decides with the brands, makers and part-number forms of the data files."""

    def __init__(self, book: BrandBook, grammar: Grammar, devices: frozenset[str]) -> None:
        self._book = book
        self._devices = devices
        self._grammar = grammar

    def identify(self, title: Title, raw: RawListing, bearing: Bearing, site_hits: Sequence[Hit]) -> Identity:
        case = self._case(title, raw, bearing, site_hits)
        if bearing.relation is Relation.SERVICE_FOR:
            return _identity(case, (None, "a service", None, None), None, "a service", bearing.relation)
        if bearing.relation is Relation.ACCESSORY_FOR and (genuine := self._genuine(case)):
            return genuine
        brand, rule, text, source = self._brand(case)
        brand, rule = self._divide(case, brand, rule)
        number, number_rule = self._number(case, brand)
        return self._settle(case, (brand, rule, text, source), number, number_rule)

    def _settle(
        self, case: _Case, found: tuple[str | None, str, str | None, str | None], number: Candidate | None, rule: str
    ) -> Identity:
        brand, brand_rule, text, source = found
        relation = case.bearing.relation
        case.parts = [part for part in case.parts if part.brand != brand]
        if brand is None and case.parts and relation is Relation.IS:
            relation = Relation.CONTAINS
        if brand is None and not (relation is Relation.IS and rule == "claim in the title"):
            number = None
        if relation is Relation.ACCESSORY_FOR and brand is not None and self._is_for_itself(case, brand):
            relation = Relation.IS
        found = (brand, brand_rule, text, source)
        return _identity(case, found, number, rule if number else "nothing fits", relation)

    def _is_for_itself(self, case: _Case, brand: str) -> bool:
        """Whether the goods are for things of the same maker: its own spare."""
        others = {hit[2].value for hit in case.title.brands if within(hit[0], case.bearing.loose)}
        return others <= {brand} | self._book.successors(brand)

    def _case(self, title: Title, raw: RawListing, bearing: Bearing, site_hits: Sequence[Hit]) -> _Case:
        foreign = bearing.foreign + bearing.loose
        noun = head(title, foreign)
        noun_name = noun[2].value if noun else None
        claim = self._book.claim(raw.brand)
        parts: list[Part] = []
        others = foreign
        if title.families or title.relations:
            parts = parts_of(title, noun_name, foreign, _makers(title, foreign, claim, noun_name))
            others = (*foreign, *((part.start, part.end) for part in parts))
        named, own = title.brands, title.candidates
        if others:
            named = [hit for hit in named if not within(hit[0], others)]
            own = [item for item in own if not within(item.start, others)]
        case = _Case(title, raw, claim, bearing, site_hits, noun, noun_name, parts, named, _without_models(title, own))
        case.named = [hit for hit in named if not hit[2].ambiguous or self._is_supported(case, hit)]
        return case

    def _is_supported(self, case: _Case, hit: Hit) -> bool:
        """A name that is also an everyday word needs a witness: the claim, the category, a number that fits or follows."""
        brand = hit[2].value
        if case.claim.brand == brand or any(item.owners.rank(brand) for item in case.own):
            return True
        if any(other[2].value == brand for other in case.site_hits if other[2].kind == "brand"):
            return True
        if hit[2].detail.seller:
            return False
        written = case.title.text[hit[0] : hit[1]]
        follows = any(0 < item.start - hit[1] <= 1 for item in case.own)
        return follows and written == brand and not any(item.owners.any for item in case.own)

    def _genuine(self, case: _Case) -> Identity | None:
        """A maker's own spare whose title says "для": its number stands apart, or is of the kind that the noun says."""
        loose = case.bearing.loose
        brands = {hit[2].value: None for hit in (*case.title.brands, *case.title.families) if within(hit[0], loose)}
        if any(hit[2].value not in brands for hit in case.named):
            return None
        for item in case.title.candidates:
            brand = next((owner for name in brands if (owner := self._owner(case, item, name))), None)
            if brand is None or within(item.start, case.bearing.foreign):
                continue
            kind = item.owners.category(brand)
            if within(item.start, loose):
                genuine = kind is not None and kind == case.head
            else:
                genuine = item.start < loose[0][0] or kind == case.head or kind not in self._devices
            if genuine:
                case.bearing = replace(case.bearing, relation=Relation.IS, rule="genuine number", text=item.number)
                case.parts = [part for part in case.parts if part.brand != brand]
                found = (brand, "form of the part number", item.number, None)
                return _identity(case, found, item, "form or list of the maker", Relation.IS)
        return None

    def _owner(self, case: _Case, item: Candidate, brand: str) -> str | None:
        """The brand, or what became of it, where the number is its own by form, by list or by both of the site's
        claims."""
        for name in (brand, *sorted(self._book.successors(brand))):
            rank = item.owners.rank(name)
            if rank >= 4 or (rank == 3 and not item.owners.maker):
                return name
        claimed = item.number == claimed_number(case.raw.mpn) and case.claim.brand == brand
        return brand if claimed and not item.owners.any and not within(item.start, case.bearing.loose) else None

    def _brand(self, case: _Case) -> tuple[str | None, str, str | None, str | None]:
        """The maker, the rule that found it, the text that says it and the rule's source."""
        if case.named:
            return self._named(case)
        makers = [item for item in case.own if item.owners.maker]
        relation = case.bearing.relation
        foreign = {hit[2].value for hit in case.title.brands} - {hit[2].value for hit in case.named}
        inner = {part.brand for part in case.parts}
        claim = case.claim
        usable = claim.brand and not claim.seller and claim.brand not in foreign | inner
        if relation is Relation.IS and makers and not (usable and makers[0].owners.rank(claim.brand or "")):
            item = makers[0]
            return item.owners.maker, "form of the part number", item.number, None
        if usable and (relation is not Relation.COMPATIBLE_WITH or not self._has_number_of(case, claim.brand)):
            return claim.brand, "site's claim", claim.text, None
        if relation is Relation.IS and (found := self._category(case)):
            return found
        if claim.brand is None and not claim.worthless and self._stands(case, claim):
            return claim.text.strip(), "claim in the title", claim.text, None
        if relation is not Relation.IS and makers and not {makers[0].owners.maker} & foreign and foreign:
            return makers[0].owners.maker, "form of the part number", makers[0].number, None
        return None, "nobody is named", None, None

    def _named(self, case: _Case) -> tuple[str | None, str, str | None, str | None]:
        chosen = case.named[0]
        for hit in case.named:
            if hit[2].value == case.claim.brand:
                chosen = hit
                break
        else:
            chosen = next((h for h in case.named if any(i.owners.maker == h[2].value for i in case.own)), chosen)
        if self._adjective(case, chosen):
            return None, "the brand of the original", None, None
        entry = chosen[2]
        return entry.value, f"title: {entry.rule}", case.title.text[chosen[0] : chosen[1]], entry.source

    def _adjective(self, case: _Case, hit: Hit) -> bool:
        """ "Совместимый картридж HP CF259X": the only name is the original's, unless its maker makes compatible goods."""
        if case.bearing.relation is not Relation.COMPATIBLE_WITH or case.bearing.foreign:
            return False
        return not hit[2].detail.third_party and len({other[2].value for other in case.named}) == 1

    def _has_number_of(self, case: _Case, brand: str | None) -> bool:
        return any(
            item.owners.maker == brand and within(item.start, case.bearing.foreign) for item in case.title.candidates
        )

    def _category(self, case: _Case) -> tuple[str | None, str, str | None, str | None] | None:
        """The site files the goods under a brand, and the title has a number that may be that brand's."""
        brands = {hit[2].value for hit in case.site_hits if hit[2].kind == "brand" and not hit[2].ambiguous}
        if len(brands) != 1 or not case.own:
            return None
        brand = brands.pop()
        if any(item.owners.rank(brand) or not item.owners.any for item in case.own):
            return brand, "site's category", case.raw.category, None
        return None

    def _stands(self, case: _Case, claim: Claim) -> bool:
        """Whether an unknown claim stands in the title as a word, and not where the title speaks of other goods."""
        place = case.title.folded.find(claim.folded)
        if place < 0 or len(claim.folded) < 2 or within(place, case.bearing.foreign + case.bearing.loose):
            return False
        end = place + len(claim.folded)
        around = case.title.folded[max(place - 1, 0) : place] + case.title.folded[end : end + 1]
        noun = any(start <= place and end <= stop for start, stop, _ in case.title.categories)
        return not noun and not any(map(str.isalnum, around))

    def _number(self, case: _Case, brand: str | None) -> tuple[Candidate | None, str]:
        """The listing's own number: the claim where the title bears it out, else what fits the maker, else what looks
        like a number."""
        own = self._not_of_others(case, brand)
        claimed = claimed_number(case.raw.mpn)
        best, rule = self._best(case, brand, own)
        if claimed is None:
            return best, rule
        for item in own:
            if item.number == claimed and (best is None or _fit(best, brand) <= _fit(item, brand) or item.shape >= 2):
                return item, "claim in the title"
        return self._claimed(case, brand, claimed, best, rule)

    def _not_of_others(self, case: _Case, brand: str | None) -> Sequence[Candidate]:
        """Without the numbers that are surely another maker's, where the goods are made for another's."""
        if case.bearing.relation is Relation.IS:
            return case.own
        return [item for item in case.own if item.owners.maker in {None, brand}]

    def _best(self, case: _Case, brand: str | None, own: Sequence[Candidate]) -> tuple[Candidate | None, str]:
        fitting = [item for item in own if _fit(item, brand)]
        if fitting:
            bundle = " + " in case.title.text
            best = fitting[0] if bundle else max(fitting, key=lambda item: (_fit(item, brand), -item.start))
            return best, "form or list of the maker"
        if brand is None or self._grammar.is_strict(brand):
            labelled = [item for item in own if item.shape == 4 and brand is not None]
            return (labelled[0], "labelled number") if labelled else (None, "nothing fits")
        free = [item for item in own if item.shape and item.owners.maker in {None, brand}]
        if not free:
            return None, "nothing fits"
        return max(free, key=lambda item: (item.shape, -item.start)), "looks like a number"

    def _claimed(
        self, case: _Case, brand: str | None, claimed: str, best: Candidate | None, rule: str
    ) -> tuple[Candidate | None, str]:
        """A claim that is no token of the title."""
        owners = self._grammar.owners(claimed)
        here = Candidate(claimed, 0, 0, owners, 0)
        if brand is None:
            return best, rule
        foreign = any(item.number == claimed for item in case.title.candidates)
        fits = owners.rank(brand)
        if foreign:
            return best, rule
        if best is not None:
            longer = (
                claimed.startswith(best.number) and claimed[len(best.number)] in "-/=+#"
                if claimed != best.number
                else False
            )
            better = longer or (fits >= 3 and _fit(best, brand) < min(fits, 4) and _fit(best, brand) == 0)
            return (here, "claim fits the maker") if better and fits else (best, rule)
        if fits >= 4 or (fits == 3 and not self._is_shop_article(case, claimed)):
            return here, "claim fits the maker"
        worded = any(map(str.isdigit, claimed))
        if (
            owners.maker is None
            and worded
            and not self._is_shop_article(case, claimed)
            and not self._grammar.is_strict(brand)
        ):
            return here, "site's claim"
        return None, "nothing fits"

    def _is_shop_article(self, case: _Case, claimed: str) -> bool:
        """A shop's own article: its SKU, bare digits, or a short code before a running number."""
        if case.raw.sku is not None and claimed == claimed_number(case.raw.sku):
            return True
        letters, _, digits = claimed.partition("-")
        running = (letters.isalpha() and len(letters) <= 4 and digits.isdigit()) or letters in {"0", "00", "000"}
        return running or not any(map(str.isalpha, claimed)) or self._grammar.is_specification(claimed)

    def _divide(self, case: _Case, brand: str | None, rule: str) -> tuple[str | None, str]:
        """HP or HPE: the number's maker decides, then the kind of goods."""
        if brand is None or not self._book.is_split(brand):
            return brand, rule
        others = self._book.successors(brand)
        for item in case.own:
            if item.owners.maker in others and not item.owners.rank(brand):
                return item.owners.maker, "divided name: form of the part number"
        lines = [hit for hit in case.title.brands if hit[2].value in {brand, *others} and hit[2].detail.category]
        if lines:
            return lines[0][2].value, "divided name: product line"
        kind = case.head
        if kind is None:
            kind = next((hit[2].value for hit in case.site_hits if hit[2].kind == "category"), None)
        became = self._book.split(brand, kind)
        if became != brand and rule == "site's claim" or became != brand and brand == "HP":
            return became, "divided name: kind of goods"
        return brand, rule


def _fit(item: Candidate, brand: str | None) -> int:
    return item.owners.rank(brand) if brand is not None else 0


def _makers(title: Title, foreign: Sequence[Span], claim: Claim, noun: str | None) -> frozenset[str]:
    """The brands that the title names for its own goods; for parts sold by themselves the claim's too."""
    makers = frozenset(hit[2].value for hit in title.brands if not within(hit[0], foreign))
    return makers | {claim.brand} if claim.brand and noun in {"video_card", "cpu", "accelerator"} else makers


def _without_models(title: Title, own: Sequence[Candidate]) -> Sequence[Candidate]:
    """Without the model names that follow a family ("ProLiant DL380"), unless they have a form of its maker."""
    ends = [(hit[1], hit[2].value) for hit in title.brands if hit[2].detail.model_follows]
    ends += [(hit[1], "") for hit in title.relations if hit[2].value == "series"]
    if not ends:
        return own
    return [
        item._replace(shape=0, owners=NOBODY)
        if any(0 <= item.start - end <= 1 and not item.owners.rank(brand) for end, brand in ends)
        else item
        for item in own
    ]


def _identity(
    case: _Case, found: tuple[str | None, str, str | None, str | None], number: Candidate | None, number_rule: str,
    relation: Relation,
) -> Identity:  # fmt: skip
    brand, brand_rule, text, source = found
    changed = relation is not case.bearing.relation
    rule = {Relation.CONTAINS: "parts of an unnamed maker's product", Relation.IS: "made for the maker's own goods"}
    return Identity(
        brand, brand_rule, text, source, number, number_rule, relation,
        rule.get(relation, "") if changed else case.bearing.rule, None if changed else case.bearing.text,
        () if relation is Relation.SERVICE_FOR else tuple(case.parts),
        case.bearing.foreign + case.bearing.loose, case.noun,
    )  # fmt: skip
