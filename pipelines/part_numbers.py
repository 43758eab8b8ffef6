"""Part numbers: which tokens of a title are one, whose they are by form or by list, and which one is the listing's."""

import re
from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from functools import lru_cache
from typing import NamedTuple

from pipelines.tables import Row, Table
from pipelines.text import latin
from pipelines.text import number as as_number

PATTERNS = Table(
    "part_number_patterns.csv",
    ("brand", "form", "regex", "starts", "sure", "category", "examples", "source"),
    ("brand", "form"),
    ("regex",),
)
KNOWN = Table(
    "known_part_numbers.csv", ("brand", "part_number", "category", "model", "source"), ("brand", "part_number")
)
SPECIFICATIONS = Table("specification_forms.csv", ("form", "regex", "source"), ("form",), ("regex",))
STRICT = Table("strict_numbers.csv", ("brand", "source", "note"), ("brand",))

_STOPS = r"\s,;()\[\]{}\"«»“”„|<>!?'•…"
_TOKEN = re.compile(rf"[^{_STOPS}]+")
_RUN = re.compile(r"(?<![\w+/=#.:*&%~^@-])(?=[^\W\d_+/=#.:*&%~^@]*+[\w+/=#.:*&%~^@]*?[\d-])[\w+/=#.:*&%~^@-]{4,}")
_NUMERIC = re.compile(r"[\d-]")
_BRIEF = re.compile(r"[A-Z0-9+/-]{1,11}")
_DIGIT = re.compile(r"\d")
_EDGES = "./:-*№_\\&%~^@"
_BROKEN = re.compile(r"(?<=[A-Z0-9])(?: -|- | - )(?=[A-Z0-9])")
_PIECE = re.compile(r"(?!\d+U$)(?:\d{1,3}[A-Z]{1,5}\d?[A-Z]*|[A-Z]{1,2}\d?)")  # "2U" is a height
_LABEL = re.compile(r"^(?:P/?N|PART|MPN|ART|APT|SKU|MODEL|КОД|АРТИКУЛ)[:#=]+", re.IGNORECASE)
_DIGITS_ONLY = re.compile(r"\d{3,}-\d{4,}(-\d+)*")
_COMPACT = re.compile(r"[^A-Z0-9]+")


Form = tuple[re.Pattern[str], str, bool, str]  # of the whole number, its maker, whether it proves it, the kind
_GROUP = 8  # forms that are tried together before they are tried one by one


class Owners(NamedTuple):
    """Whose a number is: `known` by the lists, `sure` by a form of that maker alone, `weak` by a form that fits."""

    known: tuple[str, ...] = ()
    sure: tuple[str, ...] = ()
    weak: tuple[str, ...] = ()
    categories: tuple[tuple[str, str], ...] = ()

    def rank(self, brand: str) -> int:
        if brand in self.sure:
            return 5
        return 4 if brand in self.known else 3 if brand in self.weak else 0

    def category(self, brand: str | None) -> str | None:
        return next((category for owner, category in self.categories if owner == brand), None)

    @property
    def maker(self) -> str | None:
        """The one maker that the number proves, None where it proves none or several."""
        certain = self.known + self.sure
        return certain[0] if certain and certain.count(certain[0]) == len(certain) else None

    @property
    def any(self) -> bool:
        return bool(self.known or self.sure or self.weak)


NOBODY = Owners()


class Candidate(NamedTuple):
    """A token of a title that may be a part number. `shape` ranks what no form or list knows: 0 is a specification."""

    number: str
    start: int
    end: int
    owners: Owners
    shape: int


