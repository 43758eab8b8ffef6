"""Verdict: which restrictions speak about a listing, whether it stays open, and in words why."""

import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from datetime import date

from pipelines.category import CARRIED, Kind
from pipelines.identity import Identity
from pipelines.makers import SEVERAL
from pipelines.restrictions import MARKET, RestrictionBook, Verdict
from pipelines.text import skeleton
from pipelines.titles import Title
from restock.listing import Restriction
from restock.terms import Relation, RestrictionRule

# Bound here: asked of every listing.
_SERVICE_FOR, _COMPATIBLE_WITH = Relation.SERVICE_FOR, Relation.COMPATIBLE_WITH
_BATTLEFIELD = RestrictionRule.BATTLEFIELD
_NAMELESS = frozenset({_COMPATIBLE_WITH, Relation.ACCESSORY_FOR})
_BOUGHT = ("bought brand", "(bought brand)")
_LINE = "sub-brand"
_SHORT = 5  # letters of a number whose form alone says little: of five, Dell's fits any
_MODEL = re.compile(r"\b[a-z]+\d+[a-z]*\b")
# "Cisco 2911", but neither a year nor a measure ("Cisco 500 мл").
_MODEL_NUMBER = re.compile(rf" (?!20[12]\d\b)\d{{3,4}}\b(?! ?(?:{skeleton('мл|г|гр|мм|см|л|шт')}|ml|mm|cm)\b)")


_NONE = Verdict((), open=False)


class Court:
    """Judges listings for one market by the rules of a day."""

    def __init__(self, book: RestrictionBook, kinds: Mapping[str, Kind], market: str) -> None:
        self._book = book
        self._kinds = kinds
        self._market = market

    def judge(self, identity: Identity, title: Title, kind: Kind | None, on: date) -> Verdict:
        """The verdict on goods of a kind (None: not known)."""
        if identity.relation is _SERVICE_FOR:
            return _NONE
        brand, number = identity.maker.brand, identity.number
        nameless = brand is None and identity.relation in _NAMELESS
        sort = kind.sort if kind else None
        judged = self._book.judge(brand, None if nameless or kind is None else kind.hs6, sort, self._market, on)
        is_open = judged.open or (brand is None and self._may_be_restricted(title, on))
        found = judged.reasons
        if found and number is None and (sort is None or sort == CARRIED) and _is_bare(identity, title):
            found, is_open = (), True
        if found and identity.maker.rule.endswith(_BOUGHT):
            found = _by_line(found, identity)
        if identity.parts:
            found = (*found, *self._of_parts(identity, on))
        if self._book.watched:
            found = (*found, *self._book.watchlist(brand, number.number if number else None, title.folded, on))
        if number is not None and number.number in self._book.finds and (find := self._find(identity, number.number)):
            found = (*found, find)
        if nameless or identity.doubted is not None:
            is_open = self._is_doubted(identity, on)
        if found is judged.reasons and is_open is judged.open:
            return judged  # most are shared
        return Verdict(found, is_open and not found)

    def _find(self, identity: Identity, mpn: str) -> Restriction | None:
        """A find in a weapon of goods of this maker and number; what is only compatible with them is not them."""
        find = self._book.battlefield(identity.maker.brand, mpn)
        return find if identity.relation is not _COMPATIBLE_WITH else None

    def _is_doubted(self, identity: Identity, on: date) -> bool:
        """Whether a maker that the title names for its goods, but not for them alone, would restrict them."""
        doubted = identity.doubted
        return doubted is not None and bool(self._book.judge(doubted, None, None, self._market, on).reasons)

    def _of_parts(self, identity: Identity, on: date) -> Iterator[Restriction]:
        """One reason for each brand of a part that would itself be restricted."""
        seen: set[str] = set()
        for part in identity.parts:
            kind = self._kinds.get(part.category)
            reason = self._book.component(part.brand, kind.hs6 if kind else None, self._market, on)
            if reason is not None and part.brand not in seen:
                seen.add(part.brand)
                yield reason

    def _may_be_restricted(self, title: Title, on: date) -> bool:
        """No maker was found, yet a number has the form of a maker that stopped sales."""
        if self._market != MARKET:
            return False
        names: set[str] = set()
        for item in title.candidates:
            names.update(item.owners.known + item.owners.sure)
            names.update(item.owners.weak if len(item.number) > _SHORT else ())
        return any(self._book.policy(name, on) for name in names)

    def why(self, identity: Identity, kind: Kind | None, verdict: Verdict, on: date) -> str:
        """The verdict in words: what restricts, or why nothing does."""
        if verdict.restricted:
            rules = [reason for reason in verdict.reasons if reason.rule is not _BATTLEFIELD]
            return "restricted by " + ", ".join(f"{reason.rule.value} {reason.id}" for reason in rules)
        if self._market != MARKET:
            return f"the policies and the list speak of {MARKET}, the site serves {self._market}"
        if identity.relation is _SERVICE_FOR:
            return "somebody's work, no goods of the named maker"
        if _is_nameless(identity) and identity.doubted is None:
            return "goods of a maker that is not named: the names in the title are those of other goods"
        grounds = list(self._grounds(identity, kind, on))
        if verdict.open and len(grounds) == 1 and identity.maker.brand is None and identity.doubted is None:
            grounds.append("a number has the form of a maker that stopped its sales")
        return ("undecided: " if verdict.open else "") + "; ".join(grounds)

    def _grounds(self, identity: Identity, kind: Kind | None, on: date) -> Iterator[str]:
        brand = identity.maker.brand or identity.doubted
        if identity.doubted is not None:
            beside = (
                "in a row with others" if identity.maker.rule == SEVERAL else "and for what they are compatible with"
            )
            yield f"{brand} is named for the goods {beside}"
            return
        if brand is None:
            yield "no maker is named"
            if kind is not None and (code := self._book.listed(kind.hs6, on)):
                yield f"HS {code.code} is on the list"
            return
        if self._book.policy(brand, on) is not None:
            yield f"{brand} stopped its sales, but nothing shows what these goods are"
            return
        yield f"no policy on file for {brand}"
        yield "the kind of goods is not known" if kind is None else self._book.why_unlisted(brand, kind.hs6, on)


def _is_nameless(identity: Identity) -> bool:
    return identity.maker.brand is None and identity.relation in _NAMELESS


def _is_bare(identity: Identity, title: Title) -> bool:
    """Whether the title of goods of no known kind and number shows no model and no product line of the maker either."""
    if any(item.shape or item.owners.any for item in title.candidates):
        return False
    brand, folded = identity.maker.brand, title.folded
    if _MODEL.search(folded) or any(hit[2].value == brand for hit in title.families):
        return False
    names = [hit for hit in title.brands if hit[2].value == brand]
    return not any(hit[2].rule.endswith(_LINE) or _MODEL_NUMBER.match(folded, hit[1]) for hit in names)


def _by_line(reasons: Iterable[Restriction], identity: Identity) -> tuple[Restriction, ...]:
    """The reasons, beginning with the name that the title uses for a brand that was bought."""
    line = bought_line(identity)
    return tuple([replace(reason, reason=f"{line}. {reason.reason}") for reason in reasons])


def bought_line(identity: Identity) -> str | None:
    """ "Xilinx, part of AMD", where the title names a brand that was bought."""
    maker = identity.maker
    return f"{maker.text}, part of {maker.brand}" if maker.rule.endswith(_BOUGHT) else None
