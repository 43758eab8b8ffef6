"""Sitemaps: the addresses that a site itself lists for machines, and the further sitemaps that an index names."""

import zlib
from collections import Counter
from collections.abc import Iterator

from lxml import etree

from restock.capture import Link, PageCapture, PageReading
from restock.terms import PageRole
from spiders.readers.addresses import absolute
from spiders.readers.links import address_skip

_GZIP = b"\x1f\x8b"
_ROOTS = (b"<urlset", b"<sitemapindex")
_HEAD = 4096  # bytes within which a sitemap's root stands
_UNPACKED = 64 << 20  # the protocol allows 50 MB
MAX_NAMED = 200_000


def read_sitemap(capture: PageCapture) -> PageReading | None:
    """The links of a sitemap or of an index of them; None for any other answer.

    Its dates of change say nothing: a price changes without them. What other hosts it names is refused where links are
    followed."""
    body = capture.body
    if body.startswith(_GZIP):
        body = zlib.decompressobj(31).decompress(body, _HEAD) if _is_whole(body) else b""
    if not any(root in body[:_HEAD] for root in _ROOTS):
        return None
    links: dict[str, Link] = {}
    skipped: Counter[str] = Counter()
    for link in _links(_plain(capture.body), capture.url):
        reason = address_skip(link.url) if link.role is PageRole.OTHER else None
        if reason is not None:
            skipped[reason] += 1
        elif len(links) < MAX_NAMED:
            links.setdefault(link.url, link)
    return PageReading(role=PageRole.SITEMAP, links=tuple(links.values()), skipped=dict(skipped))


def _is_whole(packed: bytes) -> bool:
    try:
        zlib.decompressobj(31).decompress(packed, _HEAD)
    except zlib.error:
        return False
    return True


def _plain(body: bytes) -> bytes:
    """A packed sitemap unpacked, as far as a bound allows: what it names up to there counts."""
    return zlib.decompressobj(31).decompress(body, _UNPACKED) if body.startswith(_GZIP) else body


def _links(text: bytes, base: str) -> Iterator[Link]:
    # Scrapy takes longer to import than most commands, none of which reads a sitemap, take for all they do.
    from scrapy.utils.sitemap import Sitemap  # noqa: PLC0415

    try:
        found = Sitemap(text.lstrip())
        role = PageRole.SITEMAP if found.type == "sitemapindex" else PageRole.OTHER
        for entry in found:
            url = absolute(entry["loc"], base)
            if url is not None:
                yield Link(url, role)
    except (etree.XMLSyntaxError, StopIteration):
        return
