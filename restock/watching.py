"""Watching: which listings an analyst wants to hear of, how often, and in which language. Data of the user's."""

import re
from decimal import Decimal
from enum import StrEnum
from typing import Annotated, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from restock.terms import RestrictionRule

_ADDRESS = re.compile(r"[A-Za-z0-9.!#$%&'*+/=?^_`{|}~-]+@[A-Za-z0-9](?:[A-Za-z0-9.-]*[A-Za-z0-9])?")
_NAME = r"^[A-Za-z0-9А-Яа-яЁё][\w .-]{0,59}$"


class Every(StrEnum):
    DAY = "day"
    WEEK = "week"


class Language(StrEnum):
    ENGLISH = "en"
    RUSSIAN = "ru"


def mail_address(text: str) -> str:
    """A bare mail address. Raises ValueError for anything else: it becomes a header and a command to a server."""
    if not _ADDRESS.fullmatch(text):
        raise ValueError(f"not a mail address: {text!r}")
    return text


def _several(value: object) -> object:
    """One value or several; numbers are taken as they are written."""
    values = value if isinstance(value, list | tuple) else [value]
    return tuple(str(item) if isinstance(item, int | float) and not isinstance(item, bool) else item for item in values)


Texts = Annotated[tuple[Annotated[str, Field(min_length=1)], ...], BeforeValidator(_several)]
Addresses = Annotated[tuple[Annotated[str, AfterValidator(mail_address)], ...], BeforeValidator(_several)]


class Criterion(BaseModel):
    """What a listing must be; every key that is there must fit, and of several values any one. Brands, part numbers,
    categories, sites and sellers may hold `*` and `?`. Case doesn't count.

    A price limit leaves out only what is known to lie beyond it: an offer on request stays."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    brand: Texts = ()
    mpn: Texts = ()
    category: Texts = ()
    site: Texts = ()
    seller: Texts = ()
    tier: Texts = ()
    rule: Annotated[tuple[RestrictionRule, ...], BeforeValidator(_several)] = ()
    battlefield: bool | None = None
    restricted: bool | None = None
    min_price: Decimal | None = Field(default=None, ge=0)
    max_price: Decimal | None = Field(default=None, ge=0)
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if all(getattr(self, name) in ((), None) for name in self.model_fields_set - {"currency"}):
            raise ValueError("it asks for nothing, and would take everything")
        if self.min_price is not None and self.max_price is not None and self.min_price > self.max_price:
            raise ValueError("min_price is above max_price")
        if (self.min_price is not None or self.max_price is not None) and self.currency is None:
            raise ValueError("a price limit needs its `currency`")
        return self


class WatchList(BaseModel):
    """Listings that somebody watches: those that fit any criterion of `any`, and none of `none`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=_NAME)
    title: str | None = Field(default=None, max_length=120)
    any: tuple[Criterion, ...] = Field(min_length=1)
    none: tuple[Criterion, ...] = ()


class Subscription(BaseModel):
    """Who gets which watch lists (all listings where none is named), how often and in which language.

    `notify` names chats and webhooks of the settings, which are told in short."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(pattern=_NAME)
    to: Addresses = ()
    notify: Texts = ()
    lists: Texts = ()
    every: Every = Every.WEEK
    language: Language = Language.ENGLISH

    @model_validator(mode="after")
    def _reaches_somebody(self) -> Self:
        if not self.to and not self.notify:
            raise ValueError("it reaches nobody: name addresses in `to`, or chats in `notify`")
        return self


class Subscriptions(BaseModel):
    """The whole of `subscriptions.yaml`."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    subscriptions: tuple[Subscription, ...] = ()
