"""Candidates: tokens of a title that may be part numbers, and whose they may be."""

from dataclasses import dataclass, field


@dataclass(slots=True, eq=False)
class Owners:
    """Whose a number is: `known` by the lists, `sure` by a form of that maker alone, `weak` by a form that fits.

    `is_specification` where it looks like one, whoever's number it may be besides.
    `maker` is the one maker that the number proves, None where it proves none or several; `any` is whether anybody is
    known at all. Many numbers share one of these, so that both are worked out once."""

    known: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()
    is_specification: bool = False
    maker: str | None = field(init=False)
    any: bool = field(init=False)
    _ranks: dict[str, int] = field(init=False)
    _categories: dict[str, str] = field(init=False)

    def __post_init__(self) -> None:
        certain = {*self.known, *self.sure}
        self.maker = next(iter(certain)) if len(certain) == 1 else None
        self._ranks = dict.fromkeys(self.weak, 3) | dict.fromkeys(self.known, 4) | dict.fromkeys(self.sure, 5)
        self._categories = dict(reversed(self.categories))  # the first of a brand counts
        self.any = bool(self._ranks)

    def rank(self, brand: str) -> int:
        """How surely the number is of a brand: 5 by its form, 4 by a list, 3 perhaps, 0 not."""
        return self._ranks.get(brand, 0)

    def category(self, brand: str | None) -> str | None:
        return self._categories.get(brand) if brand is not None else None


NOBODY = Owners()
A_SPECIFICATION = Owners(is_specification=True)


@dataclass(slots=True)
class Candidate:
    """A token of a title that may be a part number. `shape` ranks what no form or list knows: 0 is a specification.

    Like the other finds of this room it is no named tuple: those take half as long again to make and to ask."""

    number: str
    start: int
    end: int
    owners: Owners
    shape: int
