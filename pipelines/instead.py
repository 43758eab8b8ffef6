"""Instead: goods that stand in place of others, and others that a shop offers in place of the goods."""

from pipelines.lexicon import Hit
from pipelines.text import skeleton
from pipelines.titles import Span, Title, clause_end, names_goods

_OFFERS = ("offer", "offered")
_NEAR = 16  # letters between "подобрать" and "аналог"
_APART = tuple(",;(.|-–—:")
_WITHDRAWN = skeleton("снят")


def is_offered(title: Title, hit: Hit) -> bool:
    """ "Huawei S6730-H48X6C (подобрать аналог)": a shop offers another thing than it has named."""
    apart = title.folded[: hit[0]].rstrip()[-1:] in _APART
    for start, end, entry in title.relations:
        offers = entry.value in _OFFERS and 0 <= hit[0] - end <= _NEAR
        if offers or (entry.value == "offered" and apart and 0 <= start - hit[1] <= 3):
            place = min(start, hit[0])
            return any(brand[0] < place for brand in title.brands) or any(
                item.start < place and item.owners.maker for item in title.candidates
            )
    return False


def replaces(title: Title, hit: Hit) -> bool:
    """ "Eltex ESR-21 — замена Cisco ISR 4221" against "Cisco 2960 — снят с производства, замена Cisco C9200L": only
    another maker's goods are replaced by these; the maker's own are their successor."""
    before, after = _makers(title, 0, hit[0]), _makers(title, hit[1], len(title.folded))
    named = bool(before) or any(item.shape and item.start < hit[0] for item in title.candidates)
    return named and bool(after) and not before & after and _WITHDRAWN not in title.folded


def _makers(title: Title, start: int, end: int) -> set[str]:
    """The makers that a stretch names, or proves by a number."""
    found = {hit[2].value for hit in title.brands if start <= hit[0] < end}
    return found | {item.owners.maker for item in title.candidates if item.owners.maker and start <= item.start < end}


def predecessor(title: Title, hit: Hit) -> Span | None:
    """What stands behind "вместо" and its like, up to the end of its clause; None where no goods are named there."""
    span = (hit[1], clause_end(title.folded, hit[1], ",;"))
    return span if names_goods(title, span) else None


def is_own(title: Title, span: Span) -> bool:
    """Whether a predecessor is the maker's own: "Cisco C9500-24Y4C-E (вместо WS-C4500X-24X-ES)"."""
    if any(hit[2].value == "accessory" and hit[0] < span[0] for hit in title.relations):
        return False
    theirs = _makers(title, *span)
    ours = _makers(title, 0, span[0]) | _makers(title, span[1], len(title.folded))
    return bool(theirs & ours) if theirs else bool(ours)
