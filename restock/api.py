"""JSON interfaces of shops as data: the list of items that an answer holds, what each says, where the next answer is.

A path names a value: keys joined by dots, a number for a place in a list, `[key=value]` for the item of a list that has
it (`attributes[name=Артикул].value`). An empty path is the whole answer."""

from collections.abc import Mapping
from typing import Annotated, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field

_STRICT = ConfigDict(extra="forbid", frozen=True)


def one_or_many(value: object) -> object:
    """What stands alone, as one of several."""
    return (value,) if isinstance(value, str | Mapping) else value


Paths = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]
"""Paths in the order of preference: the first that leads to something counts."""


class Price(BaseModel):
    """Where an item has a price, and the currency that goes with it; `vat` are words that hold for it ("с НДС")."""

    model_config = _STRICT

    amount: str
    currency: str | None = None
    vat: str | None = None


class Stock(BaseModel):
    """Where an item has its stock: `places` is a list whose items hold a `quantity`, which is a lower bound where
    `at_least` is true, and the name of a `place`. No place at all means none in stock."""

    model_config = _STRICT

    places: str
    quantity: str
    at_least: str | None = None
    place: str | None = None


class Categories(BaseModel):
    """A first answer that names the categories, each of which has items at `url` (`{id}` and other paths of a category
    stand in braces). `children` leads to the categories within one; only those that have none are asked for, where
    `leaves` says so."""

    model_config = _STRICT

    items: str = ""
    children: str | None = None
    name: str | None = None
    leaves: bool = True
    url: str


class Paging(BaseModel):
    """How a list goes on: by the number of a page, by the number of items before it, by a `cursor` or a link that each
    answer gives at `path`. `size` is how many items a page holds; a shorter one is the last."""

    model_config = _STRICT

    by: Literal["page", "offset", "cursor", "link"]
    parameter: str | None = None
    path: str | None = None
    first: int = Field(default=1, ge=0)
    size: int | None = Field(default=None, ge=1)


class Api(BaseModel):
    """How the answers of a JSON interface are read. `fields` are paths by raw listing field; `words` say what a value
    of a field means ({"availability": {"true": "В наличии"}}). `url` is the goods' page on the shop's site, with paths
    of the item in braces. Availability counts where the stock says that nothing is at hand."""

    model_config = _STRICT

    items: str = ""
    total: str | None = None
    fields: dict[str, Paths]
    price: Annotated[tuple[Price, ...], BeforeValidator(one_or_many)] = ()
    regular_price: Annotated[tuple[Price, ...], BeforeValidator(one_or_many)] = ()
    stock: Stock | None = None
    words: dict[str, dict[str, str]] = Field(default_factory=dict)
    url: str | None = None
    headers: dict[str, str] = Field(default_factory=dict)
    categories: Categories | None = None
    paging: Paging | None = None
