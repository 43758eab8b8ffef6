"""Part numbers: which tokens of a title are one, whose they are by form or by list, and which one is the listing's."""

import re
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from functools import lru_cache

from pipelines.candidate import A_SPECIFICATION, NOBODY, Candidate, Owners
from pipelines.forms import Form, Forms
from pipelines.lexicon import Hit
from pipelines.mending import EDGES, Mender, Piece
from pipelines.tables import Row, Table
from pipelines.text import latin
from pipelines.text import number as as_number

KNOWN = Table(
    "known_part_numbers.csv", ("brand", "part_number", "category", "model", "source"), ("brand", "part_number")
)
SPECIFICATIONS = Table("specification_forms.csv", ("form", "regex", "source"), ("form",), ("regex",))
STRICT = Table("strict_numbers.csv", ("brand", "source", "note"), ("brand",))

# A run of letters, digits and signs, all of them ASCII and with a digit or a hyphen among them. Four digits alone are a
# year, a power: most of what has digits and is no number.
_RUN = re.compile(
    r"(?<![\w+/=#.:*&%~^@-])(?=[A-Z_+/=#.:*&%~^@]*+[0-9-])(?![0-9]{4}(?![A-Z0-9_+/=#.:*&%~^@-]))"
    r"[A-Z0-9_+/=#.:*&%~^@-]{4,}+(?!\w)"
)
_AFTER_WHOLE = re.compile(
    r" (?:(?<=\d )(?:[A-Z]{1,3}Z|[A-Z]{2,4}\+|\d{3}-)|[A-Z] \d{4,6}-[A-Z])"
)  # what may go on with a whole number, or go before it: "ADUM1201 ARZ", "P 19720-B21"
_DIGIT = re.compile(r"\d")
_LEADS = EDGES + "=+#"
_LABEL = re.compile(r"^(?:P/?N|PART|MPN|ART|APT|SKU|MODEL|КОД|АРТИКУЛ)[:#=]+", re.IGNORECASE)
# The language, the place of assembly or the packing behind a number: "#ABA", "#30", "#TRPBF".
_OPTION = re.compile(r"[A-Z0-9]{2,5}")
# A number that goes on: with its packing ("TJA1051T/3,118"), a length ("FT-SFP+-LC-0,3-85-D"), a grade ("MT41K… IT:P").
_PACKED = re.compile(r"[^,]+,\d{3}")
_GOING_ON = re.compile(r"(?:,\d[A-Z0-9/+-]*+| [A-Z]{2,3}:[A-Z]| OC-\d+GD?)(?![\w,.])")
_DIGITS_ONLY = re.compile(r"\d{3,}-\d{4,}(-\d+)*")

_Token = tuple[str, int, int, Owners, int, bool]  # a number, its offset, length, owners, shape, and whether it is whole

# "R740 в коробке", "R740 с процессорами": words that look like a letter of a number.
_WORD_OF_A_LETTER = re.compile("(?<= )[авиокосу](?= )")
_NO_PIECE = "§"


