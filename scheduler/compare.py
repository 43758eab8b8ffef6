"""`compare`: current offers for part numbers side by side, in the offer's currency and in the reporting one."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from decimal import Context, Decimal
from itertools import chain
from typing import Any

from restock.listing import STANDING_FIELDS, Listing, money_text
from restock.offers import are_alike, is_exact
from scheduler.exchange import Converted, Exchange
from scheduler.part_numbers import asked_forms
from scheduler.workspace import Workspace

Priced = tuple[Converted | None, Listing]


def compare_offers(
    workspace: Workspace, part_numbers: Sequence[str], currency: str | None = None
) -> Iterator[dict[str, Any]]:
    """A row for each current offer, by part number and then cheapest first; a part number without any has a row that
    says so. `reporting_price` is null where no rate is known, `cheaper_than_next_pct` where the next offer can't be
    compared."""
    exchange = Exchange(workspace.catalogue, currency or workspace.settings.reporting_currency)
    forms = {text: asked_forms(text) for text in part_numbers}
    offers: dict[str, list[Listing]] = defaultdict(list)
    for offer in workspace.catalogue.offers(list(chain.from_iterable(forms.values()))):
        offers[offer.mpn or ""].append(offer)
    gone = workspace.catalogue.last_offers([form for form in chain.from_iterable(forms.values()) if form not in offers])
    told: set[str] = set()
    for text, meant in forms.items():
        number = next((form for known in (offers, gone) for form in meant if form in known), meant[0])
        if number in told:
            continue
        told.add(number)
        if number in offers:
            yield from _rows(text, offers[number], exchange)
        else:
            last = gone.get(number)
            note = f"no offer now; gone from {last[0]} since {last[1]:%Y-%m-%d}" if last else "no offer was ever seen"
            yield _row(text, None, None) | {"note": note}


def _rows(asked: str, offers: Sequence[Listing], exchange: Exchange) -> Iterator[dict[str, Any]]:
    priced = sorted(((exchange.price(offer), offer) for offer in offers), key=lambda pair: _order(*pair))
    for place, (found, offer) in enumerate(priced):
        following = next((price for price, other in priced[place + 1 :] if _may_be_compared(offer, other)), None)
        note = None
        if offer.in_last_run is False:
            note = "not seen by the site's last run"
        elif offer.held_price is not None:
            note = f"the site says {money_text(offer.held_price)} now: held back until it is seen again"
        elif found is None and offer.price is not None:
            note = f"no exchange rate for {offer.currency or 'an unknown currency'}"
        yield _row(asked, offer, found) | {
            "reporting_currency": exchange.currency if found is not None else None,
            "cheaper_than_next_pct": money_text(_cheaper(found, following)),
            "note": note,
        }


def _may_be_compared(one: Listing, other: Listing) -> bool:
    """A used device says nothing of the price of a new one, a licence nothing of that of the device."""
    return one.relation == other.relation and is_exact(one) and is_exact(other) and are_alike(one, other)


def _row(asked: str, offer: Listing | None, found: Converted | None) -> dict[str, Any]:
    standing = offer.standing() if offer else dict.fromkeys(STANDING_FIELDS)
    return {
        "asked": asked,
        **standing,
        "reporting_price": money_text(found.amount) if found else None,
        "reporting_currency": None,
        "rate": _rate_text(found.rate) if found and found.rate is not None else None,
        "rate_day": found.day.isoformat() if found and found.day else None,
        "cheaper_than_next_pct": None,
    }


def _rate_text(rate: Decimal) -> str:
    """Ten digits: more than any bank publishes, fewer than a division gives."""
    return f"{Context(prec=10).plus(rate).normalize():f}"


def _order(found: Converted | None, offer: Listing) -> tuple[bool, Decimal, bool, Decimal, str, str]:
    """Comparable prices first, then other currencies by their own amount, then offers without a price."""
    none = Decimal(0)
    amount = found.amount if found else none
    return (found is None, amount, offer.price is None, offer.price or none, offer.site or "", offer.key or "")


def _cheaper(found: Converted | None, following: Converted | None) -> Decimal | None:
    if found is None or following is None or not following.amount:
        return None
    return ((following.amount - found.amount) / following.amount * 100).quantize(Decimal("0.01"))
