"""Sites: a web shop as data. One YAML file says where a site starts, how it is read and how politely."""

from typing import Annotated

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field, ValidationInfo, field_validator

from restock.api import Api, one_or_many
from restock.countries import is_country
from restock.entity import LegalEntity
from restock.errors import UsageError

TimeOfDay = Annotated[str, Field(pattern=r"^([01]\d|2[0-3]):[0-5]\d$")]
"""`HH:MM`. In YAML it stands in quotes: bare, it is a number to the base of sixty."""

_MARKET = "a market is a country's two capital letters (ISO 3166)"
_DEFAULT_MARKET = "RU"


Many = Annotated[tuple[str, ...], BeforeValidator(one_or_many)]
"""Several texts, or one that stands alone."""


class Follow(BaseModel):
    """Regular expressions over whole URLs. Where `list` or `product` is empty, the readers decide by structure."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    list: tuple[str, ...] = ()
    product: tuple[str, ...] = ()
    skip: tuple[str, ...] = ()


class Selectors(BaseModel):
    """CSS selectors (parsel's `::text` and `::attr(x)` included) by raw listing field, within a card or a page."""

    model_config = ConfigDict(extra="forbid", frozen=True)

    card: str | None = None
    card_fields: dict[str, str] = Field(default_factory=dict)
    page_fields: dict[str, str] = Field(default_factory=dict)
    total: str | None = None


class Guard(BaseModel):
    """Thresholds of the guard; a site may be more or less steady than most. Shares are of known listings.

    docs/catalogue.md says which layer uses which.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    failed_share: float = Field(default=0.005, ge=0, le=1)
    emptied_from: int = Field(default=3, ge=1)
    total_share: float = Field(default=0.02, ge=0, le=1)
    lost_share: float = Field(default=0.3, gt=0, le=1)
    lost_from: int = Field(default=10, ge=1)
    recent_runs: int = Field(default=5, ge=1, le=100)
    group_lost_share: float = Field(default=0.4, gt=0, le=1)
    group_from: int = Field(default=20, ge=1)
    lost_value_share: float = Field(default=0.3, gt=0, le=1)
    lost_value_from: int = Field(default=10, ge=1)
    few_lost_value_share: float = Field(default=0.8, gt=0, le=1)
    few_lost_value_from: int = Field(default=5, ge=1)
    unusual_value_share: float = Field(default=0.1, gt=0, le=1)
    unusual_value_times: float = Field(default=3, ge=1)
    unusual_value_from: int = Field(default=5, ge=1)
    price_jump: int = Field(default=90, ge=2)
    misses_before_gone: int = Field(default=1, ge=1)


def checked_market(text: str) -> str:
    """A market as `--market` gives it. Raises UsageError for what is no country's code: none of its goods would be
    restricted."""
    if text != _DEFAULT_MARKET and not is_country(text):
        raise UsageError(f"--market {text}: {_MARKET}")
    return text


class Site(BaseModel):
    """A web shop. `market` (ISO 3166) is the market that it serves: it decides which restrictions apply.

    `platform` names the reader ("json-ld", "microdata", "bitrix", "selectors", …, or "auto" to try them in order);
    `listings` says where listings are read: on product pages ("pages"), on list pages ("cards"), or "auto".
    `source` says what is captured: its pages, or price lists (feeds) at the start addresses, whose `columns` may be
    named as `--map` names them; or a JSON interface, which `api` describes. `keys` are headers, and `key_parameters`
    parameters of addresses, whose values hold the names of keys in braces ("Bearer {token}"): the keys themselves stand
    in the settings. `requests_per_hour` is what the site allows.
    `seller` is the name of who sells there, where it is known: several sites may be one seller's. `entity` is the legal
    entity behind it, by its registered numbers.
    `crawl_at` are the times of day of its crawls, where they are not those of the settings.
    `browser` says whether a browser draws its pages ("always", "never"), or only those whose goods scripts draw
    ("auto"). `script_hosts` are further hosts that pages in the browser may ask for scripts, styles and data (an API,
    a place of scripts); everything else stays within the hosts of the start addresses.
    `sitemaps` are addresses of sitemaps: what they name beside what links lead to is visited as well.
    `known` and `assumed` record what the definition rests on. A site that isn't enabled needs no `start`: price lists
    may be all that is known of it.
    """

    model_config = ConfigDict(extra="forbid", frozen=True)

    name: str = Field(min_length=1)
    title: str | None = None
    seller: str | None = None
    entity: LegalEntity | None = None
    enabled: bool = True
    start: Many = Field(default=(), validate_default=True)
    sitemaps: Many = ()
    market: str = _DEFAULT_MARKET
    platform: str = "auto"
    source: str = Field(default="pages", pattern="^(pages|price_list|api)$")
    columns: dict[str, Many] = Field(default_factory=dict)
    api: Api | None = None
    keys: dict[str, str] = Field(default_factory=dict)
    key_parameters: dict[str, str] = Field(default_factory=dict)
    requests_per_hour: int | None = Field(default=None, ge=1)
    listings: str = Field(default="auto", pattern="^(auto|pages|cards)$")
    currency: str | None = Field(default=None, pattern=r"^[A-Z]{3}$")
    encoding: str | None = None
    browser: str = Field(default="auto", pattern="^(auto|always|never)$")
    script_hosts: Many = ()
    follow: Follow = Follow()
    selectors: Selectors = Selectors()
    guard: Guard = Guard()
    delay: float | None = Field(default=None, ge=0)
    concurrency: int | None = Field(default=None, ge=1, le=64)
    crawl_at: Annotated[tuple[TimeOfDay, ...], BeforeValidator(one_or_many)] = ()
    max_pages: int = Field(default=20_000, ge=1)
    max_depth: int = Field(default=200, ge=1)
    known: Many = ()
    assumed: Many = ()

    @field_validator("market")
    @classmethod
    def _is_country(cls, market: str) -> str:
        if market != _DEFAULT_MARKET and not is_country(market):
            raise ValueError(_MARKET)
        return market

    @field_validator("start")
    @classmethod
    def _begins_somewhere(cls, start: tuple[str, ...], info: ValidationInfo) -> tuple[str, ...]:
        if not start and info.data.get("enabled", True):
            raise ValueError("a site that is crawled starts somewhere (`enabled: false` where it isn't)")
        return start
