"""Watch lists at work: read from the home folder, and asked whether a listing is on them."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path

from reports.patterns import matches
from reports.vocabulary import Known, doubts, settled
from restock.change import Change
from restock.documents import Document, read_document
from restock.errors import SettingsError
from restock.listing import Listing
from restock.terms import RestrictionRule
from restock.watching import Criterion, Subscription, Subscriptions, WatchList

FOLDER = "watchlists"
SUBSCRIPTIONS = "subscriptions.yaml"

Rate = Callable[[str, str], Decimal | None]
"""Units of the second currency for one unit of the first; None where no rate is known."""


def load_watchlists(home: Path, known: Known) -> dict[str, WatchList]:
    """The lists of `<home>/watchlists/*.yaml` by name. Raises SettingsError with file, line, key and reason."""
    found: dict[str, WatchList] = {}
    for document, watchlist in _read(home):
        if watchlist.name in found:
            raise SettingsError(f"{document.file}:1: name: another file in this folder defines {watchlist.name!r} too")
        found[watchlist.name] = settled(document, watchlist, known)
    return found


def watchlist_doubts(home: Path, known: Known) -> list[str]:
    """What the lists name that is not there as yet, with file, line, key and reason."""
    return [doubt for document, watchlist in _read(home) for doubt in doubts(document, watchlist, known)]


def _read(home: Path) -> Iterator[tuple[Document, WatchList]]:
    for file in sorted((home / FOLDER).glob("*.yaml")):
        document = read_document(file, "a watch list")
        yield document, document.model(WatchList, {"name": file.stem})


def load_subscriptions(home: Path, lists: Mapping[str, WatchList], chats: Iterable[str]) -> dict[str, Subscription]:
    """The subscriptions of `<home>/subscriptions.yaml` by name; none where there is no such file."""
    file = home / SUBSCRIPTIONS
    if not file.exists():
        return {}
    document = read_document(file, SUBSCRIPTIONS)
    found: dict[str, Subscription] = {}
    for place, one in enumerate(document.model(Subscriptions).subscriptions):
        for key, named, known in (("lists", one.lists, lists), ("notify", one.notify, set(chats))):
            for number, name in enumerate(named):
                if name not in known:
                    raise document.fault(("subscriptions", place, key, number), _unknown(key, name, known))
        if one.name in found:
            raise document.fault(("subscriptions", place, "name"), f"{one.name!r} stands here twice")
        found[one.name] = one
    return found


def _unknown(key: str, name: str, known: Iterable[str]) -> str:
    where = f"a file in {FOLDER}/" if key == "lists" else "`notify` in the settings"
    return f"nothing is called {name!r}; known from {where}: {', '.join(sorted(known)) or 'nothing'}"


@dataclass(frozen=True, slots=True)
class Watch:
    """Whether listings are on any of some watch lists; without a list, every listing is. `sellers` are by site."""

    lists: Sequence[WatchList] = ()
    sellers: Mapping[str, str] = field(default_factory=dict)
    rate: Rate = lambda one, other: None  # noqa: ARG005  no rate is known

    def wants(self, change: Change) -> bool:
        """Whether the listing is on a list as it was or as it is: it is news too that it left."""
        return any(self.has(listing) for listing in (change.before, change.after) if listing is not None)

    def has(self, listing: Listing) -> bool:
        return not self.lists or any(self._on(one, listing) for one in self.lists)

    def _on(self, watchlist: WatchList, listing: Listing) -> bool:
        chosen = any(self._fits(one, listing) for one in watchlist.any)
        return chosen and not any(self._fits(one, listing) for one in watchlist.none)

    def _fits(self, wanted: Criterion, listing: Listing) -> bool:
        texts = (
            (wanted.brand, listing.brand),
            (tuple("".join(number.split()) for number in wanted.mpn), listing.mpn),
            (wanted.category, listing.category),
            (wanted.site, listing.site),
            (wanted.seller, self.sellers.get(listing.site or "")),
        )
        return (
            all(not patterns or (text is not None and matches(patterns, (text,))) for patterns, text in texts)
            and _restricted_as(wanted, listing)
            and self._priced_within(wanted, listing)
        )

    def _priced_within(self, wanted: Criterion, listing: Listing) -> bool:
        """False only where the price is known and lies beyond a limit."""
        if wanted.currency is None or listing.price is None or listing.currency is None:
            return True
        rate = Decimal(1) if listing.currency == wanted.currency else self.rate(listing.currency, wanted.currency)
        if rate is None:
            return True
        price = listing.price * rate
        above = wanted.min_price is None or price >= wanted.min_price
        return above and (wanted.max_price is None or price <= wanted.max_price)


def _restricted_as(wanted: Criterion, listing: Listing) -> bool:
    rules = {found.rule for found in listing.restrictions}
    tiers = {found.tier.casefold() for found in listing.restrictions if found.tier}
    return (
        (wanted.restricted is None or listing.restricted is wanted.restricted)
        and (wanted.battlefield is None or (RestrictionRule.BATTLEFIELD in rules) is wanted.battlefield)
        and (not wanted.rule or bool(rules & set(wanted.rule)))
        and (not wanted.tier or bool(tiers & {tier.casefold() for tier in wanted.tier}))
    )
