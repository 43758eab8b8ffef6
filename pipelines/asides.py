"""Asides: names that stand beside a title's goods: what they support, what they may be given, and what they lack."""

from collections.abc import Iterator, Sequence

from pipelines.lexicon import Hit
from pipelines.titles import Span, Title, clause_end

ROLES = frozenset({"supports", "supported", "without", "without:cpu", "without:accelerator"})
_LACKING = {"without:cpu": frozenset({"cpu"}), "without:accelerator": frozenset({"accelerator", "video_card"})}
_PARTS = frozenset({"cpu", "accelerator", "video_card", "fpga", "ssd"})
_LICENCES = frozenset({"license", "support"})
_NEAR = 16  # letters between a name and what is said of it: "NVIDIA A100 — опционально"
_CHIPS = ("cpu", "gpu")


def asides(title: Title, hits: Sequence[Hit]) -> tuple[Span, ...]:
    """The stretches that name parts which are not inside the goods; their names are nobody's who made the goods.

    `hits` are the title's words for that."""
    if title.categories and title.categories[0][2].value in _LICENCES:
        return ()
    names = sorted((*title.brands, *title.families), key=lambda hit: (hit[0], -hit[1]))
    return tuple(span for hit in hits for span in _spans(title, hit, names))


def _spans(title: Title, hit: Hit, names: Sequence[Hit]) -> Iterator[Span]:
    role = hit[2].value
    if role in _LACKING:
        yield from _lacking(title, names, _LACKING[role])
    elif span := _before(title, hit, names) if role == "supported" else _behind(title, hit, names):
        yield span


def _lacking(title: Title, names: Sequence[Hit], kinds: frozenset[str]) -> Iterator[Span]:
    """Every part of a kind that the goods are said to lack: "2x Xeon Scalable, без процессоров"."""
    if title.categories and title.categories[0][2].value in kinds:
        return
    for hit in names[1:] if names and names[0][2].kind == "brand" else names:
        if hit[2].detail in kinds if hit[2].kind == "family" else "cpu" in kinds and hit[2].detail.makes_processors:
            yield hit[0], clause_end(title.folded, hit[1], ",;(")


def _behind(title: Title, hit: Hit, names: Sequence[Hit]) -> Span | None:
    """What follows "с поддержкой", "без", "up to 2": a family in the same clause, or a maker that is named at once or
    right behind the part's noun; whose own number follows is the maker of the goods."""
    end = clause_end(title.folded, hit[1], ",;(")
    first = next((name for name in names if hit[1] <= name[0] < end), None)
    if first is None or _begins(title, hit[0]) or not _is_reached(title, hit[1], first):
        return None
    if any(item.start > first[0] and item.owners.rank(first[2].value) for item in title.candidates):
        return None
    while title.folded[end : end + 1] == "," and any(0 <= name[0] - end - 1 <= 1 for name in names):
        end = clause_end(title.folded, end + 1, ",;(")
    return first[0], end


def _is_reached(title: Title, place: int, name: Hit) -> bool:
    follows = any(other[2].kind == "family" and 0 <= other[0] - name[1] <= 1 for other in title.families)
    if name[2].kind == "family" or follows:  # nothing but plain words and nouns stands between
        place = max((noun[1] for noun in title.categories if place < noun[1] <= name[0]), default=place)
        words = title.text[place : name[0]].split()
        return not any(letter.isupper() for word in words if word.casefold() not in _CHIPS for letter in word)
    return not title.text[place : name[0]].strip() or any(
        noun[2].value in _PARTS and noun[0] < name[0] <= noun[1] + 1 and noun[1] > place for noun in title.categories
    )


def _before(title: Title, hit: Hit, names: Sequence[Hit]) -> Span | None:
    """What stands right before "опционально", "not included": a part's family, or a maker that is not the first."""
    last = max((name for name in names if name[1] <= hit[0]), key=lambda name: name[1], default=None)
    if last is None or hit[0] - last[1] > _NEAR or any(sign in title.folded[last[1] : hit[0]] for sign in ",;"):
        return None
    start = next((name[0] for name in names if name[2].value == last[2].value and 0 <= last[0] - name[1] <= 1), last[0])
    own = last[2].kind == "family" and title.categories and title.categories[0][2].value == last[2].detail
    numbered = any(last[1] <= item.start < hit[0] for item in title.candidates)
    if own or _begins(title, start) or (last[2].kind == "brand" and (numbered or last == names[0])):
        return None
    return start, hit[0]


def _begins(title: Title, place: int) -> bool:
    """Whether no word stands before a place: "Опция HPE 875943-001"."""
    return not any(map(str.isalnum, title.folded[:place]))
