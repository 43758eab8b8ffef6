"""Descriptions: what the text under a title adds to it: a maker and a number that it labels, parts inside, condition,
and VAT. A description speaks of much else, so that only labelled words and whole phrases count."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import NamedTuple

from pipelines.components import ON, Part
from pipelines.condition import condition_of
from pipelines.lexicon import Entry, Hit, Lexicon
from pipelines.prices import PriceReader
from pipelines.tables import Row, Table
from pipelines.text import clean, latin, skeleton
from restock.terms import Condition, Vat

WORDINGS = Table("description_wordings.csv", ("wording", "role", "source"), ("wording", "role"))
ROLES = frozenset({"maker", "number", "condition", "goods", "price", "supports"})
_TELL_ALONE = frozenset({"maker", "number", "price"})  # the others need a part or a condition beside them
_LONGEST = 4000  # letters of a description that are read
# It begins with the signs that may end a clause, so that the search leaps from sign to sign.
_CLAUSE = re.compile(r"[;\n•|.!?](?:(?<=[;\n•|])[;\n•|]*+|(?<=[^\W\d_]{3}[.!?])(?=\s|$)|(?<=\d[.!?])(?=\s+\D|$))")
_LABEL_SIGNS = " :–—-№#=\t"
_NAME_ENDS = re.compile(r"[,.;|/(]|\s{2}|\s[–—-]\s")
_NUMBER = re.compile(r"[^\s,;|()]{3,40}")
_SHORT = 6  # letters of a word that alone, without a label, says nothing sure of the goods: "new", "used"
_OTHERS = frozenset({"compatible", "accessory", "advice", "replaces", "instead"})
_PART_KINDS = frozenset({"cpu", "accelerator", "fpga", "video_card", "processor_board"})
_NAMES = frozenset({"family", "brand"})
_LEADS = frozenset({("category", kind) for kind in _PART_KINDS} | {("relation", "inside")})


class Described(NamedTuple):
    """What a description says. `parts` stand behind a word such as "процессор"; `loose_parts` are only named."""

    maker: str | None = None
    number: str | None = None
    parts: tuple[Part, ...] = ()
    loose_parts: tuple[Part, ...] = ()
    condition: Condition | None = None
    condition_text: str | None = None
    vat: Vat = Vat.UNKNOWN


NOTHING = Described()


@dataclass(slots=True)
class _Clause:
    """A clause, folded, with its names and wordings, and the roles of the words that describe."""

    text: str
    folded: str
    hits: list[Hit]
    words: list[Hit]
    roles: set[str] = field(default_factory=set)


class DescriptionReader:
    """Reads descriptions with the names and wordings of the titles."""

    def __init__(self, wordings: Sequence[Row], lexicon: Lexicon, prices: PriceReader) -> None:
        entries = [
            (row["wording"].rstrip("*"), Entry("word", row.one_of("role", ROLES), stem=row["wording"].endswith("*")))
            for row in wordings
        ]
        self._words = Lexicon(entries)
        alone = [(wording, entry) for wording, entry in entries if entry.value in _TELL_ALONE]
        self._telling = Lexicon([*alone, *lexicon.entries(_may_tell)])
        self._lexicon = lexicon
        self._prices = prices
        self._said = lru_cache(maxsize=4096)(self._read_clause)  # a shop says the same of many goods

    def read(self, description: str) -> Described:
        """What the clauses say together; where several speak, the first."""
        text = clean(description[:_LONGEST].replace("\n", ";"))
        said = [found for clause in _CLAUSE.split(text) if (found := self._said(clause.strip()))]
        if len(said) < 2:
            return said[0] if said else NOTHING
        maker = next((one.maker for one in said if one.maker), None)
        number = next((one.number for one in said if one.number), None)
        parts = tuple([part for one in said for part in one.parts])
        loose = tuple([part for one in said for part in one.loose_parts])
        stated = next((one for one in said if one.condition is not None), NOTHING)
        vat = next((one.vat for one in said if one.vat is not Vat.UNKNOWN), Vat.UNKNOWN)
        return Described(maker, number, parts, loose, stated.condition, stated.condition_text, vat)

    def _read_clause(self, text: str) -> Described | None:
        """What a clause says of the goods; most say nothing."""
        folded = skeleton(text)
        if not (telling := self._telling.scan(folded)):
            return None
        words = self._words.scan(folded)
        named = any(hit[2].kind != "word" for hit in telling)
        hits = self._hits(folded) if named else []  # no name, no part and no condition
        clause = _Clause(text, folded, hits, words, {entry.value for _, _, entry in words})
        parts = [*_parts(clause)]
        condition, stated = _condition(clause) or (None, None)
        vat = self._prices.vat(folded) if "price" in clause.roles else Vat.UNKNOWN
        return Described(
            _labelled(clause, "maker", _name), _labelled(clause, "number", _number),
            tuple([part for part, behind_a_word in parts if behind_a_word]),
            tuple([part for part, behind_a_word in parts if not behind_a_word]),
            condition, text[stated[0] : stated[1]] if stated else None, vat,
        )  # fmt: skip

    def _hits(self, folded: str) -> list[Hit]:
        """What a clause names; a wording of titles that begins with a comma (", процессор") hides no word in it."""
        found = self._lexicon.scan(folded)
        hidden = [
            (start + 1 + begin, start + 1 + end, inner)
            for start, stop, entry in found
            if entry.kind == "relation" and folded[start] == ","
            for begin, end, inner in self._lexicon.scan(folded[start + 1 : stop])
        ]
        return sorted([*found, *hidden], key=lambda hit: hit[0]) if hidden else found


def _may_tell(entry: Entry) -> bool:
    """Whether a wording can make a part or a condition of a clause."""
    if entry.kind == "family":
        return entry.detail in _PART_KINDS
    return entry.kind == "condition" or (entry.kind == "brand" and entry.detail.makes_processors)


def _labelled(clause: _Clause, role: str, take: Callable[[str], str | None]) -> str | None:
    """What follows a label: "Производитель: Cisco", "P/N WS-C2960"."""
    for _, end, entry in clause.words:
        rest = clause.text[end:]
        if entry.value != role or rest[:1] not in _LABEL_SIGNS:
            continue
        if found := take(rest.lstrip(_LABEL_SIGNS)):
            return found
    return None


def _name(after: str) -> str | None:
    return (_NAME_ENDS.split(after, maxsplit=1)[0].strip() or None) if len(after) > 1 else None


def _number(after: str) -> str | None:
    match = _NUMBER.match(after)
    return match[0].rstrip(".:") if match and any(map(str.isdigit, latin(match[0]))) else None


def _parts(clause: _Clause) -> Iterator[tuple[Part, bool]]:
    """The parts that a clause names, and whether a word such as "процессор" or "на базе" leads to them."""
    if not any(hit[2].kind in _NAMES for hit in clause.hits):
        return
    if "supports" in clause.roles or any(h[2].kind == "relation" and h[2].value in _OTHERS for h in clause.hits):
        return
    leads = [end for _, end, entry in clause.hits if (entry.kind, entry.value) in _LEADS]
    for start, end, entry in clause.hits:
        behind = any(lead <= start for lead in leads) or clause.folded[:start].endswith(ON)
        if entry.kind == "family" and entry.detail in _PART_KINDS:
            yield Part(entry.value, entry.detail, -1, -1, clause.text[start:end]), behind
        elif entry.kind == "brand" and behind and entry.detail.makes_processors and not entry.ambiguous:
            yield Part(entry.value, "cpu", -1, -1, clause.text[start:end]), behind


def _condition(clause: _Clause) -> tuple[Condition, Hit] | None:
    """A condition that a clause states of the goods: by a phrase, or by one word beside its label."""
    if not any(hit[2].kind == "condition" for hit in clause.hits):
        return None
    return condition_of(hit for hit in clause.hits if _is_stated(clause, hit))


def _is_stated(clause: _Clause, hit: Hit) -> bool:
    """Whether a wording of a condition is meant for the goods: "new" alone may speak of anything."""
    written = clause.folded[hit[0] : hit[1]]
    if "condition" in clause.roles or " " in written or "/" in written:
        return True
    return "goods" in clause.roles if hit[2].value is Condition.NEW else len(written) > _SHORT
