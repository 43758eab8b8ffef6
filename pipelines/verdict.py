"""Verdict: which restrictions speak about a listing, whether it stays open, and in words why."""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from pipelines.category import Kind
from pipelines.identity import Identity
from pipelines.restrictions import MARKET, RestrictionBook
from pipelines.text import skeleton
from pipelines.titles import Title
from restock.listing import Restriction
from restock.terms import Relation, RestrictionRule

_NAMELESS = frozenset({Relation.COMPATIBLE_WITH, Relation.ACCESSORY_FOR})
_BOUGHT = "bought brand"
_LINE = "sub-brand"
_MODEL = re.compile(r"\b[a-z]+\d+[a-z]*\b")
# "Cisco 2911", but neither a year nor a measure ("Cisco 500 мл").
_MODEL_NUMBER = re.compile(rf" (?!20[12]\d\b)\d{{3,4}}\b(?! ?(?:{skeleton('мл|г|гр|мм|см|л|шт')}|ml|mm|cm)\b)")


@dataclass(frozen=True, slots=True)
class Verdict:
    """The reasons that speak about a listing; `open` where it might be restricted and that could not be decided."""

    reasons: tuple[Restriction, ...]
    open: bool

    @property
    def restricted(self) -> bool:
        """A find in a weapon is named among the reasons and restricts nothing."""
        return any(reason.rule is not RestrictionRule.BATTLEFIELD for reason in self.reasons)


_NONE = Verdict((), open=False)


class Court:
    """Judges listings for one market by the rules of a day."""

    def __init__(self, book: RestrictionBook, kinds: Mapping[str, Kind], market: str) -> None:
        self._book = book
        self._kinds = kinds
        self._market = market

    def judge(self, identity: Identity, title: Title, kind: Kind | None, on: date) -> Verdict:
        """The verdict on goods of a kind (None: not known)."""
        if identity.relation is Relation.SERVICE_FOR:
            return _NONE
        brand, nameless = identity.maker.brand, _is_nameless(identity)
        sort = kind.sort if kind else None
        judged = self._book.judge(brand, None if nameless or kind is None else kind.hs6, sort, self._market, on)
        reasons = judged.reasons
        is_open = judged.open or self._may_be_restricted(identity, title, on)
        if reasons and _is_bare(identity, title, kind):
            reasons, is_open = (), True
        found = [*_by_line(reasons, identity), *self._of_parts(identity, on)]
        mpn = identity.number.number if identity.number else None
        found.extend(self._book.watchlist(brand, mpn, title.folded, on))
        if identity.relation is not Relation.COMPATIBLE_WITH and (find := self._book.battlefield(brand, mpn)):
            found.append(find)
        if nameless:
            is_open = self._is_doubted(identity, on)
        return Verdict(tuple(found), is_open and not found)

    def _is_doubted(self, identity: Identity, on: date) -> bool:
        """Whether a maker that the title names both for its goods and for their original would restrict them."""
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

    def _may_be_restricted(self, identity: Identity, title: Title, on: date) -> bool:
        """No maker was found, yet a number has the form of a maker that stopped sales."""
        if identity.maker.brand is not None or self._market != MARKET:
            return False
        names = {
            name for item in title.candidates for name in (*item.owners.known, *item.owners.sure, *item.owners.weak)
        }
        return any(self._book.policy(name, on) for name in names)

    def why(self, identity: Identity, kind: Kind | None, verdict: Verdict, on: date) -> str:
        """The verdict in words: what restricts, or why nothing does."""
        if verdict.restricted:
            rules = dict.fromkeys(f"{reason.rule.value} {reason.id}" for reason in verdict.reasons)
            return "restricted by " + ", ".join(rules)
        if self._market != MARKET:
            return f"the policies and the list speak of {MARKET}, the site serves {self._market}"
        if identity.relation is Relation.SERVICE_FOR:
            return "somebody's work, no goods of the named maker"
        if _is_nameless(identity) and identity.doubted is None:
            return "goods of a maker that is not named: the names in the title are those of other goods"
        grounds = "; ".join(self._grounds(identity, kind, on))
        return f"undecided: {grounds}" if verdict.open else grounds

    def _grounds(self, identity: Identity, kind: Kind | None, on: date) -> Iterator[str]:
        brand = identity.maker.brand or identity.doubted
        if identity.doubted is not None:
            yield f"{brand} is named for the goods and for what they are compatible with"
            return
        if brand is None:
            yield "no maker is named"
        elif self._book.policy(brand, on) is None:
            yield f"no policy on file for {brand}"
        else:
            yield f"{brand} stopped its sales, but nothing shows what these goods are"
            return
        yield "the kind of goods is not known" if kind is None else self._book.why_unlisted(brand, kind.hs6, on)


def _is_nameless(identity: Identity) -> bool:
    return identity.maker.brand is None and identity.relation in _NAMELESS


def _is_bare(identity: Identity, title: Title, kind: Kind | None) -> bool:
    """Whether nothing but a maker's name is known of the goods: no kind, no number, no model, no product line."""
    if kind is not None or identity.number is not None:
        return False
    if any(item.shape or item.owners.any for item in title.candidates):
        return False
    brand, folded = identity.maker.brand, title.folded
    if _MODEL.search(folded) or any(hit[2].value == brand for hit in title.families):
        return False
    names = [hit for hit in title.brands if hit[2].value == brand]
    return not any(hit[2].rule.endswith(_LINE) or _MODEL_NUMBER.match(folded, hit[1]) for hit in names)


def _by_line(reasons: tuple[Restriction, ...], identity: Identity) -> tuple[Restriction, ...]:
    """The reasons, beginning with the name that the title uses for a brand that was bought: "Xilinx, part of AMD"."""
    line = bought_line(identity)
    if line is None:
        return reasons
    return tuple(replace(reason, reason=f"{line}. {reason.reason}") for reason in reasons)


def bought_line(identity: Identity) -> str | None:
    maker = identity.maker
    return (
        f"{maker.text}, part of {maker.brand}"
        if maker.text and maker.rule.endswith((_BOUGHT, f"({_BOUGHT})"))
        else None
    )
