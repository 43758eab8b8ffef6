"""Facts about one listing while it is being read: each with the reader that gave it; the first word stands."""

from dataclasses import dataclass, field

from restock.listing import Evidence, RawListing
from restock.terms import PageRole

FACT_FIELDS = (
    "title", "url", "sku", "brand", "mpn", "gtin", "category", "price", "regular_price", "currency",
    "availability", "quantity", "condition", "description",
)  # fmt: skip
MAX_LENGTH = {"description": 5_000, "category": 500, "title": 1_000}


@dataclass(slots=True)
class Facts:
    """Values as shown by field, and who gave them."""

    values: dict[str, str] = field(default_factory=dict)
    by: dict[str, str] = field(default_factory=dict)

    def say(self, name: str, text: str | None, by: str) -> None:
        """Notes a value unless the field has one."""
        if name not in self.values:
            self.replace(name, text, by)

    def replace(self, name: str, text: str | None, by: str) -> None:
        """Notes a value in place of what was said; nothing to say changes nothing."""
        if text is not None and text.strip():
            self.values[name] = " ".join(text.split())[: MAX_LENGTH.get(name, 300)]
            self.by[name] = by

    def drop(self, *names: str) -> None:
        for name in names:
            self.values.pop(name, None)
            self.by.pop(name, None)

    def get(self, name: str) -> str | None:
        return self.values.get(name)

    def take(self, other: "Facts") -> None:
        """Fills what is missing; money comes whole, so that a price never meets another source's currency."""
        money = ("price", "regular_price", "currency")
        whole = "price" not in self.values
        for name, text in other.values.items():
            if name not in money or whole:
                self.say(name, text, other.by[name])

    def listing(self, site: str, role: PageRole, found_on: str | None, evidence: Evidence | None) -> RawListing:
        spoke = [self.by[name] for name in FACT_FIELDS if name in self.by and name != "url"]
        return RawListing(
            **self.values,
            priced=True,  # a page without a price offers its goods on request
            site=site,
            read_from=role,
            read_by="+".join(dict.fromkeys(spoke)),
            found_on=found_on,
            evidence=evidence,
        )
