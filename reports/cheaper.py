"""Who sells a product cheapest: one entry for each product of the week of which a comparable dearer offer is known."""

from collections.abc import Iterator
from decimal import Decimal
from functools import partial

from reports.comparison import MAX_NAMED, Priced, cheaper_text, comparable_offers, converted_text, named
from reports.data import WeeklyData
from reports.entries import Entry, Fact, Item, found_under, listing_tags, proof
from reports.importance import weight
from reports.lifetimes import shop_text
from reports.safety import safe_link, shown
from reports.sourcing import sources_behind
from reports.wording import price_text, short_reason_text, stock_text
from restock.listing import Listing
from restock.terms import Relation


def cheaper_items(data: WeeklyData) -> Iterator[Item]:
    """The offers that beat every other one that can be compared with them; used goods are compared with used ones."""
    for offers in data.offers.values():
        for offer in offers:
            if offer.price is None or offer.relation is not Relation.IS or not offer.availability.obtainable:
                continue
            dearer = comparable_offers(offer, data)
            if dearer and offer.price < dearer[0].amount:
                gap = (dearer[0].amount - offer.price) / dearer[0].amount
                weighs = weight(offer, data)
                rank = (*weighs, -gap, offer.site or "", offer.title)
                yield Item(rank, offer.restricted, partial(_entry, offer, offer.price, dearer, data), offer, weighs)


def _entry(offer: Listing, price: Decimal, dearer: list[Priced], data: WeeklyData) -> Entry:
    words = data.words
    figures = (
        price_text(words, offer),
        *([converted] if (converted := converted_text(offer, data)) else []),
        words.say("offers.below_next", percent=cheaper_text(words, price, dearer[0].amount)),
        stock_text(words, offer),
    )
    others = [
        words.say("offers.cheaper_than", percent=cheaper_text(words, price, one.amount), offer=named(one.listing, data))
        for one in dearer[:MAX_NAMED]
    ]
    why = "; ".join(short_reason_text(words, rule) for rule in offer.restrictions)
    return Entry(
        title=shown(offer.title),
        link=safe_link(offer.url),
        tags=(*listing_tags(offer), shop_text(offer.site, data)),
        figures=figures,
        facts=(
            *(Fact(words.say("fact.offers"), line) for line in others),
            *([Fact(words.say("fact.why"), why, sources=sources_behind(offer))] if why else []),
            *found_under(words, offer),
            *proof(words, offer),
        ),
        restricted=offer.restricted,
    )
