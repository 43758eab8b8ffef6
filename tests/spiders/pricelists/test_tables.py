"""Tables: headers, groups, columns and cells of workbooks and CSV files as suppliers send them."""

import io
import zipfile
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from restock.errors import UsageError
from spiders.pricelists import ListError, checked_map

Take = Callable[..., Any]
Book = Callable[..., bytes]

HEADER = ["№", "Артикул", "Наименование", "Брэнд", "Цена закупа", "Цена розничная", "РРЦ"]
LETTERHEAD = [
    ["ООО «Меридиан»"],
    ["Тел. +7 495 000-00-00", None, "Склад: г. Москва, ул. Складская, 1"],
    ["Прайс-лист от", date(2026, 11, 20), "Курс USD", 92.5],
    [],
]


def test_the_header_is_found_below_a_letterhead(take: Take, workbook: Book) -> None:
    goods = [1, "WS-C2960X-24TS-L", "Коммутатор Cisco", "Cisco", 90000, 125000.5, 130000]
    found = take(workbook({"Прайс": [*LETTERHEAD, HEADER, goods]}))
    assert found.values("title", "sku", "mpn", "brand", "price") == [
        ("Коммутатор Cisco", "WS-C2960X-24TS-L", "WS-C2960X-24TS-L", "Cisco", "125000.5")
    ]
    notes = {use.name: use.note for use in found.columns}
    assert notes["Цена закупа"] == notes["РРЦ"] == "'Цена розничная' is preferred as price"


def test_groups_become_the_category_of_the_rows_below(take: Take, workbook: Book) -> None:
    rows = [
        HEADER,
        ["Сетевое оборудование"],
        [None, None, "Коммутаторы"],
        [1, "A-1", "Cisco A", "Cisco", 1, 2, 3],
        [None, None, "Маршрутизаторы"],
        [2, "B-1", "Cisco B", "Cisco", 1, 2, 3],
        ["Серверы"],
        [3, "C-1", "HPE C", "HPE", 1, 2, 3],
    ]
    found = take(workbook({"Прайс": rows}))
    assert found.values("title", "category") == [
        ("Cisco A", "Сетевое оборудование / Коммутаторы"),
        ("Cisco B", "Сетевое оборудование / Маршрутизаторы"),
        ("HPE C", "Серверы"),
    ]
    assert sum(found.tally.left_out.values()) == 4


def test_a_list_without_numbers_keeps_goods_without_a_price(take: Take) -> None:
    found = take("Наименование;Цена\nКоммутаторы;\nCisco WS-C2960X-24TS-L;\nCisco WS-C2960X-48TS-L;100\n")
    assert found.values("title", "category", "price") == [
        ("Cisco WS-C2960X-24TS-L", "Коммутаторы", None),
        ("Cisco WS-C2960X-48TS-L", "Коммутаторы", "100"),
    ]


def test_a_header_of_two_rows(take: Take, workbook: Book) -> None:
    rows = [
        ["Код", "Наименование", "Цена, руб.", None, "Остаток", None],
        [None, None, "опт", "розница", "Москва", "СПб"],
        ["7", "Cisco A", 100, 200, 3, 5],
    ]
    found = take(workbook({"Прайс": rows}))
    assert found.values("sku", "title", "price", "currency", "quantity") == [
        ("7", "Cisco A", "200", "руб.", "Москва: 3; СПб: 5")
    ]


def test_stocks_by_city_are_given_together_and_what_is_empty_is_left_out(take: Take) -> None:
    found = take("Код;Товар;Цена;Склад Москва;Склад СПб\n1;A;1;3;5\n2;B;1;>10;нет\n3;C;1;0;-\n4;D;1;+;0\n5;E;1;;\n")
    assert [row.quantity for row in found.rows] == ["Москва: 3; СПб: 5", "Москва: >10", "0", "Москва: есть", None]


def test_a_total_beside_the_cities_is_not_added_to_them(take: Take) -> None:
    found = take("Код;Товар;Цена;Остаток;Остаток Москва;Остаток СПб\n1;A;1;8;3;5\n")
    assert found.values("quantity") == [("8",)]


