"""The tables. A listing's state is a version row with the run from which and the run before which it held.

`docs/catalogue.md` explains them. Runs are numbered over all sites, so a version's span is two small numbers. What
seldom changes (title, brand, reasons) stands apart from what often does (price, stock): a price move is one narrow row.
"""

from sqlalchemy import (
    BigInteger,
    Boolean,
    Column,
    Date,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    SmallInteger,
    Table,
    Text,
    UniqueConstraint,
)

from catalog.columns import (
    AVAILABILITIES,
    BOUNDS,
    CONDITIONS,
    PRICE_TYPES,
    RELATIONS,
    VATS,
    Coded,
    ExactText,
    Moment,
    Money,
)

REVISION = "0006"  # the newest migration; a test holds it to what Alembic finds

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)

site = Table(
    "site", metadata, Column("id", Integer, primary_key=True), Column("name", Text, nullable=False, unique=True)
)

# `id` is the run's sequence. `base_id` is the run that a correction read again. `whole` is false for a run that looked
# at single pages. `figures` are what later runs are judged by; `outcome` is compressed JSON. `owner` is the home that
# began the run: homes may share a database, and only a run's own home can know that its process died.
run = Table(
    "run",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("name", Text, nullable=False, unique=True),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("kind", Text, nullable=False),
    Column("status", Text, nullable=False),
    Column("rules", Text, nullable=False),
    Column("definition", Text),
    Column("observed_at", Moment, nullable=False),
    Column("started_at", Moment, nullable=False),
    Column("finished_at", Moment),
    Column("whole", Boolean(create_constraint=False), nullable=False),
    Column("baseline", Boolean(create_constraint=False), nullable=False),
    Column("accepted", Boolean(create_constraint=False), nullable=False),
    Column("base_id", ForeignKey("run.id")),
    Column("counts", Text, nullable=False),
    Column("figures", Text, nullable=False),
    Column("trips", Text, nullable=False),
    Column("warnings", Text, nullable=False),
    Column("outcome", LargeBinary),
    Column("owner", Text),
    Index("ix_run_site_id_id", "site_id", "id"),
    sqlite_autoincrement=True,
)

# The hashes are of what the listing was last seen under (restock.addresses.url_key, the site's SKU): narrow to index.
# `state` is a hash of all that its open version says, null where the listing is gone: a run compares by it alone.
listing = Table(
    "listing",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("site_id", ForeignKey("site.id"), nullable=False),
    Column("key", Text, nullable=False),
    Column("key_hash", BigInteger, nullable=False),
    Column("url_hash", BigInteger),
    Column("sku_hash", BigInteger),
    Column("state", BigInteger),
    Index("ix_listing_site_id_key_hash", "site_id", "key_hash"),
    Index("ix_listing_site_id_url_hash", "site_id", "url_hash"),
    Index("ix_listing_site_id_sku_hash", "site_id", "sku_hash"),
)

# Reasons and components as JSON, by the hash of their text: thousands of listings share a few dozen of them.
fact = Table(
    "fact",
    metadata,
    Column("hash", BigInteger, primary_key=True, autoincrement=False),
    Column("body", Text, nullable=False),
    sqlite_with_rowid=False,
)

# An empty `url` is the listing's key, which most often is its address: kept once.
details = Table(
    "details",
    metadata,
    Column("listing_id", ForeignKey("listing.id"), primary_key=True),
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("hash", BigInteger, nullable=False),
    Column("url", Text),
    Column("title", Text, nullable=False),
    Column("brand", Text),
    Column("mpn", Text),
    Column("gtin", Text),
    Column("sku", Text),
    Column("category", Text),
    Column("hs6", Text),
    Column("hs6_basis", Text),
    Column("relation", Coded(RELATIONS), nullable=False),
    Column("condition", Coded(CONDITIONS)),
    Column("components", ForeignKey("fact.hash")),
    Column("restrictions", ForeignKey("fact.hash")),
    Column("restricted", Boolean(create_constraint=False), nullable=False),
    Column("undecided", Boolean(create_constraint=False), nullable=False),
    Index("ix_details_mpn", "mpn"),
    sqlite_with_rowid=False,
)

