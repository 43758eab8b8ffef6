"""Changes and corrections as entries of a report: one heading, its figures and its facts, ready to be laid out."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from reports.comparison import comparison_lines, converted_text
from reports.data import WeeklyData
from reports.figures import figures_of
from reports.lifetimes import absence_text, formerly_text, held_since, rise_text, shop_text, since_text
from reports.marking import mark_text
from reports.safety import safe_link, shown
from reports.sourcing import Source, sources_behind
from reports.speech import Speech
from reports.wording import (
    brief_reason_text,
    condition_text,
    date_text,
    price_text,
    reason_text,
    short_reason_text,
    sources_of,
    stock_text,
    vat_text,
)
from restock.change import Change, Correction, Fleeting
from restock.listing import Listing
from restock.terms import Event


@dataclass(frozen=True, slots=True)
class Fact:
    """One labelled line under an entry, and the name of its source with an address that is safe to follow. Proof is set
    in small type; `sources` are referred to by their number in the report's list."""

    label: str
    text: str
    source: str | None = None
    link: str | None = None
    proof: bool = False
    sources: tuple[Source, ...] = ()


@dataclass(frozen=True, slots=True)
class Day:
    """How a site was seen on one day: `good`, `bad`, or `none` where it was not crawled."""

    label: str
    state: str
    symbol: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """One listing in a section. `figures` stand beside the heading, the first of them large; `group` is the heading
    that it stands under, where its section has groups; `known` goods, which an analyst has marked, stand in the last of
    them. `brief` is what a line must say where there is no room for more, under the reasons (`why`), with their
    `sources`. `days` is a strip of days, for a site."""

    title: str
    link: str | None
    tags: tuple[str, ...]
    figures: tuple[str, ...]
    facts: tuple[Fact, ...] = ()
    restricted: bool = False
    group: str | None = None
    known: bool = False
    brief: str = ""
    why: str = ""
    sources: tuple[Source, ...] = ()
    days: tuple[Day, ...] = ()


@dataclass(frozen=True)
class Item:
    """An entry that is worded once it is shown: a long week has many that aren't. `rank` puts what matters first; what
    is of one `weight` matters the same. `listing` is what it is about, if that is one."""

    rank: tuple[Any, ...]
    restricted: bool
    make: Callable[[], Entry]
    listing: Listing | None = None
    weight: tuple[Any, ...] = ()

    @cached_property
    def entry(self) -> Entry:
        return self.make()


def newly_available(change: Change, data: WeeklyData) -> Entry:
    """A restricted product that can be had now and could not be before: price, stock, reasons, offers, proof."""
    words, listing = data.words, change.listing
    condition = condition_text(words, listing)
    figures = (price_text(words, listing), converted_text(listing, data), vat_text(words, listing))
    facts = [
        Fact(words.say("fact.stock"), f"{stock_text(words, listing)}; {formerly_text(change, data)}"),
        Fact(words.say("fact.since"), since_text(change, data)),
        *([Fact(words.say("fact.condition"), condition)] if condition else []),
        *(Fact(words.say("fact.offers"), line) for line in comparison_lines(listing, data)),
        *_reasons(words, listing),
        *marked(listing, data),
        *found_under(words, listing),
        *proof(words, listing, whole=True),
    ]
    brand = shown(listing.brand, 60) or words.say("group.no_brand")
    return Entry(
        title=shown(listing.title),
        link=safe_link(listing.url),
        tags=listing_tags(listing),
        figures=tuple(figure for figure in figures if figure),
        facts=tuple(facts),
        restricted=listing.restricted,
        group=f"{brand} — {shop_text(listing.site, data)}",
        known=data.known(listing),
        brief="; ".join((price_text(words, listing), stock_text(words, listing), date_text(held_since(change)))),
        why=_why(words, listing),
        sources=sources_behind(listing),
    )


def market_change(change: Change, data: WeeklyData) -> Entry:
    """Any other event, with the figures that changed."""
    listing = change.listing
    figures, facts = figures_of(change, data), [*_course(change, data), *differences(data.words, change)]
    return _short_entry(listing, data, figures, facts, date_text(held_since(change)))


def fleeting(found: Fleeting, data: WeeklyData) -> Entry:
    """What came and went inside the window."""
    words, listing = data.words, found.listing
    figures = (price_text(words, listing), stock_text(words, listing))
    span = words.say(f"fact.{found.what.value}", came=date_text(found.appeared_at), went=date_text(found.gone_at))
    return _short_entry(listing, data, figures, (), span)


def undecided(change: Change, data: WeeklyData) -> Entry:
    """A new listing of which too little is known to say whether it is restricted."""
    words, listing = data.words, change.listing
    figures = (price_text(words, listing), stock_text(words, listing))
    return _short_entry(listing, data, figures, (), date_text(held_since(change)))


