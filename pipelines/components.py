"""Components: parts of other makers that a product contains, named by family ("Xeon") or after "на базе"."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from pipelines.candidate import Candidate
from pipelines.lexicon import Hit
from pipelines.tables import Table
from pipelines.text import skeleton
from pipelines.titles import Span, Title, within

FAMILIES = Table(
    "product_families.csv", ("family", "brand", "category", "source", "note"), ("family",), ("brand", "category")
)
# Goods that are themselves such a part, by the part's kind.
_SAME = {
    "cpu": frozenset({"cpu"}),
    "accelerator": frozenset({"accelerator", "processor_board", "video_card", "single_board_computer", "module"}),
    "video_card": frozenset({"video_card", "accelerator"}),
    "fpga": frozenset({"fpga", "ic_processor", "ic_other"}),
    "ssd": frozenset({"ssd", "memory_module"}),
    "processor_board": frozenset({"processor_board", "single_board_computer"}),
}
_SOLD_BY_FAMILY = frozenset({"cpu", "fpga"})  # "Процессор Xeon", "ПЛИС Artix-7": no maker is named, nor needs to be
_TAIL = re.compile(r"[^,;()/|+«»]{0,40}")
_CYRILLIC = re.compile(r"\s[^\x00-\x7f®™].*$")
COMPUTERS = frozenset(
    {"server", "blade_server", "workstation", "desktop", "industrial_pc", "laptop", "tablet", "single_board_computer"}
)
_WITH_PROCESSORS = COMPUTERS | {"processor_board"}
ON, _AND = skeleton(" на "), skeleton(" и ")
_BESIDE = (" ", " (")
_HAVING = (skeleton(" с "), " with ")
# What the wordings that introduce a part say of its kind.
INSIDE = {
    "inside": "cpu", "inside:motor": "motor", "inside:camera": "camera", "inside:sensor": "photodetector",
    "inside:chip": "ic_other", "inside:number": "ic_other", "inside:inverter": "inverter",
}  # fmt: skip
_CHIP = "inside:chip"
_BY_NUMBER = "inside:number"  # "с контроллером" leads to a chip's number; a maker's name there may be of much else
# Parts that a title may name by number alone: "Полетный контроллер на STM32F405RGT6".
_CHIPS = frozenset(
    {"cpu", "ic_processor", "fpga", "ic_other", "ic_amplifier", "memory_ic", "accelerator", "processor_board", "gnss",
     "radio_module", "semiconductor_sensor"}
)  # fmt: skip
_ICS = frozenset(
    {"cpu", "ic_processor", "fpga", "ic_other", "ic_amplifier", "memory_ic", "semiconductor_sensor"}
)  # fmt: skip
_BOARDS = frozenset({"processor_board", "single_board_computer"})
_TELLING_HEADS = _WITH_PROCESSORS | _BOARDS  # goods whose titles name parts without a word for it
_WITHIN = "within"  # "inside" behind a number: "FT232RL inside"
NAMELESS = "nameless"  # "без бренда": the goods have no maker, and whoever is named made a part
_TELLING = frozenset({*INSIDE, _WITHIN, NAMELESS})
ROLES = _TELLING
_SEEING = frozenset({"camera", "drone"})  # a "матрица" of these is a light sensor, of others a screen
_NEAR = 14  # letters between "на базе" and the name: "на базе процессора Intel"


@dataclass(slots=True)
class Part:
    """A part inside the goods: whose, of what kind, and where the title says so."""

    brand: str
    category: str
    start: int
    end: int
    text: str


def parts_of(title: Title, head: str | None, foreign: Sequence[Span], makers: frozenset[str], claim: str) -> list[Part]:
    """The parts that a title names inside its goods. `makers` are brands that the title names otherwise, `claim` is the
    site's folded brand claim."""
    found: list[Part] = []
    insides = [hit for hit in title.relations if hit[2].value in INSIDE]
    for hit in title.families:
        if within(hit[0], foreign) or _is_product(title, hit, head, insides, makers):
            continue
        start = _with_brand(title, hit)
        found.append(Part(hit[2].value, hit[2].detail, start, _end(title, hit[1]), _text(title, start, hit[1])))
    found.extend(_by_number(title, head, foreign, insides, makers))
    for hit in title.brands:
        if within(hit[0], foreign) or any(part.start <= hit[0] < part.end for part in found):
            continue
        kind = _kind_inside(title, hit, insides, head)
        kind = _kind_beside(title, hit, found) if kind is None else kind
        if kind is None and _is_chip_maker(title, hit, head, claim):
            kind = "cpu"
        if kind is not None:
            found.append(Part(hit[2].value, kind, hit[0], _end(title, hit[1]), _text(title, hit[0], hit[1])))
    return found


