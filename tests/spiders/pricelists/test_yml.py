"""YML and JSON lines: every form of an offer, damaged and hostile files."""

import gzip
from collections.abc import Callable
from typing import Any

import orjson
import pytest

from spiders.pricelists import ListError

Take = Callable[..., Any]

HEAD = """<?xml version="1.0" encoding="{encoding}"?>
<!DOCTYPE yml_catalog SYSTEM "http://127.0.0.1:9/shops.dtd">
<yml_catalog date="2026-11-22 08:00"><shop><name>Меридиан</name>
<currencies><currency id="RUR" rate="1"/></currencies>
<categories><category id="1">Сеть</category><category id="2" parentId="1">Коммутаторы</category>
<category id="8" parentId="9">A</category><category id="9" parentId="8">B</category></categories>
<offers>"""
TAIL = "</offers></shop></yml_catalog>"

SIMPLE = """<offer id="7" available="true"><url>https://m.example/p/7</url><price>1500</price><oldprice>2000</oldprice>
<currencyId>RUR</currencyId><categoryId>2</categoryId><vendor>Cisco</vendor><vendorCode>WS-C2960X-24TS-L</vendorCode>
<name>Коммутатор Cisco &amp; Ко</name><barcode>4006381333931</barcode><count>5</count>
<description><![CDATA[<p>24 порта &amp; <b>PoE</b></p>]]></description></offer>"""
CUSTOM = """<offer id="8" type="vendor.model" available="false"><price from="true">100</price>
<currencyId>USD</currencyId><categoryId>1</categoryId><typePrefix>Коммутатор</typePrefix><vendor>HPE</vendor><model>2530-24G</model>
<param name="Артикул">J9773A</param><condition type="likenew"><reason>вскрыт</reason></condition>
<outlets><outlet id="1" instock="3"/><outlet id="2" instock="4"/></outlets></offer>"""


def feed(*offers: str, encoding: str = "utf-8") -> bytes:
    return (HEAD.format(encoding=encoding) + "".join(offers) + TAIL).encode(encoding)


def test_the_simple_form(take: Take) -> None:
    (row,) = take(feed(SIMPLE)).rows
    assert row.to_json() == {
        "title": "Коммутатор Cisco & Ко", "url": "https://m.example/p/7", "sku": "7", "brand": "Cisco",
        "mpn": "WS-C2960X-24TS-L", "gtin": "4006381333931", "category": "Сеть / Коммутаторы", "price": "1500",
        "regular_price": "2000", "currency": "RUR", "availability": "В наличии", "quantity": "5",
        "description": "24 порта & PoE",
    }  # fmt: skip


def test_the_custom_form(take: Take) -> None:
    (row,) = take(feed(CUSTOM)).rows
    assert row.to_json() == {
        "title": "Коммутатор HPE 2530-24G", "sku": "8", "brand": "HPE", "mpn": "J9773A", "category": "Сеть",
        "price": "от 100", "currency": "USD", "availability": "Под заказ", "quantity": "1: 3; 2: 4", "condition": "б/у",
    }  # fmt: skip


@pytest.mark.parametrize("encoding", ["utf-8", "windows-1251", "utf-16"])
@pytest.mark.parametrize("pack", [bytes, gzip.compress])
def test_encodings_packed_and_plain(take: Take, encoding: str, pack: Callable[[bytes], bytes]) -> None:
    found = take(pack(feed(SIMPLE, CUSTOM, encoding=encoding)))
    assert [row.title for row in found.rows] == ["Коммутатор Cisco & Ко", "Коммутатор HPE 2530-24G"]


def test_a_part_number_param_outweighs_the_vendor_code(take: Take) -> None:
    offer = '<offer id="1"><name>A</name><vendorCode>0001</vendorCode><param name="Партномер">X-1</param></offer>'
    assert take(feed(offer)).values("mpn", "availability") == [("X-1", None)]
    assert take(feed(offer), mpn="vendorCode").values("mpn") == [("0001",)]
    assert take(feed(offer), mpn="-", title="партномер").values("mpn", "title") == [(None, "X-1")]


def test_a_map_that_fits_no_offer_is_noted(take: Take) -> None:
    found = take(feed(SIMPLE), mpn="Партномер")
    assert found.values("mpn") == [(None,)]
    assert found.tally.notes == ["--map: no row has 'Партномер'"]


def test_categories_in_a_circle_end(take: Take) -> None:
    (row,) = take(feed('<offer id="1"><name>A</name><categoryId>8</categoryId></offer>')).rows
    assert row.category is not None


def test_an_offer_without_a_name_is_lost_and_told(take: Take) -> None:
    found = take(feed(SIMPLE, '<offer id="66"><price>1</price></offer>'))
    assert len(found.rows) == 1
    assert found.tally.samples == ["offer 66: no name"]


def test_a_file_that_breaks_off_is_no_list(take: Take) -> None:
    body = feed(*[SIMPLE.replace('"7"', f'"{number}"') for number in range(50)])
    with pytest.raises(ListError, match="to its end"):
        take(body[: len(body) // 2])
    packed = gzip.compress(body)
    with pytest.raises(ListError, match="unpacked"):
        take(packed[: len(packed) // 2])


def test_another_document_is_no_list(take: Take) -> None:
    with pytest.raises(ListError, match="html"):
        take("<html><body><h1>403 Forbidden</h1></body></html>")


def test_entities_are_neither_expanded_nor_fetched(take: Take) -> None:
    entities = '<!ENTITY name "Cisco"><!ENTITY file SYSTEM "file:///etc/passwd"><!ENTITY nbsp "&#160;">'
    body = feed('<offer id="1"><name>A&nbsp;&name;&file; &amp; B</name></offer>').decode()
    head = f"<!DOCTYPE yml_catalog [{entities}]>"
    body = body.replace('<!DOCTYPE yml_catalog SYSTEM "http://127.0.0.1:9/shops.dtd">', head)
    assert [row.title for row in take(body).rows] == ["A & B"]


def test_a_bomb_of_entities_is_no_list(take: Take) -> None:
    levels = "".join(f'<!ENTITY l{level} "{f"&l{level - 1};" * 10}">' for level in range(1, 12))
    head = f'<!DOCTYPE yml_catalog [<!ENTITY l0 "lol">{levels}]>'
    body = f"{head}<yml_catalog><shop><name>&l11;</name></shop></yml_catalog>"
    with pytest.raises(ListError, match="to its end"):
        take(body)


def test_json_lines_are_raw_listings(take: Take) -> None:
    rows = [{"title": "A", "price": 10.5, "mpn": "X", "site": "other"}, {"title": "B", "sku": "7"}]
    text = b"\xef\xbb\xbf" + b"\n\n".join(map(orjson.dumps, rows)) + b'\nnot json\n{"price": "1"}\n[1]\n{"title": {}}'
    found = take(text)
    assert found.values("title", "price", "mpn", "site", "sku") == [
        ("A", "10.5", "X", None, None), ("B", None, None, None, "7"),
    ]  # fmt: skip
    assert found.tally.lost == 4
    assert [sample.partition(":")[0] for sample in found.tally.samples] == ["row 4", "row 5", "row 6", "row 7"]


def test_json_lines_take_a_map(take: Take) -> None:
    assert take('{"title": "A", "partno": "X"}', mpn="partno").values("mpn") == [("X",)]
