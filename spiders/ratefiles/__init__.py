"""Files of exchange rates: the Bank of Russia's XML, the European Central Bank's, and CSV → rates, all or none."""

from pathlib import Path

from restock.errors import UsageError
from restock.rate import Rate
from spiders.ratefiles.documents import read_document
from spiders.ratefiles.separated import read_separated
from spiders.ratefiles.values import RateError

__all__ = ["read_rates"]

LARGEST = 256 << 20  # bytes; the European Central Bank's whole history has eight million


def read_rates(path: Path, currency: str | None = None) -> list[Rate]:
    """The rates in a file; `currency` is whose rates they are, where the file doesn't say that.

    Raises UsageError, in one line, where any of it can't be read."""
    try:
        content = _content(path)
        rates = read_document(content, currency) if _is_xml(content) else read_separated(content)
    except OSError as error:
        raise UsageError(f"{path}: can't be read: {error.strerror}") from None
    except RateError as error:
        raise UsageError(f"{path}: {error}") from None
    if not rates:
        raise UsageError(f"{path}: no exchange rates are in it")
    return rates


def _content(path: Path) -> bytes:
    if path.stat().st_size > LARGEST:
        raise RateError("too large for a file of exchange rates")
    return path.read_bytes()


def _is_xml(content: bytes) -> bool:
    start = content[:1024].replace(b"\0", b"").removeprefix(b"\xef\xbb\xbf")
    return start.removeprefix(b"\xff\xfe").removeprefix(b"\xfe\xff").lstrip().startswith(b"<")
