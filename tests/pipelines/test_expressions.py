"""Expressions: one pass finds what trying each by itself would find."""

import re
import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.expressions import Expressions

LETTERS = string.ascii_uppercase + string.digits + "-/=+#."
ROWS: list[tuple[str, str | None]] = [
    (r"WS-C\d{4}", None), (r"(GS|XGS)-\d+|A", "G"), (r"A?B?C", "AC"), (r"(?=.*\d)[A-Z0-9]+", None), (r"(A)\1B?", "A"),
    (r"(?!S5)S\d{2}", "S"), (r"[^A]B", None), (r"\w{2,3}-X", "X"), (r"A{0,2}B", None), (r"(?<=)7.*", None),
]  # fmt: skip


@pytest.mark.parametrize(("regex", "letters"), ROWS)
@given(data=st.data())
def test_one_pass_finds_what_trying_each_would_find(regex: str, letters: str | None, data: st.DataObject) -> None:
    alone = [re.compile(expression) for expression, _ in ROWS]
    text = data.draw(st.from_regex(regex, fullmatch=True, alphabet=LETTERS))
    assert Expressions(ROWS).of(text) == [
        place
        for place, (_, begins) in enumerate(ROWS)
        if alone[place].fullmatch(text) and (begins is None or text[:1] in begins)
    ]


def test_a_text_that_fits_nothing_has_no_expression() -> None:
    assert Expressions(ROWS).of("-") == []
    assert Expressions([]).of("WS-C2960") == []


def test_an_expression_tells_nothing_of_a_text_that_only_begins_so() -> None:
    assert Expressions([(r"WS-C\d{4}", None), (r"(?=W)WS-C\d{4}", "W")]).of("WS-C2960X") == []
