"""Other goods: titles that carry a maker's name and sell none of its goods: books, merchandise, boxes, sockets, copies,
and the advertisements of buyers."""

from pipelines.bearing import EVERYTHING, Bearing
from pipelines.candidate import Candidate
from pipelines.components import INSIDE, ON
from pipelines.lexicon import Hit
from pipelines.titles import Title
from restock.terms import Relation

ROLES = frozenset({"wanted", "merchandise", "document", "bare", "holder", "copy"})
# Kinds that are put into sockets and onto adapter boards.
_CHIPS = frozenset(
    {
        "cpu", "ic_processor", "memory_ic", "ic_amplifier", "ic_other", "fpga", "diode", "small_transistor",
        "transistor", "thyristor", "photodetector", "semiconductor_sensor", "quartz", "led", "relay",
    }
)  # fmt: skip
_ADJECTIVES = 2  # words that may go before the noun: "Новая чёрная футболка Cisco"


def other_goods(title: Title, category_roles: set[str]) -> Bearing | None:
    """The bearing of a title whose goods are surely not those of the makers that it names."""
    hits = [hit for hit in title.relations if hit[2].value in ROLES]
    if not hits and not category_roles & ROLES:
        return None
    for hit in hits:
        if hit[2].value == "wanted":
            return Bearing(Relation.SERVICE_FOR, (), (), "wording: wanted", _text(title, hit))
        if hit[2].value == "copy" and _is_copy(title, hit):
            return _copy(title, "wording: copy", _text(title, hit))
        if _is_other(title, hit):
            return _nobodys("wording: other goods", _text(title, hit))
    return _by_category(title, category_roles)


def _by_category(title: Title, roles: set[str]) -> Bearing | None:
    """What the site's category says, as far as the title has no noun and no number that says otherwise."""
    if "wanted" in roles:
        return Bearing(Relation.SERVICE_FOR, (), (), "category: wanted", None)
    if "copy" in roles:
        return _copy(title, "category: copy", None)
    if "merchandise" in roles and not title.categories and not _is_proven(title):
        return _nobodys("category: other goods", None)
    return None


def _is_other(title: Title, hit: Hit) -> bool:
    role = hit[2].value
    if role == "bare":
        return True
    if role == "holder":
        return _leads(title, hit) and any(_is_held(title, item) for item in title.candidates)
    if role == "document":  # elsewhere it says that one comes with the goods
        return _leads(title, hit)
    if role != "merchandise":
        return False
    first_stretch = not any(sign in title.folded[: hit[0]] for sign in ",;:(")
    return _leads(title, hit) or (first_stretch and not title.categories and not _is_proven(title))


def _leads(title: Title, hit: Hit) -> bool:
    """Whether the word is the title's noun: nothing but adjectives goes before it."""
    before = title.folded[: hit[0]]
    if not any(map(str.isalnum, before)):
        return True
    named = (*title.brands, *title.families, *title.categories)
    goods = any(other[0] < hit[0] for other in named) or any(item.start < hit[0] for item in title.candidates)
    return not goods and "," not in before and before.count(" ") <= _ADJECTIVES


def _is_copy(title: Title, hit: Hit) -> bool:
    """Whether everything that the title names is the original; a maker named before "копия Cisco …" is the copy's."""
    before = {other[2].value for other in title.brands if other[0] < hit[0]}
    after = {other[2].value for other in title.brands if other[0] > hit[0]}
    return not (before and after - before)


def _is_proven(title: Title) -> bool:
    return any(item.owners.maker for item in title.candidates)


def _is_held(title: Title, item: Candidate) -> bool:
    """Whether a number is a chip's that a socket holds; what goods are built on, or their maker's own name leads to, is
    not: "Переходник USB-UART на FT232RL", "Адаптер Broadcom BCM57414"."""
    if not any(category in _CHIPS for _, category in item.owners.categories):
        return False
    leads = [(hit[1], hit[2].value) for hit in title.relations if hit[1] <= item.start]
    if any(role == "accessory" for _, role in leads):
        return True
    named = any(hit[2].value in item.owners.sure and hit[1] + 1 == item.start for hit in title.brands)
    inside = any(role in INSIDE and item.start - end <= 1 for end, role in leads)
    return not (named or inside or title.folded[: item.start].endswith(ON))


def _nobodys(rule: str, text: str | None) -> Bearing:
    return Bearing(Relation.ACCESSORY_FOR, EVERYTHING, (), rule, text, nobody=True)


def _copy(title: Title, rule: str, text: str | None) -> Bearing:
    """All names and numbers are the original's; the noun is still the copy's own."""
    hits = [(hit[0], hit[1]) for hit in (*title.brands, *title.families)]
    foreign = (*hits, *((item.start, item.end) for item in title.candidates))
    return Bearing(Relation.COMPATIBLE_WITH, foreign, (), rule, text, nobody=True)


def _text(title: Title, hit: Hit) -> str:
    return title.text[hit[0] : hit[1]]
