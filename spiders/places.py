"""Places: where a shop may keep a price list or a sitemap, by its own links and by the habits of engines."""

import re
from collections.abc import Iterable
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urljoin, urlsplit

import yaml

from restock.capture import PageCapture
from restock.site import Site
from spiders.readers.structure import Structure
from spiders.readers.text import text_of

_MOST_LINKED = 4


@cache
def _data() -> dict[str, Any]:
    found: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("places.yaml").read_text(encoding="utf-8"))
    return found


@cache
def _list_words() -> re.Pattern[str]:
    return re.compile(_data()["list_words"], re.IGNORECASE)


def usual_lists(url: str) -> list[str]:
    """Addresses on a site at which engines leave their price lists."""
    return [urljoin(url, place) for place in _data()["lists"]]


def usual_sitemaps(url: str) -> list[str]:
    return [urljoin(url, place) for place in _data()["sitemaps"]]


def linked_lists(captures: Iterable[PageCapture], site: Site) -> list[str]:
    """What the pages of a sample link to as a price list, the first few."""
    found: dict[str, None] = {}
    for capture in captures:
        for anchor in Structure(capture, site).anchors:
            if anchor.skip == "file" and _is_list(anchor.url, text_of(anchor.element)):
                found[anchor.url] = None
    return list(found)[:_MOST_LINKED]


def _is_list(url: str, text: str) -> bool:
    parts = urlsplit(url)
    name = parts.path.lower().removesuffix(".gz")
    listed = name.rpartition(".")[2] in _data()["list_endings"]
    return listed and _list_words().search(f"{parts.path} {parts.query} {text}") is not None
