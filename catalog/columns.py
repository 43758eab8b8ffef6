"""Column types that keep rows narrow: money as whole millionths, vocabularies as small numbers, moments as seconds."""

from datetime import UTC, datetime
from decimal import Decimal
from enum import StrEnum
from typing import Any, TypeVar

from sqlalchemy import BigInteger, ColumnElement, SmallInteger, Text, type_coerce
from sqlalchemy.engine import Dialect
from sqlalchemy.types import TypeDecorator

from restock.terms import Availability, Condition, PriceType, QuantityBound, Relation, Vat

Term = TypeVar("Term", bound=StrEnum)

_MILLION = 1_000_000
WIDEST = 2**63 - 1  # what both databases hold in a whole number

# A term's place in its tuple is its number in every database ever written: append, never reorder.
AVAILABILITIES = (
    Availability.UNKNOWN, Availability.IN_STOCK, Availability.OUT_OF_STOCK, Availability.LIMITED,
    Availability.PRE_ORDER, Availability.BACK_ORDER, Availability.DISCONTINUED,
)  # fmt: skip
CONDITIONS = (Condition.NEW, Condition.USED, Condition.REFURBISHED, Condition.DAMAGED)
PRICE_TYPES = (PriceType.EXACT, PriceType.ON_REQUEST, PriceType.FROM)
VATS = (Vat.UNKNOWN, Vat.INCLUDED, Vat.EXCLUDED)
BOUNDS = (QuantityBound.EXACT, QuantityBound.AT_LEAST)
RELATIONS = (
    Relation.IS, Relation.COMPATIBLE_WITH, Relation.ACCESSORY_FOR, Relation.SERVICE_FOR, Relation.CONTAINS,
)  # fmt: skip


def to_millionths(amount: Decimal) -> int:
    """Money as it is stored; what is finer than a millionth is rounded.

    Raises OverflowError for an amount that no column holds (infinite or above nine million million)."""
    if not amount.is_finite():
        raise OverflowError("not a finite amount")
    # 28 digits of precision: the bound is checked first, so that rounding can't fail.
    if abs(amount) > WIDEST // _MILLION:
        raise OverflowError("an amount too large to be kept")
    return int((amount * _MILLION).to_integral_value())


def from_millionths(stored: int) -> Decimal:
    """Money with two places, or as many as it needs."""
    cents, rest = divmod(stored, 10_000)
    return Decimal(stored).scaleb(-6).normalize() if rest else Decimal(cents).scaleb(-2)


class Money(TypeDecorator[Decimal]):
    """A Decimal, kept as whole millionths so that both databases compare and sort it exactly."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else to_millionths(value)

    def process_result_value(self, value: int | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else from_millionths(value)


class Coded(TypeDecorator[Term]):
    """A term of a closed vocabulary, kept as its place in a tuple that only grows."""

    impl = SmallInteger
    cache_ok = True

    def __init__(self, terms: tuple[Term, ...]) -> None:
        super().__init__()
        self.terms = terms

    def process_bind_param(self, value: Term | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else self.terms.index(value)

    def process_result_value(self, value: Any, dialect: Dialect) -> Term | None:  # noqa: ARG002
        return None if value is None else self.terms[value]


class Moment(TypeDecorator[datetime]):
    """An aware moment, kept as seconds since 1970 in UTC."""

    impl = BigInteger
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> int | None:  # noqa: ARG002
        return None if value is None else int(value.timestamp())

    def process_result_value(self, value: int | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002
        return None if value is None else datetime.fromtimestamp(value, UTC)


class ExactText(TypeDecorator[Decimal]):
    """A Decimal with every digit of its source: exchange rates."""

    impl = Text
    cache_ok = True

    def process_bind_param(self, value: Decimal | None, dialect: Dialect) -> str | None:  # noqa: ARG002
        return None if value is None else f"{value:f}"

    def process_result_value(self, value: str | None, dialect: Dialect) -> Decimal | None:  # noqa: ARG002
        return None if value is None else Decimal(value)


def stored(column: ColumnElement[Any]) -> ColumnElement[Any]:
    """A column as the database has it: where millions of values are read, its type's own way takes too long."""
    kind = column.type
    return type_coerce(column, kind.impl_instance) if isinstance(kind, TypeDecorator) else column
