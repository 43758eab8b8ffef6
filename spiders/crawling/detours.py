"""Where an answer sends on: a redirect's address as text, the wall that it leads to, a page that only refreshes."""

import re
from urllib.parse import urlsplit

from w3lib.html import get_meta_refresh

from restock.addresses import url_key
from restock.capture import PageCapture

_LOGIN = re.compile(
    r"/(log-?in|sign-?in|log-?on|auth|authori[sz]e|sso)(?=[/.?;]|$)|[?&](login|auth)=yes\b", re.IGNORECASE
)
_CAPTCHA = re.compile(r"captcha|/challenge\b|access-?denied|/blocked\b", re.IGNORECASE)
_FRONT_NAMES = re.compile(r"/(index|default|home|main)(\.\w{2,5})?/?$", re.IGNORECASE)
_MAX_REFRESH = 10.0


def as_text(header: str) -> str:
    """A header's bytes as the UTF-8 that most servers mean by them."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def wall_behind(asked: str, target: str) -> str | None:
    """The wall that a redirect leads to by its address alone: a captcha, a login, the front page."""
    if _CAPTCHA.search(target) and not _CAPTCHA.search(asked):
        return "captcha"
    if _LOGIN.search(target) and not _LOGIN.search(asked):
        return "login"
    return "front_page" if _is_front(target) and not _is_front(asked) else None


def _is_front(url: str) -> bool:
    parts = urlsplit(url)
    return not parts.query and (parts.path in {"", "/"} or bool(_FRONT_NAMES.fullmatch(parts.path)))


def refresh_of(capture: PageCapture) -> str | None:
    """Where a page without anything on it sends a browser at once."""
    if b"http-equiv" not in capture.body[:8192].lower():
        return None
    seconds, url = get_meta_refresh(capture.body[:8192].decode("latin-1"), capture.url)
    return url if url and seconds is not None and seconds <= _MAX_REFRESH and url_key(url) else None
