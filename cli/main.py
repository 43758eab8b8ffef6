"""The command line's entry: one clear line for each error, the contract's exit codes, no traceback."""

import os
import signal
import sys
from types import FrameType

import typer

from cli.app import app
from cli.console import say
from restock.errors import RestockError

_UsageException = typer.BadParameter.__mro__[2]
"""typer's own base of usage errors, which it doesn't export by name."""

INTERRUPTED = 130
TERMINATED = 143


def main() -> None:
    signal.signal(signal.SIGTERM, _terminate)
    sys.exit(run(sys.argv[1:]))


def run(args: list[str]) -> int:
    """Runs one command line and returns its exit code."""
    try:
        return _invoke(args)
    except RestockError as error:
        return _fail(str(error), error.exit_code)
    except BrokenPipeError:
        return _close_stdout()
    except KeyboardInterrupt:
        return _fail("interrupted", INTERRUPTED)
    except Exception as error:  # a user gets one line; RESTOCK_DEBUG=1 shows where it came from
        if os.environ.get("RESTOCK_DEBUG"):
            raise
        return _fail(_message(error), 1)


def _invoke(args: list[str]) -> int:
    try:
        result = app(args, standalone_mode=False)
    except typer.Exit as stop:
        return stop.exit_code
    except typer.Abort:
        return INTERRUPTED
    except Exception as error:
        if not isinstance(error, _UsageException):
            raise
        message: str = error.format_message()  # type: ignore[attr-defined]
        return _show_usage(message) if message.startswith("Usage:") else _fail(message, 2)
    return result if isinstance(result, int) else 0


def _show_usage(usage: str) -> int:
    """A command that was asked for nothing says what it can be asked for."""
    sys.stderr.write(f"{usage}\n")
    return 2


def _fail(message: str, code: int) -> int:
    say("error: " + " ".join(message.split()))
    return code


def _message(error: Exception) -> str:
    if isinstance(error, OSError) and error.strerror:
        return f"{error.filename}: {error.strerror}" if error.filename else error.strerror
    return f"internal error: {type(error).__name__}: {error} (RESTOCK_DEBUG=1 shows more)"


def _close_stdout() -> int:
    """The reader of our output has left: nothing more can be said, and that is no error."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
    return 0


def _terminate(_signal: int, _frame: FrameType | None) -> None:
    raise SystemExit(TERMINATED)


if __name__ == "__main__":
    main()
