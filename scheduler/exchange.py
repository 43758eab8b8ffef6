"""Prices in one currency: each converted at the rate of its day, which is shown with it."""

from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from catalog import Catalogue
from restock import clock
from restock.listing import Listing

_CENT = Decimal("0.01")


@dataclass(frozen=True, slots=True)
class Converted:
    """An amount in the reporting currency, and the rate that gave it with its day (None where none was needed)."""

    amount: Decimal
    rate: Decimal | None = None
    day: date | None = None


class Exchange:
    """Converts into one currency; each rate is looked up once."""

    def __init__(self, catalogue: Catalogue, currency: str) -> None:
        self.currency = currency
        self._catalogue = catalogue
        self._rates: dict[tuple[str, date], tuple[Decimal, date] | None] = {}

    def rate(self, currency: str, on: date) -> tuple[Decimal, date] | None:
        """What one unit of a currency cost on a day, and the day of that rate."""
        if (currency, on) not in self._rates:
            self._rates[currency, on] = self._catalogue.rate(currency, self.currency, on)
        return self._rates[currency, on]

    def price(self, offer: Listing) -> Converted | None:
        """An offer's price, by the rate of the day it was last seen; None where there is no price or no rate."""
        if offer.price is None or offer.currency is None:
            return None
        if offer.currency == self.currency:
            return Converted(offer.price)
        rate = self.rate(offer.currency, (offer.last_seen or clock.now()).date())
        return None if rate is None else Converted((offer.price * rate[0]).quantize(_CENT), *rate)


def worth_of_each(catalogue: Catalogue, into: str, on: date) -> tuple[dict[str, Decimal], list[str]]:
    """What one unit of each currency that offers are in is worth in one, and the currencies without a known rate."""
    found = {name: catalogue.rate(name, into, on) for name in {*catalogue.currencies(), into}}
    return {name: rate[0] for name, rate in found.items() if rate}, sorted(
        name for name, rate in found.items() if not rate
    )
