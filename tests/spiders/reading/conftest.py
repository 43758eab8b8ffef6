"""What the tests of the reading half share: captures made from text, and the site that they are read for."""

from collections.abc import Callable
from datetime import UTC, datetime

import pytest

from restock.capture import PageCapture
from restock.site import Site
from restock.terms import PageRole

Capture = Callable[..., PageCapture]


@pytest.fixture(scope="session")
def capture() -> Capture:
    def make(
        body: str | bytes,
        url: str = "http://shop.example/page",
        *,
        role: PageRole = PageRole.OTHER,
        status: int = 200,
        content_type: str = "text/html",
        requested_url: str | None = None,
    ) -> PageCapture:
        return PageCapture(
            url=url,
            requested_url=requested_url or url,
            status=status,
            body=body.encode() if isinstance(body, str) else body,
            headers={"content-type": content_type},
            role=role,
            captured_at=datetime(2026, 11, 22, tzinfo=UTC),
        )

    return make


@pytest.fixture(scope="session")
def site() -> Site:
    return Site(name="shop", start=("http://shop.example/",))