def test_delivery_counts_only_where_nothing_is_at_hand(take: Take) -> None:
    head = "Код;Товар;Цена;Остаток;В пути;Срок поставки, нед.\n"
    found = take(head + "1;A;1;5;10;4-6\n2;B;1;0;10;\n3;C;1;0;;4-6\n4;D;1;;2026-12-05;\n")
    assert found.values("availability", "quantity") == [
        (None, "5"), ("в пути: 10", "0"), ("срок поставки 4-6 недель", "0"), ("ожидается 2026-12-05", None),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("name", "currency", "price"),
    [
        ("Цена", None, "12,50"),
        ("Цена, USD", "USD", "12,50"),
        ("Цена ($)", "USD", "12,50"),
        ("Цена, руб. с НДС", "руб.", "12,50, с НДС"),
        ("Цена без НДС, у.е.", "у.е.", "12,50, без НДС"),
        ("Price, EUR excl. VAT", "EUR", "12,50, без НДС"),
        ("Ваша цена,\nруб.", "руб.", "12,50"),
    ],
)
def test_currency_and_vat_of_the_header_go_with_the_price(take: Take, name: str, currency: str, price: str) -> None:
    found = take(f'Код;Наименование;"{name}"\n1;A;12,50\n2;B;звоните\n')
    assert found.values("price", "currency") == [(price, currency), ("звоните", currency)]


def test_a_rate_beside_it_hides_nothing_that_the_letterhead_says(take: Take) -> None:
    """One cell often holds the date, the rate and what all prices are in."""
    found = take("Прайс от 20.11.2026. Курс USD 92,5. Цены в рублях с НДС;;\nКод;Наименование;Цена\n1;A;10\n")
    assert found.values("price", "currency") == [("10, с НДС", "руб.")]


def test_what_the_letterhead_says_of_all_prices(take: Take) -> None:
    found = take("Курс USD: 92,5;;\nЦены указаны в евро без НДС;;\nКод;Наименование;Цена\n1;A;10\n2;B;20 руб. с НДС\n")
    assert found.values("price", "currency") == [("10, без НДС", "EUR"), ("20 руб. с НДС", "EUR")]


def test_the_columns_of_currency_and_vat_are_words_too(take: Take) -> None:
    found = take("Код;Наименование;Цена;Валюта;НДС\n1;A;10;USD;без НДС\n2;B;10;RUB;20%\n")
    assert found.values("price", "currency") == [("10, без НДС", "USD"), ("10", "RUB")]


def test_a_row_has_its_price_in_either_currency(take: Take) -> None:
    found = take("Код;Наименование;Цена, руб.;Цена, USD\n1;A;100;\n2;B;;9\n")
    assert found.values("price", "currency") == [("100", "руб."), ("9", "USD")]


def test_a_sale_price_makes_the_price_the_regular_one(take: Take) -> None:
    found = take("Код;Наименование;Цена;Цена по акции;Старая цена\n1;A;100;;\n2;B;100;90;\n3;C;100;;120\n")
    assert found.values("price", "regular_price") == [("100", None), ("90", "100"), ("100", "120")]


@pytest.mark.parametrize(
    ("name", "cell", "price", "currency"),
    [
        ("Цена, тыс. руб.", "12.5", "12.5 тыс.", "руб."),
        ("Цена, тыс. руб.", "12,350", "12,3500 тыс.", "руб."),
        ("Цена, тыс. руб.", "по запросу", "по запросу", "руб."),
        ("Цена, тыс. руб.", "0", "0", "руб."),
        ("Цена, т.р. без НДС", "12", "12 т.р., без НДС", None),
        ("Price, k USD", "1,5", "1,5 тыс.", "USD"),
        ("Price (thousand EUR)", "2", "2 тыс.", "EUR"),
        ("Цена, млн руб.", "1,2", "1,2 млн", "руб."),
        ("Цена, руб.", "12.5", "12.5", "руб."),
    ],
)
def test_a_multiplier_of_the_header_goes_with_the_amount(
    take: Take, name: str, cell: str, price: str, currency: str | None
) -> None:
    assert take(f"Код;Наименование;{name}\n1;A;{cell}\n").values("price", "currency") == [(price, currency)]


