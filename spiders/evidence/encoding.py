"""Content-Encoding undone within bounds: a small answer that unfolds without end is cut off."""

import zlib
from collections.abc import Iterator
from dataclasses import dataclass

import brotli  # type: ignore[import-untyped]

ACCEPTED = "gzip, deflate, br"
_STEP = 64 * 1024


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


def _undo(name: str, body: bytes, limit: int) -> Decoded:
    if name in {"gzip", "x-gzip"}:
        return _gathered(_inflated(body, 31), limit) if body[:2] == b"\x1f\x8b" else Decoded(body)
    if name == "deflate":
        # RFC 9110 means zlib by it; some servers send the bare stream.
        return _gathered(_inflated(body, 15 if _is_zlib(body) else -15), limit)
    if name == "br":
        return _gathered(_unbrotlied(body), limit)
    return Decoded(body, f"unknown content encoding {name[:20]!r}")


def _is_zlib(body: bytes) -> bool:
    return len(body) > 1 and body[0] & 0x0F == 8 and (body[0] << 8 | body[1]) % 31 == 0


def _gathered(pieces: Iterator[bytes], limit: int) -> Decoded:
    """The pieces up to the limit; what was unfolded before the stream broke is kept."""
    found = bytearray()
    try:
        for piece in pieces:
            found += piece
            if len(found) > limit:
                return Decoded(bytes(found[:limit]), f"unfolds to more than {limit} bytes")
    except (zlib.error, brotli.error):
        return Decoded(bytes(found), "broken content encoding")
    except EOFError:
        return Decoded(bytes(found), "content encoding ends early")
    return Decoded(bytes(found))


def _inflated(body: bytes, wbits: int) -> Iterator[bytes]:
    """One gzip member after another; a zlib or bare stream is a single one."""
    rest = body
    while rest:
        stream = zlib.decompressobj(wbits)
        while rest and not stream.eof:
            yield stream.decompress(rest, _STEP)
            rest = stream.unconsumed_tail
        if not stream.eof:
            raise EOFError
        rest = stream.unused_data if wbits == 31 and stream.unused_data[:2] == b"\x1f\x8b" else b""


def _unbrotlied(body: bytes) -> Iterator[bytes]:
    stream = brotli.Decompressor()
    yield stream.process(body, output_buffer_limit=_STEP)
    while not stream.is_finished():
        piece = stream.process(b"", output_buffer_limit=_STEP)
        if not piece:
            raise EOFError
        yield piece
