"""The listing's own part number among the candidates of its title and the site's claim."""

import re
from collections.abc import Sequence
from functools import lru_cache

from pipelines.candidate import NOBODY, Candidate
from pipelines.case import Case, NumberFound
from pipelines.part_numbers import Grammar, claimed_number
from pipelines.text import latin, skeleton
from pipelines.titles import Title, within
from restock.terms import Relation

_IS = Relation.IS  # bound here: asked of every listing
NOTHING_FITS = NumberFound(None, "nothing fits")
_PLAUSIBLE = "looks like a number"
_ARTICLE = "shop's article is the maker's number"
_LICENCES = frozenset({"license", "support"})
_TOKEN_BEHIND = re.compile(r" ([A-Z0-9][A-Z0-9./+-]*[A-Z0-9+])(?![^\s,;)])")
_BRIEF = 3  # letters of a token that is too short for a candidate
_LONG_DIGITS = re.compile(r"\d{7,12}")
_ONLY_DIGITS = re.compile(r"[,;(] ?(\d{7,12})(?= ?(?:$|[,;)]))")
_CAPITALS = re.compile(r"(?<![\w-])[A-Z]{5,}(?![\w-])")
_FOR = (skeleton("для "), "for ")
_VARIANT = re.compile(r"\(([A-Z0-9./-]{1,10})\)(?![\w-])")
_LETTERS = "ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_CORE = 6  # letters and digits of a model, without those that it begins with, by which an order number holds it
_LABELLED = 4  # the shape of a token that a label ("P/N:") or its mending says is a number


def find_number(case: Case, brand: str | None, grammar: Grammar) -> NumberFound:
    """The claim where the title bears it out, else what fits the maker, else the shop's article where it is surely the
    maker's number, else what looks like a number."""
    own = _not_of_others(case, brand)
    found = _best(case, brand, own, grammar)
    if case.claimed is not None:
        found = _or_claim(case, brand, case.claimed, own, found, grammar)
    item = found.number
    if item is not None and found.rule != _PLAUSIBLE:
        return _with_variant(case, found, item)
    sku = case.raw.sku
    if brand is not None and sku is not None and not sku.isdigit() and (article := _article(case, brand, grammar)):
        return article
    return found if item is None else _with_variant(case, found, item)


def _with_variant(case: Case, found: NumberFound, item: Candidate) -> NumberFound:
    """A number with the variant in brackets that is glued to it: a letter ("DS-3E0318P-E/M(B)"), or what the site's
    claim ends with as well."""
    if item.end == 0 or not case.title.text.startswith("(", item.end):
        return found
    variant = _VARIANT.match(latin(case.title.folded), item.end)
    if variant is None:
        return found
    whole = item.number + variant[0]
    if len(variant[1]) > 1 and (case.claimed is None or case.claimed.number != whole):
        return found
    return NumberFound(Candidate(whole, item.start, variant.end(), item.owners, item.shape), found.rule)


def _article(case: Case, brand: str, grammar: Grammar) -> NumberFound | None:
    """A shop's article that is a listed number of the maker, or has a form that proves it."""
    number = claimed_number(case.raw.sku) if case.bearing.relation is _IS else None
    if number is None or not any(map(str.isalpha, number)):
        return None
    owners = grammar.owners(number)
    return NumberFound(Candidate(number, 0, 0, owners, 0), _ARTICLE) if owners.maker == brand else None


def _or_claim(
    case: Case, brand: str | None, claim: Candidate, own: Sequence[Candidate], best: NumberFound, grammar: Grammar
) -> NumberFound:
    """The best number of the title, or the site's claim where the title bears it out or it fits better."""
    strict = grammar.is_strict(brand)
    for item in own:
        if item.number == claim.number and _stands_up(item, best.number, brand, strict=strict):
            return NumberFound(item, "claim in the title")
    if best.number is None and (here := _in_title(case, brand, claim, grammar)):
        return NumberFound(here, "claim in the title")
    return _claimed(case, brand, claim, best, grammar)


def _stands_up(item: Candidate, best: Candidate | None, brand: str | None, *, strict: bool) -> bool:
    """Whether the site's claim is the number and not only the model that stands beside it."""
    if best is None or _fit(best, brand) <= _fit(item, brand):
        return True
    return item.shape >= 2 and not (strict and brand in best.owners.sure)