class Grammar:
    """The forms and lists of part numbers, compiled once."""

    def __init__(
        self, patterns: Sequence[Row], known: Sequence[Row], specifications: Sequence[Row], strict: Sequence[Row]
    ) -> None:
        self._forms = Forms(patterns, specifications)
        self._known: dict[str, list[tuple[str, str]]] = defaultdict(list)
        self.owners = lru_cache(maxsize=4096)(self._owners)
        self._mender = Mender(self.owners, self.is_specification)
        for row in known:
            self._add_known(row["brand"], row["part_number"].upper(), row["category"])
        self._strict = frozenset(row["brand"] for row in strict)
        self._token = lru_cache(maxsize=4096)(self._judge_token)
        self._owners_by = lru_cache(maxsize=4096)(_owners_by)

    def _add_known(self, brand: str, part_number: str, category: str) -> None:
        self._known[part_number].append((brand, category))
        self._mender.learn(part_number)

    def is_strict(self, brand: str | None) -> bool:
        """Whether only known forms are numbers of this maker; its models are names."""
        return brand in self._strict

    def is_specification(self, number: str) -> bool:
        return self.owners(number).is_specification

    def _owners(self, number: str) -> Owners:
        known = self._listed(number)
        forms, is_specification = self._forms.of(number)
        if not known and "#" in number and not any(form.sure for form in forms):
            base, _, option = number.partition("#")
            if _OPTION.fullmatch(option) and self.owners(base).any:
                known, forms = self._listed(base), self._forms.of(base).forms
        if forms and "," in number and _PACKED.fullmatch(number):
            makers = {form.brand for form in forms}
            packed = self._forms.of(number.partition(",")[0]).forms
            forms += tuple(form for form in packed if form.brand in makers)
        if not (known or forms):
            return A_SPECIFICATION if is_specification else NOBODY
        return self._owners_by(tuple(known), forms, is_specification)

    def _listed(self, number: str) -> Sequence[tuple[str, str]]:
        """The makers that list a number, each with the kind of goods; spares and refurbished goods keep it."""
        return self._known.get(number) or self._known.get(number.rstrip("=").removesuffix("-RF")) or ()

    def candidates(self, text: str, folded: str, names: Sequence[Hit] = ()) -> list[Candidate]:
        """The tokens of a title that may be part numbers, in order, broken ones mended. `names` are the makers'
        names, which are no pieces of a number before them: "AGL1250 Actel"."""
        upper = latin(folded)
        for match in _WORD_OF_A_LETTER.finditer(text):
            upper = upper[: match.start()] + _NO_PIECE + upper[match.end() :]
        found: list[Candidate] = []
        if " -" in upper or "- " in upper or "—" in upper or "–" in upper:
            upper = self._mender.close(upper)
        whole, reached, signs = False, 0, ", " if ":" in upper or " OC-" in upper else ","
        for match in _RUN.finditer(upper):
            place, end = match.span()
            if upper[end : end + 1] in signs and (longer := self._going_on(upper, place, end, names)):
                found.append(longer)
                whole, reached = True, longer.end
            if place < reached:
                continue
            for number, offset, length, owners, shape, is_whole in self._token(match[0], text[place:end]):
                start = place + offset
                found.append(Candidate(number, start, start + length, owners, shape))
                whole = whole or is_whole
        if not whole and found:
            found.extend(self._mended(self._mender.joined(upper, names), 3))
        if (not whole or _AFTER_WHOLE.search(upper)) and (pieces := self._mender.glued(upper)):
            found.extend(self._mended(pieces, 0))
            found.sort(key=lambda item: item.start)
        return found

    def _going_on(self, upper: str, place: int, end: int, names: Sequence[Hit]) -> Candidate | None:
        """A number that has the form of a maker only with what stands behind its comma or blank; of the makers that are
        named, where any is."""
        rest = _GOING_ON.match(upper, end)
        if rest is None:
            return None
        begun = upper[place:end].lstrip(EDGES)
        number = begun + rest[0].lstrip()
        owners = self.owners(number)
        makers = {*owners.known, *owners.sure, *owners.weak}
        named = (
            makers.intersection(hit[2].value for hit in names) if names else self.owners(begun).maker in {None, *makers}
        )
        return Candidate(number, end - len(begun), rest.end(), owners, 2) if makers and named else None

    def _mended(self, pieces: Iterable[Piece], shape: int) -> Iterator[Candidate]:
        for number, start, end in pieces:
            yield Candidate(number, start, end, self.owners(number), shape)

    def _judge_token(self, token: str, written: str) -> tuple[_Token, ...]:
        """What a token is, several where a slash or a plus parts two."""
        number, lead, label = token, 0, None
        if not token.isalnum():
            label = _LABEL.match(token)
            lead = label.end() if label else len(token) - len(token.lstrip(_LEADS))
            number = token[lead:].rstrip(EDGES)
        if len(number) < 4 or (len(number) == 4 and number.isdigit()):
            return ()
        owners = self.owners(number)
        if not owners.any and (parts := self._parts(number, written, lead)):
            return parts
        shape = 4 if label else _shape(number, written[lead : lead + len(number)])
        if not self._may_be(number, owners, shape):
            return ()
        is_whole = owners.maker is not None or (owners.any and "-" in number)
        return ((number, lead, len(number), owners, shape, is_whole),)

    def _may_be(self, number: str, owners: Owners, shape: int) -> bool:
        """Whether a token may be a part number: proven, or no specification and of a fitting form or shape."""
        if owners.maker:
            return True
        if _DIGIT.search(number) is None:
            return owners.any and _is_articulate(number)
        return (owners.any or shape > 0) and not owners.is_specification

    def _parts(self, number: str, written: str, lead: int) -> tuple[_Token, ...]:
        for sign in "+/:":
            left, _, right = number.partition(sign)
            if len(left) > 4 and len(right) > 4 and self.owners(left).any and self.owners(right).any:
                behind = lead + len(left) + 1
                return self._judge_token(left, written[lead : behind - 1]) + tuple(
                    (part, behind + offset, size, owners, shape, is_whole)
                    for part, offset, size, owners, shape, is_whole in self._judge_token(right, written[behind:])
                )
        return ()


def _owners_by(known: tuple[tuple[str, str], ...], forms: tuple[Form, ...], is_specification: bool) -> Owners:
    """The owners of a number that stands in lists and has forms."""
    categories = [(brand, category) for brand, category in known if category]
    categories += [(form.brand, form.category) for form in forms if form.category]
    return Owners(
        tuple([brand for brand, _ in known]),
        tuple([form.brand for form in forms if form.sure]),
        tuple([form.brand for form in forms if not form.sure]),
        tuple(categories),
        is_specification,
    )


def _is_articulate(number: str) -> bool:
    """Whether a number without digits has the joints of one: L-AC-PLS-LIC=."""
    return number.endswith("=") or number.count("-") >= 2


def _shape(number: str, written: str) -> int:
    """How much a token of no known form looks like a part number: 0 not at all, 2 where it has the maker's signs."""
    if number.lower() == number or len(number) > 40:  # no letters
        return int(_DIGITS_ONLY.fullmatch(number) is not None)
    if not written.isupper() and (
        small := sum(map(str.islower, written.replace("x", "").replace("х", "")))
    ):  # "TEG-S24Dg", but not "Gen10" or "i-a"
        return int("-" in number and len(number) >= 7 and small <= 2 and written[:2].isupper())
    return 2 if len(number) >= 7 or any(sign in number for sign in "-/+#=") else 1


def claimed_number(claim: str | None) -> str | None:
    """The site's claim as a part number; None for what can't be one (other letters, sentences)."""
    if claim is None or len(claim) > 60:
        return None
    found = "".join(claim.upper().split()) if claim.isascii() and "&" not in claim else as_number(claim)
    if found is None or len(found) < 3:
        return None
    return found.strip("./:,;") or None
