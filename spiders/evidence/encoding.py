"""Content-Encoding undone within bounds: a small answer that unfolds without end is cut off."""

import zlib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from itertools import chain

import brotli  # type: ignore[import-untyped]

ACCEPTED = "gzip, deflate, br"
_STEP = 64 * 1024
_GZIP = b"\x1f\x8b"


@dataclass(frozen=True, slots=True)
class Decoded:
    """A body without its content encoding. `fault` says why it is not whole, None where it is."""

    body: bytes
    fault: str | None = None


def decode(body: bytes, content_encoding: str, limit: int) -> Decoded:
    """The body with every content encoding undone, at most `limit` bytes of it.

    An encoding that isn't known leaves the body as it is, with a fault; so does a body that the named encoding
    never touched, which some servers send, without one."""
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    found = Decoded(body)
    for name in reversed(names):
        if name == "identity" or not found.body:
            continue
        step = _undo(name, found.body, limit)
        found = Decoded(step.body, found.fault or step.fault)
    if len(found.body) > limit:
        return Decoded(found.body[:limit], f"longer than {limit} bytes")
    return found


def unfolded(pieces: Iterable[bytes], content_encoding: str) -> Iterator[bytes]:
    """A body of any size, in pieces, with every content encoding undone.

    Raises ValueError where one breaks, ends early, or isn't known."""
    names = [name.strip().lower() for name in content_encoding.split(",") if name.strip()]
    for name in reversed(names):
        if name != "identity":
            pieces = _unfolded(name, pieces)
    yield from pieces


def _unfolded(name: str, pieces: Iterable[bytes]) -> Iterator[bytes]:
    source = iter(pieces)
    first = next(source, b"")
    whole = chain([first], source)
    if name in {"gzip", "x-gzip"} and first[:2] != _GZIP:
        yield from whole  # a name that the body was never touched by
        return
    try:
        if name in {"gzip", "x-gzip"}:
            yield from _inflated(whole, 31)
        elif name == "deflate":
            # RFC 9110 means zlib by it; some servers send the bare stream.
            yield from _inflated(whole, 15 if _is_zlib(first) else -15)
        elif name == "br":
            yield from _unbrotlied(whole)
        else:
            raise ValueError(f"unknown content encoding {name[:20]!r}")
    except (zlib.error, brotli.error):
        raise ValueError("broken content encoding") from None
    except EOFError:
        raise ValueError("content encoding ends early") from None


def _undo(name: str, body: bytes, limit: int) -> Decoded:
    """The pieces up to the limit; what was unfolded before the stream broke is kept."""
    found = bytearray()
    try:
        for piece in _unfolded(name, [body]):
            found += piece
            if len(found) > limit:
                return Decoded(bytes(found[:limit]), f"unfolds to more than {limit} bytes")
    except ValueError as error:
        unknown = str(error).startswith("unknown")
        return Decoded(body if unknown else bytes(found), str(error))
    return Decoded(bytes(found))


def _is_zlib(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _inflated(pieces: Iterable[bytes], wbits: int) -> Iterator[bytes]:
    """One gzip member after another; a zlib or bare stream is a single one. What stands behind is left."""
    stream, ended = zlib.decompressobj(wbits), False
    for piece in pieces:
        rest = piece
        while rest:
            if ended and (wbits != 31 or rest[:1] != _GZIP[:1]):
                return
            if ended:
                stream, ended = zlib.decompressobj(wbits), False
            yield stream.decompress(rest, _STEP)
            ended = stream.eof
            rest = stream.unused_data if ended else stream.unconsumed_tail
    while not ended and (left := stream.decompress(b"", _STEP)):
        yield left
        ended = stream.eof
    if not ended:
        raise EOFError


def _unbrotlied(pieces: Iterable[bytes]) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    for piece in pieces:
        yield stream.process(piece, output_buffer_limit=_STEP)
        while not stream.is_finished() and (more := stream.process(b"", output_buffer_limit=_STEP)):
            yield more
    if not stream.is_finished():
        raise EOFError
