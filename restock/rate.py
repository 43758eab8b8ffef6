"""Exchange rates: what one unit of a currency cost in another on a day, as a source published it."""

import re
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

_CODE = re.compile(r"[A-Z]{3}")
BANK_OF_RUSSIA = "Bank of Russia"
ECB = "European Central Bank"
OFFICIAL = (BANK_OF_RUSSIA, ECB)
"""Sources that publish for everybody; what a user imports from elsewhere stands before them."""


def currency_code(text: str) -> str:
    """ISO 4217 in capitals. Raises ValueError for anything else."""
    code = text.strip().upper()
    if not _CODE.fullmatch(code):
        raise ValueError(f"not a currency: {text!r}")
    return code


def is_currency(code: str) -> bool:
    """Whether ISO 4217 has, or had, a currency of these capital letters."""
    from babel import numbers  # noqa: PLC0415 - loaded only for a code that somebody writes down

    return _CODE.fullmatch(code) is not None and bool(numbers.is_currency(code))


@dataclass(frozen=True, slots=True)
class Rate:
    """One `currency` costs `value` of `base` on that day. A rate per 100 units is divided by whoever reads it."""

    day: date
    currency: str
    base: str
    value: Decimal
    source: str
