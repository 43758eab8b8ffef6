"""A run's files replaced as one: the new ones are complete beside the old ones before a word beside them says so.

Killed anywhere, the old files stand, or the word does and `finish` ends the work. Each file is replaced once at most,
so whoever comes by may end it, at any time and together with others."""

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import BinaryIO

_END = ".warc.gz"
# The seal comes last: as long as its new one waits, the work is not done.
_FILES = (_END, ".cdxj", ".sha256")
_WORD = ".thinned.json"
_NEW = ".new"


def word_path(warc: Path) -> Path:
    """Where it is written down what was dropped from a WARC file."""
    return warc.with_name(warc.name.removesuffix(_END) + _WORD)


def stems(evidence_dir: Path) -> tuple[set[str], set[str]]:
    """The names (without their ends) of the WARC files of a folder of evidence, and of those with such a word."""
    warcs = {path.name.removesuffix(_END) for path in evidence_dir.glob(f"*/*{_END}")}
    return warcs, {path.name.removesuffix(_WORD) for path in evidence_dir.glob(f"*/*{_WORD}")}


@contextmanager
def new_file(path: Path) -> Iterator[BinaryIO]:
    """The file that is to stand in a file's place, on disk when it is closed."""
    with _new(path).open("wb") as stream:
        yield stream
        stream.flush()
        os.fsync(stream.fileno())


def forget(warc: Path) -> None:
    """Takes away new files that no word was ever said of."""
    for path in (*_files(warc), word_path(warc)):
        _new(path).unlink(missing_ok=True)


def commit(warc: Path, word: bytes) -> None:
    """Says the word, and puts the new files in place."""
    path = word_path(warc)
    with new_file(path) as stream:
        stream.write(word)
    _sync(warc.parent)
    _new(path).replace(path)
    _sync(warc.parent)
    finish(warc)


def finish(warc: Path) -> None:
    """Ends a replacement that was broken off after its word was said."""
    *files, seal = _files(warc)
    if not (_new(seal).exists() and word_path(warc).exists()):
        return
    # What can't be replaced now (a folder that may only be read) is by whoever comes next.
    with suppress(PermissionError):
        for path in files:
            with suppress(FileNotFoundError):
                _new(path).replace(path)
        _sync(warc.parent)
        with suppress(FileNotFoundError):
            _new(seal).replace(seal)
        _sync(warc.parent)


def finish_all(evidence_dir: Path) -> None:
    """Ends whatever was broken off in a folder of evidence."""
    seal_end = _FILES[-1]
    for new in list(evidence_dir.glob(f"*/*{seal_end}{_NEW}")):
        finish(new.with_name(new.name.removesuffix(seal_end + _NEW) + _END))


def _files(warc: Path) -> list[Path]:
    return [warc.with_name(warc.name.removesuffix(_END) + end) for end in _FILES]


def _new(path: Path) -> Path:
    return path.with_name(path.name + _NEW)


def _sync(folder: Path) -> None:
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
