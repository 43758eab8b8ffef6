"""Restrictions: the makers' policies, the Common High Priority List, the user's watch list, and finds in weapons."""

import re
from collections import defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache

from pipelines.tables import Row, Table, first_day, last_day
from pipelines.text import number as as_number
from pipelines.text import squeeze
from restock.listing import Restriction
from restock.terms import RestrictionRule

POLICIES = Table(
    "brand_policies.csv",
    ("brand", "parent_company", "event", "date", "date_precision", "until", "source", "note"),
    ("brand", "event"),
    ("date", "source"),
)
CHPL = Table(
    "chpl.csv",
    ("hs_code", "tier", "short_description", "list_version", "since", "until", "source"),
    ("hs_code",),
    ("tier", "source"),
)
COUNTRIES = Table(
    "brand_countries.csv",
    ("brand", "country", "coalition", "contested", "third_party", "ambiguous", "note", "source"),
    ("brand",),
)
BATTLEFIELD = Table(
    "battlefield_components.csv",
    ("brand", "part_number", "manufacturer_as_published", "marking", "weapon", "extraction", "source"),
    ("brand", "part_number", "weapon"),
    ("extraction", "source"),
)
WATCHLIST = Table(
    "watchlist.csv",
    ("brand", "mpn", "title", "reason", "source", "since", "until"),
    ("brand", "mpn", "title"),
    blank=("brand", "mpn", "title"),
)
STOPPED = ("suspended", "ceased", "exit")  # how an event begins that stopped sales
STATED = ("no announced suspension", "sale of")  # how one begins that is kept as a statement and restricts nothing
MARKET = "RU"  # the market that the policies and the list speak of


@dataclass(frozen=True, slots=True)
class Policy:
    """One public act of a maker that stopped its sales."""

    event: str
    since: str
    starts: date
    ends: date | None
    source: str
    parent: str


@dataclass(frozen=True, slots=True)
class ListedCode:
    code: str
    tier: str
    description: str
    since: str
    edition: str
    starts: date
    ends: date | None
    source: str


@dataclass(frozen=True, slots=True)
class Maker:
    """Where a maker sits. `coalition` None is unknown, `contested` where owner and law point to different countries."""

    country: str
    coalition: bool | None
    contested: bool
    third_party: bool
    ambiguous: bool


@dataclass(frozen=True, slots=True)
class Watched:
    brand: str
    mpn: re.Pattern[str] | None
    title: str
    restriction: Restriction
    starts: date | None
    ends: date | None


@dataclass(slots=True)
class Verdict:
    """The reasons that speak about a listing; `open` where it might be restricted and that could not be decided. A find
    in a weapon is named among the reasons and restricts nothing. Many listings share one of these."""

    reasons: tuple[Restriction, ...]
    open: bool = False
    restricted: bool = field(init=False)

    def __post_init__(self) -> None:
        self.restricted = any(reason.rule is not RestrictionRule.BATTLEFIELD for reason in self.reasons)


