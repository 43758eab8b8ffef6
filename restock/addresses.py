"""Addresses of listings: made absolute and free of tracking by `clean_url`, made comparable by `url_key`."""

import re
from functools import lru_cache
from urllib.parse import parse_qsl, urljoin, urlsplit, urlunsplit

_TRACKING = re.compile(
    r"^(utm_\w+|yclid|ysclid|gclid|gbraid|wbraid|fbclid|msclkid|dclid|_openstat|openstat|from|ref|referer|referrer"
    r"|roistat\w*|calltouch\w*|rs|_ga|_gl|mc_cid|mc_eid|etext|frommarket|clid|admitad_uid|erid|tracking|track\w*_id"
    r"|phpsessid|jsessionid|aspsessionid\w*|sid|sess|session|session_?id|osc(id|sid)|zenid|cfid|cftoken|token"
    r"|bitrix_include_areas|clear_cache|back_url_admin|hash|nocache|_|timestamp|rnd)$",
    re.IGNORECASE,
)
_PATH_SESSION = re.compile(r";(jsessionid|phpsessid|sid)=[^/?#;]*", re.IGNORECASE)
_SPACE = re.compile(r"[\x00-\x20]+")
# An address that needs no splitting by the rules: host and port, path, query, fragment.
_USUAL = re.compile(
    r"(https?://[a-z0-9.-]+(?::\d+)?)(/[^\s\x00-\x20?#;]*)?(?:\?([^\s\x00-\x20#]*))?(?:#[^\s\x00-\x20]*)?"
)
# What nearly every address looks like: its parameters need no decoding either.
_ORDINARY = re.compile(r"(https?)://([a-z0-9.-]+(?::\d+)?)(/[^\x00-\x20\s?#;]*)(?:\?([A-Za-z0-9_.=&-]*))?")
# A reference to a page of the same host whose path needs no resolving, and the host that it is joined to.
_ROOTED = re.compile(r"/(?!/)(?:[^\x00-\x20\s?#;.]|(?<!/)\.)*(?:\?[A-Za-z0-9_.=&-]+)?")
_HOST = re.compile(r"https?://[a-z0-9.-]+(?::\d+)?(?=/)")


@lru_cache(maxsize=1024)
def is_tracking(name: str) -> bool:
    """Whether a query parameter says who came from where, or carries a session, and not which page is meant."""
    return bool(_TRACKING.match(name))


def clean_url(url: str, base: str | None = None) -> str:
    """The address as the site gives it, absolute, without tracking or session parameters and without a fragment.

    The path and the kept parameters are not re-encoded. Raises ValueError for an address that can't be split."""
    absolute = _joined(base, url.strip()) if base else url.strip()
    if usual := _USUAL.fullmatch(absolute):
        host, path, query = usual.groups()
        kept = _kept_query(query) if query else ""
        return f"{host}{path or '/'}?{kept}" if kept else f"{host}{path or '/'}"
    parts = urlsplit(_SPACE.sub(lambda found: "%20" * len(found[0]), absolute))
    path = _PATH_SESSION.sub("", parts.path)
    return urlunsplit((parts.scheme.lower(), parts.netloc.lower(), path or "/", _kept_query(parts.query), ""))


def _joined(base: str, url: str) -> str:
    """As `urljoin`, and quick where there is nothing to resolve."""
    host = _HOST.match(base) if _ROOTED.fullmatch(url) else None
    return host[0] + url if host is not None else urljoin(base, url)


def _kept_query(query: str) -> str:
    return "&".join([piece for piece in query.split("&") if piece and not is_tracking(piece.partition("=")[0])])


def url_key(url: str) -> str:
    """What makes two addresses one: host without `www.`, path without a trailing slash, parameters in order.

    Scheme, fragment, tracking and session parameters don't count."""
    return address_forms(url)[1]


def _key(clean: str) -> str:
    parts = urlsplit(clean)
    host = parts.netloc.removeprefix("www.").removesuffix(":80" if parts.scheme == "http" else ":443")
    query = "&".join(f"{name}={value}" for name, value in sorted(parse_qsl(parts.query, keep_blank_values=True)))
    return f"{host}{parts.path.rstrip('/')}" + (f"?{query}" if query else "")


def address_forms(url: str) -> tuple[str, str]:
    """`clean_url` and `url_key` of an address in one go: quick for an ordinary one, the same for any."""
    found = _ORDINARY.fullmatch(url)
    if found is None:
        clean = clean_url(url)
        return clean, _key(clean)
    scheme, host, path, query = found.groups()
    bare = host.removeprefix("www.").removesuffix(":80" if scheme == "http" else ":443") + path.rstrip("/")
    if query is None:
        return url, bare
    start = url[: found.end(3)]
    kept = _kept_query(query)
    if not kept:
        return start, bare
    pairs = sorted(piece.split("=", 1) for piece in kept.split("&"))
    return f"{start}?{kept}", f"{bare}?" + "&".join(f"{pair[0]}={pair[1] if len(pair) > 1 else ''}" for pair in pairs)
