"""Hosts: a crawl stays on its site's own hosts, and off every private address but the one it was given."""

import pytest

from spiders.crawling.hosts import Hosts, is_local, is_public


@pytest.mark.parametrize(
    ("start", "url", "refusal"),
    [
        ("http://shop.test/", "http://shop.test/a", None),
        ("http://shop.test/", "https://www.shop.test/a", None),
        ("https://www.shop.test/", "http://shop.test:80/a", None),
        ("http://shop.test/", "http://shop.test:8080/a", "off-site"),
        ("http://shop.test:8080/", "http://shop.test/", "off-site"),
        ("http://shop.test:8080/", "https://shop.test:8080/", None),
        ("http://shop.test/", "http://sub.shop.test/", "off-site"),
        ("http://shop.test/", "http://shop.test.evil.test/", "off-site"),
        ("http://shop.test/", "http://shop.test@evil.test/", "off-site"),
        ("http://shop.test/", "file:///etc/passwd", "scheme"),
        ("http://shop.test/", "ftp://shop.test/x", "scheme"),
        ("http://shop.test/", "javascript:alert(1)", "scheme"),
        ("http://shop.test/", "http://[bad/", "bad address"),
        ("http://shop.test/", "http://shop.test:99999/", "bad address"),
        ("http://shop.test/", "http:///path", "bad address"),
        ("http://127.0.0.1:8000/", "http://127.0.0.1:8001/", "off-site"),
        ("http://127.0.0.1:8000/", "http://localhost:8000/", "off-site"),
        ("http://127.0.0.1:8000/", "http://2130706433:8000/", "off-site"),
        ("http://магазин.рф/", "http://xn--80aairftm.xn--p1ai/", None),
        ("http://SHOP.test/", "http://shop.test./", None),
    ],
)
def test_only_own_hosts_are_followed(start: str, url: str, refusal: str | None) -> None:
    assert Hosts([start]).refusal(url) == refusal


@pytest.mark.parametrize(
    ("host", "port", "address", "allowed"),
    [
        ("shop.test", 80, "93.184.216.34", True),
        ("www.shop.test", 443, "93.184.216.34", True),
        ("shop.test", 80, "10.0.0.1", True),
        ("shop.test", 443, "10.0.0.1", False),
        ("www.shop.test", 80, "127.0.0.1", False),
        ("www.shop.test", 80, "169.254.169.254", False),
        ("www.shop.test", 80, "::ffff:127.0.0.1", False),
        ("www.shop.test", 80, "fe80::1%eth0", False),
    ],
)
def test_private_addresses_only_where_the_start_itself_is(host: str, port: int, address: str, allowed: bool) -> None:
    assert Hosts(["http://shop.test/"]).may_connect(host, port, address) is allowed


@pytest.mark.parametrize("address", ["127.0.0.1", "10.1.2.3", "192.168.0.1", "169.254.1.1", "::1", "0.0.0.0", "x"])
def test_private_addresses_are_not_public(address: str) -> None:
    assert not is_public(address)


def test_local_hosts_need_no_proxy() -> None:
    assert is_local("127.0.0.1")
    assert is_local("localhost")
    assert not is_local("shop.test")
    assert not is_local("93.184.216.34")