def _short_entry(
    listing: Listing,
    data: WeeklyData,
    figures: tuple[str, ...],
    facts: Sequence[Fact],
    seen: str,
) -> Entry:
    words = data.words
    short = "; ".join(short_reason_text(words, rule) for rule in listing.restrictions)
    sources = sources_behind(listing)
    why = [Fact(words.say("fact.why"), short, sources=sources)] if short else []
    return Entry(
        title=shown(listing.title),
        link=safe_link(listing.url),
        tags=(*listing_tags(listing), shop_text(listing.site, data), seen),
        figures=figures,
        facts=(*facts, *why, *marked(listing, data), *found_under(words, listing), *proof(words, listing)),
        brief="; ".join((*figures, shop_text(listing.site, data), seen)),
        why=_why(words, listing),
        sources=sources,
        restricted=listing.restricted,
    )


def correction(found: Correction, data: WeeklyData) -> Entry:
    """What our own rules made of a listing: field by field, before and after."""
    words = data.words
    listing = found.after or found.before
    before, after = _state(found.before), _state(found.after)
    changed = [name for name in found.fields if name in before or name in after]
    facts = [Fact(words.say(f"field.{name}"), _from_to(words, name, before, after)) for name in changed]
    whole = "correction.read" if not found.before else "correction.unread" if not found.after else None
    return Entry(
        title=shown(listing.title) if listing else "",
        link=safe_link(listing.url) if listing else None,
        tags=(*listing_tags(listing), shop_text(listing.site, data)) if listing else (),
        figures=(words.say(whole),) if whole else (),
        facts=(*facts, *((*found_under(words, listing), *proof(words, listing)) if listing else ())),
        restricted=bool(listing and listing.restricted),
    )


def marked(listing: Listing, data: WeeklyData) -> list[Fact]:
    """What an analyst said of the listing."""
    mark = data.mark(listing)
    return [] if mark is None else [Fact(data.words.say("fact.mark"), mark_text(data.words, mark, listing))]


def _why(words: Speech, listing: Listing) -> str:
    return "; ".join(brief_reason_text(words, rule) for rule in listing.restrictions)


def _course(change: Change, data: WeeklyData) -> list[Fact]:
    """Between which crawls a listing came or went, or its stock rose."""
    told = (("fact.absence", absence_text(change, data)), ("field.quantity", rise_text(change, data)))
    return [Fact(data.words.say(label), text) for label, text in told if text]


def found_under(words: Speech, listing: Listing) -> list[Fact]:
    """What the listing is found by again: its name for `explain` and `evidence`, and the shop's own code."""
    if listing.key is None:
        return []
    name = f"{listing.site}:{listing.key}"
    code = words.say("fact.sku", sku=listing.sku) if listing.sku and listing.sku != listing.key else ""
    return [Fact(words.say("fact.listing"), shown(name + code, 300), proof=True)]


def proof(words: Speech, listing: Listing, *, whole: bool = False) -> list[Fact]:
    """Where the stored bytes are; the hash too, where it is told in whole."""
    found = listing.evidence
    if found is None:
        return []
    record, phrase = found.record_id.strip("<>"), "fact.proof" if whole else "fact.short_proof"
    text = words.say(phrase, warc=found.warc, record=record, sha256=found.sha256)
    return [Fact(words.say("fact.evidence"), shown(text, 400), proof=True)]


def listing_tags(listing: Listing) -> tuple[str, ...]:
    return tuple(shown(part, 60) for part in (listing.brand, listing.mpn) if part)


def _reasons(words: Speech, listing: Listing) -> list[Fact]:
    facts = []
    for rule in listing.restrictions:
        (name, link), *further = sources_of(rule.source)
        told = reason_text(words, rule)
        facts.append(Fact(words.say("fact.restricted"), told, name, link, sources=((name, link),)))
        label, latest = words.say("fact.source"), words.say("reason.latest")
        facts += [Fact(label, latest, *one, sources=(one,)) for one in further]
    return facts


_DETAILS = ("title", "brand", "mpn", "condition", "relation")


def differences(words: Speech, change: Change) -> list[Fact]:
    """What a description said before and says now, where that is the event."""
    if change.event is not Event.DETAILS_CHANGED:
        return []
    before, after = _state(change.before), _state(change.after)
    differing = (name for name in _DETAILS if before.get(name) != after.get(name))
    return [Fact(words.say(f"field.{name}"), _from_to(words, name, before, after)) for name in differing]


def _state(listing: Listing | None) -> dict[str, Any]:
    return listing.to_json() | {"undecided": listing.undecided} if listing else {}


def _from_to(words: Speech, name: str, before: dict[str, Any], after: dict[str, Any]) -> str:
    return f"{_value(words, name, before.get(name))} → {_value(words, name, after.get(name))}"


def _value(words: Speech, name: str, value: Any) -> str:
    if isinstance(value, bool):
        return words.say("value.yes" if value else "value.no")
    if isinstance(value, list):
        return shown("; ".join(_part(words, part) for part in value)) or words.say("value.nothing")
    if value is None:
        return words.say("value.nothing")
    return words.term(name, str(value)) or shown(str(value))


def _part(words: Speech, part: dict[str, Any]) -> str:
    """A reason by its rule and id, a component by its maker and number: enough to see what came or went."""
    if "rule" in part:
        tier = words.say("reason.tier", tier=part["tier"]) if part.get("tier") else ""
        return f"{words.say('rule.' + part['rule'])} {part['id']}{tier}"
    return " ".join(part[name] for name in ("brand", "mpn") if part.get(name))
