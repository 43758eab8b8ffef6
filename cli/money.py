"""Amounts and currencies on the command line."""

from decimal import Decimal, InvalidOperation

from restock.errors import UsageError
from restock.rate import is_currency


def amount(text: str | None, option: str) -> Decimal | None:
    """Raises UsageError for what is no amount."""
    if text is None:
        return None
    try:
        found = Decimal(text)
    except InvalidOperation:
        raise UsageError(f"{option}: not an amount: {text!r}") from None
    if not found.is_finite():
        raise UsageError(f"{option}: not an amount: {text!r}")
    return found


def currency_of(text: str | None) -> str | None:
    """Raises UsageError for what is no currency."""
    code = text.strip().upper() if text is not None else None
    if code is not None and not is_currency(code):
        raise UsageError(f"--currency: not a currency: {text!r}")
    return code
