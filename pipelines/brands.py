"""Brands: names and their other spellings, what a site's brand claim is worth, and names that two makers share."""

import re
from collections import defaultdict
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from pipelines.lexicon import Entry, Lexicon
from pipelines.restrictions import Maker
from pipelines.tables import Row, Table
from pipelines.text import squeeze

ALIASES = Table(
    "brand_aliases.csv",
    ("brand", "alias", "kind", "ambiguous", "category", "model_follows", "source"),
    ("alias",),
    ("brand",),
)
SPLITS = Table("brand_splits.csv", ("brand", "becomes", "category", "source"), ("brand", "category"), ("becomes",))
IGNORED = Table("claims_to_ignore.csv", ("claim", "source"), ("claim",))
SELLER = "seller's name"
_LEGAL = re.compile(
    r"\b(?:inc|incorporated|ltd|limited|corp|corporation|llc|llp|lp|gmbh|ag|se|plc|co|company|kg|bv|nv|sa|srl|spa|oy|ab|"
    r"group|international|ooo|зao|oao|ao|пao|кoмпahия|international|technologies|technology|networks|electronics|"
    r"semiconductor|semiconductors|systems|russia|poccия)\b\.?",
)
_JUNK = re.compile(r"[\"«»“”'®™©,.]+")


@dataclass(frozen=True, slots=True)
class Name:
    """What a spelling says besides the brand: the kind of goods of a product line, whether a model name follows it,
    whether the maker makes compatible goods for others, or processors; whether it is a seller's name."""

    category: str | None
    model_follows: bool
    third_party: bool
    seller: bool
    makes_processors: bool


@dataclass(frozen=True, slots=True)
class Claim:
    """A site's brand claim: its brand where a data file knows it, and its folded text. `seller` marks a shop's own
    name, `worthless` a text that names nobody, `third_party` a maker of compatible goods."""

    brand: str | None
    folded: str
    text: str
    seller: bool = False
    worthless: bool = False
    third_party: bool = False


NO_CLAIM = Claim(None, "", "", worthless=True)


class BrandBook:
    """All names of all brands."""

    def __init__(
        self,
        aliases: Sequence[Row],
        makers: dict[str, Maker],
        splits: Sequence[Row],
        ignored: Sequence[Row],
        processors: frozenset[str],
    ) -> None:
        self._processors = processors
        self._makers = makers
        self._ignored = frozenset(squeeze(row["claim"]) for row in ignored)
        self._splits: dict[str, dict[str, str]] = defaultdict(dict)
        for row in splits:
            self._splits[row["brand"]][row["category"]] = row["becomes"]
        self.divided = frozenset(self._splits)  # names that two makers share
        self.entries = list(self._entries(aliases))
        self._lexicon = Lexicon(self.entries)
        self.claim = lru_cache(maxsize=8192)(self._claim)

    def _entries(self, aliases: Sequence[Row]) -> Iterator[tuple[str, Entry]]:
        taken = {squeeze(row["alias"]) for row in aliases}
        for row in aliases:
            maker = self._makers.get(row["brand"])
            if maker is None:
                raise row.error(f"brand: {row['brand']!r} is not in brand_countries.csv")
            name = Name(
                row["category"] or None,
                row.flag("model_follows"),
                maker.third_party,
                row["kind"] == SELLER,
                row["brand"] in self._processors,
            )
            ambiguous = row.flag("ambiguous") or name.seller
            rule = f"name: {row['kind']}" if row["kind"] else "name"
            yield row["alias"], _entry(row["brand"], name, rule, row["source"], ambiguous=ambiguous)
        for brand, maker in self._makers.items():
            if squeeze(brand) not in taken:
                name = Name(None, False, maker.third_party, False, brand in self._processors)
                yield brand, _entry(brand, name, "name", None, ambiguous=maker.ambiguous)

    def _claim(self, text: str | None) -> Claim:
        if text is None or not (folded := squeeze(text)) or folded in self._ignored:
            return NO_CLAIM
        for form in (folded, " ".join(_JUNK.sub(" ", folded).split()), _without_legal_form(folded)):
            entry = self._lexicon.exact(form, "brand")
            if entry is not None:
                detail = entry.detail
                return Claim(entry.value, folded, text, seller=detail.seller, third_party=detail.third_party)
        named = {entry.value for _, _, entry in self._lexicon.scan(folded) if not entry.ambiguous}
        if len(named) == 1 and len(folded) <= 60:
            brand = named.pop()
            return Claim(brand, folded, text, third_party=self._makers[brand].third_party)
        return Claim(None, folded, text)

    def brand_of(self, name: str) -> str:
        """The brand of a maker's published name, as a site's claim of it is read: "LEM International SA" is LEM. A name
        that no data file knows is its own."""
        claim = self.claim(name)
        return name if claim.brand is None or claim.seller else claim.brand

    @property
    def names(self) -> Collection[str]:
        """Every brand by its own name."""
        return self._makers.keys()

    def named(self, name: str) -> tuple[str, ...]:
        """The brands that somebody may mean by a name: itself where it is a brand's own name; of another spelling of a
        name that was divided, all that became of it. None where no data file knows it."""
        own = next((brand for brand in self._makers if brand.casefold() == name.casefold()), None)
        if own is not None:
            return (own,)
        claim = self.claim(name)
        if claim.brand is None or claim.seller:
            return ()
        return (claim.brand, *sorted(self.successors(claim.brand) - {claim.brand}))

    def split(self, brand: str, category: str | None) -> str:
        """The brand that sells this kind of goods today, where a name was divided (HP and HPE)."""
        return self._splits.get(brand, {}).get(category or "", brand)

    def is_third_party(self, brand: str) -> bool:
        """Whether a maker makes compatible goods for others."""
        maker = self._makers.get(brand)
        return maker is not None and maker.third_party

    def successors(self, brand: str) -> frozenset[str]:
        return frozenset(self._splits.get(brand, {}).values())


def _entry(brand: str, name: Name, rule: str, source: str | None, *, ambiguous: bool) -> Entry:
    special = ambiguous or name.category is not None or name.model_follows or name.makes_processors
    return Entry("brand", brand, name, rule, source, ambiguous=ambiguous, special=special)


def _without_legal_form(folded: str) -> str:
    return " ".join(_LEGAL.sub(" ", _JUNK.sub(" ", folded)).split())
