"""Name resolution that gives no private address for a site's name, wherever its DNS may point."""

from typing import Any, ClassVar, Self

from scrapy.crawler import Crawler
from scrapy.resolver import CachingHostnameResolver
from twisted.internet.interfaces import IHostnameResolver, IResolutionReceiver
from zope.interface import implementer  # type: ignore[import-untyped]

from spiders.crawling.hosts import Hosts

# The names of methods and parameters are those of Twisted's interfaces.
# ruff: noqa: N802, N803


@implementer(IHostnameResolver)
class GuardedResolver:
    """Wraps Scrapy's caching resolver; every connection, at every hop, asks it with its host and port."""

    refused: ClassVar[set[str]] = set()

    def __init__(self, inner: CachingHostnameResolver, hosts: Hosts) -> None:
        self._inner = inner
        self._hosts = hosts

    @classmethod
    def from_crawler(cls, crawler: Crawler, reactor: Any) -> Self:
        """Made before there is a spider: the start addresses come with the settings."""
        inner = CachingHostnameResolver.from_crawler(crawler, reactor)
        proxy = crawler.settings.get("RESTOCK_PROXY")
        own = [f"http://{proxy}/"] if proxy else []
        return cls(inner, Hosts([*crawler.settings.getlist("RESTOCK_STARTS"), *own]))

    def install_on_reactor(self) -> None:
        reactor: Any = self._inner.reactor
        reactor.installNameResolver(self)

    def resolveHostName(self, resolutionReceiver: Any, hostName: str, portNumber: int = 0, *rest: Any) -> Any:
        guard: Any = _Filter(resolutionReceiver, self._hosts, hostName, portNumber)
        return self._inner.resolveHostName(guard, hostName, portNumber, *rest)


@implementer(IResolutionReceiver)
class _Filter:
    """Passes on the addresses that may be connected to."""

    def __init__(self, receiver: Any, hosts: Hosts, host: str, port: int) -> None:
        self._receiver = receiver
        self._hosts = hosts
        self._host = host
        self._port = port

    def resolutionBegan(self, resolution: Any) -> None:
        self._receiver.resolutionBegan(resolution)

    def addressResolved(self, address: Any) -> None:
        if self._hosts.may_connect(self._host, self._port, address.host):
            self._receiver.addressResolved(address)
        else:
            GuardedResolver.refused.add(self._host)

    def resolutionComplete(self) -> None:
        self._receiver.resolutionComplete()
