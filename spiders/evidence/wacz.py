"""A run's WARC file as WACZ 1.1.1, which replay tools open: the archive, an index that they search, a list of pages."""

import gzip
import hashlib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib.metadata import version
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import orjson

from restock.addresses import url_key
from restock.listing import time_text
from restock.terms import PageRole
from spiders.evidence.index import Entry, read_index, sort_key
from spiders.evidence.naming import begun

_FORMAT = "1.1.1"
_LINES = 300  # of an index that one gzip member holds
_INDEX = "indexes/index.cdx.gz"
_PAGES = frozenset(PageRole)


@dataclass(slots=True)
class _Package:
    """A WACZ file that is being written, and what its description says of what is in it."""

    file: ZipFile
    resources: list[dict[str, Any]] = field(default_factory=list)

    def add(self, path: str, data: bytes, packing: int = ZIP_DEFLATED) -> str:
        self.file.writestr(path, data, packing)
        return self._describe(path, hashlib.sha256(data).hexdigest(), len(data))

    def copy(self, path: str, source: Path) -> None:
        self.file.write(source, path, ZIP_STORED)
        with source.open("rb") as stream:
            self._describe(path, hashlib.file_digest(stream, "sha256").hexdigest(), source.stat().st_size)

    def _describe(self, path: str, sha256: str, size: int) -> str:
        name = path.rpartition("/")[2]
        self.resources.append({"name": name, "path": path, "hash": f"sha256:{sha256}", "bytes": size})
        return f"sha256:{sha256}"


def write_wacz(out: Path, warc: Path, *, title: str, titles: Mapping[str, str]) -> None:
    """Writes a WARC file as WACZ. `titles` are what pages are called, by their URL keys."""
    entries = read_index(warc)
    created = time_text(begun(warc))
    with ZipFile(out, "x") as file:
        package = _Package(file)
        package.copy(f"archive/{warc.name}", warc)
        _add_index(package, entries)
        package.add("pages/pages.jsonl", b"".join(_pages(entries, titles)))
        description = {
            "profile": "data-package",
            "wacz_version": _FORMAT,
            "title": title,
            "created": created,
            "software": f"restock {version('restock')}",
            "resources": package.resources,
        }
        text = orjson.dumps(description, option=orjson.OPT_INDENT_2)
        file.writestr("datapackage.json", text, ZIP_DEFLATED)
        digest = {"path": "datapackage.json", "hash": f"sha256:{hashlib.sha256(text).hexdigest()}"}
        file.writestr("datapackage-digest.json", orjson.dumps(digest, option=orjson.OPT_INDENT_2), ZIP_DEFLATED)


def _add_index(package: _Package, entries: list[Entry]) -> None:
    """CDXJ lines in order, in blocks that are packed one by one, and the first key of each block."""
    lines = sorted(_line(entry) for entry in entries if entry.kind in {"response", "revisit", "resource"})
    blocks, heads, offset = b"", [_head("!meta 0", {"format": "cdxj-gzip-1.0", "filename": "index.cdx.gz"})], 0
    for start in range(0, len(lines), _LINES):
        block = gzip.compress(b"".join(lines[start : start + _LINES]), mtime=0)
        key = b" ".join(lines[start].split(b" ", 2)[:2]).decode()
        digest = f"sha256:{hashlib.sha256(block).hexdigest()}"
        heads.append(_head(key, {"offset": offset, "length": len(block), "digest": digest}))
        blocks, offset = blocks + block, offset + len(block)
    package.add(_INDEX, blocks, ZIP_STORED)
    package.add("indexes/index.idx", b"".join(heads))


def _head(key: str, row: Mapping[str, object]) -> bytes:
    return key.encode() + b" " + orjson.dumps(row) + b"\n"


def _line(entry: Entry) -> bytes:
    found = orjson.loads(entry.line.split(b" ", 2)[2])
    row = {name: found[name] for name in _FIELDS if found.get(name)}
    return _head(f"{_key(found['url'])} {_stamp(entry)}", row)


_FIELDS = ("url", "mime", "status", "digest", "length", "offset", "filename")


def _key(url: str) -> str:
    """The address as replay tools look it up: host turned round, parameters in order."""
    if not url.startswith(("http://", "https://")):
        return url.replace(" ", "%20")
    parts = urlsplit(url)
    return sort_key(urlunsplit(parts._replace(query="&".join(sorted(parts.query.split("&"))))))


def _stamp(entry: Entry) -> str:
    return entry.line.split(b" ", 2)[1].decode()


def _pages(entries: list[Entry], titles: Mapping[str, str]) -> Iterator[bytes]:
    yield orjson.dumps({"format": "json-pages-1.0", "id": "pages", "title": "Pages"}) + b"\n"
    for entry in entries:
        answered = entry.kind in {"response", "revisit"} and entry.status.startswith("2")
        if not answered or entry.role not in _PAGES:
            continue
        found = orjson.loads(entry.line.split(b" ", 2)[2])
        stamp = _stamp(entry)
        day, time = (stamp[0:4], stamp[4:6], stamp[6:8]), (stamp[8:10], stamp[10:12], stamp[12:14])
        yield orjson.dumps(
            {
                "id": entry.record_id.removeprefix("<urn:uuid:").removesuffix(">"),
                "url": found["url"],
                "ts": f"{'-'.join(day)}T{':'.join(time)}Z",
                "title": titles.get(url_key(found["url"]), found["url"]),
            },
            option=orjson.OPT_APPEND_NEWLINE,
        )
