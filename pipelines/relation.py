"""Relation: what a listing is to the brand it names, and which stretches of its title speak of others' goods."""

import re
from collections.abc import Sequence

from pipelines import asides, components, instead, other_goods
from pipelines.bearing import IS, Bearing
from pipelines.lexicon import Hit
from pipelines.tables import Table
from pipelines.text import skeleton
from pipelines.titles import SHOP, Span, Title, clause_end, names_brand, names_goods, within
from restock.terms import Relation

WORDINGS = Table("relation_wordings.csv", ("wording", "role", "source"), ("wording", "role"))
ROLES = other_goods.ROLES | asides.ROLES | components.ROLES | {
    "compatible", "advice", "offer", "offered", "accessory", "accessory_before", "substitute", "property", "service",
    "work", "support", "own_work", "series", "neutral", "replaces", "instead", "likeness", "likeness_before", SHOP,
}  # fmt: skip
_SILENT = components.ROLES | {"property", "series", "neutral", "support"}  # these make nothing of the goods
_BY_CATEGORY = other_goods.ROLES | {"service", "compatible"}
_LISTED = ("", "/", ",", "and", "&", skeleton("и"))
_DENIABLE = frozenset({"compatible", "copy", "likeness"})
_NOT = re.compile(rf"(?<!\w)(?:{skeleton('не')}|not|kein|nicht|pas)(?: a| an| un| une| ein)? $")
_WORK = ("service", "work")
_SAYS_WORK = frozenset({*_WORK, "own_work"})
_WITH = (" c", " with", " to", " for", " для", " к", " mit", " avec", " of", " für", " pour", " под")
_WITH_OBJECT = tuple(f"{word} " for word in _WITH)  # " c" alone would begin " cli", too


def bearing(title: Title, category: Sequence[Hit]) -> Bearing:
    """The relation that the title's wording and the site's category speak for."""
    category_roles = {hit[2].value for hit in category if hit[2].kind == "relation"} if category else set()
    if _is_silent(title.relations) and category_roles.isdisjoint(_BY_CATEGORY):
        return IS
    if found := other_goods.other_goods(title, category_roles) or _service(title, category_roles):
        return found
    found, beside = _for_others(title, category_roles)
    spans = asides.asides(title, beside) if beside else ()
    return found._replace(loose=found.loose + spans) if spans else found


def _is_silent(hits: Sequence[Hit]) -> bool:
    """Whether no wording bears on what the goods are to the makers that are named."""
    for hit in hits:  # noqa: SIM110  asked of every listing: a generator costs more than the answer
        if hit[2].value not in _SILENT:
            return False
    return True


def _for_others(title: Title, category_roles: set[str]) -> tuple[Bearing, list[Hit]]:
    """The stretches after "совместимый", "аналоги:", "для" and their like, and what they make of the goods; with the
    words that only name something beside them."""
    beside: list[Hit] = []
    foreign: list[Span] = []
    loose: list[Span] = []
    compatible: Hit | None = None
    substitute: Hit | None = None
    for hit in title.relations:
        role = _role(title, hit)
        if role == "substitute" and not any(brand[0] < hit[0] for brand in title.brands):
            substitute = hit  # "Replacement battery for APC RBC7"
        elif role == "accessory" and substitute is not None and (span := _accessory(title, hit)):
            foreign.append(span)
            compatible = compatible or substitute
        elif role in _BESIDE:
            foreign.extend(_BESIDE[role](title, hit))
        elif role == "instead" and (span := instead.predecessor(title, hit)):
            foreign.append(span)
            if not instead.is_own(title, span):
                compatible = compatible or hit
        elif role == "compatible" and (spans := _compatible(title, hit, foreign)) is not None:
            foreign.extend(spans)
            compatible = compatible or hit
        elif role in _FOR and (span := _FOR[role](title, hit)) and not within(hit[0], foreign):
            loose.append(span)
        elif role in asides.ROLES:
            beside.append(hit)
    return _outcome(title, compatible, foreign, loose, category_roles), beside


