"""Where the browser is, and the program that starts it under a lifeline.

Playwright starts its browser in a session of its own, out of reach of whoever ends a crawl's process group. Under the
lifeline it dies with the process that started it, and its process id is known."""

import shlex
import shutil
import sys
from pathlib import Path

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def installed(named: str | None = None) -> str | None:
    """The browser that the settings name, else one that this machine has; None without any."""
    if named is not None:
        return shutil.which(named)
    return next((path for name in _NAMES if (path := shutil.which(name))), None)


def starter(program: str, folder: Path) -> Path:
    """A program that starts the browser under a lifeline."""
    path = folder / "browser"
    command = shlex.join([sys.executable, "-P", "-m", "spiders.lifeline", str(pid_file(folder)), program])
    path.write_text(f'#!/bin/sh\nexec {command} "$@"\n', encoding="utf-8")
    path.chmod(0o700)
    return path


def pid_file(folder: Path) -> Path:
    return folder / "browser.pid"
