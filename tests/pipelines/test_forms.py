"""Forms of part numbers: each tried wherever it may fit, and nowhere that its letters rule out."""

import string

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.forms import PATTERNS, Form, Forms, check
from pipelines.openings import Opening, openings

ROWS = PATTERNS.rows(None)
SIGNS = string.ascii_uppercase + string.digits + "-/=+#."


def begins(text: str, opening: Opening) -> bool:
    return all(letter in letters for letter, letters in zip(text, opening, strict=False))


def test_every_form_fits_its_own_examples() -> None:
    for row in ROWS:
        check(row)


@pytest.mark.parametrize(
    "regex",
    [
        r"WS-C\d{4}", r"(GS|XGS)-\d+", r"A?B?C", r"(A|BC)?D", r"[A-Z]*7", r"\w{2,3}-X", r"(A)\1B",
        r"A{0,2}B", r"[^A]B", r"(?:A{3,5}|B)-?C", r".X", r"(|A)B",
    ],
)  # fmt: skip
@settings(max_examples=30)
@given(data=st.data())
def test_whatever_an_expression_matches_begins_as_it_says(regex: str, data: st.DataObject) -> None:
    text = data.draw(st.from_regex(regex, fullmatch=True, alphabet=SIGNS))
    assert any(begins(text[:2], opening) for opening in openings(regex, 2))


@pytest.mark.parametrize(("regex", "text"), [(r"(?=.*\d)\w[A1]+", "A1"), (r"(?i:ab)C", "AB"), (r"(?i)[a-z]b", "AB")])
def test_conditions_and_small_letters_rule_nothing_out(regex: str, text: str) -> None:
    assert any(begins(text, opening) for opening in openings(regex, 2))


def test_an_opening_rules_out_what_cannot_fit() -> None:
    found = openings(r"(GS|XGS)-\d+", 2)
    assert [text for text in ("GS", "XG", "GG", "XS", "AB") if any(begins(text, one) for one in found)] == ["GS", "XG"]


def test_a_number_has_the_forms_that_trying_them_all_would_find() -> None:
    forms, every = Forms(ROWS), [Form(row) for row in ROWS]
    numbers = {example for row in ROWS for example in row["examples"].replace(";", " ").split()}
    for number in sorted(numbers)[::11]:
        fitting = [form for form in every if number[0] in form.first_letters and form.fits(number)]
        assert {(form.brand, form.category) for form in forms.of(number)} == {
            (form.brand, form.category) for form in fitting
        }
