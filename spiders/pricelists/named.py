"""Lists whose every row names its values: JSON lines and YML offers, with the user's map over them."""

from collections.abc import Mapping

from restock.listing import RAW_FIELDS
from spiders.pricelists.lists import IGNORE, ColumnMap, ColumnUse, Tally
from spiders.pricelists.names import folded


class NamedValues:
    """Which name of a row fills which field: the reader's own choice, overruled by the map. Remembers what it saw."""

    def __init__(self, mapping: ColumnMap) -> None:
        self._mapping = {name: [folded(text) for text in texts if text != IGNORE] for name, texts in mapping.items()}
        self._given = {folded(text): text for texts in mapping.values() for text in texts if text != IGNORE}
        self._seen: dict[str, tuple[str, str | None, str]] = {}

    def overrule(self, values: dict[str, str | None], named: Mapping[str, str]) -> None:
        """Puts what the map says in the place of the reader's choice."""
        for name, texts in self._mapping.items():
            found = {folded(key): text for key, text in named.items()}
            values[name] = next((found[text] for text in texts if found.get(text)), None)

    def remember(self, values: Mapping[str, str | None], named: Mapping[str, str]) -> None:
        """Keeps the first value of each name, and the field that has it."""
        for key, text in named.items():
            if key not in self._seen and text:
                used = next((name for name in RAW_FIELDS if values.get(name) == text), None)
                self._seen[key] = (key, used, text)

    def columns(self) -> list[ColumnUse]:
        return [ColumnUse(None, key, key, used, sample[:80]) for key, used, sample in self._seen.values()]

    def close(self, tally: Tally) -> None:
        """Notes what the map names and no row has."""
        seen = {folded(key) for key in self._seen}
        tally.notes += [f"--map: no row has {text!r}" for key, text in self._given.items() if key not in seen]