def test_a_multiplier_of_the_letterhead_is_none_where_it_names_an_amount(take: Take) -> None:
    table = "Код;Наименование;Цена\n1;A;12,5\n"
    assert take("Цены в тыс. руб.;;\n" + table).values("price", "currency") == [("12,5 тыс.", "руб.")]
    assert take("Цены от 10 тыс. руб.;;\n" + table).values("price") == [("12,5",)]


@pytest.mark.parametrize(
    ("header", "chosen"),
    [
        ("List price;Discount;Your price", "Your price"),
        ("GPL, USD;Скидка;Дилерская цена", "Дилерская цена"),
        ("List price;Discount;Net price", "Net price"),
        ("Цена GPL;Скидка;Ваша цена, USD", "Ваша цена, USD"),
        ("Price;Discount;Your price", "Your price"),
        ("Net price;Discount;Gross price", "Gross price"),
        ("Дилерская цена;Скидка;Розничная цена", "Розничная цена"),
        ("Цена закупа;Скидка;List price", "List price"),
    ],
)
def test_what_is_asked_outweighs_the_price_of_the_makers_list(take: Take, header: str, chosen: str) -> None:
    found = take(f"Product;Part Number;{header}\nSwitch;A-1;20000;40%;12000\n")
    assert [use.name for use in found.columns if use.field == "price"] == [chosen]


def test_a_column_on_promotions_is_the_price_where_it_holds_one(take: Take) -> None:
    head = "Код;Наименование;Цена, руб.;{}\n1;A;20000;{}\n"
    for name in ("Акция", "Акция, руб.", "Promo", "Promo price"):
        assert take(head.format(name, "15000")).values("price", "regular_price") == [("15000", "20000")]
    for text in ("", "-10%", "до 31.12.2026", "31.12.2026", "1", "да"):
        assert take(head.format("Акция", text)).values("price", "regular_price") == [("20000", None)]
    found = take(head.format("Акция, $", "100"))
    assert found.values("price", "regular_price", "currency") == [("100", "20000 руб.", "USD")]


def test_a_list_whose_prices_are_not_found_says_so(take: Take) -> None:
    found = take("Код;Наименование;Betrag\n1;Switch A;100\n")
    assert [row.priced for row in found.rows] == [False]
    assert [note for note in found.tally.remarks if note.startswith("warning: no column of prices")]
    found = take("Код;Наименование;Цена\n1;Switch A;\n")
    assert ([row.priced for row in found.rows], found.tally.remarks) == ([True], [])


def test_cells_are_text_as_shown(take: Take, workbook: Book) -> None:
    head = ["Код", "Партномер", "Наименование", "Цена", "Штрихкод", "Остаток"]
    rows = [
        head,
        ["00123", 837826421, "число как текст", "1 234,50", 4006381333931, "5"],
        [124, "007", "формула", "=1000*1.5|1500", "", 12],
        [125, date(2026, 10, 5), "дата вместо номера", 12.345, "", 0.1 + 0.2],
        [126, "X", "0.1", "звоните", "", True],
    ]
    found = take(workbook({"Прайс": rows}))
    assert found.values("sku", "mpn", "price", "gtin", "quantity") == [
        ("00123", "837826421", "1 234,50", "4006381333931", "5"),
        ("124", "007", "1500", None, "12"),
        ("125", None, "12.3450", None, "0.3"),
        ("126", "X", "звоните", None, "true"),
    ]
    assert found.tally.left_out["have a part number that the spreadsheet turned into a date"] == 1


def test_each_sheet_has_a_header_of_its_own_and_hidden_ones_are_no_offers(take: Take, workbook: Book) -> None:
    sheets = {
        "Cisco": [["Код", "Наименование", "Цена"], ["1", "A", 10]],
        "HPE": [["Шапка"], ["Цена", "Партномер", "Название"], [20, "B-1", "B"]],
        "Архив": [["Код", "Наименование", "Цена"], ["9", "Z", 90]],
        "Контакты": [["Адрес", "Телефон"], ["Москва", "+7"]],
        "Пусто": [],
    }
    found = take(workbook(sheets, hidden=["Архив"]))
    assert found.values("title", "price") == [("A", "10"), ("B", "20")]
    assert any("Архив" in note for note in found.tally.notes)
    assert any("Контакты" in note for note in found.tally.notes)


