"""A generated market with known truth: a site of any size whose listings change by a known share every day."""

from collections.abc import Iterator
from dataclasses import fields
from datetime import UTC, datetime, timedelta
from decimal import Decimal

from restock.listing import Component, Evidence, Listing, Restriction
from restock.terms import Availability, Condition, PriceType, QuantityBound, RestrictionRule, Vat

START = datetime(2026, 6, 1, 8, tzinfo=UTC)
BRANDS = ("Cisco", "HPE", "Dell", "Juniper", "Intel", "Nvidia", "Huawei", "Moxa", "Siemens", "Eltex", "Advantech")
KINDS = (("switch", "8517.62"), ("server", "8471.50"), ("transceiver", "8517.62"), ("storage", "8471.70"))
_UNRESTRICTED = {"Huawei", "Eltex", "Moxa", "Advantech"}
_SHELF = (Availability.IN_STOCK, Availability.BACK_ORDER, Availability.OUT_OF_STOCK)
_COMPONENTS = (Component("Intel", None, "Intel Core i7-9700E"),)
FIELDS = tuple(field.name for field in fields(Listing))


def _reasons(brand: str, hs6: str) -> tuple[Restriction, ...]:
    if brand in _UNRESTRICTED:
        return ()
    source = "https://policies.example/" + brand.lower()
    return (
        Restriction(
            RestrictionRule.BRAND_POLICY, brand.lower(), f"{brand} stopped sales in 2022", source, "2022-03-03"
        ),
        Restriction(RestrictionRule.CHPL, hs6, f"HS {hs6} is on the list", "https://lists.example/chpl", tier="2"),
    )


class Market:
    """A site of `size` listings. On each day after the first `changes` of them differ from the day before: of every
    ten, six move their price, two their availability, one is sold out for good and one is new."""

    def __init__(self, size: int, changes: int | None = None, site: str = "meridian") -> None:
        self.size = size
        self.changes = size // 100 if changes is None else changes
        self.site = site
        self._reasons = {(brand, hs6): _reasons(brand, hs6) for brand in BRANDS for _, hs6 in KINDS}

    def at(self, day: int) -> datetime:
        return START + timedelta(days=day)

    def day(self, day: int) -> Iterator[Listing]:
        """What the site offers on a day."""
        evidence = Evidence(f"{day:064x}", f"{self.site}/{self.site}-{day:04}.warc.gz", _record(day))
        moves = self._moves(day)
        for number in range(self.size + self.changes // 10 * day):
            last, kind = moves.get(number, (0, "first" if number < self.size else "new"))
            if kind != "gone":
                yield self._listing(number, last, kind, evidence, day)

    def _moves(self, day: int) -> dict[int, tuple[int, str]]:
        """The last move of each listing that moved by a day. Every day has a stretch of the numbers for itself."""
        found: dict[int, tuple[int, str]] = {}
        step = max(1, self.size // max(1, self.changes))
        kinds = ("price",) * 6 + ("stock",) * 2 + ("gone",)
        for past in range(1, day + 1):
            for place in range(self.changes // 10 * 9):
                number = (place * step + past * 7) % self.size
                if found.get(number, (0, ""))[1] != "gone":
                    found[number] = (past, kinds[place % 9])
        return found

    def _listing(self, number: int, last: int, kind: str, evidence: Evidence, day: int) -> Listing:
        brand = BRANDS[number % len(BRANDS)]
        category, hs6 = KINDS[number // 7 % len(KINDS)]
        mpn = f"{brand[:2].upper()}-C{number // 3:06}-K9"
        reasons = self._reasons[brand, hs6]
        shelf = _SHELF[(number // 5 + (last if kind == "stock" else 0)) % 3]
        cents = 1_000_000 + number * 37 % 90_000_000 + (last * 1_999 if kind == "price" else 0)
        quantity = number % 40 + 1 if shelf is Availability.IN_STOCK else None
        return Listing(
            site=self.site,
            key=None,
            url=f"https://{self.site}.example/catalog/{category}/{brand.lower()}-{number}/",
            title=f"Коммутатор {brand} {mpn}, {number % 48} портов, исполнение {number}",
            brand=brand,
            mpn=mpn,
            sku=f"{number:08}",
            category=category,
            hs6=hs6,
            hs6_basis="category",
            price=Decimal(cents).scaleb(-2),
            currency="RUB",
            price_type=PriceType.EXACT,
            vat=Vat.INCLUDED,
            availability=shelf,
            quantity=quantity,
            quantity_bound=None if quantity is None else QuantityBound.EXACT,
            condition=Condition.NEW,
            components=_COMPONENTS if number % 50 == 0 else (),
            restricted=bool(reasons),
            restrictions=reasons,
            observed_at=self.at(day),
            evidence=evidence,
        )


def _record(day: int) -> str:
    return f"<urn:uuid:00000000-0000-4000-8000-{day:012d}>"


def stored(listing: Listing) -> tuple[object, ...]:
    """A listing as plain values, as a database's driver takes them."""
    return tuple(plain(getattr(listing, name)) for name in FIELDS)


def plain(value: object) -> object:
    if value is None or isinstance(value, int | float):
        return value
    if isinstance(value, Decimal):
        return int(value * 1_000_000)
    if isinstance(value, datetime):
        return int(value.timestamp())
    if isinstance(value, tuple):
        return ", ".join(str(getattr(part, "id", part)) for part in value)
    return value.record_id if isinstance(value, Evidence) else str(value)
