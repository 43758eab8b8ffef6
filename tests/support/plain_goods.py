"""The goods of a plain market, what the versions of the rules make of them, and both as the catalogue's nouns."""

from dataclasses import dataclass
from decimal import Decimal

from restock.listing import Listing
from restock.terms import Availability, Condition, PriceType

DETAILS = ("title", "brand", "mpn", "condition")


@dataclass(frozen=True)
class Goods:
    """What a shop shows of one thing that it sells; `page` numbers its address, which no other goods ever have."""

    number: int
    page: int
    sku: str | None
    title: str
    price: int | None
    currency: str
    availability: Availability
    quantity: int
    condition: Condition | None

    @property
    def address(self) -> str:
        return f"shop.example/p/{self.page}"

    @property
    def mpn(self) -> str:
        return f"WS-{(self.number + 1) // 2}"  # two offers of each product


@dataclass(frozen=True)
class State:
    """A listing as it is remembered."""

    address: str
    title: str
    brand: str
    mpn: str
    price: Decimal | None
    currency: str
    price_type: PriceType
    availability: Availability
    quantity: int
    condition: Condition | None
    restricted: bool

    @property
    def price_text(self) -> tuple[Decimal | None, str, PriceType]:
        return self.price, self.currency, self.price_type

    @property
    def shown(self) -> tuple[object, ...]:
        return (*self.price_text, self.availability, self.quantity, self.condition)


def read(goods: Goods, rules: int) -> State | None:
    """What a version of the rules makes of a page: the first misses some goods, takes a brand for another, and loses a
    zero of some prices; the second has its own ideas; those after it are right. None: no goods at all."""
    if (rules, goods.number) in {(1, 4), (2, 5)}:
        return None
    wrong_price = rules == 1 and goods.number % 3 == 0
    wrong_brand = rules == 2 and goods.number % 2 == 0
    price = goods.price and Decimal(goods.price) / (10 if wrong_price else 1)
    return State(
        address=goods.address,
        title=goods.title if rules > 1 or goods.number != 2 else f"{goods.title}!",
        brand="Sisco" if wrong_brand else "Cisco",
        mpn=goods.mpn,
        price=price,
        currency=goods.currency,
        price_type=PriceType.ON_REQUEST if price is None else PriceType.EXACT,
        availability=goods.availability,
        quantity=goods.quantity,
        condition=goods.condition,
        restricted=not wrong_brand and goods.number % 5 != 0,
    )


def listing_of(goods: Goods, state: State, site: str, address: str) -> Listing:
    return Listing(
        site=site,
        key=None,
        url=address.format(goods.address),
        sku=goods.sku,
        category="switch",
        **{name: getattr(state, name) for name in (*DETAILS, "price", "currency", "price_type", "availability")},
        quantity=state.quantity,
        restricted=state.restricted,
    )


def bare(address: str | None) -> str:
    """An address or a key without what makes no other listing of it."""
    return (
        (address or "")
        .removeprefix("http://")
        .removeprefix("https://")
        .removeprefix("www.")
        .partition("?")[0]
        .rstrip("/")
    )


def state_of(listing: Listing | None) -> State | None:
    """A listing as the model would remember it."""
    if listing is None:
        return None
    values = {name: getattr(listing, name) for name in State.__dataclass_fields__ if name != "address"}
    return State(address=bare(listing.url), **values)
