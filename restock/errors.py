"""The error tree. Every error that a user may meet derives from RestockError and carries its exit code.

RestockError                1  it failed and nothing usable came of it
├── UsageError              2  wrong usage: unknown site, bad URL, bad date
│   └── SettingsError       2  bad settings, definition or data file (file, line, key)
├── BusyError               1  another process is at it
├── CatalogueError          1  the database can't be opened, is corrupt, locked or from another version
├── EvidenceError           1  stored evidence is missing or altered
└── CrawlError              1  a site could not be captured at all
"""


class RestockError(Exception):
    """A failure with one clear line for the user."""

    exit_code = 1


class UsageError(RestockError):
    exit_code = 2


class SettingsError(UsageError):
    """A setting, site definition or data file that can't be used; the message names file, line and key."""


class CatalogueError(RestockError):
    pass


class EvidenceError(RestockError):
    pass


class CrawlError(RestockError):
    pass


class BusyError(RestockError):
    """Another process is at it, and this one may try again later."""


def told(error: BaseException) -> str:
    """An error and what was noted on it, in one line."""
    foreseen = isinstance(error, RestockError | OSError)
    text = str(error) if foreseen else f"internal error: {type(error).__name__}: {error}"
    return " ".join("; ".join([text, *getattr(error, "__notes__", ())]).split())
