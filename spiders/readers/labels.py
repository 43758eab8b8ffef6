"""Labelled values ("Артикул: NS-10", dt and dd, two-cell rows): the labels and their fields stand in labels.csv."""

import csv
import re
from functools import cache, lru_cache
from pathlib import Path

from spiders.readers import words
from spiders.readers.page import Page, Text
from spiders.readers.signs import Kind, Sign
from spiders.readers.text import Element, short_text, squeeze, text_of
from spiders.readers.words import MAX_REMEMBERED

MAX_LABEL = 45
MAX_VALUE = 150
_NOISE = re.compile(r"[\s.:…_№#*]+$|^[\s•·*–—-]+")
_ADDED = re.compile(r"\(.*?\)|,.*$|\b(?:с|без)\s+ндс\b|\d+\s?%", re.IGNORECASE)
_UNIT = re.compile(r"[,(]\s*([^()]{1,25})\)?\s*$")
_WITH_UNITS = frozenset({"price", "regular_price", "availability", "quantity"})
_INLINE = ("article", "sku", "mpn", "gtin")
_LABEL_CLASS = re.compile(r"label|name|title|key|caption|prop|attr|param|char|term|spec", re.IGNORECASE)


@cache
def labels() -> dict[str, str]:
    """Field by label, in lower case."""
    with (Path(__file__).parent / "labels.csv").open(encoding="utf-8", newline="") as rows:
        return {row["label"]: row["field"] for row in csv.DictReader(rows)}


@cache
def _prefix() -> re.Pattern[str]:
    """A code's label with its value in one text and no colon between them: "Артикул NS-10", "P/N WS-C2960"."""
    known = sorted((label for label, name in labels().items() if name in _INLINE), key=len, reverse=True)
    return re.compile(rf"\W*({'|'.join(re.escape(label) for label in known)})[\s.:№#]+(\S{{2,60}})\s*", re.IGNORECASE)


@lru_cache(maxsize=MAX_REMEMBERED)
def field_of(text: str) -> str | None:
    """The field that a label names: "Артикул:" is an article."""
    bare = _NOISE.sub("", text.strip()).casefold()
    return labels().get(bare) or labels().get(bare + ".")


def field_of_column(text: str) -> str | None:
    """The field that a column's header names, what it adds left aside: "Цена, руб. с НДС" is a price."""
    return field_of(text) or field_of(_ADDED.sub("", text))


@lru_cache(maxsize=MAX_REMEMBERED)
def _field_of_cell(text: str) -> str | None:
    """The field of a label in a cell of its own; of prices and stocks, units may stand behind it."""
    name = field_of(text) or field_of_column(text)
    return name if name in _WITH_UNITS or field_of(text) is not None else None


def with_unit(name: str, text: str, header: str) -> str:
    """A price cell with the currency or the VAT wording that only the header says ("Цена, руб.")."""
    if name not in {"price", "regular_price"} or not any(char.isdigit() for char in text):
        return text
    said = _UNIT.search(header)
    unit = said[1].strip() if said else ""
    if unit and (words.CURRENCY.search(unit) or "ндс" in unit.lower()) and not words.CURRENCY.search(text):
        text = f"{text} {unit}"
    if "ндс" in header.lower() and "ндс" not in text.lower():
        text = f"{text} {header[re.search(r'(?:с|без|вкл)?[^ ]* ?ндс', header.lower()).start() :]}"  # type: ignore[union-attr]
    return text


def has_label(text: str) -> bool:
    """Whether a text is a code with its label and no colon between them: "Арт. NS-10"."""
    return _without_colon_match(text) is not None


def label_signs(page: Page) -> list[Sign]:
    """Every labelled value of the page."""
    found: list[Sign] = []
    for run in page.texts:
        if len(run.text) > MAX_VALUE + MAX_LABEL or not _may_label(run.text):
            continue
        sign = _with_colon(run) or _cells(run) or _without_colon(run)
        if sign is not None and not page.zones(run.element) & {"zone_filter", "zone_chat"}:
            found.append(sign)
    return found


@lru_cache(maxsize=MAX_REMEMBERED)
def _may_label(text: str) -> bool:
    """Whether a text holds a label, whatever stands beside it."""
    head, colon, _ = text.partition(":")
    named = field_of(head) if colon and len(head) <= MAX_LABEL else None
    return named is not None or (len(text) <= MAX_LABEL + 20 and _field_of_cell(text) is not None) or has_label(text)