class RestrictionBook:
    """The rules by brand and by code, each with the days between which it holds."""

    def __init__(
        self,
        policies: Sequence[Row],
        chpl: Sequence[Row],
        makers: dict[str, Maker],
        battlefield: Sequence[Row],
        watchlist: Sequence[Row],
        brand_of: Callable[[str], str],
    ) -> None:
        self._policies: dict[str, list[Policy]] = defaultdict(list)
        for row in policies:
            if row["event"].lower().startswith(STOPPED):
                self._policies[row["brand"]].append(_policy(row))
        self._codes = {row["hs_code"]: _listed(row) for row in chpl}
        self.makers = makers
        self._found: dict[tuple[str, str], Row] = {}
        for row in battlefield:
            if row["extraction"] == "pattern":
                self._found.setdefault((brand_of(row["brand"]), row["part_number"]), row)
        self.finds = frozenset(part_number for _, part_number in self._found)  # numbers of parts found in weapons
        self.watched = tuple(_watched(row) for row in watchlist)
        self.judge = lru_cache(maxsize=4096)(self._judge)
        self.component = lru_cache(maxsize=1024)(self._component)

    def policy(self, brand: str | None, on: date) -> Policy | None:
        """The earliest act of this maker that holds on a day."""
        return next(iter(self.steps(brand, on)), None)

    def steps(self, brand: str | None, on: date) -> list[Policy]:
        """The acts of this maker that hold on a day, the earliest first: since when it stopped, and where it stands."""
        holding = [
            p for p in self._policies.get(brand or "", ()) if p.starts <= on and (p.ends is None or on <= p.ends)
        ]
        return sorted(holding, key=lambda policy: (policy.starts, policy.since))

    def listed(self, hs6: str | None, on: date) -> ListedCode | None:
        code = self._codes.get(hs6 or "")
        return code if code and code.starts <= on and (code.ends is None or on <= code.ends) else None

    def _judge(self, brand: str | None, hs6: str | None, sort: str | None, market: str, on: date) -> Verdict:
        """What policies and the list say about goods of a maker and a kind. `sort` is the kind's sort, None unknown."""
        if market != MARKET:
            return Verdict(())
        reasons: list[Restriction] = []
        steps = self.steps(brand, on)
        if steps and brand is not None:
            reasons.append(_policy_reason(brand, steps[0], steps[-1]))
        code = self.listed(hs6, on)
        maker = self.makers.get(brand or "")
        if code is not None and brand is not None and maker is not None and maker.coalition and not maker.contested:
            reasons.append(_list_reason(maker, code))
        return Verdict(tuple(reasons), open=not reasons and self._is_open(brand, maker, hs6, sort, on))

    def _is_open(self, brand: str | None, maker: Maker | None, hs6: str | None, sort: str | None, on: date) -> bool:
        if sort in {"licence", "service"}:
            return False
        might_be_listed = self.listed(hs6, on) is not None or hs6 is None
        if brand is None or maker is None:
            return self.listed(hs6, on) is not None
        if maker.contested:
            return might_be_listed
        return bool(maker.coalition) and might_be_listed

    def why_unlisted(self, brand: str | None, hs6: str | None, on: date) -> str:
        """Why the list doesn't speak about goods of a maker and a code, in words."""
        if hs6 is None:
            return "no HS code is given to this kind of goods"
        if self.listed(hs6, on) is None:
            return f"HS {hs6} is not on the list"
        maker = self.makers.get(brand or "")
        if maker is None:
            return f"HS {hs6} is on the list, but the maker's home country is not known"
        if maker.contested:
            return f"HS {hs6} is on the list, but the maker's home country is contested"
        standing = "is not" if maker.coalition is False else "is not surely"
        return f"maker's home country {maker.country} {standing} in the export-control coalition"

    def _component(self, brand: str, hs6: str | None, market: str, on: date) -> Restriction | None:
        """The reason where a part of this brand and kind would itself be restricted."""
        judged = self.judge(brand, hs6, "part", market, on)
        if not judged.reasons:
            return None
        first = judged.reasons[0]
        return Restriction(
            RestrictionRule.COMPONENT, first.id, f"Contains a part by {brand}. {first.reason}", first.source,
            first.since, first.tier, first.edition,
        )  # fmt: skip

    def is_controlled(self, brand: str, on: date) -> bool:
        """Whether a part of this brand is worth naming: its maker stopped sales or sits in the coalition."""
        maker = self.makers.get(brand)
        return self.policy(brand, on) is not None or bool(maker and maker.coalition)

    def battlefield(self, brand: str | None, mpn: str | None) -> Restriction | None:
        row = self._found.get((brand or "", mpn or ""))
        if row is None:
            return None
        reason = (
            f"{row['manufacturer_as_published']} {row['part_number']} was found in a weapon "
            f"(marking/assembly identifier: {row['weapon']})."
        )
        return Restriction(RestrictionRule.BATTLEFIELD, f"{row['part_number']}", reason, row["source"])

    def watchlist(self, brand: str | None, mpn: str | None, folded: str, on: date) -> list[Restriction]:
        return [
            watched.restriction
            for watched in self.watched
            if (not watched.brand or watched.brand == (brand or "").casefold())
            and (not watched.mpn or watched.mpn.fullmatch(mpn or ""))
            and (not watched.title or watched.title in folded)
            and (watched.starts is None or watched.starts <= on)
            and (watched.ends is None or on <= watched.ends)
        ]


def _policy(row: Row) -> Policy:
    until = row.moment("until")
    return Policy(
        row["event"], row["date"], last_day(row.moment("date")), last_day(until) if until else None, row["source"],
        row["parent_company"],
    )  # fmt: skip


def _listed(row: Row) -> ListedCode:
    since, until = row.moment("since"), row.moment("until")
    return ListedCode(
        row["hs_code"], row["tier"], row["short_description"], since, row["list_version"],
        first_day(since) if since else date.min, last_day(until) if until else None, row["source"],
    )  # fmt: skip


def maker_of(row: Row) -> Maker:
    coalition = {"yes": True, "no": False, "partial": None, "": None}[
        row.one_of("coalition", frozenset({"yes", "no", "partial", ""}))
    ]
    return Maker(row["country"], coalition, row.flag("contested"), row.flag("third_party"), row.flag("ambiguous"))


def _watched(row: Row) -> Watched:
    if not (row["brand"] or row["mpn"] or row["title"]):
        raise row.error("brand, mpn or title is needed")
    since, until = row.moment("since"), row.moment("until")
    found = Restriction(
        RestrictionRule.WATCHLIST, row["mpn"] or row["brand"] or row["title"], row["reason"] or "On the watch list.",
        row["source"] or row.where, since or None,
    )  # fmt: skip
    # A space in a number may stand for a hyphen that the writer left out: "S5735 L48T4X A1".
    mpn = re.compile("-?".join(re.escape(as_number(part) or part) for part in row["mpn"].split()))
    return Watched(
        row["brand"].casefold(), mpn if row["mpn"] else None, squeeze(row["title"]), found,
        last_day(since) if since else None, last_day(until) if until else None,
    )  # fmt: skip


def slug(brand: str) -> str:
    """The identifier of a brand in reasons: lower case, hyphens."""
    return "-".join("".join(letter if letter.isalnum() else " " for letter in brand.lower()).split())


def _policy_reason(brand: str, first: Policy, latest: Policy) -> Restriction:
    reason = f"{first.parent or brand}: {first.event} in Russia, {first.since}"
    if latest is not first:
        reason += f"; latest step: {latest.event}, {latest.since}"
    source = "; ".join(dict.fromkeys((first.source, latest.source)))
    return Restriction(RestrictionRule.BRAND_POLICY, slug(brand), f"{reason}.", source, first.since)


def _list_reason(maker: Maker, code: ListedCode) -> Restriction:
    edition = f" (edition of {code.edition})" if code.edition else ""
    reason = (
        f"Goods of HS {code.code} ({code.description}) are on the Common High Priority List{edition}, "
        f"and the maker's home country {maker.country} is in the export-control coalition."
    )
    # The day of an edition is not the day on which a code came onto the list.
    added = code.since if code.since != code.edition else None
    return Restriction(
        RestrictionRule.CHPL, code.code, reason, code.source, added or None, code.tier, code.edition or None
    )
