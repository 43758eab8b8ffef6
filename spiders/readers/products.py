"""Product pages: whether a page is one, and the listing (or listings) that it shows."""

from collections.abc import Callable, Sequence
from typing import Any

from restock.terms import PageRole
from spiders.readers import goods
from spiders.readers.addresses import url_key
from spiders.readers.blocks import speaks_of_service
from spiders.readers.crumbs import category_of
from spiders.readers.facts import Facts
from spiders.readers.platforms import select, select_text
from spiders.readers.signs import Kind, number_of
from spiders.readers.structure import Structure, loose_of
from spiders.readers.text import Element
from spiders.readers.visible import agreeing_price, dress_selected_price, price_tags, visible_facts

Node = dict[str, Any]

_STOCK = ("availability", "quantity")
_CODES = frozenset({"article", "sku", "mpn"})
_SEVERAL = 3
_MANY_PRICES = 6
EXPECTED = 2  # the score that the expectation alone gives
ENOUGH = 3  # the score from which a page is a product page


def score(page: Structure) -> int:
    """How much a page looks like the page of one product; the parts are explained where they are counted."""
    node_score = max((_match(page, node) for node in _candidates(page)), default=0)
    total = 4 if node_score >= 3 else 2 if node_score > 0 else 0
    total += 4 * page.says_product
    platform = page.platform
    total += 4 * (platform is not None and any(select(page.root, mark) for mark in platform.product))
    total += {PageRole.PRODUCT: 2, PageRole.LIST: -1}.get(page.capture.role, 0)
    labelled = {
        sign.name for sign in loose_of(page, Kind.LABEL) if sign.name not in {"title", "category", "lead", "vat"}
    }
    total += min(len(labelled), 3)
    priced = any(sign.name == "price" and sign.order >= page.heading_order for sign in loose_of(page, Kind.PRICE))
    total += 2 * priced + bool(loose_of(page, Kind.BUTTON)) + bool(loose_of(page, Kind.STOCK))
    numbered = page.is_numbered and (page.is_later_page or not set(page.main_cards).isdisjoint(page.entries))
    many = set(page.main_cards) & set(page.repeated)
    total -= 4 * _speaks_of_several(page)
    total -= (
        3 * (len(many) > 1)
        + (6 if page.is_later_page else 3) * numbered
        + (page.h1 is None)
        + 3 * speaks_of_service(page)
    )
    return total


def _speaks_of_several(page: Structure) -> bool:
    """Whether one label stands before several codes, and prices with them, or there are many prices, or several with
    a stock each: a list whose entries were not made out."""
    codes: dict[str, set[str]] = {}
    for sign in loose_of(page, Kind.LABEL):
        if sign.name in _CODES:
            codes.setdefault(sign.name, set()).add(sign.text)
    prices = {sign.text for sign in loose_of(page, Kind.PRICE) if sign.name == "price"}
    several = len(prices) > 1 and any(len(found) >= _SEVERAL for found in codes.values())
    stocks = sum(sign.weight > 1 for sign in loose_of(page, Kind.STOCK))
    return several or len(prices) >= _MANY_PRICES or min(len(prices), stocks) >= _SEVERAL


def _candidates(page: Structure) -> list[Node]:
    return [*page.ld_products[0], *page.item_products[0]]


def _match(page: Structure, node: Node) -> int:
    """How surely a structured product is the page's own: by its address, by the page's heading."""
    element = goods.element_of(node)
    points = 0
    facts = goods.listings_of(node, "")[0]
    address = page.absolute(facts.get("url") or "") if facts.get("url") else None
    if address is not None and url_key(address) in page.own_keys:
        points += 4
    elif address is not None and element is not None and len(_candidates(page)) > 1:
        points -= 3
    name, heading = _fold(facts.get("title")), _fold(page.heading)
    if name and name == heading:
        points += 3
    elif name and heading and (name in heading or heading in name):
        points += 2
    if element is not None and page.h1 is not None and element in page.h1.iterancestors():
        points += 3
    return points + (points >= 0 and len(_candidates(page)) == 1)


def _fold(text: str | None) -> str:
    return " ".join((text or "").casefold().split())


def read(page: Structure) -> list[Facts]:
    """The listings of a product page: almost always one; several where variants or offers are entries by themselves."""
    ranked = sorted(_candidates(page), key=lambda node: -_match(page, node))
    best = [node for node in ranked if _match(page, node) > 0][:1]
    twin = [node for node in ranked if node not in best and _match(page, node) >= 3][:1]
    found: list[Facts] = []
    for node in [*best, *twin]:
        by = "microdata" if goods.element_of(node) is not None else "json-ld"
        listings = goods.listings_of(node, by)
        if not found:
            found = listings
        elif len(found) == 1 and len(listings) == 1:
            found[0].take(listings[0])
    if len(found) > 1:
        return [_variant(page, facts) for facts in found]
    facts = _single(page, found[0] if found else Facts())
    return [facts] if facts.get("title") else []


