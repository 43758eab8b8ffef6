"""Keys of sites: headers whose values hold the names of keys in braces; the keys themselves stand in the settings."""

import re
from collections.abc import Mapping
from typing import TypeVar

from restock.errors import SettingsError
from restock.settings import Settings
from restock.site import Site

T = TypeVar("T")
_HOLE = re.compile(r"\{([^{}]*)\}")


def key_headers(settings: Settings, site: Site) -> dict[str, str]:
    """The headers that a site's definition asks for, filled. Raises SettingsError for a key that nobody gave."""
    given = entry_of(settings.keys, site.name) or {}

    def key(match: re.Match[str]) -> str:
        found = given.get(match[1])
        if found is None:
            raise SettingsError(_missing(site.name, match[1]))
        return found.get_secret_value()

    return {name: _HOLE.sub(key, template) for name, template in site.keys.items()}


def entry_of(table: Mapping[str, T], name: str) -> T | None:
    """What a table of the settings has for a site, whose name is spelled otherwise in a variable."""
    return table.get(name) or table.get(_as_variable(name).lower())


def _as_variable(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _missing(site: str, key: str) -> str:
    variable = f"RESTOCK_KEYS__{_as_variable(site)}__{key.upper()}"
    return f"{site}: its interface wants a key: set keys.{site}.{key} in restock.toml, or {variable}"
