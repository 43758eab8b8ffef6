"""The JSON of listings: every key there, money as decimal text, times in UTC."""

from datetime import datetime, timedelta, timezone
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restock.listing import Listing, RawListing, money_text, time_text

CONTRACT_KEYS = {
    "site", "key", "url", "title", "brand", "mpn", "gtin", "sku", "category", "hs6", "hs6_basis", "relation", "price",
    "currency", "price_type", "vat", "regular_price", "availability", "quantity", "quantity_bound", "lead_time_days",
    "condition", "components", "restricted", "restrictions", "observed_at", "run", "evidence",
}  # fmt: skip


def test_a_listing_has_every_key_even_when_nothing_is_known() -> None:
    row = Listing(site=None, key=None, url=None, title="x").to_json()
    assert set(row) == CONTRACT_KEYS
    assert row["price"] is None
    assert row["availability"] == "Unknown"


@pytest.mark.parametrize(
    ("amount", "text"),
    [("1234567", "1234567.00"), ("0.5", "0.50"), ("1E+3", "1000.00"), ("0.0042", "0.0042"), ("12.340", "12.34")],
)
def test_money_is_decimal_text(amount: str, text: str) -> None:
    assert money_text(Decimal(amount)) == text


@given(st.decimals(min_value=0, max_value=10**15, allow_nan=False, allow_infinity=False, places=4))
def test_money_survives_a_round_trip(amount: Decimal) -> None:
    text = money_text(amount)
    assert text is not None
    assert Decimal(text) == amount


def test_times_are_utc() -> None:
    moscow = timezone(timedelta(hours=3))
    assert time_text(datetime(2026, 11, 22, 11, 0, tzinfo=moscow)) == "2026-11-22T08:00:00Z"


def test_raw_rows_take_numbers_as_text_and_blanks_as_nothing() -> None:
    raw = RawListing.from_json({"title": "x", "price": 12.5, "brand": "  ", "unknown": 1})
    assert (raw.price, raw.brand) == ("12.5", None)


@pytest.mark.parametrize("row", [{}, {"title": " "}, {"title": ["x"]}, {"title": "x", "price": {"a": 1}}])
def test_a_bad_raw_row_is_refused(row: dict[str, object]) -> None:
    with pytest.raises(ValueError, match=r"title|text"):
        RawListing.from_json(row)
