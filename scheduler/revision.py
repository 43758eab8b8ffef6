"""The revision of what reads a site: readers, rules, data files, the user's overrides, and the site's definition."""

import hashlib

from pipelines.rules import Rules
from restock.site import Site
from spiders.reading import READERS_REVISION

_READING = ("market", "platform", "listings", "currency", "encoding", "selectors")


def rules_revision(rules: Rules, site: Site) -> str:
    """Twelve hex digits that change when, and only when, the same evidence might read otherwise.

    Where a site starts and how politely it is crawled don't change what its pages say."""
    definition = site.model_dump_json(include=set(_READING))
    text = f"{READERS_REVISION}\n{rules.revision}\n{definition}"
    return hashlib.sha256(text.encode()).hexdigest()[:12]
