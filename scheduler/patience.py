"""Patience: what goes wrong again and again is said once, and tried again after a pause that grows."""

import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from threading import Lock

from restock.post import pause

LONGEST = timedelta(hours=1)
"""Between two tries: an operator who put something right should not wait for longer."""


@dataclass(slots=True)
class _Trouble:
    said: str
    failures: int
    until: float


class Patience:
    """The troubles of a scheduler, by the name of the work. It is asked from several threads."""

    def __init__(self, say: Callable[[str], None], seconds: Callable[[], float] = time.monotonic) -> None:
        self._say = say
        self._seconds = seconds
        self._troubles: dict[str, _Trouble] = {}
        self._lock = Lock()

    def failed(self, name: str, said: str) -> None:
        """Notes a failure, and says it where it is another than the last one of this work."""
        with self._lock:
            known = self._troubles.get(name)
            failures = known.failures + 1 if known else 1
            until = self._seconds() + pause(failures, LONGEST).total_seconds()
            self._troubles[name] = _Trouble(said, failures, until)
        if known is None or known.said != said:
            self._say(said)

    def worked(self, name: str) -> None:
        """Forgets the trouble of a work that went well, and says so where there was one."""
        with self._lock:
            known = self._troubles.pop(name, None)
        if known is not None:
            self._say(f"{name}: it works again, after {known.failures} failure(s)")

    def hurry(self, name: str) -> None:
        """Ends the pause of a work: what it waited for has happened."""
        with self._lock:
            if name in self._troubles:
                self._troubles[name].until = self._seconds()

    def rests(self, name: str) -> bool:
        """Whether the pause after the last failure still lasts."""
        with self._lock:
            known = self._troubles.get(name)
            return known is not None and self._seconds() < known.until
