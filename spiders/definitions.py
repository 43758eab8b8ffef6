"""Site definitions: a web shop as a YAML file, the built-in ones and the user's own, which win."""

import codecs
import os
import re
import tempfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from urllib.parse import SplitResult, parse_qsl, urlsplit, urlunsplit

import yaml
from cssselect import SelectorError
from parsel.csstranslator import HTMLTranslator

from restock.api import Api
from restock.documents import read_document
from restock.errors import SettingsError, UsageError
from restock.keys import HOLE
from restock.listing import RAW_FIELDS
from restock.site import Site
from spiders.pricelists import MAPPED_FIELDS
from spiders.readers.paths import holes, steps
from spiders.readers.platforms import PLATFORM_NAMES

BUILT_IN = Path(__file__).parent / "sites"
_SAFE_NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{0,63}")
_SECRET = re.compile(r"api-?_?key|token|secret|passw|^(?:auth|key|login)$", re.IGNORECASE)
_DEFAULT_PORTS = {"http": 80, "https": 443}


@dataclass(slots=True)
class Definitions:
    """The sites that are described, by name; and, of definitions that can't be used, what is wrong with them, by the
    name that the site would have."""

    sites: dict[str, Site] = field(default_factory=dict)
    faults: dict[str, SettingsError] = field(default_factory=dict)

    def checked(self) -> dict[str, Site]:
        """The sites. Raises SettingsError ("file:line: key: reason") for the first definition that can't be used."""
        for fault in self.faults.values():
            raise fault
        return self.sites


def definitions_of(home: Path) -> Definitions:
    """Every known site, in order of name: the built-in ones, overruled by `<home>/sites/*.yaml`. What one of these
    would say isn't known where it can't be used: the built-in definition does not take its place."""
    built_in, own = _read_folder(BUILT_IN), _read_folder(home / "sites")
    found = {name: site for name, site in built_in.sites.items() if name not in own.faults} | own.sites
    return Definitions(dict(sorted(found.items())), built_in.faults | own.faults)


def own_sites(home: Path) -> dict[str, Site]:
    """The sites that the user's own definitions describe, by name."""
    return _read_folder(home / "sites").checked()


def _read_folder(folder: Path) -> Definitions:
    found = Definitions()
    for file in sorted(folder.glob("*.yaml")):
        try:
            site = load_site(file)
        except SettingsError as error:
            found.faults[_name_in(file)] = error
            continue
        if site.name in found.sites:
            reason = f"{file}:1: name: another file in this folder defines {site.name!r} too"
            found.faults[site.name] = SettingsError(reason)
        found.sites[site.name] = site
    for name in found.faults:
        found.sites.pop(name, None)  # one of two files has it wrong, and which one is not known
    return found


def load_site(file: Path) -> Site:
    """The site of one definition file; without a `name` it is called after the file."""
    document = read_document(file, "a site definition")
    site = document.model(Site, {"name": file.stem})
    for place, reason in _faults(site):
        raise document.fault(place, reason)
    return site


def _name_in(file: Path) -> str:
    """The name of a site whose definition can't be used."""
    try:
        name = read_document(file, "a site definition").row.get("name")
    except SettingsError:
        return file.stem
    return name if isinstance(name, str) else file.stem


def _faults(site: Site) -> list[tuple[tuple[str | int, ...], str]]:
    """What the model alone can't see: addresses, patterns, selectors and names."""
    found: list[tuple[tuple[str | int, ...], str]] = []
    for number, url in enumerate(site.start):
        if (reason := _address_fault(url)) is not None:
            found.append((("start", number), reason))
    if site.platform not in PLATFORM_NAMES:
        found.append((("platform",), f"{site.platform!r} is none of {', '.join(PLATFORM_NAMES)}"))
    found += _pattern_faults(site)
    found += _selector_faults(site)
    found += _column_faults(site)
    found += _api_faults(site)
    found += _key_faults(site)
    if site.encoding is not None:
        try:
            codecs.lookup(site.encoding)
        except LookupError:
            found.append((("encoding",), f"no such encoding: {site.encoding}"))
    return found


def _pattern_faults(site: Site) -> list[tuple[tuple[str | int, ...], str]]:
    found: list[tuple[tuple[str | int, ...], str]] = []
    for kind in ("list", "product", "skip"):
        for number, pattern in enumerate(getattr(site.follow, kind)):
            try:
                re.compile(pattern)
            except re.error as error:
                found.append((("follow", kind, number), f"not a regular expression: {error}"))
    return found


def _selector_faults(site: Site) -> list[tuple[tuple[str | int, ...], str]]:
    chosen = site.selectors
    named: dict[tuple[str | int, ...], str | None] = {
        ("selectors", kind): getattr(chosen, kind) for kind in ("card", "total")
    }
    fields: Mapping[str, Mapping[str, str]] = {"card_fields": chosen.card_fields, "page_fields": chosen.page_fields}
    found: list[tuple[tuple[str | int, ...], str]] = []
    for group, selectors in fields.items():
        for name, selector in selectors.items():
            named["selectors", group, name] = selector
            if name not in RAW_FIELDS:
                found.append((("selectors", group, name), f"no such field; the fields are {', '.join(RAW_FIELDS)}"))
    for place, maybe in named.items():
        if maybe is None:
            continue
        try:
            HTMLTranslator().css_to_xpath(maybe)
        except (SelectorError, ValueError) as error:
            found.append((place, f"not a CSS selector: {error}"))
    return found


def _column_faults(site: Site) -> list[tuple[tuple[str | int, ...], str]]:
    if site.columns and site.source != "price_list":
        return [(("columns",), "only a site whose source is price_list has columns")]
    known = ", ".join(MAPPED_FIELDS)
    return [
        (("columns", name), f"no such field; the fields are {known}") for name in site.columns.keys() - MAPPED_FIELDS
    ]


