"""Visible facts: what the signs of one card, or of a product page outside its cards, say of the goods."""

import re
from collections.abc import Sequence

from spiders.readers import words
from spiders.readers.facts import Facts
from spiders.readers.labels import field_of
from spiders.readers.signs import SURE, Kind, Sign, is_range, money_in, number_of
from spiders.readers.stock import stock_left_over
from spiders.readers.text import count_letters

_SKELETON = str.maketrans("АВЕКМНОРСТУХаеосрху", "ABEKMHOPCTYXaeocpxy")
_PART_MARKS = re.compile(r"[\s\-–—_/.]+")
_LOWER = re.compile(r"\W*(?:от|from|as\s+low|starting|ab)\b", re.IGNORECASE)
_MARKED_RANGE = re.compile(rf"\d\s*(?:[-–—]|до|to)\s*{words.CURRENCY.pattern}", re.IGNORECASE)
_TIME = re.compile(r"недел|дн[яеи]|день|дней|месяц|нед\b|week|day|month|\d\d\.\d\d", re.IGNORECASE)
_VAT_WORD = re.compile(r"ндс|vat|mwst|kdv|ққс|\btax(?:es)?\b", re.IGNORECASE)


def visible_facts(signs: Sequence[Sign], by: str, *, title: str | None) -> Facts:
    """The facts of signs that all speak of one entry."""
    facts = Facts()
    labels = [sign for sign in signs if sign.kind is Kind.LABEL]
    _say_codes(facts, labels, title)
    for name in ("brand", "gtin", "condition", "category"):
        facts.say(name, _label(labels, name), "labels")
    say_price(facts, signs, labels, by)
    say_stock(facts, signs, labels, by)
    return facts


def _label(labels: Sequence[Sign], name: str) -> str | None:
    return next((sign.text for sign in labels if sign.name == name), None)


def _say_codes(facts: Facts, labels: Sequence[Sign], title: str | None) -> None:
    """Sorts out codes. A bare "Артикул" is the maker's number where the title repeats it, or where the seller's own
    code is labelled apart and it isn't a plain number; else it is the seller's. A seller's code that the title repeats
    is the maker's number, too: some engines have one field for both."""
    sku, mpn, article = _label(labels, "sku"), _label(labels, "mpn"), _label(labels, "article")
    facts.say("sku", sku, "labels")
    facts.say("mpn", mpn, "labels")
    if article is None:
        if sku is not None and any(char.isdigit() for char in sku) and not sku.isdecimal() and stands_in(sku, title):
            facts.say("mpn", sku, "labels")
        return
    if stands_in(article, title) or (mpn is None and sku is not None and not article.isdecimal()):
        facts.say("mpn", article, "labels")
    elif sku is None and article != mpn and any(char.isdigit() for char in article):
        facts.say("sku", article, "labels")


def stands_in(code: str, title: str | None) -> bool:
    """Whether a title repeats a code, look-alike letters, dashes and spaces aside."""
    bare = _bare(code)
    return title is not None and len(bare) > 2 and bare in _bare(title)


def _bare(text: str) -> str:
    return _PART_MARKS.sub("", text.translate(_SKELETON).casefold())


def price_tags(signs: Sequence[Sign]) -> list[Sign]:
    """Current prices, the surest and then the first one in front."""
    tags = [sign for sign in signs if sign.kind is Kind.PRICE and sign.name == "price"]
    return sorted(tags, key=lambda sign: (-sign.weight, sign.order))


def say_price(facts: Facts, signs: Sequence[Sign], labels: Sequence[Sign], by: str) -> None:
    tags = price_tags(signs)
    old = [sign for sign in signs if sign.kind is Kind.PRICE and sign.name == "regular_price"]
    label = _label(labels, "price")
    if not tags and label is not None and (money_in(label).amounts or words.ON_REQUEST.fullmatch(label)):
        facts.say("price", label, "labels")
    elif tags:
        facts.say("price", bare_price(with_vat(tags[0], signs)), by)
    elif old and old[0].element.tag not in {"del", "s", "strike"}:
        # One price only, called "regular": that is what it is sold for.
        facts.say("price", with_vat(old[0], signs), by)
        return
    if facts.get("price") is not None and any(char.isdigit() for char in facts.get("price") or ""):
        facts.say("regular_price", _regular(old, labels, number_of(facts.get("price") or "")), by)


def bare_price(text: str) -> str:
    """A price text without the label in front ("Цена: 12 500 руб."); a label that speaks of VAT stays."""
    head, colon, rest = text.partition(":")
    labelled = colon and rest.strip() and field_of(head) in {"price", "regular_price"} and not _VAT_WORD.search(head)
    return _bounded(rest.strip() if labelled else text)


def _bounded(text: str) -> str:
    """A range whose marks stand in front ("$100 - $200") said as the lower bound that it is."""
    shown = words.VAT.sub("", text) if _VAT_WORD.search(text) else text
    return f"от {text}" if _MARKED_RANGE.search(text) and is_range(shown) and not _LOWER.match(text) else text


