"""Forms of part numbers: one pass finds what trying each would find."""

import re

from pipelines.forms import PATTERNS, Forms, check, first_letters
from pipelines.part_numbers import SPECIFICATIONS

ROWS = PATTERNS.rows(None)
FORMS = Forms(ROWS, SPECIFICATIONS.rows(None))


def test_every_form_fits_its_own_examples() -> None:
    for row in ROWS:
        check(row)


def test_a_number_has_the_forms_that_trying_them_all_would_find() -> None:
    every = [(row, re.compile(row["regex"]), first_letters(row)) for row in ROWS]
    numbers = {example for row in ROWS for example in row["examples"].replace(";", " ").split()}
    for number in sorted(numbers):
        fitting = [row for row, regex, letters in every if number[0] in letters and regex.fullmatch(number)]
        assert fitting
        assert [(form.brand, form.category) for form in FORMS.of(number).forms] == [
            (row["brand"], row["category"]) for row in fitting
        ]


def test_a_specification_has_no_form_of_a_number() -> None:
    assert FORMS.of("10GBASE-T").is_specification
    assert not FORMS.of("WS-C2960X-48TS-L").is_specification


def test_other_letters_than_those_of_numbers_have_no_form() -> None:
    assert FORMS.of("WS-C2960Х-48TS-L").forms == ()  # with a Cyrillic letter that nothing folded
    assert FORMS.of("").forms == ()
    assert FORMS.of("WS-C\ud800").forms == ()
