"""Legal entities: what passes its check is kept with what stands beside it, and nothing is guessed."""

import pytest

from spiders.reading import read_page

TABLE = (
    "<h1>Контакты</h1><p>ООО «Меридиан Сети»</p><table><tr><td>ИНН/КПП</td><td>7707083893/773601001</td></tr>"
    "<tr><td>ОГРН</td><td>1027700132195</td></tr>"
    "<tr><td>Юридический адрес:</td><td>119002, Москва, Арбат, 1</td></tr></table>"
)
TWO = '<p>ООО "Меридиан" ИНН 7707083893 ОГРН 1027700132195. АО «Восток» ИНН: 7736050003, ОГРН: 1027700070518</p>'


@pytest.fixture
def read(capture, site):
    return lambda body, url: read_page(capture(f"<html><body>{body}</body></html>", url), site)


@pytest.mark.parametrize(
    ("body", "named"),
    [
        (TABLE, [("ООО «Меридиан Сети»", "7707083893", "1027700132195", "119002, Москва, Арбат, 1")]),
        (
            TWO,
            [
                ('ООО "Меридиан"', "7707083893", "1027700132195", None),
                ("АО «Восток»", "7736050003", "1027700070518", None),
            ],
        ),
        (
            "<p>ИП Сидоров Пётр Иванович, ИНН 500100732259, ОГРНИП 304500116000157</p>",
            [("ИП Сидоров Пётр Иванович", "500100732259", "304500116000157", None)],
        ),
        ("<p>ОГРН 1027700132195</p>", [(None, None, "1027700132195", None)]),
        (f"<p>ИНН 7707083893</p><p>{'Доставка по всей стране. ' * 30}</p><p>ОГРН 1027700070518</p>", [
            (None, "7707083893", None, None),
            (None, None, "1027700070518", None),
        ]),
        ("<p>Телефон 7707083893, банк: к/с 30101810400000000225</p>", []),
    ],
)  # fmt: skip
def test_numbers_with_what_stands_beside_them(read, body, named):
    found = read(body, "http://shop.example/contacts").entities
    assert [(one.name, one.inn, one.ogrn, one.address) for one in found] == named
    assert all(one.source == "http://shop.example/contacts" for one in found)


def test_numbers_that_fail_their_check_are_noted_and_left_out(read):
    found = read("<p>ООО «Ромашка», ИНН 7707083894, ОГРН 1027700132196</p>", "http://shop.example/contacts")
    assert found.entities == ()
    assert found.notes == (
        "INN 7707083894 on its pages fails its check and was left out",
        "OGRN 1027700132196 on its pages fails its check and was left out",
    )


def test_the_importer_on_a_products_page_is_not_the_seller(read):
    goods = "<h1>Cisco A-100</h1><p>Артикул: 7</p><p class=price>9 ₽</p><p>В наличии</p><button>Купить</button>"
    assert read(goods + TABLE.replace("h1", "p"), "http://shop.example/p/1").entities == ()