def _role(title: Title, hit: Hit) -> str:
    """The wording's role, where it depends on the names around it."""
    role: str = hit[2].value
    if role in _DENIABLE and _NOT.search(title.folded[: hit[0]]):  # "оригинал, не аналог"
        return "neutral"
    if role == "replaces":
        role = "compatible" if instead.replaces(title, hit) else "advice"
    elif role == "copy":
        role = "compatible"
    elif role == "compatible" and instead.is_offered(title, hit):
        role = "advice"
    return "advice" if role == "compatible" and title.folded[hit[1] : hit[1] + 1] == ":" else role


def _outcome(
    title: Title, compatible: Hit | None, foreign: list[Span], loose: list[Span], category_roles: set[str]
) -> Bearing:
    spans = tuple(foreign)
    if compatible is not None:
        text = title.text[compatible[0] : compatible[1]]
        return Bearing(Relation.COMPATIBLE_WITH, (*spans, *loose), (), "wording: compatible", text)
    if "compatible" in category_roles:
        return Bearing(Relation.COMPATIBLE_WITH, (*spans, *loose), (), "category: compatible", None)
    if loose:
        start, end = loose[0]
        return Bearing(Relation.ACCESSORY_FOR, spans, tuple(loose), "wording: for", title.text[start:end].strip())
    return Bearing(Relation.IS, spans, (), "wording: advice" if spans else IS.rule, None)


def _service(title: Title, category_roles: set[str]) -> Bearing | None:
    """Somebody's work: the title begins with it, or the site files it under services, or says whose engineers do it."""
    roles = {hit[2].value for hit in title.relations}
    if roles.isdisjoint(_SAYS_WORK) and "service" not in category_roles:
        return None
    proven = any(candidate.owners.maker for candidate in title.candidates)
    rule = None
    head = _head(title, proven=proven)
    if head is not None:
        rule = "wording: service"
    elif "service" in category_roles and not proven:
        rule = "category: service"
    elif "own_work" in roles and roles & {*_WORK, "support"}:
        rule = "wording: own work"
    elif not proven and (head := next((hit for hit in title.relations if _is_work(title, hit)), None)):
        rule = "wording: service"
    if rule is None:
        return None
    return Bearing(Relation.SERVICE_FOR, (), (), rule, title.text[head[0] : head[1]] if head else None)


def _head(title: Title, *, proven: bool) -> Hit | None:
    """The service that the title begins with; where no maker's number stands in it, words that name no goods and no
    maker may go before ("Абонентское обслуживание сети")."""
    first = next((hit for hit in title.relations if hit[2].value in _WORK), None)
    if first is None or not any(map(str.isalnum, title.folded[: first[0]])):
        return first
    before = title.folded[: first[0]]
    goods = any(hit[0] < first[0] for hit in (*title.categories, *title.brands, *title.families))
    goods = goods or any(item.start < first[0] for item in title.candidates)
    others = any(hit[0] < first[0] for hit in title.relations)
    return None if proven or goods or others or before.count(" ") > 2 or "," in before else first


def _is_work(title: Title, hit: Hit) -> bool:
    """A service by two words ("выезд инженера"), or one that closes the first stretch: "Cisco training: …"; in
    languages whose noun ends the phrase the word for the work ends it: "HPE sunucu onarımı"."""
    if hit[2].value == "work":
        return title.folded[hit[1] : hit[1] + 1] in {"", ",", ";", "("}
    if hit[2].value != "service":
        return False
    if " " in title.folded[hit[0] : hit[1]]:
        return True
    closes = title.folded[hit[1] : hit[1] + 1] in {"", ",", ";", ":"}
    return closes and not title.candidates and not any(sign in title.folded[: hit[0]] for sign in ",;:(")


def _advice(title: Title, hit: Hit) -> list[Span]:
    """What follows "аналоги:" or "замена" up to the end; nothing where no goods are named there."""
    end = clause_end(title.folded, hit[1], ";")
    span = (hit[1], end)
    return [span] if names_goods(title, span) else []


def _compatible(title: Title, hit: Hit, foreign: Sequence[Span]) -> list[Span] | None:
    """The stretches that a compatible thing is compatible with; None where the word says something else."""
    if within(hit[0], foreign) or _is_property(title, hit):
        return None
    span = (hit[1], _compatible_end(title, hit[1]))
    wording = title.folded[hit[0] : hit[1]]
    with_object = wording.endswith(_WITH) or title.folded.startswith(_WITH_OBJECT, hit[1])
    spans = _originals(title, hit, with_object=with_object)
    if names_goods(title, span):
        return [*spans, span]
    return None if with_object and not spans else spans


