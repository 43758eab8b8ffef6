"""What runs over single pages saw, found by listing: a question asks it of its own listings alone."""

from alembic import op

revision = "0006"
down_revision = "0005"
branch_labels = None
depends_on = None


def upgrade() -> None:
    op.create_index("ix_sighting_listing_id_run_id", "sighting", ["listing_id", "run_id"])
