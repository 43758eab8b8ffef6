"""Legal entities: who stands behind a shop, as its own pages name them."""

from collections.abc import Callable

from pydantic import BaseModel, ConfigDict, model_validator
from stdnum.exceptions import ValidationError as BadNumber
from stdnum.ru import inn as inn_check
from stdnum.ru import ogrn as ogrn_check

from restock.listing import Evidence


class LegalEntity(BaseModel):
    """A legal entity by its registered numbers. `source` is the page that names it, `evidence` its stored bytes where
    a crawl saw it."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str | None = None
    inn: str | None = None
    ogrn: str | None = None
    address: str | None = None
    source: str | None = None
    evidence: Evidence | None = None

    @property
    def numbers(self) -> tuple[str | None, str | None]:
        """What makes two mentions one entity."""
        return self.inn, self.ogrn

    @property
    def fullness(self) -> int:
        """How much is known beside the numbers."""
        return (self.name is not None) + (self.address is not None)

    @model_validator(mode="after")
    def _is_registered(self) -> "LegalEntity":
        if self.inn is None and self.ogrn is None:
            raise ValueError("a legal entity is known by its INN or its OGRN")
        if self.inn is not None and not is_inn(self.inn):
            raise ValueError(f"{self.inn} is no INN: its check digits are wrong")
        if self.ogrn is not None and not is_ogrn(self.ogrn):
            raise ValueError(f"{self.ogrn} is no OGRN: its check digit is wrong")
        return self


def is_inn(text: str) -> bool:
    return _passes(inn_check.validate, text)


def is_ogrn(text: str) -> bool:
    return _passes(ogrn_check.validate, text)


def _passes(validate: Callable[[str], str], text: str) -> bool:
    try:
        validate(text)
    except BadNumber:
        return False
    return True