def _originals(title: Title, hit: Hit, *, with_object: bool) -> list[Span]:
    """ "Cisco-совместимый", "Cisco/HP-compatible", "Dell 0F238F-совместимый": the names right before the word are the
    originals', and so is a number that a hyphen joins to the word."""
    found: list[Span] = []
    place = hit[0]
    for start, end, entry in reversed([brand for brand in title.brands if brand[1] <= hit[0]]):
        between = title.folded[end:place]
        glued = not found and between[-1:] == "-" and between.count(" ") <= 1
        near = not with_object and (between.strip() in _LISTED if found else len(between) <= 1)
        if entry.detail.third_party or not (near or (glued and not any(sign in between for sign in ",;()"))):
            break
        found.append((start, place if glued else end))
        place = start
    return found


def _likeness(title: Title, hit: Hit) -> list[Span]:
    """ "интерфейс как у Cisco", "в корпусе Dell R730": the name right behind the word, and the number behind it, are
    those of what the goods resemble."""
    if not any(0 <= name[0] - hit[1] <= 1 for name in (*title.brands, *title.families)):
        return []
    return [(hit[1], clause_end(title.folded, hit[1], ",;:("))]


def _likeness_before(title: Title, hit: Hit) -> list[Span]:
    """ "Cisco-подобный", "Cisco-like CLI", "Cisco benzeri": the names right before the word, unless it leads
    to another."""
    return [] if _likeness(title, hit) else _originals(title, hit, with_object=False)


def _compatible_end(title: Title, place: int) -> int:
    """Up to the end of the bracket or clause; a maker of compatible goods named after a comma speaks for itself."""
    end = clause_end(title.folded, place, ";")
    comma = title.folded.find(",", place, end)
    for start, _, entry in title.brands:
        if 0 <= comma < start < end and entry.detail and entry.detail.third_party:
            return comma
    return end


def _is_property(title: Title, hit: Hit) -> bool:
    """ "консоль RJ-45 (совместима с Cisco)": the port is compatible, not the goods."""
    begin = max(title.folded.rfind(sign, 0, hit[0]) for sign in ",;")
    named = any(brand[1] <= max(begin, 0) or brand[1] < hit[0] for brand in title.brands)
    return named and any(begin < other[0] < hit[0] for other in title.relations if other[2].value == "property")


def _accessory(title: Title, hit: Hit) -> Span | None:
    """The stretch after "для", as far as it names other makers' goods; None where it names none."""
    folded = title.folded
    place = hit[1]
    end = clause_end(folded, place, ",;(")
    colon = folded.find(": ", place, end)
    if colon > 0 and names_brand(title, (place, colon)):  # "Диск для серверов Dell: 400-BIFW"
        return place, colon
    if not names_brand(title, (place, end)):
        return (place, end) if _is_numbered(title, place) else None
    while folded[end : end + 1] == ",":
        following = clause_end(folded, end + 1, ",;(")
        starts_so = any(0 <= brand[0] - end - 1 <= 1 for brand in title.brands)
        if not starts_so or any(end < candidate.start < following for candidate in title.candidates):
            break
        end = following
    return place, end


def _is_numbered(title: Title, place: int) -> bool:
    """Whether the number of other goods stands right there: "Кварц для STM32F103C8T6". One of the kind that the title
    calls its own is the listing's."""
    item = next((item for item in title.candidates if 0 <= item.start - place <= 1), None)
    kind = item.owners.category(item.owners.maker) if item is not None and item.owners.maker else None
    return kind is not None and all(noun[2].value != kind for noun in title.categories if noun[0] < place)


def _accessory_before(title: Title, hit: Hit) -> Span | None:
    """The stretch before "için" and its like, which stand behind what the goods are for."""
    begin = max(title.folded.rfind(sign, 0, hit[0]) for sign in ",;(") + 1
    return (begin, hit[0]) if names_brand(title, (begin, hit[0])) else None


_BESIDE = {"advice": _advice, "likeness": _likeness, "likeness_before": _likeness_before}
_FOR = {"accessory": _accessory, "accessory_before": _accessory_before}