def _with_colon(run: Text) -> Sign | None:
    head, colon, rest = run.text.partition(":")
    if not colon or len(head) > MAX_LABEL:
        return None
    name = field_of(head)
    if name is None:
        return None
    value = _line_after(run, rest)
    return _sign(name, value, run) if value else None


def _line_after(run: Text, rest: str) -> str | None:
    """What follows the colon: in the same element, else in what stands next to it."""
    own = squeeze(rest)
    if own and run.after is not None:
        return own
    if own:
        whole = short_text(run.element)
        at = whole.find(own)
        tail = whole[at:] if at >= 0 and len(whole) <= MAX_VALUE + MAX_LABEL and _one_line(run.element) else own
        return tail if ":" not in tail[len(own) :] else own
    return _next_value(run)


def _one_line(element: Element) -> bool:
    return not any(child.tag in {"br", "div", "p", "li", "table", "ul", "button", "del", "s"} for child in element)


def _next_value(run: Text) -> str | None:
    """The first text after a label: what follows it within its element, else the element next to it."""
    if run.after is not None:
        following = run.after.getnext()
        return text_of(following) if following is not None and following.tag != "br" else None
    inner = _inner_value(run.element)
    if inner is not None:
        return inner
    element = run.element
    for _ in range(3):
        found = squeeze(element.tail or "") or _beside(element)
        parent = element.getparent()
        if found or parent is None or parent.tag in {"body", "tr", "ul", "table", "dl"}:
            return found or None
        if len(text_of(parent)) > MAX_LABEL:
            return None
        element = parent
    return None


def _inner_value(element: Element) -> str | None:
    """The value that a label's own element goes on with ("<p>Артикул: <b>NS-10</b></p>")."""
    for child in element:
        value, tail = text_of(child), squeeze(child.tail or "")
        if value:
            return f"{value} {tail}" if tail and len(tail) < 12 and ":" not in tail else value
        if tail:
            return tail
    return None


def _beside(element: Element) -> str | None:
    """The text of the next element, breaks and icons left aside."""
    following = element.getnext()
    while following is not None and following.tag in {"br", "i"} and not text_of(following):
        tail = squeeze(following.tail or "")
        if tail:
            return tail
        following = following.getnext()
    return text_of(following) if following is not None else None


def _cells(run: Text) -> Sign | None:
    """A label in a cell of its own, without a colon: dt and dd, two cells of a row, two neighbours named as a pair."""
    name = _field_of_cell(run.text) if len(run.text) <= MAX_LABEL + 20 else None
    if name is None:
        return None
    cell = run.element
    for _ in range(3):
        if cell.tag in {"dt", "th", "td"} or cell.getnext() is not None:
            break
        parent = cell.getparent()
        if parent is None or len(text_of(parent)) > MAX_LABEL + 5:
            return None
        cell = parent
    following = cell.getnext()
    if following is None or not _is_pair(cell, following):
        return None
    value = text_of(following)
    return _sign(name, with_unit(name, value, run.text), run) if value and field_of(value) is None else None


def _is_pair(label: Element, value: Element) -> bool:
    if label.tag == "dt":
        return value.tag == "dd"
    if label.tag in {"th", "td"}:
        row = label.getparent()
        return value.tag == "td" and row is not None and _is_two(label, value)
    parent = label.getparent()
    named = _LABEL_CLASS.search(label.get("class") or "") is not None
    return parent is not None and _is_two(label, value) and (named or label.tag in {"b", "strong", "span"})


def _is_two(label: Element, value: Element) -> bool:
    """Whether the two are all that their parent holds."""
    return label.getprevious() is None and value.getnext() is None


def _without_colon_match(text: str) -> re.Match[str] | None:
    found = _prefix().fullmatch(text) if len(text) <= 100 else None
    return found if found is not None and any(char.isdigit() for char in found[2]) else None


def _without_colon(run: Text) -> Sign | None:
    found = _without_colon_match(run.text)
    return found and _sign(labels()[found[1].casefold()], found[2], run)


def _sign(name: str, value: str, run: Text) -> Sign | None:
    value = squeeze(value).strip(" ;,") if name not in {"price", "regular_price"} else squeeze(value)
    if not value or len(value) > MAX_VALUE or (_is_button(value) and name not in {"availability", "quantity"}):
        return None
    return Sign(Kind.LABEL, name, value, run.element, run.order, 3)


def _is_button(value: str) -> bool:
    """A button's wording is no value; a number is one."""
    return any(char.isalpha() for char in value) and words.is_button(value)