class Grammar:
    """The forms and lists of part numbers, compiled once."""

    def __init__(
        self, patterns: Sequence[Row], known: Sequence[Row], specifications: Sequence[Row], strict: Sequence[Row]
    ) -> None:
        self._forms: dict[str, list[Form]] = defaultdict(list)
        for row in patterns:
            self._add_form(row)
        self._known: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self._compact: dict[str, str] = {}
        self._tails: set[str] = set()
        self._firsts: set[str] = set()
        for row in known:
            self._add_known(row["brand"], row["part_number"].upper(), row["category"])
        self._groups = {letter: tuple(_groups(forms)) for letter, forms in self._forms.items()}
        self._specification = re.compile("|".join(f"(?:{row.pattern('regex').pattern})" for row in specifications))
        self._strict = frozenset(row["brand"] for row in strict)
        self.owners = lru_cache(maxsize=65536)(self._owners)
        self._token = lru_cache(maxsize=65536)(self._judge_token)

    def _add_form(self, row: Row) -> None:
        form = (row.pattern("regex"), row["brand"], row.flag("sure"), row["category"])
        starts = _letters(row["starts"]) if row["starts"] else "ABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"
        for example in filter(None, re.split(r"[;\s]+", row["examples"])):
            if not form[0].fullmatch(example) or example[0] not in starts:
                raise row.error(f"examples: {example!r} doesn't have the form {row['regex']!r}")
        for letter in starts:
            self._forms[letter].append(form)

    def _add_known(self, brand: str, part_number: str, category: str) -> None:
        self._known[part_number].append((brand, category))
        compact = _COMPACT.sub("", part_number)
        if len(compact) >= 7 and compact != part_number:
            self._compact[compact] = part_number
            self._firsts.add(part_number.partition("-")[0])
        tail = part_number.rpartition("-")[2]
        if 0 < len(tail) <= 4 and not tail.isdigit() and tail != part_number:
            self._tails.add(tail)

    def is_strict(self, brand: str | None) -> bool:
        """Whether only known forms are numbers of this maker; its models are names."""
        return brand in self._strict

    def is_specification(self, number: str) -> bool:
        return self._specification.fullmatch(number) is not None

    def _owners(self, number: str) -> Owners:
        known = self._known.get(number) or self._known.get(number.rstrip("=").removesuffix("-RF")) or ()
        fitting = [
            form
            for fits, forms in self._groups.get(number[:1], ())
            if fits(number)
            for form in forms
            if form[0].fullmatch(number)
        ]
        if not (known or fitting):
            return NOBODY
        categories = [(brand, category) for brand, category in known if category]
        categories += [(brand, category) for _, brand, _, category in fitting if category]
        return Owners(
            tuple([brand for brand, _ in known]),
            tuple([brand for _, brand, sure, _ in fitting if sure]),
            tuple([brand for _, brand, sure, _ in fitting if not sure]),
            tuple(categories),
        )

    def candidates(self, text: str, folded: str) -> list[Candidate]:
        """The tokens of a title that may be part numbers, in order, broken ones mended."""
        upper = latin(folded)
        found: list[Candidate] = []
        if " -" in upper or "- " in upper:
            upper = self._mend_hyphens(upper)
        whole = False
        for match in _RUN.finditer(upper):
            token = match[0]
            if len(token) < 4 or not token.isascii() or not _NUMERIC.search(token):
                continue
            place = match.start()
            for number, offset, length, owners, shape in self._token(token, text[place : match.end()]):
                whole = whole or owners.maker is not None or (owners.any and "-" in number)
                found.append(Candidate(number, place + offset, place + offset + length, owners, shape))
        if not whole and found:
            found.extend(self._joined(upper))
        return found

    def _mend_hyphens(self, upper: str) -> str:
        """ "ASA5506 - K9" and "P00924 -B21" closed up, with the spaces moved behind so that places stay."""
        for match in reversed(list(_BROKEN.finditer(upper))):
            left = upper[: match.start()].rsplit(maxsplit=1)[-1]
            right = _TOKEN.match(upper, match.end())
            if right is None or not self._belongs(left, right[0].rstrip(_EDGES), len(match[0])):
                continue
            tail = right[0]
            moved = "-" + tail + " " * (len(match[0]) - 1)
            upper = upper[: match.start()] + moved + upper[right.end() :]
        return upper

    def _belongs(self, left: str, right: str, gap: int) -> bool:
        left = left.lstrip('(["')
        if not right.isascii() or self.is_specification(left):
            return False
        joined = self.owners(f"{left}-{right}")
        if joined.known or not any(map(str.isdigit, left)):
            return bool(joined.known or joined.sure)
        if right in self._tails and joined.any:
            return True
        return gap == 2 and bool(joined.sure) and not self.owners(left).sure and not right.isdigit()

    def _joined(self, upper: str) -> Iterable[Candidate]:
        """Numbers written with spaces: "C1300 24T 4G", "WS C2960X 48TS L"."""
        tokens = [(match.start(), match[0], _BRIEF.fullmatch(match[0]) is not None) for match in _TOKEN.finditer(upper)]
        for index in range(len(tokens) - 1):
            if not (tokens[index + 1][2] and (_DIGIT.search(tokens[index][1]) or tokens[index][1] in self._firsts)):
                continue
            size = 0
            while size < 5 and index + size < len(tokens) and tokens[index + size][2]:
                size += 1
            for count in range(size, 1, -1):
                window = tokens[index : index + count]
                number = self._join([token for _, token, _ in window])
                if number is not None:
                    end = window[-1][0] + len(window[-1][1])
                    yield Candidate(number, window[0][0], end, self.owners(number), 3)
                    break

    def _join(self, parts: Sequence[str]) -> str | None:
        compact = self._compact.get(_COMPACT.sub("", "".join(parts)))
        if compact is not None:
            return compact
        head, *rest = parts
        if len(head) < 4 or not _DIGIT.search(head) or not all(map(_PIECE.fullmatch, rest)):
            return None
        joined = "-".join(parts)
        return joined if self.owners(joined).sure and not self.owners(head).sure else None

    def _judge_token(self, token: str, written: str) -> tuple[tuple[str, int, int, Owners, int], ...]:
        """What a token is: (number, offset, length, owners, shape), several where a slash or a plus parts two."""
        lead = len(token) - len(token.lstrip(_EDGES + "=+#"))
        label = _LABEL.match(token)
        lead = label.end() if label else lead
        number = token[lead:].rstrip(_EDGES)
        if len(number) < 4 or (len(number) == 4 and number.isdigit()):
            return ()
        owners = self.owners(number)
        if not owners.maker and (parts := self._parts(number, written, lead)):
            return parts
        shape = 4 if label else _shape(number, written[lead : lead + len(number)])
        return ((number, lead, len(number), owners, shape),) if self._may_be(number, owners, shape) else ()

    def _may_be(self, number: str, owners: Owners, shape: int) -> bool:
        """Whether a token may be a part number: proven, or no specification and of a fitting form or shape."""
        if owners.maker:
            return True
        if _DIGIT.search(number) is None:
            return owners.any and _is_articulate(number)
        return (owners.any or shape > 0) and not self.is_specification(number)

    def _parts(self, number: str, written: str, lead: int) -> tuple[tuple[str, int, int, Owners, int], ...]:
        for sign in "+/:":
            left, _, right = number.partition(sign)
            if right and (self.owners(left).any and self.owners(right).any) and len(left) > 4 and len(right) > 4:
                return self._judge_token(left, written[lead : lead + len(left)]) + tuple(
                    (part, lead + len(left) + 1 + offset, length, owners, shape)
                    for part, offset, length, owners, shape in self._judge_token(right, written[lead + len(left) + 1 :])
                )
        return ()


