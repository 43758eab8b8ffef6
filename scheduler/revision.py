"""The revision of what reads a site: readers, rules, data files, the user's overrides, the site's definition, and what
makes two addresses one."""

import hashlib
from pathlib import Path

from pipelines.rules import Rules
from restock import addresses
from restock.site import Site
from spiders.reading import READERS_REVISION

_READING = ("market", "source", "columns", "api", "platform", "listings", "currency", "encoding", "selectors")


def rules_revision(rules: Rules, site: Site) -> str:
    """Twelve hex digits that change when, and only when, the same evidence might read otherwise.

    Where a site starts and how politely it is crawled don't change what its pages say."""
    keys = Path(addresses.__file__).read_bytes()
    definition = site.model_dump_json(include=set(_READING))
    text = f"{READERS_REVISION}\n{rules.revision}\n{definition}\n"
    return hashlib.sha256(text.encode() + keys).hexdigest()[:12]
