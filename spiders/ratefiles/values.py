"""The values of a file of rates, each checked: a rate that was read wrong would be wrong money everywhere."""

import re
from datetime import date, datetime
from decimal import Decimal, InvalidOperation

from restock.rate import currency_code

_RUSSIAN_DAY = re.compile(r"\d{1,2}\.\d{1,2}\.\d{4}")


class RateError(ValueError):
    """Why a file of rates can't be used."""


def read_amount(text: str | None, where: str) -> Decimal:
    """A positive number, with a decimal comma or point."""
    plain = "".join((text or "").split()).replace(",", ".")
    try:
        found = Decimal(plain)
    except InvalidOperation:
        raise RateError(f"{where}: not a number: {text!r}") from None
    if not found.is_finite() or found <= 0:
        raise RateError(f"{where}: not a rate: {text!r}")
    return found


def read_code(text: str | None, where: str) -> str:
    try:
        return currency_code(text or "")
    except ValueError as error:
        raise RateError(f"{where}: {error}") from None


def read_day(text: str | None, where: str) -> date:
    """2026-11-21, or 21.11.2026."""
    plain = (text or "").strip()
    try:
        if _RUSSIAN_DAY.fullmatch(plain):
            return datetime.strptime(plain, "%d.%m.%Y").date()  # noqa: DTZ007  a day has no time zone
        return date.fromisoformat(plain)
    except ValueError:
        raise RateError(f"{where}: not a date: {text!r}") from None