def _is_articulate(number: str) -> bool:
    """Whether a number without digits has the joints of one: L-AC-PLS-LIC=."""
    return number.endswith("=") or number.count("-") >= 2


def _shape(number: str, written: str) -> int:
    """How much a token of no known form looks like a part number: 0 not at all, 2 where it has the maker's signs."""
    if not any(map(str.isalpha, number)) or len(number) > 40:
        return int(_DIGITS_ONLY.fullmatch(number) is not None)
    small = sum(letter.islower() for letter in written.replace("x", "").replace("х", ""))
    if small:  # "TEG-S24Dg", but not "Gen10" or "i-a"
        return int("-" in number and len(number) >= 7 and small <= 2 and written[:2].isupper())
    if any(sign in number for sign in "-/+#=") or len(number) >= 7:
        return 2
    return 1


def _groups(forms: Sequence[Form]) -> Iterable[tuple[Callable[[str], object], Sequence[Form]]]:
    for first in range(0, len(forms), _GROUP):
        group = forms[first : first + _GROUP]
        yield re.compile("|".join(f"(?:{form[0].pattern})" for form in group)).fullmatch, group


def _letters(starts: str) -> str:
    """A, C-F, 0-9 written out."""
    spans = re.sub(r"(\w)-(\w)", lambda found: "".join(map(chr, range(ord(found[1]), ord(found[2]) + 1))), starts)
    return spans.replace(" ", "")


def claimed_number(claim: str | None) -> str | None:
    """The site's claim as a part number; None for what can't be one (other letters, sentences)."""
    if claim is None or len(claim) > 60:
        return None
    found = "".join(claim.upper().split()) if claim.isascii() and "&" not in claim else as_number(claim)
    if found is None or len(found) < 3:
        return None
    return found.strip("./:,;") or None