def _in_title(case: Case, brand: str | None, claim: Candidate, grammar: Grammar) -> Candidate | None:
    """A claim that stands in the title though nothing there makes it a number: "Подшипник Timken 32210"."""
    claimed, upper = claim.number, latin(case.title.folded)
    place = upper.find(claimed)
    end = place + len(claimed)
    if (
        brand is None
        or place < 0
        or len(claimed) < 4
        or within(place, case.others)
        or (grammar.is_specification(claimed) and not claim.owners.rank(brand))
    ):
        return None
    around = upper[max(place - 1, 0) : place] + upper[end : end + 1]
    is_word = not any(sign.isalnum() or sign == "-" for sign in around)
    return Candidate(claimed, place, end, claim.owners, claim.shape) if is_word else None


def _fit(item: Candidate, brand: str | None) -> int:
    return item.owners.rank(brand) if brand is not None else 0


def _not_of_others(case: Case, brand: str | None) -> Sequence[Candidate]:
    """Without the maker's name ("KFA2"), the numbers that are surely another maker's, where the goods are made for
    another's, and those of the devices that a licence is for."""
    own = case.own
    if brand is not None and not brand.isalpha():
        own = _without_name(own, _as_number(brand))
    if case.head in _LICENCES:
        return [item for item in own if not case.title.folded[: item.start].endswith(_FOR)]
    if case.bearing.relation is _IS:
        return own
    return [item for item in own if item.owners.maker in {None, brand}]


@lru_cache(maxsize=1024)
def _as_number(brand: str) -> str:
    return "".join(brand.upper().split())


def _without_name(own: Sequence[Candidate], name: str) -> Sequence[Candidate]:
    for item in own:
        if item.number == name:
            return [other for other in own if other.number != name]
    return own


def _best(case: Case, brand: str | None, own: Sequence[Candidate], grammar: Grammar) -> NumberFound:
    """The best token of the title: of the maker's forms and lists; of any shape, unless its forms are all known."""
    if brand is None:
        return NOTHING_FITS
    if fitting := [item for item in own if item.owners.rank(brand)]:
        best = fitting[0] if len(fitting) == 1 else _fitting(case, fitting, brand)
        return NumberFound(best, "form or list of the maker")
    if grammar.is_strict(brand):
        labelled = next((item for item in own if item.shape == _LABELLED), None)
        return NumberFound(labelled, "labelled number") if labelled else _letters_alone(case, brand, grammar)
    return _unknown_form(case, brand, own, grammar)


def _unknown_form(case: Case, brand: str, own: Sequence[Candidate], grammar: Grammar) -> NumberFound:
    """A number of no known form: right behind the maker's name, of a number's shape, or digits that stand alone."""
    ends = _name_ends(case, brand)
    if behind := _behind_name(case, brand, ends, grammar):
        return NumberFound(behind, "behind the maker's name")
    if free := [item for item in own if item.shape and item.owners.maker in {None, brand}]:
        best = max(free, key=lambda item: (item.shape, item.start - 1 in ends, -item.start))
        whole = next((item for item in free if _is_bracketed(case.title, item) and _holds(item, best, brand)), best)
        return NumberFound(whole, _PLAUSIBLE)
    digits = _ONLY_DIGITS.search(case.title.text)
    if digits is None or digits[1] in {case.raw.sku, case.raw.gtin} or within(digits.start(1), case.others):
        return NOTHING_FITS
    return NumberFound(Candidate(digits[1], digits.start(1), digits.end(1), NOBODY, 1), "digits that stand alone")


def _letters_alone(case: Case, brand: str, grammar: Grammar) -> NumberFound:
    """A word in capitals that has a form of the maker for goods of this kind: "Процессор Intel Xeon … SRGZG"."""
    for word in _CAPITALS.finditer(case.title.text) if case.head is not None else ():
        owners = grammar.owners(word[0])
        if owners.category(brand) == case.head and not within(word.start(), case.others):
            return NumberFound(Candidate(word[0], word.start(), word.end(), owners, 1), "form or list of the maker")
    return NOTHING_FITS


def _name_ends(case: Case, brand: str) -> list[int]:
    """Where the maker's name ends in the title, known or claimed."""
    ends = [hit[1] for hit in case.named if hit[2].value == brand]
    if not ends and case.claim.text.strip() == brand and (place := case.title.folded.find(case.claim.folded)) >= 0:
        return [place + len(case.claim.folded)]
    return ends


