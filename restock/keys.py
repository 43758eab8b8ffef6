"""Keys of sites: headers and parameters whose values hold the names of keys in braces; the keys themselves stand in the
settings."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import TypeVar

from restock.errors import SettingsError
from restock.settings import Settings
from restock.site import Site

T = TypeVar("T")
HOLE = re.compile(r"\{([^{}]*)\}")


@dataclass(frozen=True, slots=True)
class SiteKeys:
    """The headers and address parameters that a site's definition asks for, filled, and the keys in them: `values` are
    what must be told to nobody."""

    headers: Mapping[str, str] = field(default_factory=dict)
    parameters: Mapping[str, str] = field(default_factory=dict)
    values: tuple[str, ...] = ()


def site_keys(settings: Settings, site: Site) -> SiteKeys:
    """Raises SettingsError for a key that nobody gave."""
    given = entry_of(settings.keys, site.name) or {}
    used: dict[str, None] = {}

    def key(match: re.Match[str]) -> str:
        found = given.get(match[1])
        if found is None or not found.get_secret_value():
            raise SettingsError(_missing(site.name, match[1]))
        used[found.get_secret_value()] = None
        return found.get_secret_value()

    headers, parameters = (
        {name: HOLE.sub(key, template) for name, template in templates.items()}
        for templates in (site.keys, site.key_parameters)
    )
    return SiteKeys(headers, parameters, tuple(used))


def entry_of(table: Mapping[str, T], name: str) -> T | None:
    """What a table of the settings has for a site, whose name is spelled otherwise in a variable."""
    return table.get(name) or table.get(_as_variable(name).lower())


def _as_variable(name: str) -> str:
    return re.sub(r"\W", "_", name).upper()


def _missing(site: str, key: str) -> str:
    variable = f"RESTOCK_KEYS__{_as_variable(site)}__{key.upper()}"
    return f"{site}: its interface wants a key: set keys.{site}.{key} in restock.toml, or {variable}"
