"""Frames: pieces of known length on a pipe between two of this project's processes."""

from typing import BinaryIO

_LENGTH = 8


def frame(data: bytes) -> bytes:
    return len(data).to_bytes(_LENGTH, "big") + data


def frames_in(data: bytes) -> list[bytes]:
    """What the whole frames in these bytes hold, and, as the last one, the bytes behind them."""
    found: list[bytes] = []
    start = 0
    while len(data) >= (begin := start + _LENGTH):
        end = begin + int.from_bytes(data[start:begin], "big")
        if end > len(data):
            break
        found.append(data[begin:end])
        start = end
    return [*found, data[start:]]


def read_frame(pipe: BinaryIO) -> bytes | None:
    """None where the pipe ends."""
    head = pipe.read(_LENGTH)
    return pipe.read(int.from_bytes(head, "big")) if len(head) == _LENGTH else None