def test_a_table_may_begin_in_any_column(take: Take, workbook: Book) -> None:
    book = workbook({"Прайс": [[], [None, None, "Код", "Наименование", "Цена"], [None, None, 1, "A", 10]]})
    assert take(book).values("sku", "title", "price") == [("1", "A", "10")]
    assert take(book, mpn="C").values("mpn") == [("1",)]


def test_rows_that_are_no_goods_are_counted_and_lost_ones_are_told(take: Take) -> None:
    head = "Код;Наименование;Цена\n"
    found = take(head + "1;A;10\n;;20;\n2;;30\nКод;Наименование;Цена\n3;B;30\n;Итого;40\n;ИТОГО по группе:;40\n")
    assert [row.title for row in found.rows] == ["A", "B"]
    assert found.tally.lost == 1
    assert found.tally.samples == ["row 4: no title"]
    assert found.tally.left_out == {
        "of totals were left out": 2,
        "repeat the header": 1,
        "with one cell that is no group were left out": 1,
    }


def test_goods_of_which_only_the_title_is_known_are_no_group(take: Take) -> None:
    found = take("Код;Наименование;Цена\nКоммутаторы;;\n1;Cisco A;10\n;HPE J9150A;\n;Серверы;\n2;Cisco B;5\n")
    assert found.values("title", "category") == [
        ("Cisco A", "Коммутаторы"),
        ("HPE J9150A", "Коммутаторы"),
        ("Cisco B", "Коммутаторы / Серверы"),
    ]


def test_a_total_in_the_column_of_numbers_is_no_lost_goods(take: Take) -> None:
    found = take("Код;Наименование;Цена\n1;A;10\nИтого:;;10\n")
    assert (found.tally.lost, found.tally.left_out) == (0, {"of totals were left out": 1})


def test_a_damaged_row_is_lost_and_told(take: Take) -> None:
    lines = ["Код;Наименование;Цена", *(f"{number};Коммутатор;10" for number in range(20)), "21;\udcd0;10"]
    found = take("\n".join(lines).encode("utf-8", errors="surrogateescape"))
    assert (len(found.rows), found.tally.lost) == (20, 1)
    assert "row 22: bytes that are no text" in str(found.tally.loss)


def test_an_encoding_that_nothing_tells_is_no_guess(take: Take) -> None:
    with pytest.raises(UsageError, match="--encoding"):
        take("Title;Price\nИБП APC;5\n".encode("cp1251"))


def test_another_header_holds_from_where_it_stands(take: Take) -> None:
    found = take("Код;Наименование;Цена\n1;A;10\nКод;Наименование;Бренд;Цена\n2;B;HPE;20\n")
    assert found.values("title", "brand", "price") == [("A", None, "10"), ("B", "HPE", "20")]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "cp1251", "utf-16"])
def test_separators_and_encodings_are_found(take: Take, delimiter: str, encoding: str) -> None:
    rows = [
        ["Артикул", "Наименование", "Цена", "Наличие"],
        ["00A-1", '"Коммутатор ""Альфа"", 24 порта"', "1 000", "В наличии"],
    ]
    text = "\r\n".join(delimiter.join(row) for row in rows)
    found = take(text.encode(encoding))
    assert found.values("sku", "title", "price", "availability") == [
        ("00A-1", 'Коммутатор "Альфа", 24 порта', "1 000", "В наличии")
    ]


def test_an_inch_mark_within_a_cell_is_no_quotation(take: Take) -> None:
    found = take('Код;Наименование;Цена\n1;Монитор 24" Dell;10\n2;B;20\n')
    assert [row.title for row in found.rows] == ['Монитор 24" Dell', "B"]


