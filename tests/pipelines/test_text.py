"""Folding keeps places, is idempotent, and makes look-alikes one."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.text import clean, fold, latin, mixed_script, number, skeleton, squeeze


@given(st.text())
def test_folding_is_idempotent_and_keeps_places(text: str) -> None:
    folded = skeleton(text)
    assert skeleton(folded) == folded
    assert len(folded) == len(text)
    assert len(latin(folded)) == len(folded)


@given(st.text())
def test_cleaning_is_idempotent(text: str) -> None:
    assert squeeze(squeeze(text)) == squeeze(text)


@pytest.mark.parametrize("text", ["Сisсо", "СISСО", "cisco", "CISCO", "ＣＩＳＣＯ"])
def test_spellings_that_look_alike_fold_to_one(text: str) -> None:
    assert squeeze(text) == "cisco"


def test_no_break_spaces_dashes_quotes_and_entities_become_plain() -> None:
    assert clean("8x3.5&quot;\u00a0\u202fWS\u2011C") == '8x3.5"  WS-C'


def test_a_number_is_upper_case_latin_without_spaces() -> None:
    assert number("с9300-48р - а") == "C9300-48P-A"
    assert number("Эльбрус-8С") is None


def test_mixed_script_is_a_signal() -> None:
    assert mixed_script("Коммутатор Сisco")
    assert not mixed_script("Коммутатор Cisco")


@given(st.text())
def test_one_step_or_two_fold_alike(text: str) -> None:
    assert fold(text) == skeleton(clean(text))
