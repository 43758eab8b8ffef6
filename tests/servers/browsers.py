"""A real Chromium for the tests of pages: the machine's own where there is one, else the one that Playwright loaded.

`python tests/servers/browsers.py` says whether there is one; `make test` loads Playwright's where there is none."""

import os
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import Browser, sync_playwright

_NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")


def chromium() -> str | None:
    """The program that the tests drive: CHROMIUM, one that is installed, or Playwright's; None without any."""
    named = os.environ.get("CHROMIUM")
    found = named or next((path for name in _NAMES if (path := shutil.which(name))), None)
    if found is not None:
        return found
    with sync_playwright() as playwright:
        path = playwright.chromium.executable_path
    return path if Path(path).exists() else None


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    """One browser for all tests of a module. While it runs, the thread has an event loop, and can run no other."""
    program = chromium()
    if program is None:
        pytest.fail("no Chromium is installed, and Playwright has loaded none: run `make browser`")
    with sync_playwright() as playwright:
        # Its own sandbox is not to be had as root, which is what containers of continuous integration run as.
        running = playwright.chromium.launch(executable_path=program, args=["--no-sandbox"])
        yield running
        running.close()


if __name__ == "__main__":
    sys.exit(chromium() is None)
