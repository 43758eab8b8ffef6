"""From where a site is asked: this machine or a proxy of the settings, and what that place is called."""

from dataclasses import dataclass
from urllib.parse import urlsplit

from restock.keys import entry_of
from restock.settings import Settings
from restock.site import Site


@dataclass(frozen=True, slots=True)
class Vantage:
    """`label` is what the settings call the place; `proxied` whether a proxy of theirs stands there."""

    label: str | None = None
    proxied: bool = False

    def to_json(self) -> dict[str, str | bool | None]:
        return {"label": self.label, "proxied": self.proxied}


def vantage_of(settings: Settings, site: Site) -> Vantage:
    proxy = entry_of(settings.proxies, site.name)
    return Vantage(proxy.vantage, proxied=True) if proxy is not None else Vantage(settings.crawl.vantage)


def proxy_place(settings: Settings, site: Site) -> str | None:
    """Host and port of a site's proxy, which are no secret."""
    proxy = proxy_of(settings, site)
    return urlsplit(proxy).netloc.rpartition("@")[2] if proxy is not None else None


def proxy_of(settings: Settings, site: Site) -> str | None:
    """The address of a site's proxy with its login, as a secret that goes no further than the connection."""
    proxy = entry_of(settings.proxies, site.name)
    return proxy.url.get_secret_value() if proxy is not None else None