def _variant(page: Structure, facts: Facts) -> Facts:
    own = page.absolute(facts.get("url") or "") if facts.get("url") else None
    facts.drop("url")
    facts.say("url", own or page.canonical or page.absolute(page.url), "page")
    facts.say("title", page.heading, "page")
    shared = visible_facts([sign for sign in page.loose if sign.name == "brand"], _reader(page), title=page.heading)
    facts.take(shared)
    facts.say("category", category_of(page, facts.get("title")), "breadcrumbs")
    return facts


def _reader(page: Structure) -> str:
    return page.platform.name if page.platform is not None else "visible"


def _single(page: Structure, structured: Facts) -> Facts:
    facts = Facts()
    _say_selected(page, facts)
    dress_selected_price(facts, page.own_signs)
    heading = page.heading
    name = structured.get("title")
    if name and (heading is None or _fold(name) in _fold(heading) or _fold(heading) in _fold(name)):
        facts.say("title", name, structured.by["title"])
    title = facts.get("title") or heading or name or page.head.get("og:title") or page.head.get("title")
    facts.say("title", title, "heading")
    visible = visible_facts(page.own_signs, _reader(page), title=title)
    _say_platform(page, visible)
    structured.drop("url", "title")
    _weigh_price(page, structured, visible)
    _weigh_stock(structured, visible)
    facts.take(structured)
    facts.take(visible)
    _say_meta(page, facts)
    facts.say("category", category_of(page, title), "breadcrumbs")
    facts.say("description", page.head.get("description"), "meta")
    facts.say("url", page.canonical or page.absolute(page.url), "page")
    return facts


def _say_selected(page: Structure, facts: Facts) -> None:
    """What the site's own definition selects, which stands before everything else."""
    for name, selector in page.site.selectors.page_fields.items():
        text = select_text(page.root, selector, own=_is_own(page))
        facts.say(name, page.absolute(text) if name == "url" and text else text, "selectors")


def _is_own(page: Structure) -> Callable[[Element], bool]:
    """Whether an element is the product's: similar goods on its page have prices in the same markup."""
    return lambda node: "zone_similar" not in page.zones(node)


def _say_platform(page: Structure, visible: Facts) -> None:
    for selectors in page.platform.selectors if page.platform is not None else ():
        for name, selector in selectors.page_fields.items():
            if name == "title" or visible.get(name) or (name in _STOCK and any(visible.get(one) for one in _STOCK)):
                continue  # the visible reader found it too, with the words beside it
            visible.say(name, select_text(page.body, selector, own=_is_own(page)), _reader(page))


def _weigh_price(page: Structure, structured: Facts, visible: Facts) -> None:
    """Structured data knows the amount, the visible tag its words (VAT, "от"): where both agree the tag speaks. Where
    they differ, what the buyer sees stands, if it is marked as a price."""
    claim = structured.get("price") or ""
    claimed = goods.amount(claim)
    if claimed is None:
        structured.drop("price", "currency", "regular_price")
        return
    signs = page.own_signs
    tags = price_tags(signs)
    agreeing = next((tag for tag in tags if number_of(tag.text) == claimed), None)
    if agreeing is not None:
        structured.replace("price", agreeing_price(claim, agreeing, signs), structured.by["price"])
        structured.say("regular_price", visible.get("regular_price"), visible.by.get("regular_price", ""))
        visible.drop("price", "regular_price")
    elif tags and (tags[0].weight >= 2 or claimed <= 1) and visible.get("price") is not None:
        structured.drop("price", "currency")
    else:
        structured.say("regular_price", visible.get("regular_price"), visible.by.get("regular_price", ""))


def _weigh_stock(structured: Facts, visible: Facts) -> None:
    """A visible stock wording says more than a schema.org state, and may contradict it: it stands."""
    for name in ("availability", "quantity"):
        if visible.get(name) is not None:
            structured.drop(name)
    if visible.get("availability") is None and visible.get("quantity") is not None:
        structured.drop("availability")


def _say_meta(page: Structure, facts: Facts) -> None:
    """OpenGraph and product meta, the weakest source."""
    head = page.head
    if facts.get("price") is None:
        for prefix in ("product:price:", "og:price:", "product:sale_price:"):
            if goods.amount(head.get(f"{prefix}amount")):
                facts.say("price", head.get(f"{prefix}amount"), "meta")
                facts.say("currency", head.get(f"{prefix}currency"), "meta")
    for name, places in _META.items():
        facts.say(name, next((head[place] for place in places if place in head), None), "meta")


_META: dict[str, Sequence[str]] = {
    "availability": ("product:availability", "og:availability"),
    "brand": ("product:brand", "og:brand"),
    "condition": ("product:condition", "og:condition"),
    "sku": ("product:retailer_item_id",),
    "mpn": ("product:mfr_part_no",),
    "gtin": ("product:ean", "product:upc", "product:isbn"),
}