def _api_faults(site: Site) -> list[tuple[tuple[str | int, ...], str]]:
    """An interface that isn't described, fields that don't exist, and paths that can't be ones."""
    if site.api is None:
        return (
            [(("source",), "a site whose source is api says how its answers are read: api")]
            if site.source == "api"
            else []
        )
    if site.source != "api":
        return [(("api",), "only a site whose source is api has one")]
    found: list[tuple[tuple[str | int, ...], str]] = [
        (("api", "fields", name), f"no such field; the fields are {', '.join(RAW_FIELDS)}")
        for name in site.api.fields.keys() - set(RAW_FIELDS)
    ]
    for place, path in _api_paths(site.api):
        try:
            steps(path)
        except ValueError as error:
            found.append((place, str(error)))
    return found


def _key_faults(site: Site) -> list[tuple[tuple[str | int, ...], str]]:
    """Keys that would stand in the definition itself."""
    found: list[tuple[tuple[str | int, ...], str]] = [
        ((group, name), "the name of a key in braces is expected ({token}); the key itself stands in the settings")
        for group, templates in (("keys", site.keys), ("key_parameters", site.key_parameters))
        for name, template in templates.items()
        if not HOLE.search(template)
    ]
    for number, url in enumerate(site.start if site.source != "pages" else ()):
        found += [
            (("start", number), f"{name!r} looks like a key: name it in key_parameters, and set it in the settings")
            for name, _ in parse_qsl(urlsplit(url).query)
            if _SECRET.search(name)
        ]
    return found


def _api_paths(api: Api) -> Iterator[tuple[tuple[str | int, ...], str]]:
    yield ("api", "items"), api.items
    yield ("api", "total"), api.total or ""
    for name, paths in api.fields.items():
        yield from ((("api", "fields", name), path) for path in paths)
    for name, prices in (("price", api.price), ("regular_price", api.regular_price)):
        for price in prices:
            yield from ((("api", name), path) for path in (price.amount, price.currency or ""))
    if api.stock is not None:
        stock = api.stock
        yield from ((("api", "stock"), p or "") for p in (stock.places, stock.quantity, stock.at_least, stock.place))
    for template in (api.url, api.categories.url if api.categories else None):
        yield from ((("api", "url"), path) for path in holes(template or ""))


def refuse_bad_name(name: str) -> None:
    """Raises UsageError for a name that can't name a definition's file."""
    if not _SAFE_NAME.fullmatch(name):
        raise UsageError(f"{name!r} can't name a site: letters, digits, dots, dashes and underscores only")


def write_site(home: Path, site: Site) -> Path:
    """Writes a definition to `<home>/sites/<name>.yaml` in one step; keys with their default value are left out.

    Raises UsageError for a name that isn't a safe file name."""
    refuse_bad_name(site.name)
    file = home / "sites" / f"{site.name}.yaml"
    row: dict[str, Any] = {"name": site.name, **site.model_dump(mode="json", exclude_defaults=True)}
    text = yaml.safe_dump(row, allow_unicode=True, sort_keys=False, width=120)
    try:
        file.parent.mkdir(parents=True, exist_ok=True)
        handle, temporary = tempfile.mkstemp(dir=file.parent, prefix=f".{site.name}.", suffix=".part")
        with os.fdopen(handle, "w", encoding="utf-8") as out:
            out.write(text)
        Path(temporary).chmod(0o644)
        Path(temporary).replace(file)
    except OSError as error:
        raise SettingsError(f"{file}: the definition can't be written: {error.strerror}") from None
    return file


def site_for_url(sites: Mapping[str, Site], url: str) -> Site | None:
    """The site with a start address of the same scheme, host (`www.` aside) and port."""
    wanted = _place(_checked(url))
    for site in sites.values():
        if any(_place(urlsplit(start)) == wanted for start in site.start):
            return site
    return None


def undescribed_site(url: str) -> Site:
    """A site without a definition: the start URL's scheme, host and port. Raises UsageError for a bad address."""
    parts = _checked(url)
    scheme, host, port = _place(parts, keep_www=True)
    shown = f"[{host}]" if ":" in host else host
    name = f"{scheme}://{shown}" + ("" if port == _DEFAULT_PORTS[scheme] else f":{port}")
    return Site(name=name, start=(urlunsplit(parts._replace(path=parts.path or "/", fragment="")),))


def nameable_site(name: str) -> Site:
    """The site of a name without a definition: of an address, else one that only price lists are known of."""
    return undescribed_site(name) if "://" in name else Site(name=name, enabled=False)


def _checked(url: str) -> SplitResult:
    if (reason := _address_fault(url)) is not None:
        raise UsageError(f"{url!r}: {reason}")
    return urlsplit(url.strip())


def _address_fault(url: str) -> str | None:
    try:
        parts = urlsplit(url.strip())
        port = parts.port
    except ValueError as error:
        return f"not a web address: {error}"
    if parts.scheme.lower() not in _DEFAULT_PORTS:
        return "a web address starts with http:// or https://"
    if not parts.hostname or re.search(r"[\s<>\"'\\]", parts.netloc) or port == 0:
        return "not a web address: no usable host"
    if "@" in parts.netloc:
        return "an address with a user name or a password in it isn't taken"
    return None


def _place(parts: SplitResult, *, keep_www: bool = False) -> tuple[str, str, int]:
    scheme = parts.scheme.lower()
    host = (parts.hostname or "").lower().rstrip(".")
    return scheme, host if keep_www else host.removeprefix("www."), parts.port or _DEFAULT_PORTS[scheme]