warc = Table(
    "warc", metadata, Column("id", Integer, primary_key=True), Column("path", Text, nullable=False, unique=True)
)

# Where the bytes of a state are: the cards of one list page share one row. `record` is a UUID's sixteen bytes.
capture = Table(
    "capture",
    metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("warc_id", ForeignKey("warc.id")),
    Column("record", LargeBinary),
    Column("sha256", LargeBinary),
    Column("observed_at", Moment),
)

# Held from `from_run` until before `to_run`; null means it still holds. No successor at `to_run`: the listing was gone.
version = Table(
    "version",
    metadata,
    Column("listing_id", ForeignKey("listing.id"), primary_key=True),
    Column("from_run", ForeignKey("run.id"), primary_key=True),
    Column("to_run", ForeignKey("run.id")),
    Column("details_run", Integer, nullable=False),
    Column("capture_id", ForeignKey("capture.id")),
    Column("price", Money),
    Column("currency", Text),
    Column("price_type", Coded(PRICE_TYPES)),
    Column("vat", Coded(VATS), nullable=False),
    Column("regular_price", Money),
    Column("availability", Coded(AVAILABILITIES), nullable=False),
    Column("quantity", BigInteger),
    Column("quantity_bound", Coded(BOUNDS)),
    Column("lead_time_days", BigInteger),
    sqlite_with_rowid=False,
)
Index("ix_version_from_run", version.c.from_run)
Index(
    "ix_version_to_run",
    version.c.to_run,
    sqlite_where=version.c.to_run.is_not(None),
    postgresql_where=version.c.to_run.is_not(None),
)

# Spans of runs that a listing which is not gone was not seen in: a row where that begins, not one a run.
absence = Table(
    "absence",
    metadata,
    Column("listing_id", ForeignKey("listing.id"), primary_key=True),
    Column("from_run", ForeignKey("run.id"), primary_key=True),
    Column("to_run", ForeignKey("run.id")),
    sqlite_with_rowid=False,
)

# What a run over single pages saw; runs over a whole site saw everything that is not absent.
sighting = Table(
    "sighting",
    metadata,
    Column("run_id", ForeignKey("run.id"), primary_key=True),
    Column("listing_id", ForeignKey("listing.id"), primary_key=True),
    Index("ix_sighting_listing_id_run_id", "listing_id", "run_id"),
    sqlite_with_rowid=False,
)

# A price that jumped, held back until a later run sees it again: what the run read, and where it stands.
quarantine = Table(
    "quarantine",
    metadata,
    Column("listing_id", ForeignKey("listing.id"), primary_key=True),
    Column("run_id", ForeignKey("run.id"), nullable=False),
    Column("capture_id", ForeignKey("capture.id")),
    Column("price", Money, nullable=False),
    Column("currency", Text),
    Column("price_type", Coded(PRICE_TYPES)),
    Column("vat", Coded(VATS), nullable=False),
    Column("regular_price", Money),
    sqlite_with_rowid=False,
)

# One `currency` costs `value` of `base` on that day.
rate = Table(
    "rate",
    metadata,
    Column("id", Integer, primary_key=True),
    Column("day", Date, nullable=False),
    Column("currency", Text, nullable=False),
    Column("base", Text, nullable=False),
    Column("value", ExactText, nullable=False),
    Column("source", Text, nullable=False),
    UniqueConstraint("currency", "base", "day", "source"),
    Index("ix_rate_day", "day"),
)

PRICE_COLUMNS = ("price", "currency", "price_type", "vat", "regular_price")
STOCK_COLUMNS = ("availability", "quantity", "quantity_bound", "lead_time_days")
OFFER_COLUMNS = (*PRICE_COLUMNS, *STOCK_COLUMNS)
DETAIL_COLUMNS = (
    "url", "title", "brand", "mpn", "gtin", "sku", "category", "hs6", "hs6_basis", "relation", "condition",
    "components", "restrictions", "restricted", "undecided",
)  # fmt: skip

