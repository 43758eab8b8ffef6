"""Saved pages read as their expected files say, by the definition beside them where there is one. A missing expectation
is written, and the test fails for a review."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from restock.capture import Link, PageCapture, PageReading
from restock.site import Site
from restock.terms import PageRole
from spiders.definitions import load_site
from spiders.reading import read_page

PAGES = Path(__file__).parents[3] / "fixtures" / "pages"
SAVED = sorted(PAGES.glob("*.html"))


def line(link: Link) -> str:
    """A link as "role page maybe address"."""
    parts = (link.role.value, str(link.page or ""), "" if link.certain else "maybe", link.url)
    return " ".join(part for part in parts if part)


def shown(reading: PageReading) -> dict[str, Any]:
    """A reading as its expected file holds it: what is not there is left out."""
    found: dict[str, Any] = {
        "role": reading.role.value,
        "listings": [
            {**row.to_json(), "read_by": row.read_by} | ({"found_on": row.found_on} if row.found_on else {})
            for row in reading.listings
        ],
        "links": [line(link) for link in reading.links],
        "skipped": dict(reading.skipped),
    }
    said = {"total": reading.total, "wall": reading.wall, "notes": list(reading.notes), "blank": reading.blank}
    return found | {name: value for name, value in said.items() if value}


def test_there_are_saved_pages() -> None:
    assert len(SAVED) >= 20


def test_every_definition_and_expectation_has_its_page() -> None:
    beside = {file.stem for ending in ("yaml", "json") for file in PAGES.glob(f"*.{ending}")}
    assert beside == {file.stem for file in SAVED}


@pytest.mark.parametrize("saved", SAVED, ids=[file.stem for file in SAVED])
def test_saved_page_reads_as_expected(saved: Path, site: Site) -> None:
    beside = saved.with_suffix(".json")
    expected = json.loads(beside.read_text("utf-8")) if beside.exists() else {}
    expected.setdefault("url", f"http://shop.example/{saved.stem}")
    definition = saved.with_suffix(".yaml")
    read = read_page(
        PageCapture(
            url=expected["url"],
            requested_url=expected["url"],
            status=200,
            body=saved.read_bytes(),
            headers={"content-type": expected.get("content_type", "text/html")},
            role=PageRole(expected.get("role", "other")),
            captured_at=datetime(2026, 11, 22, tzinfo=UTC),
        ),
        load_site(definition) if definition.exists() else site,
    )
    if "reading" not in expected:
        text = json.dumps(expected | {"reading": shown(read)}, ensure_ascii=False, indent=1)
        beside.write_text(text + "\n", "utf-8")
        pytest.fail(f"{beside.name} was written from what was read: review every value, then run again")
    assert shown(read) == expected["reading"]
