"""A site's crawl in a process of its own: `python -m scheduler.crawl_process HOME SITE PARENT`.

The scheduler may be stopped or die at any time: its crawls then end too, and mark their runs as failed if they can."""

import signal
import sys
from pathlib import Path
from types import FrameType

import orjson

from restock.errors import BusyError, told
from restock.settings import load_settings
from scheduler.crawl import crawl_site
from scheduler.crawls import LATE
from scheduler.workspace import Workspace
from spiders import lifeline


def main(home: Path, site: str, parent: int) -> None:
    signal.signal(signal.SIGTERM, _stop)
    signal.signal(LATE, _late)
    lifeline.hold(parent)
    answer: dict[str, object]
    try:
        with Workspace(load_settings(home)) as workspace:
            answer = {"run": crawl_site(workspace, workspace.site(site)).id}
    except SystemExit as stop:
        answer = {"error": f"{site}: {stop}", "interrupted": True}
    except Exception as error:  # noqa: BLE001  whatever it is, the scheduler says it and goes on
        answer = {"error": told(error), "busy": isinstance(error, BusyError)}
    sys.stdout.buffer.write(orjson.dumps(answer) + b"\n")
    sys.stdout.buffer.flush()


def _stop(_signal: int, _frame: FrameType | None) -> None:
    signal.signal(signal.SIGTERM, signal.SIG_IGN)  # once is enough: a second one would end the cleaning up
    raise SystemExit("the scheduler was stopped")


def _late(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit("it did not end by its deadline")


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2], int(sys.argv[3]))
