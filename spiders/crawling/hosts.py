"""Which addresses belong to a site: the hosts and ports of its start addresses, with and without `www.`."""

import ipaddress
from collections.abc import Iterable
from urllib.parse import urlsplit

_DEFAULT_PORTS = {"http": 80, "https": 443}


class Hosts:
    """The site's own hosts. A site on the default ports is one over http and https."""

    def __init__(self, starts: Iterable[str]) -> None:
        self._exact = {place for start in starts if (place := _place(start))}
        ports = set(_DEFAULT_PORTS.values())
        self._own = {(_bare(host), port) for host, port in self._exact}
        self._own |= {(host, other) for host, port in self._own if port in ports for other in ports}

    def refusal(self, url: str) -> str | None:
        """Why an address isn't followed; None where it may be."""
        try:
            scheme = urlsplit(url).scheme.lower()
        except ValueError:
            return "bad address"
        if scheme not in _DEFAULT_PORTS:
            return "scheme"
        place = _place(url)
        if place is None:
            return "bad address"
        return None if (_bare(place[0]), place[1]) in self._own else "off-site"

    def refusal_of_part(self, url: str, further: Iterable[str]) -> str | None:
        """Why something that a page asks for isn't fetched; the site may name further hosts for it."""
        refusal = self.refusal(url)
        if refusal == "off-site" and (urlsplit(url).hostname or "").lower() in further:
            return None
        return refusal

    def is_exact(self, host: str, port: int) -> bool:
        """Whether a host and port are exactly those of a start address: only there may an address be private."""
        return (_ascii(host), port) in self._exact

    def may_connect(self, host: str, port: int, address: str) -> bool:
        """Whether the address that a name stands for may be connected to."""
        return self.is_exact(host, port) or is_public(address)


def is_public(address: str) -> bool:
    """Whether an IP address is reachable for everybody; False for text that is none."""
    try:
        found = ipaddress.ip_address(address.partition("%")[0])
    except ValueError:
        return False
    if isinstance(found, ipaddress.IPv6Address) and found.ipv4_mapped:
        found = found.ipv4_mapped
    return found.is_global and not found.is_multicast


def is_local(host: str) -> bool:
    """Whether a host is spelled as a private address or as this machine, where no proxy stands between."""
    bare = host.strip("[]").lower()
    if bare == "localhost" or bare.endswith(".localhost"):
        return True
    try:
        ipaddress.ip_address(bare)
    except ValueError:
        return False
    return not is_public(bare)


def _place(url: str) -> tuple[str, int] | None:
    """Host and port of an address; None where it has none."""
    try:
        parts = urlsplit(url)
        port = parts.port or _DEFAULT_PORTS[parts.scheme.lower()]
    except (ValueError, KeyError):
        return None
    return (_ascii(parts.hostname), port) if parts.hostname else None


def _ascii(host: str) -> str:
    try:
        return host.encode("idna").decode("ascii").lower().rstrip(".")
    except UnicodeError:
        return host.lower().rstrip(".")


def _bare(host: str) -> str:
    return host.removeprefix("www.")
