"""Who made the goods, under which number, and what the listing is to the brand that it names."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from pipelines.bearing import IS as NOTHING_SAID
from pipelines.bearing import Bearing
from pipelines.brands import BrandBook, Claim
from pipelines.candidate import NOBODY, Candidate
from pipelines.case import Case, MakerFound, NumberFound
from pipelines.components import COMPUTERS, Part, names_parts, parts_of
from pipelines.described import NOTHING, Described
from pipelines.lexicon import Hit
from pipelines.makers import SEVERAL, find_maker, is_supported
from pipelines.numbering import NOTHING_FITS, find_number
from pipelines.part_numbers import Grammar, claimed_number
from pipelines.titles import Span, Title, head, within
from restock.listing import RawListing
from restock.terms import Relation

# Bound here: what is asked of every listing costs a tenth of a microsecond as an attribute of its class.
_IS, _SERVICE_FOR = Relation.IS, Relation.SERVICE_FOR
_COMPATIBLE_WITH, _ACCESSORY_FOR = Relation.COMPATIBLE_WITH, Relation.ACCESSORY_FOR
_SERVICE = "a service"
_NOBODYS = "the names are those of other goods"
_ORIGINAL = "the brand of the original"
_FOR_ITSELF = "made for the maker's own goods"
_PARTS = "parts of an unnamed maker's product"
# Goods that are sold by themselves and inside others; for them the site's claim says whose they are.
# Goods that other makers' parts are put into: "Материнская плата ASUS … для Intel LGA1700".
_HOSTS = frozenset({"motherboard", "server", "processor_board"})
# Goods whose numbers may name the device that they are for before the rest: a licence's, a contract's.
_FOR_DEVICES = frozenset({"license", "support"})
_PART_NOUNS = frozenset({"video_card", "cpu", "accelerator"})


@dataclass(slots=True)
class Identity:
    """The outcome, with the rules that gave it. `foreign` are the stretches of the title about other goods; `doubted`
    is a brand that the title names both for its goods and for what they are compatible with, or first of several."""

    maker: MakerFound
    number: Candidate | None
    number_rule: str
    relation: Relation
    relation_rule: str
    relation_text: str | None
    parts: Sequence[Part]
    foreign: tuple[Span, ...]
    noun: Hit | None
    doubted: str | None = None


class Identifier:
    """Decides with the brands and part-number forms of the data files. `devices` are categories of whole devices."""

    def __init__(self, book: BrandBook, grammar: Grammar, devices: frozenset[str]) -> None:
        self._book = book
        self._grammar = grammar
        self._devices = devices

    def identify(
        self, title: Title, raw: RawListing, bearing: Bearing, site_hits: Sequence[Hit], described: Described = NOTHING
    ) -> Identity:
        case = self._case(title, raw, bearing, site_hits, described)
        if bearing is not NOTHING_SAID and (decided := self._by_bearing(case, bearing)):
            return decided
        maker = find_maker(case, self._book)
        if described is not NOTHING:
            case.parts.extend(self._described_parts(case, described))
        if bearing.relation is _ACCESSORY_FOR and maker.brand is not None:
            case.own = (*case.own, *self._behind_others(case, maker.brand))
        if case.head is not None and maker.brand is not None and len(case.own) > 1:
            case.own = self._without_hosts(case, maker.brand)
        return self._settle(case, maker, find_number(case, maker.brand, self._grammar))

    def _by_bearing(self, case: Case, bearing: Bearing) -> Identity | None:
        """What the wording decides by itself: somebody's work, goods that only carry a name, a maker's own spare."""
        if bearing.relation is _SERVICE_FOR:
            case.parts = []
            return _identity(case, MakerFound(None, _SERVICE), NumberFound(None, _SERVICE), bearing)
        if bearing.nobody:
            return _identity(case, MakerFound(None, _NOBODYS), NumberFound(None, _NOBODYS), bearing)
        return self._genuine(case) if bearing.relation is _ACCESSORY_FOR else None

    def _without_hosts(self, case: Case, brand: str) -> Sequence[Candidate]:
        """A part's numbers without those of the maker's devices that it fits, where others remain: "Батарейный модуль
        NetApp 271-00036, FAS2750/FAS2720"."""
        if case.head in self._devices or case.head in _HOSTS or case.head in _FOR_DEVICES:
            return case.own
        hosts = [item for item in case.own if item.owners.category(brand) in self._devices]
        if not hosts or " + " in case.title.text:  # a bundle: its first number is the main one
            return case.own
        claimed = case.claimed.number if case.claimed else None
        spans = [(item.start, item.end) for item in hosts]
        left = [item for item in case.own if not within(item.start, spans)]
        stands = any(
            item.owners.rank(brand) or item.number == claimed or (item.shape > 1 and item.start < hosts[0].start)
            for item in left
        )
        return left if stands else case.own

    def _behind_others(self, case: Case, brand: str) -> Iterator[Candidate]:
        """The maker's own numbers behind the other maker's goods that the title says "для" of: "SSD Intel для Dell R740
        SSDSC2KB960G801". Where the maker is named there too, they are those of the goods that the part is for."""
        title, loose = case.title, case.bearing.loose
        others = {hit[2].value for hit in (*title.brands, *title.families) if within(hit[0], loose)}
        if not self._book.successors(brand).isdisjoint(others) or brand in others:
            return
        for item in title.candidates:
            rank, kind = item.owners.rank(brand), item.owners.category(brand)
            if not rank or not within(item.start, loose) or (kind in self._devices and kind != case.head):
                continue
            if rank > max((item.owners.rank(other) for other in others), default=0) and (rank > 3 or item.shape > 1):
                yield item

    def _described_parts(self, case: Case, described: Described) -> Sequence[Part]:
        """The parts that the description of a device names: of a computer any, of others those called its processor."""
        if case.bearing.relation is not _IS:
            return ()
        if case.head in COMPUTERS:
            return described.parts + described.loose_parts
        return described.parts if case.head is None or case.head in self._devices else ()

    def _case(
        self, title: Title, raw: RawListing, bearing: Bearing, site_hits: Sequence[Hit], described: Described
    ) -> Case:
        foreign = bearing.foreign + bearing.loose
        noun = head(title, foreign) if title.categories else None
        category = noun[2].value if noun else None
        claim = self._book.claim(raw.brand)
        if claim.brand is None and described.maker is not None:
            claim = self._labelled(claim, described.maker)
        parts: list[Part] = []
        others = foreign
        if names_parts(title, category):
            parts = parts_of(title, category, foreign, _makers(title, foreign, claim, category), claim.folded)
            others = (*foreign, *((part.start, part.end) for part in parts))
        named, own = title.brands, title.candidates
        claim_text = raw.mpn or described.number
        claimed = self._claimed(claim_text) if claim_text else None
        if others:
            named, own = _of_own_goods(title, foreign, others, claimed)
        special = _has_special(title)
        if own and (special or title.relations):
            own = _without_models(title, own)
        case = Case(title, raw, claim, bearing, foreign, site_hits, noun, category, parts, named, own, claimed)
        if special:
            case.named = [hit for hit in named if not hit[2].ambiguous or is_supported(case, hit)]
        return case

    def _settle(self, case: Case, maker: MakerFound, number: NumberFound) -> Identity:
        """The relation, once the maker is known; without a maker there is no number of its own."""
        bearing = case.bearing
        doubted = None
        if bearing.relation is _COMPATIBLE_WITH and self._is_originals(case, maker.brand):
            doubted = maker.brand
            maker, number = MakerFound(None, _ORIGINAL, maker.text), NOTHING_FITS
        elif maker.brand is None and maker.rule == SEVERAL:
            doubted = case.named[0][2].value
        if case.parts:
            case.parts = _without_makers(case.parts, maker.brand)
        if maker.brand is None:
            if bearing.relation is _IS and case.parts:
                bearing = Bearing(Relation.CONTAINS, bearing.foreign, bearing.loose, _PARTS, None)
            borne_out = bearing.relation is _IS and number.rule == "claim in the title"
            number = number if borne_out else NOTHING_FITS
        elif bearing.relation is _ACCESSORY_FOR and self._is_for_itself(case, maker.brand):
            bearing = bearing._replace(relation=Relation.IS, rule=_FOR_ITSELF, text=None)
        identity = _identity(case, maker, number, bearing)
        identity.doubted = doubted
        return identity

    def _is_originals(self, case: Case, brand: str | None) -> bool:
        """Whether a compatible thing's maker is named as the original's too: "Cisco SFP (совместимость: Cisco)"; where
        no name stands there, by its number: "Dell R740 heatsink, replacement for 0YY2R8"."""
        foreign = case.bearing.foreign
        names = {hit[2].value for hit in case.title.brands if within(hit[0], foreign)}
        if not names and brand is not None:
            theirs = (item for item in case.title.candidates if within(item.start, foreign))
            spares = any(
                item.owners.rank(brand) and item.owners.category(brand) not in self._devices for item in theirs
            )
            return spares and not self._book.is_third_party(brand)
        return any(brand in {name, *self._book.successors(name)} for name in names)

    def _is_for_itself(self, case: Case, brand: str) -> bool:
        """Whether the goods are for things of the same maker, or a whole device, whatever it is for."""
        if case.head in _HOSTS or (case.head in self._devices and any(item.owners.maker == brand for item in case.own)):
            return True
        hits = (*case.title.brands, *case.title.families)
        others = {hit[2].value for hit in hits if within(hit[0], case.bearing.loose)}
        return others <= {brand} | self._book.successors(brand)

    def _genuine(self, case: Case) -> Identity | None:
        """A maker's own spare whose title says "для": its number stands apart, or is of the kind that the noun says."""
        hits = (*case.title.brands, *case.title.families)
        brands = {hit[2].value: None for hit in hits if within(hit[0], case.bearing.loose)}
        if any(hit[2].value not in brands for hit in case.named):
            return None
        for item in (*case.title.candidates, *_claim_apart(case)):
            brand = self._owner(case, item, brands)
            if brand is None or not self._is_genuine(case, item, brand):
                continue
            case.parts = [part for part in case.parts if part.brand != brand]
            bearing = case.bearing._replace(relation=Relation.IS, rule="genuine number", text=item.number)
            maker = MakerFound(brand, "form of the part number", item.number)
            return _identity(case, maker, NumberFound(item, "form or list of the maker"), bearing)
        return None

    def _is_genuine(self, case: Case, item: Candidate, brand: str) -> bool:
        if within(item.start, case.bearing.foreign):
            return False
        kind = item.owners.category(brand)
        if within(item.start, case.bearing.loose) or item.end == 0:
            is_part = kind is None and brand in item.owners.sure and case.head and case.head not in self._devices
            claimed_too = item.end > 0 or case.claim.brand in {brand, None}
            return bool(is_part and claimed_too) or (kind is not None and kind == case.head)
        return item.start < case.bearing.loose[0][0] or kind == case.head or kind not in self._devices

    def _labelled(self, claim: Claim, maker: str) -> Claim:
        """What a description calls the maker, beside a claim that names none that is known."""
        labelled = self._book.claim(maker)
        return labelled if labelled.brand is not None or claim.worthless else claim

    def _claimed(self, text: str) -> Candidate | None:
        number = claimed_number(text)
        return Candidate(number, 0, 0, self._grammar.owners(number), 0) if number is not None else None

    def _owner(self, case: Case, item: Candidate, brands: Iterable[str]) -> str | None:
        """Which of the brands, or of what became of them, the number belongs to: by form, by list, or by both of the
        site's claims."""
        for brand in brands:
            for name in (brand, *sorted(self._book.successors(brand))):
                rank = item.owners.rank(name)
                if rank >= 4 or (rank == 3 and not item.owners.maker):
                    return name
            apart = item.end > 0 and not within(item.start, case.bearing.loose) and item.owners.maker is None
            claimed = case.claimed is not None and item.number == case.claimed.number
            if apart and claimed and case.claim.brand == brand:
                return brand
        return None


