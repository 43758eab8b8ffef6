"""Which home a command works in: `--home` before or after the command's name."""

from contextvars import ContextVar
from pathlib import Path

from restock.settings import Settings, load_settings

_given_home: ContextVar[Path | None] = ContextVar("given_home", default=None)


def remember_home(home: Path | None) -> None:
    _given_home.set(home)


def settings_of(home: Path | None) -> Settings:
    return load_settings(home or _given_home.get())
