"""Mending: part numbers that a title breaks with blanks ("ASA5506 - K9", "C1300 24T 4G", "NU 208 ECP")."""

import re
from collections.abc import Callable, Iterator, Sequence

from pipelines.candidate import Owners

STOPS = r"\s,;()\[\]{}\"«»“”„|<>!?'•…"
TOKEN = re.compile(rf"[^{STOPS}]+")
EDGES = "./:-*№_\\&%~^@"
_BRIEF = re.compile(r"[A-Z0-9+/-]{1,11}")
_DIGIT = re.compile(r"\d")
_BROKEN = re.compile(r"(?<=[A-Z0-9])(?: +-|- +| +- +)(?=[A-Z0-9])")
_SPARE = re.compile(r"(?<=[A-Z0-9])( +)=(?![\w=])")
_PIECE = re.compile(r"(?!\d+U$)(?:\d{1,3}[A-Z]{1,5}\d?[A-Z]*|[A-Z]{1,2}\d?)")  # "2U" is a height
_COMPACT = re.compile(r"[^A-Z0-9]+")
_EDGE = rf"(?<![^{STOPS}])"
_BLANKS = re.compile(
    rf"{_EDGE}([A-Z]{{2,4}}|\d[A-Z]{{2}}\d) (\d+[A-Z./-][A-Z0-9./-]*|\d{{3,5}}(?= [A-Z]{{1,4}}(?!\w)))"
    rf"(?: ([A-Z]{{1,4}})(?!\w))?(?![^{STOPS}])"
)
_LAST_LETTER = re.compile(rf"{_EDGE}([A-Z]{{1,2}}\d{{4,6}}) ([A-Z])(?![^{STOPS}])")

Piece = tuple[str, int, int]  # a mended number, with where it starts and ends


class Mender:
    """Knows by the lists and forms which pieces belong together."""

    def __init__(self, owners: Callable[[str], Owners], is_specification: Callable[[str], bool]) -> None:
        self._owners = owners
        self._is_specification = is_specification
        self._compact: dict[str, str] = {}
        self._tails: set[str] = set()
        self._firsts: set[str] = set()

    def learn(self, part_number: str) -> None:
        """Takes in a listed number: how it looks without signs, how it begins and ends."""
        compact = _COMPACT.sub("", part_number)
        if len(compact) >= 7 and compact != part_number:
            self._compact[compact] = part_number
            self._firsts.add(part_number.partition("-")[0])
        tail = part_number.rpartition("-")[2]
        if 0 < len(tail) <= 4 and not tail.isdigit() and tail != part_number:
            self._tails.add(tail)

    def close(self, upper: str) -> str:
        """ "CP - 7841 - K9 =" and "P00924 -B21" closed up, with the blanks moved behind so that places stay."""
        place = 0
        while match := _BROKEN.search(upper, place):
            place = match.end()
            left = upper[: match.start()].rsplit(maxsplit=1)[-1]
            right = TOKEN.match(upper, match.end())
            one_sided = match[0][0] == "-" or match[0][-1] == "-"
            if right is None or not self._belongs(left, right[0].rstrip(EDGES), one_sided=one_sided):
                continue
            moved = "-" + right[0] + " " * (len(match[0]) - 1)
            upper = upper[: match.start()] + moved + upper[right.end() :]
            place = match.start() + 1
        return self._with_spare_sign(upper) if " =" in upper else upper

    def _with_spare_sign(self, upper: str) -> str:
        for match in _SPARE.finditer(upper):
            left = upper[: match.start()].rsplit(maxsplit=1)[-1]
            if self._owners(left).any:
                upper = upper[: match.start()] + "=" + match[1] + upper[match.end() :]
        return upper

    def _belongs(self, left: str, right: str, *, one_sided: bool) -> bool:
        left = left.lstrip('(["')
        if not right.isascii() or self._is_specification(left):
            return False
        joined = self._owners(f"{left}-{right}")
        if joined.known or not any(map(str.isdigit, left)):
            return bool(joined.known or joined.sure)
        if right in self._tails and joined.any:
            return True
        return one_sided and bool(joined.sure) and not self._owners(left).sure and not right.isdigit()

    def joined(self, upper: str) -> Iterator[Piece]:
        """Numbers with blanks for hyphens: "C1300 24T 4G", "WS C2960X 48TS L"."""
        tokens = [(match.start(), match[0], _BRIEF.fullmatch(match[0]) is not None) for match in TOKEN.finditer(upper)]
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
                    yield number, window[0][0], window[-1][0] + len(window[-1][1])
                    break

    def _join(self, parts: Sequence[str]) -> str | None:
        compact = self._compact.get(_COMPACT.sub("", "".join(parts)))
        if compact is not None:
            return compact
        head, *rest = parts
        if len(head) < 4 or not _DIGIT.search(head) or not all(map(_PIECE.fullmatch, rest)):
            return None
        joined = "-".join(parts)
        return joined if self._owners(joined).sure and not self._owners(head).sure else None

    def glued(self, upper: str) -> Iterator[Piece]:
        """Numbers with blanks for nothing: "6ES7 317-2EK14-0AB0", "NU 208 ECP", "J9150 A"."""
        for match in _BLANKS.finditer(upper):
            count = 3 if match[2].isdigit() and match[3] else 2
            number = "".join(match.groups("")[:count])
            if self._owners(number).any and not self._owners(match[2]).maker:
                yield number, match.start(), match.end(count)
        for match in _LAST_LETTER.finditer(upper):
            number = match[1] + match[2]
            if self._owners(number).sure and not self._owners(match[1]).maker:
                yield number, match.start(), match.end()