def _claim_apart(case: Case) -> Sequence[Candidate]:
    """The site's claim, where it is no token of the title."""
    claimed = case.claimed
    if claimed is None or any(item.number == claimed.number for item in case.title.candidates):
        return ()
    return (claimed,)


def _of_own_goods(
    title: Title, foreign: Sequence[Span], others: Sequence[Span], claimed: Candidate | None
) -> tuple[Sequence[Hit], Sequence[Candidate]]:
    """The names and candidates that speak neither of others' goods nor of parts; a number of a maker that is named for
    the goods may stand within a part, and so may what the site claims, where it may be that maker's."""
    named = [hit for hit in title.brands if not within(hit[0], others)]
    makers = {hit[2].value for hit in named}
    number = claimed.number if claimed is not None and any(map(claimed.owners.rank, makers)) else None
    return named, [
        item
        for item in title.candidates
        if not within(item.start, foreign if item.owners.maker in makers or item.number == number else others)
    ]


def _has_special(title: Title) -> bool:
    for hit in title.brands:  # noqa: SIM110  asked of every listing: a generator costs more than the answer
        if hit[2].special:
            return True
    return False


def _without_makers(parts: Sequence[Part], brand: str | None) -> list[Part]:
    return [part for part in parts if part.brand != brand]


def _makers(title: Title, foreign: Sequence[Span], claim: Claim, noun: str | None) -> frozenset[str]:
    """The brands that the title names for its own goods; for parts sold by themselves the claim's too."""
    makers = frozenset(hit[2].value for hit in title.brands if not within(hit[0], foreign))
    return makers | {claim.brand} if claim.brand and noun in _PART_NOUNS else makers


