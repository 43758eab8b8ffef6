"""What a page in the browser may ask for, and who answers: the page itself from its capture, the rest by a callback.

Redirects are followed by whoever answers, never by the browser. What is not answered is counted, to be said."""

from collections import Counter
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from playwright.async_api import Error, Request, Route

from restock.capture import PageCapture

MAX_REQUESTS = 300  # of one page
_ANSWERED = frozenset({"script", "stylesheet", "xhr", "fetch"})
_DROPPED = frozenset({"content-encoding", "content-length", "transfer-encoding", "connection", "keep-alive"})
# What the browser says of itself is the crawl's to say.
_OWN_HEADERS = frozenset({"user-agent", "host", "connection", "accept-encoding", "content-length", "cookie"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A request of a page's: `kind` is script, stylesheet, xhr or fetch."""

    url: str
    kind: str
    method: str = "GET"
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What is given to the page. Without a status nothing is, and `refused` says why; `failed` marks an answer that
    should have come and didn't: the page may lack what it would have shown."""

    status: int = 0
    headers: Mapping[str, str] = field(default_factory=dict)
    body: bytes = b""
    refused: str | None = None
    failed: bool = False


Fetch = Callable[[Asked], Awaitable[Answer]]


class Network:
    """Answers the requests of one page. `busy` counts those under way; `led_to` is where its script wanted to go."""

    def __init__(self, capture: PageCapture, fetch: Fetch | None) -> None:
        self._capture = capture
        self._fetch = fetch
        self._asked = 0
        self._shown = False
        self.busy = 0
        self.led_to: str | None = None
        self.blocked: Counter[str] = Counter()
        self.failures: list[str] = []

    async def answer(self, route: Route) -> None:
        self.busy += 1
        try:
            await self._answer(route, route.request)
        except Error:
            return  # the page was closed meanwhile
        finally:
            self.busy -= 1

    async def _answer(self, route: Route, request: Request) -> None:
        if request.resource_type == "document":
            await self._document(route, request)
            return
        if request.resource_type not in _ANSWERED or self._fetch is None:
            await route.abort("blockedbyclient")
            return
        self._asked += 1
        if self._asked > MAX_REQUESTS:
            self.blocked["further requests"] += 1
            await route.abort("blockedbyclient")
            return
        found = await self._fetch(_asked(request))
        if found.failed:
            self.failures.append(f"{found.refused or f'answered {found.status}'} ({request.url[:200]})")
        if not found.status:
            self._block(request, found.refused or "refused")
            await route.abort("failed")
            return
        headers = {name: value for name, value in found.headers.items() if name.lower() not in _DROPPED}
        await route.fulfill(status=found.status, headers=headers, body=found.body)

    async def _document(self, route: Route, request: Request) -> None:
        """The page itself, once. Frames stay empty; where a script goes on to another page, the crawl may follow."""
        own = request.frame.parent_frame is None
        if not own or self._shown:
            if own:
                self.led_to = self.led_to or request.url
                await route.fulfill(status=204)  # the page stays; an error page would stand in its place
            else:
                await route.abort("blockedbyclient")
            return
        self._shown = True
        headers = {name: value for name, value in self._capture.headers.items() if name not in _DROPPED}
        await route.fulfill(status=200, headers=headers, body=self._capture.body)

    def _block(self, request: Request, why: str) -> None:
        host = urlsplit(request.url).netloc
        self.blocked[f"{request.resource_type} of {host} ({why})"] += 1


def _asked(request: Request) -> Asked:
    return Asked(
        url=request.url,
        kind=request.resource_type,
        method=request.method,
        headers={
            name: value
            for name, value in request.headers.items()
            if name.lower() not in _OWN_HEADERS and not name.lower().startswith("sec-")
        },
        body=request.post_data_buffer,
    )