def _regular(old: Sequence[Sign], labels: Sequence[Sign], current: object) -> str | None:
    """The struck-through price, where it isn't the current one over again."""
    texts = [bare_price(sign.text) for sign in old] + [sign.text for sign in labels if sign.name == "regular_price"]
    return next((text for text in texts if number_of(text) not in (None, current)), None)


def with_vat(tag: Sign, signs: Sequence[Sign]) -> str:
    """A price text with the VAT wording that stands beside it, where it says none itself."""
    if _VAT_WORD.search(tag.text):
        return tag.text
    near = [sign for sign in signs if sign.kind is Kind.PRICE and sign.name == "vat"]
    if not near:
        return tag.text
    closest = min(near, key=lambda sign: (abs(sign.order - tag.order), sign.order))
    beside = abs(closest.order - tag.order) <= 12 or (_all_say(near, closest.text) and _frames(closest, tag))
    return f"{tag.text} {closest.text}" if beside else tag.text


def _all_say(wordings: Sequence[Sign], text: str) -> bool:
    return all(sign.text == text for sign in wordings)


def _frames(wording: Sign, tag: Sign) -> bool:
    """Whether a wording stands in a block of prices that holds this one, below others ("от 10 шт.", in dollars)."""
    block = wording.element.getparent()
    return block is not None and block.tag != "body" and block in tag.element.iterancestors()


def agreeing_price(claimed: str, tag: Sign, signs: Sequence[Sign]) -> str:
    """A visible price that structured data agrees with, as a lower bound where only the data says so."""
    text = bare_price(with_vat(tag, signs))
    bound = claimed.startswith("от ") and money_in(text).amounts == 1 and not _LOWER.match(text)
    return f"от {text}" if bound else text


def dress_selected_price(facts: Facts, signs: Sequence[Sign]) -> None:
    """A price that the definition's selector gave, with the words that stand beside it ("с НДС", "от")."""
    price = facts.get("price") if facts.by.get("price") == "selectors" else None
    amount = number_of(price) if price else None
    tag = next((tag for tag in price_tags(signs) if amount is not None and number_of(tag.text) == amount), None)
    if price and tag is not None and money_in(price).amounts == 1:
        facts.replace("price", agreeing_price(price, tag, signs), "selectors")


def say_stock(facts: Facts, signs: Sequence[Sign], labels: Sequence[Sign], by: str) -> None:
    """Availability and quantity: labelled ones first, then what stock wordings say, a button's wording last."""
    stocked = [sign for sign in labels if sign.name in {"availability", "quantity"}]
    # The stocks of all places before a label whose text begins with the first of them.
    for sign in sorted(stocked, key=lambda sign: sign.name == "availability" or sign.weight <= SURE):
        if sign.name == "quantity" and sign.weight > SURE:
            facts.say("quantity", sign.text, "labels")
        else:
            _say_state(facts, sign.text, "labels", labelled=sign.name == "availability")
    worded = sorted((sign for sign in signs if sign.kind is Kind.STOCK), key=lambda sign: (-sign.weight, sign.order))
    for sign in worded:
        if _asks_price(sign, facts.get("price")):
            continue
        if sign.weight > 1 or not (facts.get("availability") or facts.get("quantity")):
            _say_state(facts, _unlabelled(sign.text), by, labelled=False)
    _say_lead(facts, labels)


def _asks_price(sign: Sign, price: str | None) -> bool:
    """Whether "по запросу" and the like was said of the price, and says nothing of the stock."""
    return sign.weight < SURE and price is not None and price in sign.text and bool(words.ON_REQUEST.fullmatch(price))


def _say_state(facts: Facts, text: str, by: str, *, labelled: bool) -> None:
    """A bare count is a quantity; a wording is an availability, and the count in it a quantity too. Under a label of
    availability any text is one."""
    if is_count(text):
        if facts.get("availability") is None or by == facts.by.get("availability"):
            facts.say("quantity", text, by)
    elif (labelled or words.STOCK.search(text)) and facts.get("availability") is None:
        facts.say("availability", text, by)
        found = None if _TIME.search(text) else words.QUANTITY.search(text)
        facts.say("quantity", found and found[0].strip(), by)


def is_count(text: str) -> bool:
    """Whether a text is a number of goods and nothing else: "12 шт", ">10", "более 100 шт."."""
    found = words.QUANTITY.search(text)
    return found is not None and not count_letters(text.replace(found[0], ""))


def _unlabelled(text: str) -> str:
    """A stock text without the label in front ("Наличие: 12 шт"); a wording in front stays ("В наличии: 12 шт")."""
    head, colon, rest = text.partition(":")
    bare = colon and rest.strip() and not words.STOCK.search(head) and field_of(head)
    return rest.strip() if bare else text


def _say_lead(facts: Facts, labels: Sequence[Sign]) -> None:
    """A delivery time that has a label of its own belongs to the availability."""
    lead, state = _label(labels, "lead"), facts.get("availability")
    if lead is None or state is None or lead in state or not any(char.isdigit() for char in lead):
        return
    if stock_left_over(lead) == 0:
        facts.replace("availability", f"{state}, срок поставки {lead}", facts.by["availability"])
