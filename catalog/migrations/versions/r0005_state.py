"""A hash of all that a listing's open version says, so that a run compares by one number."""

from hashlib import blake2b

import sqlalchemy as sa
from alembic import op

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None

_BATCH = 5_000
_OFFER = "price, currency, price_type, vat, regular_price, availability, quantity, quantity_bound, lead_time_days"


def upgrade() -> None:
    op.add_column("listing", sa.Column("state", sa.BigInteger(), nullable=True))
    connection = op.get_bind()
    offer = ", ".join(f"v.{name}" for name in _OFFER.split(", "))
    rows = connection.execute(
        sa.text(
            f"SELECT v.listing_id, d.hash, {offer} FROM version v"  # noqa: S608  names of columns
            " JOIN details d ON d.listing_id = v.listing_id AND d.run_id = v.details_run WHERE v.to_run IS NULL"
        )
    )
    states = [{"at": row[0], "state": _hash(repr(tuple(row[1:])))} for row in rows]
    for start in range(0, len(states), _BATCH):
        written = sa.text("UPDATE listing SET state = :state WHERE id = :at")
        connection.execute(written, states[start : start + _BATCH])


def _hash(text: str) -> int:
    return int.from_bytes(blake2b(text.encode(), digest_size=8).digest(), "big", signed=True)
