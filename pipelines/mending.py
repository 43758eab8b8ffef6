"""Mending: part numbers that a title breaks with blanks ("ASA5506 - K9", "C1300 24T 4G", "NU 208 ECP")."""

import re
from collections.abc import Callable, Collection, Iterator, Sequence
from functools import lru_cache

from pipelines.candidate import Owners
from pipelines.lexicon import Hit

STOPS = r"\s,;()\[\]{}\"«»“”„|<>!?'•…"
TOKEN = re.compile(rf"[^{STOPS}]+")
EDGES = "./:-*№_\\&%~^@"
_LENGTH = 11  # letters of a piece
_BRIEF = re.compile(rf"[A-Z0-9+/-]{{1,{_LENGTH}}}")
_DIGIT = re.compile(r"\d")
_BROKEN = re.compile(r"(?<=[A-Z0-9])(?: +[-–—]|[-–—] +| +[-–—] +|[–—])(?=[A-Z0-9])")
_SPARE = re.compile(r"(?<=[A-Z0-9])( +)=(?![\w=])")
_PIECE = re.compile(r"(?!\d+U$)(?:\d{1,3}[A-Z]{1,5}\d?[A-Z]*|[A-Z]{1,2}\d{0,2}[A-Z]{0,3})")  # "2U" is a height
_COMPACT = re.compile(r"[^A-Z0-9]+")
_EDGE = rf"(?<![^{STOPS}])"
# First pieces, each with the signs that it ends with and with what may follow it. A lone letter goes with what follows:
# "P 19720-B21", "J 9150A".
_FIRSTS = (
    (r"[A-Z]", r"[A-Z]", r"(?:\d{4,6}-[A-Z]\d\d|\d{4}[A-Z])(?![\w-])"),
    (r"[A-Z]{2,5}", r"[A-Z]{2}", r"-?\d{1,4}(?:[A-Z/]\w{0,4}(?:-[A-Z]{2,5})?|-\d\w{0,8})?(?![\w-])"),
    (r"\d[A-Z]{2}\d", r"[A-Z]\d", r"\d{3}-"),
    (r"[A-Z]{1,5}\d{2,6}", r"\d\d", r"(?:[A-Z]{1,3}Z|[A-Z]{2,4}\+|[A-Z]{1,4}\d{1,3}[A-Z]?|[A-Z])(?![\w-])"),
)
_HEAD = re.compile(rf"{_EDGE}(?:{'|'.join(f'{first}(?= {second})' for first, _, second in _FIRSTS)})")
# The blank between two such pieces, if there is any: most titles have none, which is soon found, from blank to blank.
_GAP = re.compile(f" (?<![A-Z]{{6}} )(?:{'|'.join(f'(?<={ends} ){second}' for _, ends, second in _FIRSTS)})")
_NEXT = re.compile(rf" (-?[A-Z0-9][^{STOPS}]*+)(?!')")  # "TA'MIRLASH" is a word
_MIDDLE = re.compile(r"-?\d[\w./+#-]*|[A-Z]{1,2}\d{2,}[A-Z0-9]*|[A-Z]{1,4}\d[A-Z]?")
_SUFFIX = re.compile(
    r"[A-Z]{1,4}\d[A-Z]?|[A-Z]{2,4}\+(?:-T|T)?|[A-Z]{2,4}#\w+|[A-Z]{1,3}Z|[A-Z]"
)  # of a package: "ARZ", "RCT6", "ESA+"
_TAIL = re.compile(r"[A-Z]{1,4}")
_TAIL_LENGTH = 4  # letters of a number's last piece behind a spaced hyphen: "M393A4K40DB3 - CWE"
_WIDEST = 5  # pieces of a number that is broken at its hyphens
_MOST = 3  # pieces behind the first

Piece = tuple[str, int, int]  # a mended number, with where it starts and ends