def names_parts(title: Title, head: str | None) -> bool:
    """Whether a title has anything that may name a part; most have not."""
    if title.families or head in _TELLING_HEADS or ON in title.folded:
        return True
    if len(title.brands) > 1 and ("(" in title.folded or any(hit[2].detail.makes_processors for hit in title.brands)):
        return True
    if not title.relations:
        return False
    return any(sign in title.folded for sign in _HAVING) or any(hit[2].value in _TELLING for hit in title.relations)


def _by_number(
    title: Title, head: str | None, foreign: Sequence[Span], insides: Sequence[Hit], makers: frozenset[str]
) -> Iterator[Part]:
    """Chips that a title names by their numbers, in goods that are no chips themselves."""
    for item in title.candidates if head not in _ICS else ():
        maker = item.owners.maker
        kind = item.owners.category(maker) if maker else None
        if maker is None or kind not in _CHIPS or kind == head or within(item.start, foreign):
            continue
        start = _behind(title, item, maker)
        if _is_inside(title, item, start, head, insides) or _is_anothers(title, item, start, head, makers):
            end = _with_maker(title, item, maker)
            yield Part(maker, kind, start, end, title.text[start:end])


def _is_inside(title: Title, item: Candidate, start: int, head: str | None, insides: Sequence[Hit]) -> bool:
    """Whether "на", "с чипом" and their like lead to a chip's number, or "inside" stands behind it."""
    before = title.folded[:start]
    if before.endswith(ON) or (head is not None and before.endswith(_HAVING)):
        return True
    inside = _follows(item.start, insides, title)
    if inside is not None and inside[0] > 0:
        return True
    return any(hit[2].value == _WITHIN and 0 <= hit[0] - item.end <= 1 for hit in title.relations)


def _is_anothers(title: Title, item: Candidate, start: int, head: str | None, makers: frozenset[str]) -> bool:
    """Whether a chip's number says of itself that it is not what is sold: a board that no maker is named for
    ("Отладочная плата Blue Pill STM32F103C8T6"), or in brackets behind another maker's goods ("Ebyte E22-900T22D
    (Semtech SX1262)")."""
    others = makers - {item.owners.maker}
    if head in _BOARDS:
        return item.owners.maker not in makers
    return bool(others) and start > 0 and title.text[start - 1] == "(" and title.brands[0][2].value in others


def _behind(title: Title, item: Candidate, maker: str) -> int:
    """The start of a number, or of its maker's name right before it."""
    return next((hit[0] for hit in title.brands if hit[2].value == maker and hit[1] + 1 == item.start), item.start)


def _with_maker(title: Title, item: Candidate, maker: str) -> int:
    """The end of a number, or of its maker's name right behind it, unless that maker has another number here:
    "на процессоре AM3358BZCZ100 Texas Instruments"."""
    if any(other.owners.rank(maker) and other is not item for other in title.candidates):
        return item.end
    names = (hit for hit in title.brands if hit[2].value == maker and hit[0] > item.end)
    return next((hit[1] for hit in names if title.folded[item.end : hit[0]] in _BESIDE), item.end)


