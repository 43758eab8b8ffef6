"""What is told of a text by its shape is what the text itself says: no wording tells one number from another."""

from hypothesis import given
from hypothesis import strategies as st

from spiders.readers import stock, warehouses, words
from spiders.readers.lists import _COUNTS
from spiders.readers.text import xml_bytes, xml_text
from spiders.readers.warehouses import _COUNT

# fmt: off
PIECES = st.sampled_from([
    "1", "2", "10", "15 000", "1,50", " ", "₽", "руб.", "за 1 шт", "за 2 шт.", "/ 1 шт", "/шт", "шт.", "НДС 20%",
    "с НДС", "от", "в наличии", "более 10", "(1)", "Cisco WS-C2960", "под заказ 1-2 недели", "only 1 left",
    "найдено 21", "-", "+", "Склад 2: ", "Москва",
])
# fmt: on
TEXTS = st.lists(PIECES, min_size=1, max_size=6).map("".join)


@given(TEXTS)
def test_a_shape_says_what_its_text_says(text: str) -> None:
    shape = words.shape(text)
    plain = (words.PRICE_BESIDE, words.STOCK, words.STOCK_BESIDE, words.COUNTED, words.COUNT, words.CURRENCY)
    for pattern in (*plain, stock._PLACE, _COUNTS, _COUNT, warehouses._PLACE, warehouses._NO_PLACE):
        assert [found.span() for found in pattern.finditer(text)] == [found.span() for found in pattern.finditer(shape)]
    assert (words.STOCK_START.match(text) is None) == (words.STOCK_START.match(shape) is None)


@given(TEXTS)
def test_a_count_stands_where_a_quantity_does(text: str) -> None:
    assert (words.COUNT.search(text) is None) == (words.QUANTITY.search(text) is None)


@given(st.text(st.one_of(st.characters(), st.sampled_from("\0\t\x1f\x7f\ud800\ufffd\ufffe\uffff\U0010ffff"))))
def test_a_page_in_bytes_loses_what_a_text_loses(text: str) -> None:
    assert xml_bytes(text) == xml_text(text).encode()