_stage_metadata = MetaData()
_TEMPORARY = ["TEMPORARY"]

# The temporary tables are private to one connection and dropped at a run's end.

# Every listing of a run by its hashes, where the site has listings that it may be: narrow enough for millions.
sighted = Table(
    "sighted",
    _stage_metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("sku_hash", BigInteger),
    Column("url_hash", BigInteger),
    Column("state", BigInteger, nullable=False),
    Column("shot", BigInteger),
    Column("traits", Integer, nullable=False),
    prefixes=_TEMPORARY,
)

# The sighted rows that are a known listing in the very state that it has: nothing is left to do for them.
settled = Table(
    "settled",
    _stage_metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("listing_id", Integer, nullable=False),
    prefixes=_TEMPORARY,
)

# All other rows in full: new, changed, back, or doubtful. `verb` says what the merge makes of a row (catalog.merge).
# `hash` is of its details, `state` of all its values; a step that alters a row clears them (catalog.lost.restate).
stage = Table(
    "stage",
    _stage_metadata,
    Column("row", Integer, primary_key=True, autoincrement=False),
    Column("listing_id", Integer),
    Column("verb", SmallInteger),
    Column("details_run", Integer),
    Column("key", Text),
    Column("key_hash", BigInteger),
    Column("url_hash", BigInteger),
    Column("sku_hash", BigInteger),
    Column("hash", BigInteger),
    Column("state", BigInteger),
    Column("shot", BigInteger),
    *(Column(name, details.c[name].type) for name in DETAIL_COLUMNS),
    *(Column(name, version.c[name].type) for name in OFFER_COLUMNS),
    prefixes=_TEMPORARY,
)

# The staged rows that are new listings, in the order of their keys, in which they are numbered.
fresh = Table(
    "fresh",
    _stage_metadata,
    Column("place", Integer, primary_key=True),
    *(
        Column(column.name, column.type)
        for column in stage.c
        if column.name not in {"row", "listing_id", "verb", "details_run"}
    ),
    prefixes=_TEMPORARY,
)

# Known listings that a run did not see, and whether they are gone.
missed = Table(
    "missed",
    _stage_metadata,
    Column("listing_id", Integer, primary_key=True, autoincrement=False),
    Column("url_hash", BigInteger),
    Column("gone", Boolean(create_constraint=False), nullable=False),
    prefixes=_TEMPORARY,
)

# The captures that a run's listings were read from, by the hash of all their values; one may be named several times.
shot = Table(
    "shot",
    _stage_metadata,
    Column("hash", BigInteger, nullable=False),
    Column("warc", Text),
    Column("record", LargeBinary),
    Column("sha256", LargeBinary),
    Column("observed_at", Moment),
    prefixes=_TEMPORARY,
)

# Those that new states rest on, numbered as they will be kept.
kept_shot = Table(
    "kept_shot",
    _stage_metadata,
    Column("id", Integer, primary_key=True, autoincrement=False),
    Column("hash", BigInteger, nullable=False, unique=True),
    prefixes=_TEMPORARY,
)

# The prices of this run that jumped and are to be held back, and with which run the state began whose price stays.
jump = Table(
    "jump",
    _stage_metadata,
    Column("listing_id", Integer, primary_key=True, autoincrement=False),
    Column("from_run", Integer, nullable=False),
    Column("shot", BigInteger),
    *(Column(name, quarantine.c[name].type) for name in PRICE_COLUMNS),
    prefixes=_TEMPORARY,
)

# The pages that robots.txt forbids and whose listings stay as they were: these are not missing.
forbidden = Table(
    "forbidden",
    _stage_metadata,
    Column("url_hash", BigInteger, primary_key=True, autoincrement=False),
    prefixes=_TEMPORARY,
)

SCRATCH = (sighted, settled, stage, fresh, missed, shot, kept_shot, jump, forbidden)
