"""The closed vocabularies: schema.org names without their prefix, and restock's own states."""

from enum import StrEnum


class Availability(StrEnum):
    """schema.org/ItemAvailability. BackOrder is "под заказ", PreOrder is "ожидается"."""

    IN_STOCK = "InStock"
    LIMITED = "LimitedAvailability"
    OUT_OF_STOCK = "OutOfStock"
    PRE_ORDER = "PreOrder"
    BACK_ORDER = "BackOrder"
    DISCONTINUED = "Discontinued"
    UNKNOWN = "Unknown"

    @property
    def obtainable(self) -> bool:
        """Whether the goods can be had now: in stock, the last ones, or to order."""
        return self in _OBTAINABLE


_OBTAINABLE = frozenset({Availability.IN_STOCK, Availability.LIMITED, Availability.BACK_ORDER})


class Condition(StrEnum):
    """schema.org/OfferItemCondition."""

    NEW = "NewCondition"
    REFURBISHED = "RefurbishedCondition"
    USED = "UsedCondition"
    DAMAGED = "DamagedCondition"


class PriceType(StrEnum):
    EXACT = "exact"
    FROM = "from"
    ON_REQUEST = "on_request"


class Vat(StrEnum):
    INCLUDED = "included"
    EXCLUDED = "excluded"
    UNKNOWN = "unknown"


class QuantityBound(StrEnum):
    EXACT = "exact"
    AT_LEAST = "at_least"


class Relation(StrEnum):
    """What a listing is to the brand that it names."""

    IS = "is"
    COMPATIBLE_WITH = "compatible_with"
    ACCESSORY_FOR = "accessory_for"
    SERVICE_FOR = "service_for"
    CONTAINS = "contains"


class RestrictionRule(StrEnum):
    BRAND_POLICY = "brand_policy"
    CHPL = "chpl"
    COMPONENT = "component"
    WATCHLIST = "watchlist"
    BATTLEFIELD = "battlefield"


class RunStatus(StrEnum):
    """A run is running while its crawl lasts; a run whose process died is failed."""

    RUNNING = "running"
    COMPLETE = "complete"
    PARTIAL = "partial"
    FAILED = "failed"


class RunKind(StrEnum):
    """How a run came by its listings. A correction reads an earlier run again and is never a market event."""

    CRAWL = "crawl"
    SNAPSHOT = "snapshot"
    IMPORT = "import"
    CORRECTION = "correction"


class Event(StrEnum):
    APPEARED = "appeared"
    DISAPPEARED = "disappeared"
    REAPPEARED = "reappeared"
    PRICE_CHANGED = "price_changed"
    AVAILABILITY_CHANGED = "availability_changed"
    QUANTITY_CHANGED = "quantity_changed"
    DETAILS_CHANGED = "details_changed"


class Drawing(StrEnum):
    """Whether a page's goods are drawn by scripts: not (or they are there without), perhaps, surely."""

    PLAIN = "plain"
    PERHAPS = "perhaps"
    SURELY = "surely"


class PageRole(StrEnum):
    """What a page is in its shop: a link carries the role that is expected, a reading the role that was found."""

    START = "start"
    LIST = "list"
    PRODUCT = "product"
    SITEMAP = "sitemap"
    OTHER = "other"
