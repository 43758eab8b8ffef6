"""Two addresses are one where only tracking, sessions, the order of parameters, `www.` or the scheme differ."""

from urllib.parse import urljoin

import pytest
from hypothesis import given
from hypothesis import strategies as st

from restock.addresses import _joined, address_forms, clean_url, url_key


@pytest.mark.parametrize(
    ("url", "cleaned"),
    [
        ("https://a.example/p?utm_source=x&product_id=42", "https://a.example/p?product_id=42"),
        ("https://a.example/p?product_id=42&PHPSESSID=abc#top", "https://a.example/p?product_id=42"),
        ("https://a.example/p;jsessionid=1F?id=1", "https://a.example/p?id=1"),
        ("https://a.example/товары/ключ", "https://a.example/товары/ключ"),
        ("https://a.example/%D1%82?q=%20x", "https://a.example/%D1%82?q=%20x"),
        ("HTTPS://A.Example/Path", "https://a.example/Path"),
        ("https://a.example", "https://a.example/"),
        ("https://a.example/p?yclid=1&_openstat=2&gclid=3", "https://a.example/p"),
    ],
)
def test_clean_url_keeps_the_address_and_drops_tracking(url: str, cleaned: str) -> None:
    assert clean_url(url) == cleaned


def test_clean_url_makes_absolute() -> None:
    assert clean_url("../p/1?sid=9", "https://a.example/c/list/") == "https://a.example/c/p/1"


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://www.a.example/p/1/", "http://a.example/p/1"),
        ("https://a.example/p?a=1&b=2", "https://a.example/p?b=2&a=1&utm_medium=x"),
        ("https://a.example:443/p", "https://a.example/p"),
    ],
)
def test_same_page(one: str, other: str) -> None:
    assert url_key(one) == url_key(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("https://a.example/p?product_id=42", "https://a.example/p?product_id=43"),
        ("https://a.example/p", "https://shop.a.example/p"),
        ("https://a.example/p", "https://a.example:8443/p"),
        ("https://a.example/P", "https://a.example/p"),
    ],
)
def test_other_page(one: str, other: str) -> None:
    assert url_key(one) != url_key(other)


@given(st.text(alphabet=st.characters(exclude_characters="[]"), max_size=60))
def test_cleaning_is_idempotent(path: str) -> None:
    once = clean_url("https://a.example/" + path)
    assert clean_url(once) == once


_PIECE = st.text("aA1=&?;/.%+ -_#ю:", max_size=8)


@given(
    st.sampled_from(("http", "https", "HTTP", "ftp")),
    st.sampled_from(("shop.example", "www.shop.example", "www.", "Shop.example", "shop.example:80", "")),
    st.lists(_PIECE, max_size=3).map("/".join),
    st.lists(
        st.sampled_from(("a=1", "a", "b=", "utm_source=x", "sid=1", "A=2", "a=1%20", "&", "=x")) | _PIECE, max_size=4
    ),
)
def test_both_forms_at_once_are_each_form(scheme: str, host: str, path: str, query: list[str]) -> None:
    url = f"{scheme}://{host}/{path}" + ("?" + "&".join(query) if query else "")
    assert address_forms(url) == (clean_url(url), url_key(url))


REFERENCES = st.lists(
    st.sampled_from(
        ["/", "a", "b.html", ".", "..", "//", "?", "page=2", "&", "sid=1", ";x", "#", " ", "%D0", "Д", ":80"]
    ),
    max_size=7,
).map("".join)


@given(REFERENCES, st.sampled_from(["http://shop.example/", "https://www.shop.example:8443/a/b?x=1", "http://h"]))
def test_the_quick_way_to_join_is_the_way_of_the_rules(reference: str, base: str) -> None:
    assert _joined(base, reference) == urljoin(base, reference)
