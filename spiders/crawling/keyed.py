"""Keys of a site at the door to the network: parameters of addresses are added there, and what a server repeats of a
key is struck out. Nothing further in sees them: not the evidence, not the log, not an error."""

import json
from collections.abc import Iterable
from urllib.parse import quote, quote_plus, urlencode, urlsplit, urlunsplit

from scrapy import Request
from scrapy.crawler import Crawler
from scrapy.exceptions import DownloadFailedError
from scrapy.http import Response

from restock.keys import SiteKeys
from spiders.crawling.handle import spider_of
from spiders.crawling.keeping import KEPT, ListHandler
from spiders.evidence import decode

STRUCK = "(struck-out)"
_MOST = 1 << 30  # bytes of an unpacked answer
_SHORTEST = 6


class Door:
    """Where keys go: to the scheme, host and port of the start addresses, and nowhere else."""

    def __init__(self, keys: SiteKeys, starts: Iterable[str]) -> None:
        self._parameters = keys.parameters
        self._places = {_place(start) for start in starts} if keys.values else set()
        forms = {
            form for value in keys.values for form in (value, quote(value, safe=""), quote(value), quote_plus(value))
        }
        self._forms = sorted(forms, key=len, reverse=True)

    def is_for(self, url: str) -> bool:
        return _place(url) in self._places

    def keyed(self, url: str) -> str:
        """The address with the keys, in place of whatever it had under their names. The rest stays as it is."""
        parts = urlsplit(url)
        kept = [piece for piece in parts.query.split("&") if piece and piece.partition("=")[0] not in self._parameters]
        return urlunsplit(parts._replace(query="&".join([*kept, urlencode(self._parameters)])))

    def struck(self, text: str) -> str:
        for form in self._forms:
            text = text.replace(form, STRUCK)
        return text

    def struck_response(self, response: Response) -> Response:
        """The response without keys that the server repeats: unpacked where its body held one, else as it came."""
        for name, values in list(response.headers.items()):
            response.headers[name] = [self.struck(value.decode("latin-1")).encode("latin-1") for value in values]
        coding = (response.headers.get("Content-Encoding") or b"").decode("latin-1")
        plain = body = decode(response.body, coding, _MOST).body
        for form in self._forms:
            body = body.replace(form.encode(), STRUCK.encode())
        if body == plain:
            return response
        response.headers.pop("Content-Encoding", None)
        return response.replace(body=body)


def _forms(value: str) -> list[str]:
    """How a server may repeat a key: as it is, in an address, in JSON. A short one is no secret and may be any text."""
    if len(value) < _SHORTEST:
        return []
    quoted = json.dumps(value)[1:-1]
    return [value, quote(value, safe=""), quote(value), quote_plus(value), quoted, quoted.replace("/", "\\/")]


def _place(url: str) -> tuple[str, str]:
    parts = urlsplit(url)
    return parts.scheme.lower(), parts.netloc.lower()


class KeyedHandler(ListHandler):
    """Sends a site's visits with its keys. An answer that is kept on disk as a price list stays as it came."""

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        spider = spider_of(crawler)
        self._keys = spider.keys
        self._door = Door(spider.keys, spider.job.starts)

    async def download_request(self, request: Request) -> Response:
        if "visit" not in request.meta or not self._door.is_for(request.url):
            return await super().download_request(request)
        keyed = request.replace(url=self._door.keyed(request.url)) if self._keys.parameters else request
        try:
            response = await super().download_request(keyed)
        except Exception as error:
            if self._door.struck(str(error)) == str(error):
                raise
            raise DownloadFailedError(self._door.struck(str(error))) from None
        finally:
            request.meta.update(keyed.meta)
        if KEPT in request.meta:
            return response.replace(url=request.url)
        return self._door.struck_response(response.replace(url=request.url))
