"""`compare`: current offers for part numbers side by side, in the offer's currency and in the reporting one."""

from collections.abc import Iterator, Sequence
from decimal import Decimal
from typing import Any

from restock import clock
from restock.listing import Listing, money_text
from scheduler.workspace import Workspace


def compare_offers(workspace: Workspace, part_numbers: Sequence[str]) -> Iterator[dict[str, Any]]:
    """A row for each current offer, by part number and then cheapest first. `reporting_price` is null where no rate
    is known, `cheaper_than_next_pct` where the next offer can't be compared."""
    currency = workspace.settings.reporting_currency
    for asked in dict.fromkeys(part_numbers):
        offers = workspace.catalogue.offers([asked])
        priced = sorted(
            ((_reporting(workspace, offer, currency), offer) for offer in offers), key=lambda pair: _order(*pair)
        )
        for place, (amount, offer) in enumerate(priced):
            following = priced[place + 1][0] if place + 1 < len(priced) else None
            yield {
                "asked": asked,
                **offer.to_json(),
                "reporting_price": money_text(amount),
                "reporting_currency": currency if amount is not None else None,
                "cheaper_than_next_pct": money_text(_cheaper(amount, following)),
            }


def _reporting(workspace: Workspace, offer: Listing, currency: str) -> Decimal | None:
    """The offer's price in the reporting currency; None where there is no price or no rate."""
    if offer.price is None or offer.currency is None:
        return None
    if offer.currency == currency:
        return offer.price
    rate = workspace.catalogue.rate(offer.currency, currency, clock.now().date())
    return None if rate is None else (offer.price * rate[0]).quantize(Decimal("0.01"))


def _order(amount: Decimal | None, offer: Listing) -> tuple[bool, Decimal, bool, Decimal, str, str]:
    """Comparable prices first, then other currencies by their own amount, then offers without a price."""
    none = Decimal(0)
    return (amount is None, amount or none, offer.price is None, offer.price or none, offer.site or "", offer.key or "")


def _cheaper(amount: Decimal | None, following: Decimal | None) -> Decimal | None:
    if amount is None or not following:
        return None
    return ((following - amount) / following * 100).quantize(Decimal("0.01"))
