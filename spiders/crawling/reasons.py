"""Why no answer came, in one line for the user."""

import re
from urllib.parse import urlsplit

from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
)
from twisted.internet.error import ConnectError

from spiders.crawling.resolver import GuardedResolver

_INNER = re.compile(r"Failure [\w.]+: ([^>]+)>")  # how Twisted names what lies behind a failure


def failure_reason(error: BaseException, url: str, proxy: str | None = None) -> str:
    parts = urlsplit(url)
    host = parts.netloc.rpartition("@")[2]
    if proxy is not None:
        host = f"{host} through the proxy"
    if isinstance(error, DownloadConnectionRefusedError):
        return f"{host}: connection refused"
    if isinstance(error, CannotResolveHostError):
        if parts.hostname in GuardedResolver.refused:
            return f"{host}: its name stands for a private address"
        return f"{host}: unknown host"
    if isinstance(error, DownloadTimeoutError):
        return f"{host}: no answer in time"
    if isinstance(error, ConnectError):
        return f"{host}: no connection ({error})"
    return f"{host}: the connection broke ({_told(error)})"


def _told(error: BaseException) -> str:
    text = " ".join(str(error).split())
    if inner := _INNER.findall(text):
        return str(inner[-1]).rstrip(".")
    return f"{type(error).__name__}{': ' + text[:120] if text else ''}"
