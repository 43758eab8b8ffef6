"""Rates as XML: the Bank of Russia's of one day and of one currency over time, and the European Central Bank's."""

import csv
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from pathlib import Path

from lxml import etree

from restock.rate import BANK_OF_RUSSIA, ECB, Rate
from spiders.ratefiles.values import RateError, read_amount, read_code, read_day


def read_document(content: bytes, currency: str | None = None) -> list[Rate]:
    """Raises RateError where any of it can't be read."""
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        root = etree.fromstring(content, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise RateError(f"the XML can't be read: {error}") from None
    match _local(root):
        case "ValCurs" if root.find("Record") is not None:
            return list(_over_time(root, currency))
        case "ValCurs":
            return list(_of_a_day(root))
        case "Envelope":
            return list(_envelope(root))
        case other:
            raise RateError(f"neither the Bank of Russia's XML nor the European Central Bank's: <{other}>")


def _of_a_day(root: etree._Element) -> Iterator[Rate]:
    day = read_day(root.get("Date"), "ValCurs Date")
    for element in root.iterfind("Valute"):
        code = read_code(element.findtext("CharCode"), _place(element))
        yield Rate(day, code, "RUB", _per_unit(element), BANK_OF_RUSSIA)


def _over_time(root: etree._Element, currency: str | None) -> Iterator[Rate]:
    for element in root.iterfind("Record"):
        number = (element.get("Id") or root.get("ID") or "").strip()
        code = _currencies().get(number) or currency
        if code is None:
            raise RateError(f"which currency {number or 'it'} is, is not known: --currency says it")
        day = read_day(element.get("Date"), _place(element))
        yield Rate(day, code, "RUB", _per_unit(element), BANK_OF_RUSSIA)


def _per_unit(element: etree._Element) -> Decimal:
    where = _place(element)
    nominal = element.findtext("Nominal")
    return read_amount(element.findtext("Value"), where) / (read_amount(nominal, where) if nominal else 1)


def _envelope(root: etree._Element) -> Iterator[Rate]:
    """One euro costs so much of each currency."""
    for element in root.iter():
        if _local(element) != "Cube" or element.get("currency") is None:
            continue
        parent = element.getparent()
        day = read_day(None if parent is None else parent.get("time"), _place(element))
        value = read_amount(element.get("rate"), _place(element))
        yield Rate(day, "EUR", read_code(element.get("currency"), _place(element)), value, ECB)


def _place(element: etree._Element) -> str:
    return f"line {element.sourceline}"


def _local(element: etree._Element) -> str:
    return str(element.tag).rpartition("}")[2]


@cache
def _currencies() -> dict[str, str]:
    """The Bank of Russia's own numbers of currencies: its rates over time name no other."""
    with (Path(__file__).parent / "bank_of_russia.csv").open(encoding="utf-8", newline="") as file:
        return {row["number"]: row["currency"] for row in csv.DictReader(file)}
