"""Files appear whole or not at all."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from threading import get_ident

from restock.errors import UsageError


@contextmanager
def whole_file(path: Path) -> Iterator[Path]:
    """A path beside `path` to write to; when the block ends well, it takes the place of `path`.

    Raises UsageError where the folder is not there or can't be written."""
    part = path.with_name(f".{path.name}.{os.getpid()}.{get_ident()}.part")
    try:
        yield part
        with part.open("rb") as written:
            os.fsync(written.fileno())
        part.replace(path)
    except OSError as error:
        raise UsageError(f"{path}: can't be written: {error.strerror or error}") from None
    finally:
        with suppress(OSError):  # where the folder itself is the trouble, the error above has said so
            part.unlink()


def make_folder(folder: Path) -> Path:
    """The folder, made where it is not there. Raises UsageError where it can't be."""
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise UsageError(f"{folder}: the folder can't be made: {error.strerror or error}") from None
    return folder


def write_text(path: Path, text: str) -> Path:
    """The text as UTF-8 in a file of its own."""
    with whole_file(path) as part:
        part.write_text(text, encoding="utf-8", newline="\n")
    return path
