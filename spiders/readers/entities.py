"""The legal entities that a page names: INN and OGRN that pass their check, with the name and address beside them.

Nothing is guessed: a number that fails its check is noted and left out, several entities are all told, and what stands
beside none is nobody's."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from restock.entity import LegalEntity, is_inn, is_ogrn
from spiders.readers.page import Page

_INN = re.compile(r"\bИНН(?:\s*/\s*КПП)?[\s:№.\-–—]{0,12}(\d{12}|\d{10})(?!\d)")
_OGRN = re.compile(r"\bОГРН(?:ИП)?[\s:№.\-–—]{0,12}(\d{15}|\d{13})(?!\d)")
_FORM = (
    r"(?:ООО|АО|ПАО|ЗАО|ОАО|НАО|Обществ[оа]м?\s+с\s+ограниченной\s+ответственностью"
    r"|(?:Публичное\s+)?[Аа]кционерное\s+общество)"
)
_PERSON = (
    r"(?:ИП|Индивидуальный\s+предприниматель)\s+[А-ЯЁ][а-яё-]+"
    r"(?:\s+[А-ЯЁ]\.\s?[А-ЯЁ]\.|(?:\s+[А-ЯЁ][а-яё-]+){1,2})"
)
_NAME = re.compile(rf"\b(?:{_FORM}\s*[«\"“„][^»\"”“\n]{{2,80}}[»\"”“]|{_PERSON})")
_ADDRESS = re.compile(
    r"(?:юридический\s+адрес|юр\.?\s*адрес|адрес\s+(?:места\s+нахождения|регистрации)|место\s+нахождения)\s*[:–—-]?\s*([^\n]{10,160})",
    re.IGNORECASE,
)
_NEAR = 400  # characters within which numbers, name and address belong together


@dataclass(frozen=True, slots=True)
class Named:
    """What a page says of legal entities, and which numbers it gives that can't be ones."""

    entities: tuple[LegalEntity, ...] = ()
    notes: tuple[str, ...] = ()


def entities_of(page: Page) -> Named:
    if "ИНН" not in page.source and "ОГРН" not in page.source:
        return Named()
    text = "\n".join(run.text.strip() for run in page.texts)
    wrong = [f"INN {found[1]}" for found in _INN.finditer(text) if not is_inn(found[1])]
    wrong += [f"OGRN {found[1]}" for found in _OGRN.finditer(text) if not is_ogrn(found[1])]
    notes = tuple(f"{number} on its pages fails its check and was left out" for number in dict.fromkeys(wrong))
    entities = {entity.numbers: entity for entity in reversed(list(_entities(text, page.url)))}
    return Named(tuple(reversed(entities.values())), notes)


def _entities(text: str, url: str) -> Iterator[LegalEntity]:
    inns = [found for found in _INN.finditer(text) if is_inn(found[1])]
    ogrns = [found for found in _OGRN.finditer(text) if is_ogrn(found[1])]
    lone = list(ogrns)
    for inn in inns:
        ogrn = _nearest(inn, ogrns, inns)
        if ogrn in lone:
            lone.remove(ogrn)
        yield _entity(text, url, inn, ogrn)
    for ogrn in lone:
        yield _entity(text, url, None, ogrn)


def _nearest(inn: re.Match[str], ogrns: list[re.Match[str]], inns: list[re.Match[str]]) -> re.Match[str] | None:
    """The OGRN that stands near this INN, and nearer to it than to any other."""
    found = min(ogrns, key=lambda one: _apart(inn, one), default=None)
    if found is None or _apart(inn, found) > _NEAR or (len(inn[1]) == 12) != (len(found[1]) == 15):
        return None
    return found if min(inns, key=lambda one: _apart(one, found)) is inn else None


def _apart(one: re.Match[str], other: re.Match[str]) -> int:
    return max(one.start() - other.end(), other.start() - one.end(), 0)


def _entity(text: str, url: str, inn: re.Match[str] | None, ogrn: re.Match[str] | None) -> LegalEntity:
    marks = [mark for mark in (inn, ogrn) if mark is not None]
    start, end = min(mark.start() for mark in marks), max(mark.end() for mark in marks)
    before, after = text[max(0, start - _NEAR) : start], text[end : end + _NEAR]
    after = _up_to_the_next(after)
    name = _last(_NAME, before) or _NAME.search(after)
    address = _ADDRESS.search(after) or _last(_ADDRESS, before)
    return LegalEntity(
        name=" ".join(name[0].split()) if name else None,
        inn=inn[1] if inn else None,
        ogrn=ogrn[1] if ogrn else None,
        address=" ".join(address[1].split()).rstrip(" ,;") if address else None,
        source=url,
    )


def _up_to_the_next(text: str) -> str:
    """What follows an entity's numbers, up to the numbers of another."""
    ends = [found.start() for pattern in (_INN, _OGRN) for found in pattern.finditer(text)]
    return text[: min(ends, default=len(text))]


def _last(pattern: re.Pattern[str], text: str) -> re.Match[str] | None:
    """The last match before an entity's numbers, and behind those of another."""
    begins = [found.end() for numbers in (_INN, _OGRN) for found in numbers.finditer(text)]
    return next(reversed(list(pattern.finditer(text, max(begins, default=0)))), None)
