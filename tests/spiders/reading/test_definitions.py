"""Sites as YAML: what is loaded, what is refused and where, what is written."""

from pathlib import Path

import pytest
import yaml

from restock.errors import SettingsError, UsageError
from restock.site import Follow, Selectors, Site
from spiders.definitions import BUILT_IN, definitions_of, load_site, site_for_url, undescribed_site, write_site


def write(home: Path, text: str, name: str = "shop") -> Path:
    file = home / "sites" / f"{name}.yaml"
    file.parent.mkdir(exist_ok=True)
    file.write_text(text, "utf-8")
    return file


@pytest.mark.parametrize("file", sorted(BUILT_IN.glob("*.yaml")), ids=lambda file: file.stem)
def test_built_in_definitions_load_and_are_called_after_their_file(file: Path) -> None:
    assert load_site(file).name == file.stem


def test_a_written_site_reads_back_the_same(tmp_path: Path) -> None:
    site = Site(
        name="shop",
        title="Магазин",
        start=("https://shop.example/catalog/",),
        platform="bitrix",
        follow=Follow(product=(r"/p/\d+$",)),
        selectors=Selectors(card="div.card", card_fields={"price": "b::text"}),
        known=("12 pages",),
    )
    file = write_site(tmp_path, site)
    assert definitions_of(tmp_path).checked()["shop"] == site
    assert "max_pages" not in file.read_text("utf-8")
    assert "Магазин" in file.read_text("utf-8")
    assert [path.name for path in file.parent.iterdir()] == ["shop.yaml"]


@pytest.mark.parametrize("name", ["../x", "http://shop.example", "a/b", ".hidden", "x" * 80, "a b"])
def test_a_name_that_is_no_safe_file_name_is_refused(tmp_path: Path, name: str) -> None:
    with pytest.raises(UsageError):
        write_site(tmp_path, Site(name=name, start=("http://shop.example/",)))
    assert list(tmp_path.iterdir()) == []


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("start: [http://a.example/\n", ":2: not readable as YAML"),
        ("- a\n", ":1: a site definition is a mapping"),
        ("", ":1: a site definition is a mapping"),
        ("name: shop\n", ":1: start: "),
        ("start: http://a.example/\ncolour: red\n", ":2: colour: "),
        ("start: ftp://a.example/\n", ":1: start.0: "),
        ("start:\n - http://a.example/\n - nonsense\n", ":3: start.1: "),
        ("start: http://a.example/\nmarket: Russia\n", ":2: market: "),
        ("start: http://a.example/\nplatform: none\n", ":2: platform: "),
        ("start: http://a.example/\nencoding: utf-99\n", ":2: encoding: "),
        ("start: http://a.example/\nfollow:\n  skip: ['(']\n", ":3: follow.skip.0: "),
        ("start: http://a.example/\nselectors:\n  card: 'div['\n", ":3: selectors.card: "),
        ("start: http://a.example/\nselectors:\n  card_fields:\n    cost: b\n", ":4: selectors.card_fields.cost: "),
        ("start: http://a.example/\nguard:\n  lost_share: 7\n", ":3: guard.lost_share: "),
        ("start: http://a.example/\nstart: http://b.example/\n", ":2: start: the key stands here twice"),
    ],
)
def test_a_bad_definition_is_refused_with_its_place(tmp_path: Path, text: str, said: str) -> None:
    file = write(tmp_path, text)
    with pytest.raises(SettingsError) as caught:
        definitions_of(tmp_path).checked()
    assert str(caught.value).startswith(f"{file}{said}")
    assert "\n" not in str(caught.value)


def test_two_files_of_one_name_are_refused(tmp_path: Path) -> None:
    write(tmp_path, "name: x\nstart: http://a.example/\n", "a")
    write(tmp_path, "name: x\nstart: http://a.example/\n", "b")
    with pytest.raises(SettingsError, match="another file"):
        definitions_of(tmp_path).checked()


def test_a_definition_that_cant_be_used_leaves_the_others_theirs(tmp_path: Path) -> None:
    """A built-in definition does not take the place of the user's own, whatever that meant to say."""
    write(tmp_path, "start: http://a.example/\n", "a")
    write(tmp_path, "name: nag\nenabled: false\nstrat: x\n", "mine")
    write(tmp_path, "a: [", "torn")
    for twin in ("one", "two"):
        write(tmp_path, "name: x\nstart: http://a.example/\n", twin)
    found = definitions_of(tmp_path)
    assert found.faults.keys() == {"nag", "torn", "x"}
    assert "a" in found.sites
    assert not found.sites.keys() & found.faults.keys()


def test_a_definition_is_plain_data(tmp_path: Path) -> None:
    write(tmp_path, "start: !!python/object/apply:os.getcwd []\n")
    with pytest.raises(SettingsError):
        definitions_of(tmp_path).checked()


def test_a_site_is_found_by_scheme_host_and_port(tmp_path: Path) -> None:
    sites = {"a": Site(name="a", start=("http://www.a.example:8080/x/",))}
    assert site_for_url(sites, "http://a.example:8080/other") is sites["a"]
    assert site_for_url(sites, "https://a.example:8080/") is None
    assert site_for_url(sites, "http://a.example/") is None


@pytest.mark.parametrize(
    ("url", "name", "start"),
    [
        ("HTTP://Shop.Example:80", "http://shop.example", "HTTP://Shop.Example:80/"),
        ("http://127.0.0.1:8000/c/?id=1#x", "http://127.0.0.1:8000", "http://127.0.0.1:8000/c/?id=1"),
        ("https://[::1]:8443/", "https://[::1]:8443", "https://[::1]:8443/"),
    ],
)
def test_a_site_without_a_definition_is_its_scheme_host_and_port(url: str, name: str, start: str) -> None:
    site = undescribed_site(url)
    assert site.name == name
    assert [address.casefold() for address in site.start] == [start.casefold()]


@pytest.mark.parametrize(
    "url", ["shop", "file:///etc/passwd", "http://", "http://a b/", "http://u:p@a/", "http://a:99999/"]
)
def test_a_bad_address_is_refused(url: str) -> None:
    with pytest.raises(UsageError):
        undescribed_site(url)


def test_definitions_are_written_in_the_order_a_person_reads(tmp_path: Path) -> None:
    file = write_site(tmp_path, Site(name="s", start=("http://a.example/",), market="KZ"))
    assert list(yaml.safe_load(file.read_text("utf-8"))) == ["name", "start", "market"]