def _is_product(title: Title, hit: Hit, head: str | None, insides: Sequence[Hit], makers: frozenset[str]) -> bool:
    """Whether the family is what is sold, and not a part of it."""
    brand, kind = hit[2].value, hit[2].detail
    if _follows(hit[0], insides, title) and head not in _SAME.get(kind, ()):
        return False
    before = title.folded[: _with_brand(title, hit)]
    if head is not None and kind != "cpu" and before.endswith((ON, *_HAVING)):
        return False
    if head is None and before.endswith(ON):  # goods of a kind that isn't known, built on the part
        return False
    others = makers - {brand}
    if head is None:
        return not others and (brand in makers or kind in _SOLD_BY_FAMILY)
    if head not in _SAME.get(kind, ()):
        return False
    return kind in _SOLD_BY_FAMILY or (not others and brand in makers)


def _kind_inside(title: Title, hit: Hit, insides: Sequence[Hit], head: str | None) -> str | None:
    """The kind of part that a maker named right after "на базе" and its like made, empty where it is not known.

    Behind a comma ("чипсет Intel") only where the title says what the goods are."""
    inside = _follows(hit[0], insides, title)
    if inside is None or head == "cpu" or inside[2].value == _BY_NUMBER:
        return None
    wording = title.folded[inside[0] : inside[1]]
    behind_noun = any(noun[0] < inside[0] for noun in title.categories) or _is_nameless(title)
    bracketed = title.folded[: inside[0]].endswith(" (")
    if inside[2].value == _CHIP:  # "Модуль памяти DDR4, чипы Samsung", "SNR-E1G41HT (чип Intel I350)"
        if not (behind_noun or bracketed) or head in _CHIPS:
            return None
    elif " " not in wording or (wording[0] == "," and not behind_noun):
        return None
    kind = INSIDE[inside[2].value]
    whole = not (bracketed and inside[2].value == _CHIP) and _is_whole(title, hit, head)
    if kind != "cpu" and (hit[0] - inside[1] > 1 or whole):
        return None
    return "" if kind == "photodetector" and head not in _SEEING else kind


def _is_whole(title: Title, hit: Hit, head: str | None) -> bool:
    """Whether the maker's number behind it may be of the goods' kind: "Домофон с камерой Hikvision DS-KV8113"."""
    owners = [item.owners for item in title.candidates if 0 < item.start - hit[1] <= 1]
    brand = hit[2].value
    return head is not None and any(item.rank(brand) and item.category(brand) in {None, head} for item in owners)


def _kind_beside(title: Title, hit: Hit, found: Sequence[Part]) -> str | None:
    """The kind of a further part that "и" joins to one before: "с двигателем T-Motor и GPS u-blox"; empty where no noun
    says it."""
    for part in found:
        between = title.folded[part.end : hit[0]]
        if between.startswith(_AND) and len(between) <= _NEAR and not any(sign in between for sign in ",;()"):
            return next((noun[2].value for noun in title.categories if part.end < noun[0] < hit[0]), "")
    return None


def _is_chip_maker(title: Title, hit: Hit, head: str | None, claim: str) -> bool:
    """A maker of processors whose name stands in a computer's title behind the computer's own maker, or after "на"."""
    before = title.folded[: hit[0]]
    if not hit[2].detail.makes_processors:
        return False
    if head not in _WITH_PROCESSORS:
        return head is not None and head not in _CHIPS and before.endswith(ON)
    named = any(other[0] < hit[0] and other[2].value != hit[2].value for other in title.brands)
    return named or _is_nameless(title) or before.endswith(ON) or (len(claim) > 2 and claim in before)


def _is_nameless(title: Title) -> bool:
    return any(hit[2].value == NAMELESS for hit in title.relations)


def _follows(place: int, insides: Sequence[Hit], title: Title) -> Hit | None:
    for hit in insides:
        between = title.folded[hit[1] : place]
        if 0 <= place - hit[1] <= _NEAR and not any(sign in between for sign in ",;()"):
            return hit
    return None


def _with_brand(title: Title, hit: Hit) -> int:
    """The start of the maker's name where it stands right before the family."""
    for start, end, entry in title.brands:
        if entry.value == hit[2].value and 0 <= hit[0] - end <= 2:
            return start
    return hit[0]


def _end(title: Title, end: int) -> int:
    tail = _TAIL.match(title.text, end)
    return end + len(_CYRILLIC.sub("", tail[0])) if tail else end


def _text(title: Title, start: int, end: int) -> str:
    return title.text[start : _end(title, end)].strip()
