"""Speed of normalisation against price-parser on the same rows, in the same run: `python -m benchmarks.normalise`.

No row comes twice: title, article, address, price and stock are a row's own. Two figures come of one run: the labelled
listings as shops' lists have them, which are held to the bar, and the same with a long description under each, which
have none. All are timed in turn, a few hundred rows at a time, by the processor's clock, so that a neighbour on the
machine counts as little as may be; the figures are medians."""

import json
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path
from random import Random
from statistics import median
from time import process_time

from price_parser import Price

from pipelines.normalise import Normaliser
from pipelines.rules import load_rules
from restock.listing import RawListing

CASES = Path(__file__).parent.parent / "fixtures" / "labelled"
ROWS = 20_000
PIECE = 400  # rows that are timed at a time
DAY = date(2026, 11, 22)
MOST = 12.0  # how many times price-parser's own time a whole listing may cost

_SENTENCES = (
    "Управляемый коммутатор третьего уровня с портами 1000BASE-T.", "Питание 220 В, 50 Гц; потребление 45 Вт.",
    "Размеры 440 x 257 x 44 мм, масса 3,2 кг.", "Гарантия 36 месяцев, доставка по России.", "Цена с НДС, товар новый.",
    "Поддержка VLAN, QoS, ACL, IGMP snooping, LACP.", "Консольный порт RJ-45 и mini-USB.", "Монтаж в стойку 19 дюймов.",
    "Таблица MAC-адресов на 16000 записей; до 128 Гбит/с.", "Operating temperature 0 to 45 C, humidity 10 to 90%.",
    "Комплект поставки: устройство, кабель питания, крепёж.", "Rack-mountable 19-inch 1U chassis, redundant power.",
)  # fmt: skip


def rows(count: int = ROWS, *, described: bool = False) -> list[RawListing]:
    """The labelled listings with texts of their own, so that nothing is answered from memory; with long descriptions
    where that is asked for."""
    random = Random(1)
    raws = [json.loads(line)["raw"] for path in sorted(CASES.glob("*.jsonl")) for line in path.open(encoding="utf-8")]
    varied = (_varied(raws[place % len(raws)], place, random) for place in range(count))
    return [RawListing.from_json(_described(raw, random) if described else raw) for raw in varied]


def _varied(raw: dict[str, str], place: int, random: Random) -> dict[str, str]:
    """A row of its own, with everything that a shop's page shows."""

    def other_digits(text: str) -> str:
        return re.sub(r"\d", lambda _: str(random.randrange(1, 10)), text)

    return raw | {
        "title": f"{raw['title']}, поз. {place % 10_000}",  # of five digits it would be taken for a number of the goods
        "url": f"https://shop.example/catalog/item-{place}/?utm_source=feed&id={place}",
        "sku": f"{place:08}",
        "price": other_digits(raw.get("price", "214 900,00 ₽")),
        "availability": raw.get("availability", "В наличии"),
        "quantity": raw.get("quantity", f"{place % 500} шт"),
    }


def _described(raw: dict[str, str], random: Random) -> dict[str, str]:
    """With what a product's page says of it, below what the row's own description says."""
    text = " ".join(random.sample(_SENTENCES, len(_SENTENCES)))
    return raw | {"description": f"{raw.get('description', raw['title'])}. {text}"}


def seconds(work: Callable[[RawListing], object], raws: list[RawListing]) -> float:
    start = process_time()
    for raw in raws:
        work(raw)
    return process_time() - start


def measure(normaliser: Normaliser, raws: list[RawListing]) -> tuple[float, float]:
    """Listings a second, and the cost of a listing as a multiple of price-parser's."""
    seconds(lambda raw: normaliser.normalise(raw, on=DAY), raws[ROWS:])  # what is compiled once
    base, ours = [], []
    for start in range(0, ROWS, PIECE):
        piece = raws[start : start + PIECE]
        base.append(seconds(lambda raw: Price.fromstring(raw.price), piece))
        ours.append(seconds(lambda raw: normaliser.normalise(raw, on=DAY), piece))
    return PIECE / median(ours), median(one / other for one, other in zip(ours, base, strict=True))


if __name__ == "__main__":
    reader = Normaliser(load_rules())
    speed, ratio = measure(reader, rows(ROWS + PIECE))
    verdict = "passed" if ratio <= MOST else "failed"
    print(f"{speed:,.0f} listings/s, {ratio:.1f} times price-parser (at most {MOST:.0f}): {verdict}")
    slower, more = measure(reader, rows(ROWS + PIECE, described=True))
    print(f"{slower:,.0f} listings/s with long descriptions, {more:.1f} times price-parser")
    raise SystemExit(ratio > MOST)
