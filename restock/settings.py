"""Settings: `restock.toml` in the home folder, every key overridden by RESTOCK_… in the environment."""

import json
import os
import tomllib
from email.utils import parseaddr
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from platformdirs import user_data_path
from pydantic import (
    BaseModel,
    BeforeValidator,
    ConfigDict,
    Field,
    SecretStr,
    ValidationError,
    ValidationInfo,
    field_validator,
)
from pydantic_core import PydanticCustomError
from pydantic_settings import (
    BaseSettings,
    NoDecode,
    PydanticBaseSettingsSource,
    SettingsConfigDict,
    TomlConfigSettingsSource,
)
from pydantic_settings import (
    SettingsError as SourceError,
)

from restock.errors import SettingsError
from restock.site import TimeOfDay
from restock.watching import mail_address


def mail_addresses(text: str | None) -> tuple[str, ...]:
    """The bare addresses of a comma separated text; `Anna <anna@example.org>` is taken too. Raises ValueError."""
    if text is not None and not text.isprintable():
        raise ValueError("not a mail address: it holds a line break or another character that no header can have")
    parts = [part.strip() for part in (text or "").split(",")]
    return tuple(dict.fromkeys(mail_address(parseaddr(part)[1] or part) for part in parts if part))


class CrawlSettings(BaseModel):
    """How restock introduces itself, and the bounds of every crawl. Times in seconds, sizes in bytes. `browser` is the
    program that draws pages, where it is not one that is found by its usual names. `vantage` is what the place is
    called that sites are asked from."""

    model_config = ConfigDict(extra="forbid")

    contact: str | None = None
    delay: float = Field(default=1.0, ge=0)
    concurrency: int = Field(default=2, ge=1)
    timeout: float = Field(default=30.0, gt=0)
    retries: int = Field(default=2, ge=0)
    deadline: float = Field(default=6 * 3600.0, gt=0)
    max_bytes: int = Field(default=32 * 1024 * 1024, gt=0)
    max_list_bytes: int = Field(default=1 << 30, gt=0)
    browser: str | None = None
    page_seconds: float = Field(default=120.0, gt=0)
    vantage: str | None = None


class ProxySettings(BaseModel):
    """A proxy that a site is asked through, and what the place is called that it stands at."""

    model_config = ConfigDict(extra="forbid")

    url: SecretStr
    vantage: str | None = None

    @field_validator("url")
    @classmethod
    def _is_proxy(cls, url: SecretStr) -> SecretStr:
        try:
            parts = urlsplit(url.get_secret_value())
            usable = parts.scheme in {"http", "https"} and parts.hostname and parts.port
        except ValueError:
            usable = False
        if not usable:
            raise ValueError("a proxy is http://host:port or https://host:port, with user:password@ where it asks")
        return url


def _split(value: object) -> object:
    """Several values in one text, as an environment variable has them: comma separated, or a list in JSON."""
    if isinstance(value, str) and value.lstrip().startswith("["):
        try:
            return json.loads(value)
        except ValueError:
            raise ValueError("it begins like a list in JSON, and is none") from None
    return [part.strip() for part in value.split(",") if part.strip()] if isinstance(value, str) else value


Split = (NoDecode, BeforeValidator(_split))


class ScheduleSettings(BaseModel):
    """When jobs are due. Times of day are in `timezone`; a crawl begins up to `jitter` seconds later. A report waits
    `report_wait` seconds at most for crawls that are due or under way."""

    model_config = ConfigDict(extra="forbid")

    timezone: str = "UTC"
    crawl_at: Annotated[tuple[TimeOfDay, ...], *Split] = Field(default=("01:00",), min_length=1)
    jitter: int = Field(default=900, ge=0, le=6 * 3600)
    report_at: TimeOfDay = "04:00"
    retain_at: TimeOfDay = "05:30"
    report_day: Literal["mon", "tue", "wed", "thu", "fri", "sat", "sun"] = "mon"
    at_once: int = Field(default=2, ge=1, le=64)
    report_wait: float = Field(default=3 * 3600.0, ge=0)
    stop_after: float = Field(default=1800.0, gt=0)

    @field_validator("timezone")
    @classmethod
    def _is_known(cls, name: str) -> str:
        try:
            ZoneInfo(name)
        except (ZoneInfoNotFoundError, ValueError, OSError):
            raise ValueError(f"no such time zone: {name!r}") from None
        return name


class EvidenceSettings(BaseModel):
    """How long evidence is kept whole, in days; None is for ever."""

    model_config = ConfigDict(extra="forbid")

    keep_days: int | None = Field(default=None, ge=1)

    @field_validator("keep_days", mode="before")
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if value == "" else value


class HealthSettings(BaseModel):
    """What operators are told, and where. Analysts never are."""

    model_config = ConfigDict(extra="forbid")

    mail_to: str | None = None
    notify: Annotated[tuple[str, ...], *Split] = ()
    stale_days: int = Field(default=3, ge=1)
    remind_days: int = Field(default=7, ge=1)

    @field_validator("mail_to")
    @classmethod
    def _are_addresses(cls, text: str | None) -> str | None:
        mail_addresses(text)
        return text


