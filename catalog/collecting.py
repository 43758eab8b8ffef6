"""Pauses of Python's garbage collector, for work that makes many values at once and no cycles."""

import gc
from collections.abc import Iterator
from contextlib import contextmanager


@contextmanager
def uncollected() -> Iterator[None]:
    """While values are made that all are kept, looking through all of them for garbage over and over finds none, and
    takes a sixth of a diff's time, and as long as making a batch of rows."""
    running = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if running:
            # All that was made counts as old at once: else the first thing that is made now has it looked through.
            gc.freeze()
            gc.unfreeze()
            gc.enable()