def test_a_quotation_that_never_ends_is_no_list(take: Take) -> None:
    rows = "".join(f"{number};товар {number};10\n" for number in range(200))
    with pytest.raises(ListError, match="never closed"):
        take('Код;Наименование;Цена\n1;"Монитор;10\n' + rows)


def test_english_names(take: Take) -> None:
    found = take("SKU,Part Number,Product Name,Brand,Unit Price (USD),Qty,Condition\n7,A-1,Switch,Cisco,10,3,New\n")
    assert found.values("sku", "mpn", "title", "brand", "price", "currency", "quantity", "condition") == [
        ("7", "A-1", "Switch", "Cisco", "10", "USD", "3", "New")
    ]


def test_short_english_names(take: Take) -> None:
    found = take("Mfr P/N,Product,Price,Cur,Qty,LT (wks),Cond\nA-1,Switch,10,USD,0,4,New\n")
    assert found.values("mpn", "title", "price", "currency", "availability", "quantity", "condition") == [
        ("A-1", "Switch", "10", "USD", "срок поставки 4 недель", "0", "New")
    ]
    for name in ("ETA", "Ожидаемая дата"):
        found = take(f"Код;Наименование;Цена;Кол.;{name}\n1;A;10;0;2026-12-05\n")
        assert found.values("availability", "quantity") == [("ожидается 2026-12-05", "0")]


def test_an_english_letterhead(take: Take) -> None:
    found = take("All prices in EUR, VAT excluded;;\nКод;Наименование;Цена\n1;A;10\n")
    assert found.values("price", "currency") == [("10, без НДС", "EUR")]


@pytest.mark.parametrize("line", ["USD, ex VAT", "Preise in USD zzgl. MwSt.", "Fiyatlar USD, KDV hariç"])
def test_a_line_on_currency_and_vat_speaks_of_all_prices(take: Take, line: str) -> None:
    taken = take(f"{line};;\nName;Price;Qty\nCisco C9300-24T;100;5\n")
    assert taken.values("price", "currency") == [("100, без НДС", "USD")]


def test_a_currency_alone_says_nothing_of_prices(take: Take) -> None:
    assert take("USD;;\nName;Price;Qty\nCisco C9300-24T;100;5\n").values("currency") == [(None,)]


@pytest.mark.parametrize(
    "header",
    [
        "Mahsulot nomi;Narxi;Qoldiq;Yetkazib berish muddati",
        "Тауардың атауы;Бөлшек баға;Қоймада;Жеткізу мерзімі",
        "Ürün Adı;Perakende Fiyat;Mevcut Stok;Termin",
        "Artikelname;VK netto;Lager;Lieferzeit",
        "Nom du produit;Prix public;En stock;Délai",
        "Item name;Unit price;Qty in stock;Lead time",
    ],
)
def test_names_of_six_languages(take: Take, header: str) -> None:
    rows = take(f"{header}\nCisco C9300-24T;100;0;14\n").values("title", "price", "quantity", "availability")
    assert [(title, price and price[:3], quantity) for title, price, quantity, _ in rows] == [
        ("Cisco C9300-24T", "100", "0")
    ]
    assert rows[0][3].startswith("срок поставки 14")


@pytest.mark.parametrize(
    "header",
    [
        "Artikelnummer;Bezeichnung;Hersteller;Einzelpreis, EUR zzgl. MwSt.;Bestand;Lieferzeit;Zustand",
        "Stok Kodu;Ürün Adı;Marka;Birim Fiyat, EUR KDV hariç;Stok Adedi;Teslim Süresi;Durumu",
    ],
)
def test_german_and_turkish_names(take: Take, header: str) -> None:
    taken = take(f"{header}\n17;Cisco C9300-24T;Cisco;100;5;3;neu\n")
    assert taken.values("sku", "title", "brand", "price", "currency", "quantity", "condition") == [
        ("17", "Cisco C9300-24T", "Cisco", "100, без НДС", "EUR", "5", "neu")
    ]


def test_the_names_of_raw_listings(take: Take) -> None:
    names = ("title", "url", "sku", "brand", "mpn", "gtin", "category", "price", "regular_price", "currency",
             "availability", "quantity", "condition", "description")  # fmt: skip
    found = take(",".join(names) + "\n" + ",".join(f"the {name}" for name in names))
    assert found.values(*names) == [tuple(f"the {name}" for name in names)]


