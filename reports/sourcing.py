"""The sources of a report: one numbered list, to which the rows of all sections refer."""

from collections.abc import Iterable, Sequence

from reports.wording import sources_of
from restock.listing import Listing

Source = tuple[str, str | None]
"""A source's name and, where it has one, an address that is safe to follow."""


def sources_behind(listing: Listing) -> tuple[Source, ...]:
    """What the reasons of a listing rest on, each once."""
    return tuple(dict.fromkeys(one for rule in listing.restrictions for one in sources_of(rule.source)))


class Sources:
    """Numbers sources as a report that is laid out meets them."""

    def __init__(self) -> None:
        self._numbers: dict[Source, int] = {}

    def refs(self, sources: Iterable[Source]) -> str:
        """`[1] [3]`: where some sources stand in the list."""
        return " ".join(f"[{self._numbers.setdefault(one, len(self._numbers) + 1)}]" for one in sources)

    @property
    def listed(self) -> Sequence[tuple[int, str, str | None]]:
        return [(number, name, link) for (name, link), number in self._numbers.items()]
