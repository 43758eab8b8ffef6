"""Speech: phrases, numbers, money and days as a report's language says them.

The phrases are data (`phrases/*.yaml`), both languages side by side; Babel knows the plurals, numbers and dates."""

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any

import yaml
from babel import Locale
from babel.dates import format_date, format_interval
from babel.numbers import format_decimal

from restock.watching import Language

PHRASES = Path(__file__).parent / "phrases"
MAX_SENTENCE = 1000  # characters; what is longer is no sentence of ours, and patterns would take their time over it
NBSP = "\N{NO-BREAK SPACE}"
MINUS = "\N{MINUS SIGN}"

Phrase = str | Mapping[str, str]
"""A phrase with places to fill, or one for each plural form of its language."""


@dataclass(frozen=True, slots=True)
class Saying:
    """How a sentence of restock's own, that the catalogue keeps in English, is said; its parts have names."""

    pattern: re.Pattern[str]
    said: Mapping[str, str]


class Speech:
    """One language."""

    def __init__(self, language: Language) -> None:
        self.language = language
        self._locale = Locale.parse(language.value)
        self._phrases = phrases(language)

    def say(self, name: str, /, **values: object) -> str:
        """A phrase with its places filled. Values are data: nothing in them is read as a place."""
        phrase = self._phrases[name]
        if not isinstance(phrase, str):
            raise TypeError(f"{name} has plural forms: count() says it")
        return phrase.format(**values)

    def count(self, name: str, number: int, /, **values: object) -> str:
        """A phrase in the plural form of a number, which stands in it as `{n}`."""
        forms = self._phrases[name]
        if isinstance(forms, str):
            raise TypeError(f"{name} has no plural forms: say() says it")
        return forms[self._locale.plural_form(number)].format(n=self.number(number), **values)

    def term(self, kind: str, name: str) -> str | None:
        """The word for one of a kind (`event`, `hs6`), where there is one."""
        found = self._phrases.get(f"{kind}.{name}")
        return found if isinstance(found, str) else None

    def sentence(self, text: str) -> str:
        """A sentence of restock's own as this language says it; one that no saying knows stands as it is, in quotes
        where it is in another language."""
        for saying in sayings() if len(text) <= MAX_SENTENCE else ():
            if (found := saying.pattern.fullmatch(text)) is not None:
                parts = {name: self._part(name, value or "") for name, value in found.groupdict().items()}
                template = saying.said.get(self.language.value)
                return text if template is None else template.format(**parts)
        return text if self.language is Language.ENGLISH else f"«{text}»"

    def _part(self, name: str, value: str) -> str:
        """A part of a sentence: `rest` is a sentence itself; of other parts some are words that have a translation."""
        if name.startswith("rest"):
            return self.sentence(value)
        return self.term(f"part.{name.rstrip('0123456789')}", value) or value

    def number(self, number: Decimal | int) -> str:
        digits = format_decimal(number, "#,##0.##", locale=self._locale).replace(" ", NBSP)
        return digits.replace("-", MINUS)

    def amount(self, amount: Decimal, currency: str | None) -> str:
        """`214,900 RUB`, held together by no-break spaces; as many places as there are."""
        whole = amount == amount.to_integral_value()
        places = 0 if whole else max(2, -int(amount.normalize().as_tuple().exponent))
        digits = format_decimal(amount, "#,##0" + ("." + "0" * places if places else ""), locale=self._locale)
        return f"{digits.replace(' ', NBSP)}{NBSP}{currency or self.say('value.no_currency')}"

    def percent(self, percent: Decimal, *, signed: bool = True) -> str:
        """`−9.71%`; `+` for a rise where signed."""
        digits = self.say("value.percent", n=self.number(abs(percent)))
        if not signed:
            return digits
        return (MINUS if percent < 0 else "+" if percent > 0 else "") + digits

    def short_day(self, day: date) -> str:
        """`Mon 16`: a day within a window that is named elsewhere."""
        return f"{format_date(day, 'EEE', locale=self._locale)}{NBSP}{day.day}"

    def window(self, since: datetime, until: datetime) -> str:
        first, last = (moment.astimezone(UTC).date() for moment in (since, until))
        return str(format_interval(first, last, "yMMMd", locale=self._locale)).replace("\u2009", " ")


@cache
def speech(language: Language) -> Speech:
    return Speech(language)


@cache
def phrases(language: Language) -> dict[str, Phrase]:
    """Every phrase of a language by its dotted name."""
    found: dict[str, Phrase] = {}
    for file in sorted(PHRASES.glob("*.yaml")):
        if file.name != "sayings.yaml":
            found |= _flat(_read(file), (), language.value)
    return found


def _flat(tree: Mapping[str, Any], path: tuple[str, ...], language: str) -> dict[str, Phrase]:
    if language in tree:
        return {".".join(path): tree[language]}
    found: dict[str, Phrase] = {}
    for name, branch in tree.items():
        if isinstance(branch, Mapping):  # else a word that this language takes as it stands
            found |= _flat(branch, (*path, str(name)), language)
    return found


@cache
def sayings() -> tuple[Saying, ...]:
    rows = _read(PHRASES / "sayings.yaml")
    return tuple(Saying(re.compile(row.pop("pattern"), re.DOTALL), row) for row in rows)


def _read(file: Path) -> Any:
    return yaml.load(file.read_text(encoding="utf-8"), Loader=_LOADER)  # noqa: S506  a safe loader, in C where there is one


_LOADER = getattr(yaml, "CSafeLoader", yaml.SafeLoader)
