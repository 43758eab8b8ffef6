"""Opening a price list: what kind of file it is, by its first bytes, never by its name."""

import gzip
import re
import zlib
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from tempfile import TemporaryFile
from typing import BinaryIO

from restock.errors import UsageError
from spiders.pricelists.jsonlines import JsonLines
from spiders.pricelists.lists import ColumnMap, ListError, PriceList
from spiders.pricelists.separated import Separated
from spiders.pricelists.tables import TableList
from spiders.pricelists.workbooks import Workbook
from spiders.pricelists.yml import Yml

_GZIP = b"\x1f\x8b"
_WORKBOOKS = (b"PK\x03\x04", b"\xd0\xcf\x11\xe0")
_MARKS = (b"\xef\xbb\xbf", b"\xff\xfe", b"\xfe\xff")
UNPACKED = 4 << 30  # bytes that a packed list may unpack to
_PIECE = 1 << 20
_MOST_PACKED = 2  # a packed file may be packed once more on its way
_LISTED = re.compile(
    r"(?:^|[/+.-])(?:csv|tab-separated-values|ms-excel|spreadsheetml|jsonl|ndjson|jsonlines)(?:$|[.;+])"
)
_NAMED = (".csv", ".tsv", ".jsonl", ".xlsx", ".xls")


@contextmanager
def open_list(stream: BinaryIO, mapping: ColumnMap, encoding: str | None = None) -> Iterator[PriceList]:
    """The list in a file; `encoding` is that of a table of separated text, where its letters don't tell it.

    Raises UsageError where nothing says which column is which, ListError where the file is damaged."""
    with ExitStack() as files:
        for _ in range(_MOST_PACKED):
            stream.seek(0)
            if stream.read(2) != _GZIP:
                break
            unpacked = files.enter_context(TemporaryFile(prefix="restock-"))
            _unpack(stream, unpacked)
            stream = unpacked
        yield _opened(stream, mapping, encoding)


def _opened(stream: BinaryIO, mapping: ColumnMap, encoding: str | None) -> PriceList:
    stream.seek(0)
    start = stream.read(4096)
    stream.seek(0)
    if start.startswith(_WORKBOOKS):
        return TableList(Workbook(stream), mapping)
    text = start
    for mark in _MARKS:
        text = text.removeprefix(mark)
    text = text.replace(b"\0", b"").lstrip()
    if not text:
        raise UsageError("the list is empty")
    if text.startswith(b"<"):
        return Yml(stream, mapping)
    if text.startswith(b"{"):
        return JsonLines(stream, mapping)
    return TableList(Separated(stream, encoding), mapping)


def looks_like_list(start: bytes, media_type: str, name: str) -> bool:
    """Whether an answer is a price list, by its first bytes (plain of their content encoding); its media type and the
    file's name only tell text from text."""
    for _ in range(_MOST_PACKED):
        if start.startswith(_GZIP):
            start = _begun(start)
    if start.startswith(_WORKBOOKS):
        return True
    text = start.replace(b"\0", b"")
    for mark in _MARKS:
        text = text.removeprefix(mark)
    text = text.lstrip()
    if text.startswith(b"<"):
        return b"<yml_catalog" in text or b"<!DOCTYPE yml_catalog" in text
    file = name.lower().removesuffix(".gz")
    return bool(text) and (bool(_LISTED.search(media_type.lower())) or file.endswith(_NAMED))


def _begun(packed: bytes) -> bytes:
    """What the beginning of a packed file holds."""
    try:
        return zlib.decompressobj(31).decompress(packed, _PIECE)
    except zlib.error:
        return b""


def _unpack(stream: BinaryIO, out: BinaryIO) -> None:
    stream.seek(0)
    size = 0
    try:
        with gzip.open(stream) as packed:
            while piece := packed.read(_PIECE):
                size += len(piece)
                if size > UNPACKED:
                    raise ListError(f"the list unpacks to more than {UNPACKED >> 30} GB")
                out.write(piece)
    except (OSError, EOFError) as error:
        raise ListError(f"the list can't be unpacked: {error}") from None


def media_type(name: str) -> str:
    """What a file of that name is stored as."""
    ending = name.lower().removesuffix(".gz").rpartition(".")[2]
    return _MEDIA_TYPES.get(ending, "application/octet-stream")


_MEDIA_TYPES = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "xls": "application/vnd.ms-excel",
    "csv": "text/csv",
    "xml": "application/xml",
    "yml": "application/xml",
    "jsonl": "application/jsonl",
}