def _behind_name(case: Case, brand: str, ends: Sequence[int], grammar: Grammar) -> Candidate | None:
    """A token right behind the maker's name that has a form of the maker, though it looks like a specification, or is
    an order number of digits alone: "WAGO 221-413", "Wera 05134491001"."""
    upper = latin(case.title.folded)
    for end in ends:
        token = _TOKEN_BEHIND.match(upper, end)
        if token is None or within(token.start(1), case.others) or token[1] in {case.raw.sku, case.raw.gtin}:
            continue
        owners = grammar.owners(token[1])
        unusual = len(token[1]) <= _BRIEF or grammar.is_specification(token[1])
        if _LONG_DIGITS.fullmatch(token[1]) or (owners.rank(brand) and unusual):
            return Candidate(token[1], token.start(1), token.end(1), owners, 1)
    return None


def _fitting(case: Case, fitting: Sequence[Candidate], brand: str | None) -> Candidate:
    """The first of a bundle; the licence's own number before that of its device; else the surest, and a listed order
    number in brackets before the model's name."""
    title = case.title
    if " + " in title.text:
        return fitting[0]
    if case.head in _LICENCES and (own := [item for item in fitting if item.owners.category(brand) in _LICENCES]):
        return own[0]
    best = max(fitting, key=lambda item: (_is_order(item), _fit(item, brand), not _has_blanks(item), -item.start))
    if whole := next((item for item in fitting if _holds(item, best, brand)), None):
        return whole
    if brand in best.owners.known:
        return best
    return next((item for item in fitting if _in_brackets(title, item, brand)), best)


def _is_order(item: Candidate) -> bool:
    """Whether a number is one by which its maker takes orders: digits alone, which no model is called by."""
    return len(item.number) > 4 and item.number.isdigit()


def _has_blanks(item: Candidate) -> bool:
    """Whether a number was mended from pieces."""
    return item.end - item.start > len(item.number)


def _holds(longer: Candidate, shorter: Candidate, brand: str | None) -> bool:
    """Whether an order number holds the model that stands beside it: BR-G610-8-16G-0 and G610; a licence's number
    holds that of its device, too, and is not meant."""
    return longer.owners.category(brand) not in _LICENCES and _is_held(shorter.number, longer.number)


def _is_held(shorter: str, longer: str) -> bool:
    """Whether a number stands within a longer one, without its first letters, too: S5130S-28P-EI in
    LS-5130S-28P-EI-GL."""
    if len(longer) <= len(shorter):
        return False
    if longer.startswith(shorter) or longer.endswith(shorter) or f"-{shorter}-" in longer:
        return True
    core = shorter.lstrip(_LETTERS)
    return len(core) >= _CORE and core in longer


def _in_brackets(title: Title, item: Candidate, brand: str | None) -> bool:
    return brand in item.owners.known and _is_bracketed(title, item)


def _is_bracketed(title: Title, item: Candidate) -> bool:
    return title.text[item.start - 1 : item.start] + title.text[item.end : item.end + 1] == "()"


def _claimed(case: Case, brand: str | None, here: Candidate, best: NumberFound, grammar: Grammar) -> NumberFound:
    """A claim that is no token of the title's own goods."""
    claimed, owners = here.number, here.owners
    if brand is None or any(item.number == claimed for item in case.title.candidates):
        return best
    fit = owners.rank(brand)
    if any(claimed.startswith(item.number) for item in case.title.candidates if within(item.start, case.others)):
        return best  # the number of other goods that the title names, in full
    if best.number is not None:
        if _is_held(claimed, best.number.number) or (
            case.head in _LICENCES and best.number.owners.category(brand) in _LICENCES
        ):
            return best
        better = fit and (_goes_on(best.number.number, claimed) or fit > _fit(best.number, brand))
        return NumberFound(here, "claim fits the maker") if better else best
    shop_article = _is_shop_article(case, claimed, grammar)
    if fit >= 4 or (fit and not shop_article):
        return NumberFound(here, "claim fits the maker")
    plausible = any(map(str.isdigit, claimed)) and owners.maker is None and not shop_article
    return NumberFound(here, "site's claim") if plausible and not grammar.is_strict(brand) else NOTHING_FITS


def _goes_on(shorter: str, longer: str) -> bool:
    """Whether a number goes on where the other ends: C9300-48T, C9300-48T-A."""
    return longer.startswith(shorter) and longer[len(shorter) : len(shorter) + 1] in {"-", "/", "=", "+", "#", ","}


def _is_shop_article(case: Case, claimed: str, grammar: Grammar) -> bool:
    """A shop's own article: its SKU, bare digits, or a short code before a running number."""
    if case.raw.sku is not None and claimed == claimed_number(case.raw.sku):
        return True
    letters, _, digits = claimed.partition("-")
    running = digits.isdigit() and ((letters.isalpha() and len(letters) <= 4) or not letters.strip("0"))
    return running or not any(map(str.isalpha, claimed)) or grammar.is_specification(claimed)