def _without_models(title: Title, own: Sequence[Candidate]) -> Sequence[Candidate]:
    """Without the model names that follow a family ("ProLiant DL380") or begin within its name ("7750 SR-1"), unless
    they have a form of its maker."""
    lines: list[tuple[int, int, str]] = []
    ends: list[tuple[int, str]] = []
    for start, end, entry in title.brands:
        if entry.detail.category:
            lines.append((start + 1, end, entry.value))
        if entry.detail.model_follows:
            ends.append((end, entry.value))
    for _, end, entry in title.relations:
        if entry.value == "series":
            ends.append((end, ""))
    return _unshaped(own, lines, ends) if ends or lines else own


def _unshaped(
    own: Sequence[Candidate], lines: Sequence[tuple[int, int, str]], ends: Sequence[tuple[int, str]]
) -> Sequence[Candidate]:
    """Without the shape of what begins within a line's name or follows a name's end."""
    return [
        Candidate(item.number, item.start, item.end, NOBODY, 0) if _is_model(item, lines, ends) else item
        for item in own
    ]


def _is_model(item: Candidate, lines: Sequence[tuple[int, int, str]], ends: Sequence[tuple[int, str]]) -> bool:
    place = item.start
    for end, brand in ends:  # most are models behind a name
        if 0 <= place - end <= 1 and not item.owners.rank(brand):
            return True
    return any(start <= place < end and not item.owners.rank(brand) for start, end, brand in lines)


def _identity(case: Case, maker: MakerFound, number: NumberFound, bearing: Bearing) -> Identity:
    return Identity(
        maker, number.number, number.rule if number.number else NOTHING_FITS.rule, bearing.relation, bearing.rule,
        bearing.text, case.parts, case.others, case.noun,
    )  # fmt: skip