def test_a_map_overrules(take: Take) -> None:
    text = "Артикул;Наименование;Цена;Город\n1;A;10;Тверь\n"
    assert take(text, mpn="Город").values("sku", "mpn") == [("1", "Тверь")]
    assert take(text, price="-").values("price") == [(None,)]
    assert take(text, title="D", price="3", description="город").values("title", "price", "description") == [
        ("Тверь", "10", "Тверь")
    ]
    assert take(text, quantity=["Цена", "Город"]).values("quantity") == [("Цена: 10; Город: Тверь",)]


def test_a_map_names_columns_of_a_table_without_header(take: Take) -> None:
    assert take("1;Cisco A;10\n2;Cisco B;20\n", title="2", price="C").values("title", "price") == [
        ("Cisco A", "10"), ("Cisco B", "20"),
    ]  # fmt: skip


@pytest.mark.parametrize(
    ("text", "mapping", "words"),
    [
        ("1;Cisco A;10\n", {}, ["no header row", "Cisco A", "--map"]),
        ("Артикул;Цена\n1;10\n", {}, ["Артикул", "--map"]),
        ("Артикул;Наименование;Цена\n1;A;10\n", {"mpn": "Нет такой"}, ["Нет такой", "Наименование"]),
        ("Артикул;Наименование;Цена\n1;A;10\n", {"mpn": "Z"}, ["'Z'"]),
        ("Артикул;Наименование;Цена\n1;A;10\n", {"title": "-"}, ["names the goods"]),
        ("", {}, ["empty"]),
        ("\n \n", {}, ["empty"]),
    ],
)
def test_what_can_not_be_mapped_says_how_to(take: Take, text: str, mapping: dict[str, str], words: list[str]) -> None:
    with pytest.raises(UsageError) as caught:
        take(text, **mapping)
    for word in words:
        assert word in str(caught.value)


@pytest.mark.parametrize("pair", ["mpn", "=A", "mpn=", "colour=A", "site=A"])
def test_a_map_is_checked(pair: str) -> None:
    with pytest.raises(UsageError, match="--map"):
        checked_map([pair])


def test_a_map_may_name_several_columns() -> None:
    assert checked_map(["quantity=A", "quantity = B", "price=-"]) == {"quantity": ["A", "B"], "price": ["-"]}


@pytest.mark.parametrize("cut", [0.3, 0.9])
def test_a_workbook_that_breaks_off_is_no_list(take: Take, workbook: Book, cut: float) -> None:
    book = workbook({"Прайс": [HEADER, [1, "A", "B", "C", 1, 2, 3]]})
    with pytest.raises(ListError, match="workbook"):
        take(book[: int(len(book) * cut)])


@pytest.mark.parametrize("reference", ["XFD1048576", "ABC999999"])
def test_a_cell_at_the_end_of_the_world_is_no_list(take: Take, workbook: Book, reference: str) -> None:
    packed = zipfile.ZipFile(io.BytesIO(workbook({"Прайс": [HEADER, [1, "A", "B", "C", 1, 2, 3]]})))
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as book:
        for part in packed.namelist():
            body = packed.read(part)
            book.writestr(part, body.replace(b'r="G2"', f'r="{reference}"'.encode()) if "sheet1" in part else body)
    with pytest.raises(ListError, match="spans"):
        take(out.getvalue())


def test_an_archive_is_no_workbook(take: Take) -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        archive.writestr("price.csv", "Код;Наименование\n1;A\n")
    with pytest.raises(ListError, match=r"no \.xlsx"):
        take(out.getvalue())


def test_hostile_text_stays_text(take: Take, workbook: Book) -> None:
    evil = ["'=cmd|calc", "<script>alert(1)</script>", "\u202eabc", "a\x00b", "x" * 30000]
    text = "Код;Наименование;Цена\n" + "".join(f"{number};{title};1\n" for number, title in enumerate(evil))
    assert [row.title for row in take(text).rows] == [*evil[:3], "ab", evil[4]]
