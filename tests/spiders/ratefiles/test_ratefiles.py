"""Files of exchange rates, as the banks publish them, and what is wrong with those that can't be used."""

from datetime import date
from decimal import Decimal
from pathlib import Path

import pytest

from restock.errors import UsageError
from restock.rate import BANK_OF_RUSSIA, ECB, Rate
from spiders.ratefiles import read_rates

DAILY = """<?xml version="1.0" encoding="windows-1251"?>
<ValCurs Date="21.11.2026" name="Foreign Currency Market">
<Valute ID="R01235"><NumCode>840</NumCode><CharCode>USD</CharCode><Nominal>1</Nominal>
<Name>Доллар США</Name><Value>81,2345</Value><VunitRate>81,2345</VunitRate></Valute>
<Valute ID="R01335"><NumCode>398</NumCode><CharCode>KZT</CharCode><Nominal>100</Nominal>
<Name>Тенге</Name><Value>1 500,5000</Value><VunitRate>15,005</VunitRate></Valute>
</ValCurs>"""
DYNAMIC = """<?xml version="1.0" encoding="windows-1251"?>
<ValCurs ID="{id}" DateRange1="20.11.2026" DateRange2="21.11.2026" name="Foreign Currency Market Dynamic">
<Record Date="20.11.2026" Id="{id}"><Nominal>1</Nominal><Value>80,5000</Value><VunitRate>80,5</VunitRate></Record>
<Record Date="21.11.2026" Id="{id}"><Nominal>1</Nominal><Value>81,2345</Value></Record>
</ValCurs>"""
EUROFXREF = """<?xml version="1.0" encoding="UTF-8"?>
<gesmes:Envelope xmlns:gesmes="http://www.gesmes.org/xml/2002-08-01"
 xmlns="http://www.ecb.int/vocabulary/2002-08-01/eurofxref">
<gesmes:subject>Reference rates</gesmes:subject><gesmes:Sender><gesmes:name>European Central Bank</gesmes:name>
</gesmes:Sender><Cube><Cube time='2026-11-20'><Cube currency='USD' rate='1.0835'/><Cube currency='JPY' rate='163.2'/>
</Cube><Cube time="2026-11-19"><Cube currency="USD" rate="1.0800"/></Cube></Cube></gesmes:Envelope>"""
CSV = "\ufeffDay;Currency;Base;Value;Nominal\n20.11.2026;usd;RUB;80,5;\n2026-11-21;KZT;RUB;15,1;100\n"


def read(tmp_path: Path, text: str, encoding: str = "utf-8", currency: str | None = None) -> list[Rate]:
    path = tmp_path / "rates"
    path.write_bytes(text.encode(encoding))
    return read_rates(path, currency)


def test_the_bank_of_russias_day(tmp_path: Path) -> None:
    assert read(tmp_path, DAILY, "cp1251") == [
        Rate(date(2026, 11, 21), "USD", "RUB", Decimal("81.2345"), BANK_OF_RUSSIA),
        Rate(date(2026, 11, 21), "KZT", "RUB", Decimal("15.005"), BANK_OF_RUSSIA),
    ]


def test_the_bank_of_russias_currency_over_time(tmp_path: Path) -> None:
    found = read(tmp_path, DYNAMIC.format(id="R01235"), "cp1251")
    assert [(rate.day.day, rate.currency, rate.value) for rate in found] == [
        (20, "USD", Decimal("80.5")),
        (21, "USD", Decimal("81.2345")),
    ]
    with pytest.raises(UsageError, match="R09999"):
        read(tmp_path, DYNAMIC.format(id="R09999"), "cp1251")
    assert read(tmp_path, DYNAMIC.format(id="R09999"), "cp1251", "BYN")[0].currency == "BYN"


def test_the_european_central_banks_history(tmp_path: Path) -> None:
    assert read(tmp_path, EUROFXREF) == [
        Rate(date(2026, 11, 20), "EUR", "USD", Decimal("1.0835"), ECB),
        Rate(date(2026, 11, 20), "EUR", "JPY", Decimal("163.2"), ECB),
        Rate(date(2026, 11, 19), "EUR", "USD", Decimal("1.0800"), ECB),
    ]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-16"])
def test_csv(tmp_path: Path, encoding: str) -> None:
    assert read(tmp_path, CSV, encoding) == [
        Rate(date(2026, 11, 20), "USD", "RUB", Decimal("80.5"), "CSV"),
        Rate(date(2026, 11, 21), "KZT", "RUB", Decimal("0.151"), "CSV"),
    ]
    plain = "day,currency,base,value,source\n2026-11-20,USD,RUB,80.5,our desk\n"
    assert read(tmp_path, plain) == [Rate(date(2026, 11, 20), "USD", "RUB", Decimal("80.5"), "our desk")]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("", "column missing"),
        ("day,currency,base,value\n", "no exchange rates"),
        ("day,currency,base\n2026-11-20,USD,RUB\n", "column missing: value"),
        ("day,currency,base,value,x\n", "unknown column: x"),
        ("day,currency,base,value\n2026-11-20,USD,RUB,80\n2026-11-31,USD,RUB,80\n", "line 3: not a date"),
        ("day,currency,base,value\n2026-11-20,Dollar,RUB,80\n", "line 2: not a currency"),
        ("day,currency,base,value\n2026-11-20,USD,RUB,eighty\n", "line 2: not a number"),
        ("day,currency,base,value\n2026-11-20,USD,RUB,0\n", "line 2: not a rate"),
        ("day,currency,base,value\n2026-11-20,USD,RUB,NaN\n", "line 2: not a rate"),
        ("day,currency,base,value\n2026-11-20,USD,RUB,80,5\n", "line 2: more values"),
        ("day,currency,base,value\n2026-11-20,USD\n", "line 2: not a number"),
        ('day,currency,base,value\n2026-11-20,"USD,RUB,80\n', "line"),
        ("<ValCurs Date='21.11.2026'><Valute><CharCode>USD</CharCode>", "the XML can't be read"),
        ("<ValCurs Date='21.11.2026'/>", "no exchange rates"),
        ("<ValCurs Date='21.11.26'><Valute><CharCode>USD</CharCode><Value>1</Value></Valute></ValCurs>", "not a date"),
        ("<ValCurs Date='21.11.2026'><Valute><CharCode>USD</CharCode></Valute></ValCurs>", "not a number: None"),
        ("<rss/>", "neither the Bank of Russia's"),
        ("<Envelope><Cube currency='USD' rate='1'/></Envelope>", "not a date"),
    ],
)
def test_what_can_not_be_used_is_said_in_one_line(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(UsageError, match="rates: ") as caught:
        read(tmp_path, text)
    assert said in str(caught.value)
    assert "\n" not in str(caught.value)


def test_a_file_that_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="No such file"):
        read_rates(tmp_path / "none")


def test_entities_are_not_replaced(tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text("80")
    text = DAILY.replace('encoding="windows-1251"?>', f'?><!DOCTYPE x [<!ENTITY e SYSTEM "{secret.as_uri()}">]>')
    with pytest.raises(UsageError):
        read(tmp_path, text.replace("81,2345", "&e;"))
