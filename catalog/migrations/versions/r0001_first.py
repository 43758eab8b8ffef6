"""The first schema: sites, runs, listings, versions, details, captures, absences, rates."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None


def upgrade() -> None:
    _shared()
    _runs()
    _listings()
    _states()
    _presence()


def _shared() -> None:
    op.create_table(
        "fact",
        sa.Column("hash", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("body", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("hash", name=op.f("pk_fact")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "rate",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("currency", sa.Text(), nullable=False),
        sa.Column("base", sa.Text(), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_rate")),
        sa.UniqueConstraint("currency", "base", "day", "source", name=op.f("uq_rate_currency_base_day_source")),
    )
    op.create_table(
        "site",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_site")),
        sa.UniqueConstraint("name", name=op.f("uq_site_name")),
    )
    op.create_table(
        "warc",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("path", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_warc")),
        sa.UniqueConstraint("path", name=op.f("uq_warc_path")),
    )
    op.create_table(
        "capture",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("warc_id", sa.Integer(), nullable=True),
        sa.Column("record", sa.LargeBinary(), nullable=True),
        sa.Column("sha256", sa.LargeBinary(), nullable=True),
        sa.Column("observed_at", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["warc_id"], ["warc.id"], name=op.f("fk_capture_warc_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_capture")),
    )


def _runs() -> None:
    op.create_table(
        "run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("status", sa.Text(), nullable=False),
        sa.Column("rules", sa.Text(), nullable=False),
        sa.Column("definition", sa.Text(), nullable=True),
        sa.Column("observed_at", sa.BigInteger(), nullable=False),
        sa.Column("started_at", sa.BigInteger(), nullable=False),
        sa.Column("finished_at", sa.BigInteger(), nullable=True),
        sa.Column("whole", sa.Boolean(), nullable=False),
        sa.Column("baseline", sa.Boolean(), nullable=False),
        sa.Column("accepted", sa.Boolean(), nullable=False),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("counts", sa.Text(), nullable=False),
        sa.Column("figures", sa.Text(), nullable=False),
        sa.Column("trips", sa.Text(), nullable=False),
        sa.Column("warnings", sa.Text(), nullable=False),
        sa.Column("outcome", sa.LargeBinary(), nullable=True),
        sa.Column("owner", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(["base_id"], ["run.id"], name=op.f("fk_run_base_id")),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_run_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_run")),
        sa.UniqueConstraint("name", name=op.f("uq_run_name")),
        sqlite_autoincrement=True,
    )
    op.create_index("ix_run_site_id_id", "run", ["site_id", "id"], unique=False)


def _listings() -> None:
    op.create_table(
        "listing",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("site_id", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("key_hash", sa.BigInteger(), nullable=False),
        sa.Column("url_hash", sa.BigInteger(), nullable=True),
        sa.Column("sku_hash", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["site_id"], ["site.id"], name=op.f("fk_listing_site_id")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_listing")),
    )
    op.create_index("ix_listing_site_id_key_hash", "listing", ["site_id", "key_hash"], unique=False)
    op.create_index("ix_listing_site_id_sku_hash", "listing", ["site_id", "sku_hash"], unique=False)
    op.create_index("ix_listing_site_id_url_hash", "listing", ["site_id", "url_hash"], unique=False)
    op.create_table(
        "details",
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("hash", sa.BigInteger(), nullable=False),
        sa.Column("url", sa.Text(), nullable=True),
        sa.Column("title", sa.Text(), nullable=False),
        sa.Column("brand", sa.Text(), nullable=True),
        sa.Column("mpn", sa.Text(), nullable=True),
        sa.Column("gtin", sa.Text(), nullable=True),
        sa.Column("sku", sa.Text(), nullable=True),
        sa.Column("category", sa.Text(), nullable=True),
        sa.Column("hs6", sa.Text(), nullable=True),
        sa.Column("hs6_basis", sa.Text(), nullable=True),
        sa.Column("relation", sa.SmallInteger(), nullable=False),
        sa.Column("condition", sa.SmallInteger(), nullable=True),
        sa.Column("components", sa.BigInteger(), nullable=True),
        sa.Column("restrictions", sa.BigInteger(), nullable=True),
        sa.Column("restricted", sa.Boolean(), nullable=False),
        sa.Column("undecided", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(["components"], ["fact.hash"], name=op.f("fk_details_components")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_details_listing_id")),
        sa.ForeignKeyConstraint(["restrictions"], ["fact.hash"], name=op.f("fk_details_restrictions")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_details_run_id")),
        sa.PrimaryKeyConstraint("listing_id", "run_id", name=op.f("pk_details")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_details_mpn", "details", ["mpn"], unique=False)


def _states() -> None:
    op.create_table(
        "version",
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("from_run", sa.Integer(), nullable=False),
        sa.Column("to_run", sa.Integer(), nullable=True),
        sa.Column("details_run", sa.Integer(), nullable=False),
        sa.Column("capture_id", sa.Integer(), nullable=True),
        sa.Column("price", sa.BigInteger(), nullable=True),
        sa.Column("currency", sa.Text(), nullable=True),
        sa.Column("price_type", sa.SmallInteger(), nullable=True),
        sa.Column("vat", sa.SmallInteger(), nullable=False),
        sa.Column("regular_price", sa.BigInteger(), nullable=True),
        sa.Column("availability", sa.SmallInteger(), nullable=False),
        sa.Column("quantity", sa.BigInteger(), nullable=True),
        sa.Column("quantity_bound", sa.SmallInteger(), nullable=True),
        sa.Column("lead_time_days", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(["capture_id"], ["capture.id"], name=op.f("fk_version_capture_id")),
        sa.ForeignKeyConstraint(["from_run"], ["run.id"], name=op.f("fk_version_from_run")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_version_listing_id")),
        sa.ForeignKeyConstraint(["to_run"], ["run.id"], name=op.f("fk_version_to_run")),
        sa.PrimaryKeyConstraint("listing_id", "from_run", name=op.f("pk_version")),
        sqlite_with_rowid=False,
    )
    op.create_index("ix_version_from_run", "version", ["from_run"], unique=False)
    op.create_index(
        "ix_version_to_run",
        "version",
        ["to_run"],
        unique=False,
        sqlite_where=sa.text("to_run IS NOT NULL"),
        postgresql_where=sa.text("to_run IS NOT NULL"),
    )


def _presence() -> None:
    op.create_table(
        "absence",
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.Column("from_run", sa.Integer(), nullable=False),
        sa.Column("to_run", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(["from_run"], ["run.id"], name=op.f("fk_absence_from_run")),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_absence_listing_id")),
        sa.ForeignKeyConstraint(["to_run"], ["run.id"], name=op.f("fk_absence_to_run")),
        sa.PrimaryKeyConstraint("listing_id", "from_run", name=op.f("pk_absence")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "sighting",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column("listing_id", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(["listing_id"], ["listing.id"], name=op.f("fk_sighting_listing_id")),
        sa.ForeignKeyConstraint(["run_id"], ["run.id"], name=op.f("fk_sighting_run_id")),
        sa.PrimaryKeyConstraint("run_id", "listing_id", name=op.f("pk_sighting")),
        sqlite_with_rowid=False,
    )
