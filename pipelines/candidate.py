"""Candidates: tokens of a title that may be part numbers, and whose they may be."""

from typing import NamedTuple


class Owners(NamedTuple):
    """Whose a number is: `known` by the lists, `sure` by a form of that maker alone, `weak` by a form that fits."""

    known: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()

    def rank(self, brand: str) -> int:
        if brand in self.sure:
            return 5
        return 4 if brand in self.known else 3 if brand in self.weak else 0

    def category(self, brand: str | None) -> str | None:
        return next((category for owner, category in self.categories if owner == brand), None)

    @property
    def maker(self) -> str | None:
        """The one maker that the number proves, None where it proves none or several."""
        certain = self.known + self.sure
        return certain[0] if certain and certain.count(certain[0]) == len(certain) else None

    @property
    def any(self) -> bool:
        return bool(self.known or self.sure or self.weak)


NOBODY = Owners()


class Candidate(NamedTuple):
    """A token of a title that may be a part number. `shape` ranks what no form or list knows: 0 is a specification."""

    number: str
    start: int
    end: int
    owners: Owners
    shape: int
