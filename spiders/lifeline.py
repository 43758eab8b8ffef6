"""A child that dies with its parent, however the parent ends.

`python -m spiders.lifeline PIDFILE PROGRAM ARGUMENTS…` becomes another program, which then dies with its parent too."""

import ctypes
import os
import signal
import sys
import threading
from pathlib import Path

_PR_SET_PDEATHSIG = 1


def hold(parent: int) -> None:
    """Ties this process to its parent: the kernel's signal on Linux, and the end of standard input anywhere.

    `parent` is the parent's process id; a parent that died before the tie was made ends this process at once."""
    threading.Thread(target=_watch, name="lifeline", daemon=True).start()
    bind(parent)


def bind(parent: int) -> None:
    """As `hold`, where standard input carries something: who reads it notices its end."""
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
    if os.getppid() != parent:
        os._exit(1)


def _watch() -> None:
    """The parent holds the other end of standard input and never writes: an end of file is its death."""
    while os.read(0, 1):
        pass
    os._exit(1)


if __name__ == "__main__":
    bind(os.getppid())
    Path(sys.argv[1]).write_text(str(os.getpid()), encoding="ascii")
    os.execv(sys.argv[2], sys.argv[2:])  # noqa: S606  what this project's own code asks for