class Settings(BaseSettings):
    """Everything a command may need to know. Secrets are never printed, logged or put in a report."""

    model_config = SettingsConfigDict(env_prefix="RESTOCK_", env_nested_delimiter="__", extra="forbid")

    home: Path
    database_url: SecretStr | None = None
    smtp_url: SecretStr | None = None
    mail_from: str | None = None
    mail_to: str | None = None
    smtp_ca: Path | None = None
    smtp_timeout: float = Field(default=60.0, gt=0)
    notify: dict[str, SecretStr] = Field(default_factory=dict)
    keys: dict[str, dict[str, SecretStr]] = Field(default_factory=dict)
    proxies: dict[str, ProxySettings] = Field(default_factory=dict)
    reporting_currency: str = Field(default="RUB", pattern=r"^[A-Z]{3}$")
    crawl: CrawlSettings = CrawlSettings()
    schedule: ScheduleSettings = ScheduleSettings()
    evidence: EvidenceSettings = EvidenceSettings()
    health: HealthSettings = HealthSettings()

    @field_validator("database_url", "smtp_url", "mail_from", "mail_to", mode="before")
    @classmethod
    def _blank_is_unset(cls, value: object) -> object:
        return None if value == "" else value

    @field_validator("mail_to")
    @classmethod
    def _are_addresses(cls, text: str | None) -> str | None:
        mail_addresses(text)
        return text

    @field_validator("mail_from")
    @classmethod
    def _is_address(cls, text: str | None) -> str | None:
        if text is not None and len(mail_addresses(text)) != 1:
            raise ValueError("one mail address is expected")
        return text

    @field_validator("health")
    @classmethod
    def _knows_its_chats(cls, health: HealthSettings, info: ValidationInfo) -> HealthSettings:
        if "notify" not in info.data:
            return health  # it is wrong itself, which is said first
        chats: dict[str, SecretStr] = info.data["notify"]
        for name in health.notify:
            if name not in chats:
                known = ", ".join(sorted(chats)) or "nothing"
                said = f"no chat is called {name!r}; known from `notify` in the settings: {known}"
                raise PydanticCustomError("chat", "{said}", {"said": said, "key": "health.notify"})
        return health

    @property
    def evidence_dir(self) -> Path:
        return self.home / "evidence"

    @property
    def runs_dir(self) -> Path:
        return self.home / "runs"

    @property
    def database(self) -> str:
        """The SQLAlchemy URL of the catalogue."""
        if self.database_url is not None:
            return self.database_url.get_secret_value()
        return f"sqlite:///{self.home / CATALOGUE_FILE}"

    @classmethod
    def settings_customise_sources(
        cls,
        settings_cls: type[BaseSettings],
        init_settings: PydanticBaseSettingsSource,
        env_settings: PydanticBaseSettingsSource,
        dotenv_settings: PydanticBaseSettingsSource,  # noqa: ARG003
        file_secret_settings: PydanticBaseSettingsSource,  # noqa: ARG003
    ) -> tuple[PydanticBaseSettingsSource, ...]:
        """The environment before the file; the home is settled before either is read."""
        home = init_settings()["home"]
        return init_settings, env_settings, TomlConfigSettingsSource(settings_cls, toml_file=home / SETTINGS_FILE)


SETTINGS_FILE = "restock.toml"
CATALOGUE_FILE = "restock.sqlite"


def home_folder(given: Path | None = None) -> Path:
    """The folder of all state: the one given, else RESTOCK_HOME, else the platform's user data folder."""
    if given is not None:
        return given.expanduser().absolute()
    named = os.environ.get("RESTOCK_HOME")
    return Path(named).expanduser().absolute() if named else user_data_path("restock", appauthor=False)


def load_settings(home: Path | None = None) -> Settings:
    """The settings of a home folder, which is created on first use. One that can't be written will do where there is
    a catalogue in it that can be asked.

    Raises SettingsError where the folder can't be made or used or a key is wrong; secrets are not repeated."""
    folder = home_folder(home)
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except OSError as error:
        raise SettingsError(f"{folder}: the home folder can't be made: {error.strerror}") from None
    if not os.access(folder, os.W_OK | os.X_OK) and not (folder / CATALOGUE_FILE).is_file():
        raise SettingsError(f"{folder}: the home folder can't be written")
    try:
        return Settings(home=folder)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise SettingsError(f"{folder / SETTINGS_FILE}: {error}") from None
    except SourceError as error:  # a variable that is no table of keys; the error names it and not what is in it
        raise SettingsError(str(error)) from None
    except ValidationError as error:
        raise SettingsError(_settings_message(folder, error)) from None


def _settings_message(folder: Path, error: ValidationError) -> str:
    first = error.errors(include_input=False, include_url=False)[0]
    key = ".".join(str(part) for part in first["loc"] if not isinstance(part, int))  # no variable names a list's item
    key = first.get("ctx", {}).get("key", key)
    reason = first["msg"].removeprefix("Value error, ")
    return f"{folder / SETTINGS_FILE} or RESTOCK_{key.upper().replace('.', '__')}: {key}: {reason}"
