"""The exchange rates that a report needs: those of the days on which prices were set, and on which offers were seen."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal

from reports.data import Product, StateName, last_seen
from reports.exchange import rates_asked
from restock.change import Change
from restock.listing import Listing
from scheduler.exchange import Exchange
from scheduler.workspace import Workspace


def days_of_prices(workspace: Workspace, moved: Iterable[Change]) -> dict[StateName, date]:
    """The days on which both prices of each move were first seen; of no use where no exchange rates are known."""
    if not workspace.catalogue.rate_spans():
        return {}
    states = [state for change in moved for state in (change.before, change.after) if state is not None]
    return {name: moment.date() for name, moment in workspace.catalogue.priced_since(states).items()}


def day_rates_of(
    workspace: Workspace, moved: Iterable[Change], priced_since: Mapping[StateName, date]
) -> dict[tuple[str, str, date], Decimal]:
    """The rates by which price movements are judged, each looked up once."""
    asked = {wanted for change in moved for wanted in rates_asked(change, priced_since)}
    known = {(one, into, day): workspace.catalogue.rate(one, into, day) for one, into, day in sorted(asked)}
    return {wanted: rate[0] for wanted, rate in known.items() if rate is not None}


def rates_of(
    workspace: Workspace,
    changes: Iterable[Change],
    offers: Mapping[Product, Sequence[Listing]],
    looks: Mapping[str, Sequence[datetime]],
    until: datetime,
) -> dict[tuple[str, date], tuple[Decimal, date]]:
    """The rate of each currency on each day on which an offer in it was last seen, as `compare` has them."""
    exchange = Exchange(workspace.catalogue, workspace.settings.reporting_currency)
    listings = [*(offer for several in offers.values() for offer in several), *(change.listing for change in changes)]
    asked = {(one.currency, last_seen(one, looks, until).date()) for one in listings if one.currency}
    known = {(name, day): exchange.rate(name, day) for name, day in asked if name != exchange.currency}
    return {wanted: rate for wanted, rate in known.items() if rate is not None}