class Mender:
    """Knows by the lists and forms which pieces belong together."""

    def __init__(self, owners: Callable[[str], Owners], is_specification: Callable[[str], bool]) -> None:
        self._owners = owners
        self._is_specification = is_specification
        self._compact: dict[str, str] = {}
        self._tails: set[str] = set()
        self._firsts: set[str] = set()
        self._beginnings: set[str] = set()  # of listed numbers without signs, as long as a piece may be
        self._begins = lru_cache(maxsize=8192)(self._may_begin)

    def learn(self, part_number: str) -> None:
        """Takes in a listed number: how it looks without signs, how it begins and ends."""
        compact = _plain(part_number)
        if len(compact) >= 7 and compact != part_number:
            self._compact[compact] = part_number
            self._firsts.add(part_number.partition("-")[0])
            self._beginnings.update(compact[: length + 1] for length in range(_LENGTH))
        tail = part_number.rpartition("-")[2]
        if 0 < len(tail) <= 4 and not tail.isdigit() and tail != part_number:
            self._tails.add(tail)

    def close(self, upper: str) -> str:
        """ "CP - 7841 - K9 =" and "P00924 -B21" closed up, with the blanks moved behind so that places stay."""
        place, mended = 0, ""
        while match := _BROKEN.search(upper, place):
            place = match.end()
            left = upper[: match.start()].rsplit(maxsplit=1)[-1]
            right = TOKEN.match(upper, match.end())
            one_sided = match[0][0] == "-" or match[0][-1] == "-"
            if right is None or not self._belongs(
                left, right[0].rstrip(EDGES), one_sided=one_sided, chained=left == mended
            ):
                continue
            mended = f"{left}-{right[0]}"
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

    def _belongs(self, left: str, right: str, *, one_sided: bool, chained: bool) -> bool:
        """Whether the pieces around a spaced hyphen are of one number; `chained` where the left one was just mended."""
        left = left.lstrip('(["')
        if not right.isascii() or self._is_specification(left):
            return False
        joined = self._owners(f"{left}-{right}")
        if joined.known or not any(map(str.isdigit, left)):
            apart = "-" in right and self._owners(right).maker is not None
            return bool(joined.known or joined.sure) and not apart
        if (right in self._tails and joined.any) or (chained and joined.sure and not right.isdigit()):
            return True
        alone = self._owners(left)
        if right.isdigit() or not joined.sure or alone.sure:
            return False
        return one_sided or (len(right) <= _TAIL_LENGTH and not alone.known)

    def joined(self, upper: str, names: Sequence[Hit] = ()) -> Iterator[Piece]:
        """Numbers with blanks for hyphens: "C1300 24T 4G", "WS C2960X 48TS L"; the longest that begins so."""
        words = TOKEN.findall(upper)
        beginnings = [*map(self._begins, words)]
        if not any(beginnings):
            return
        begun = [
            place for place, (fits, word) in enumerate(zip(beginnings, words[1:], strict=False)) if fits and fits(word)
        ]
        if not begun:
            return
        taken = {hit[0] for hit in names}  # a maker's name is no piece
        tokens = [(match.start(), match[0]) for match in TOKEN.finditer(upper)]
        for index in begun:
            start, head = tokens[index]
            number, end = self._longest(head, tokens[index + 1 : index + _WIDEST], taken)
            if number is not None:
                yield number, start, end

    def _may_begin(self, word: str) -> Callable[[str], object] | None:
        """What tells whether another word may follow, for a word that may be the first piece of a number."""
        if (word.isalpha() and word not in self._firsts) or _BRIEF.fullmatch(word) is None:
            return None
        if _plain(word) in self._beginnings and (word in self._firsts or _DIGIT.search(word)):
            return _BRIEF.fullmatch
        return _PIECE.fullmatch if _may_have_form(word) and not self._owners(word).sure else None

    def _longest(
        self, head: str, following: Sequence[tuple[int, str]], taken: Collection[int]
    ) -> tuple[str | None, int]:
        found, end = None, 0
        plain, joined = _plain(head), head
        has_form = _may_have_form(head)
        for start, piece in following:
            if start in taken or not _BRIEF.fullmatch(piece):
                break
            plain, joined = plain + _plain(piece), f"{joined}-{piece}"
            has_form = has_form and _PIECE.fullmatch(piece) is not None
            number = self._compact.get(plain)
            if number is None and has_form and self._owners(joined).sure and not self._owners(head).sure:
                number = joined
            if number is not None:
                found, end = number, start + len(piece)
        return found, end

    def glued(self, upper: str) -> Sequence[Piece]:
        """Numbers with blanks for nothing: "6ES7 317-2EK14-0AB0", "NU 208 ECP", "STM32 F103 RCT6", "J9150 A"."""
        return tuple(self._glued(upper)) if _GAP.search(upper) else ()

    def _glued(self, upper: str) -> Iterator[Piece]:
        for match in _HEAD.finditer(upper):
            pieces: list[re.Match[str]] = []
            while len(pieces) < _MOST and (piece := _NEXT.match(upper, pieces[-1].end() if pieces else match.end())):
                pieces.append(piece)
            for count in range(len(pieces), 0, -1):
                parts = [piece[1].rstrip(EDGES) for piece in pieces[:count]]
                number = match[0] + "".join(parts)
                if self._is_one(match[0], parts, number):
                    yield number, match.start(), pieces[count - 1].start(1) + len(parts[-1])
                    break

    def _is_one(self, head: str, parts: Sequence[str], number: str) -> bool:
        """Whether pieces are one number: each looks like a piece, none is a number by itself, and together they have a
        form; letters and digits alone ("ISR 4331") are a family's name where the form is sure."""
        *middle, last = parts
        after_digits = bool(middle) and middle[-1].isdigit()
        fits = _MIDDLE.fullmatch(last) or _SUFFIX.fullmatch(last) or (after_digits and _TAIL.fullmatch(last))
        if not (fits and all(map(_MIDDLE.fullmatch, middle)) and any(map(str.isdigit, number))):
            return False
        owners, own = self._owners(number), self._owners(head).maker
        if not owners.any or any(self._is_apart(part, sure=bool(owners.sure)) for part in parts):
            return False
        if own is not None:
            return len(parts) == 1 and owners.maker == own and _SUFFIX.fullmatch(last) is not None
        return bool(owners.weak) or (bool(owners.sure) and not (len(parts) == 1 and last.isdigit()))

    def _is_apart(self, part: str, *, sure: bool) -> bool:
        """Whether a piece is a number by itself, or a specification beside a number whose form is not sure."""
        owners = self._owners(part)
        if owners.known or owners.sure:
            return True
        return not sure and not part.isdigit() and self._is_specification(part)


def _may_have_form(head: str) -> bool:
    """Whether a first piece may begin a number that no list knows."""
    return len(head) >= 4 and _DIGIT.search(head) is not None


def _plain(piece: str) -> str:
    return piece if piece.isalnum() else _COMPACT.sub("", piece)
