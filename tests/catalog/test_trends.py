"""Counts over time and price lines, held against what the catalogue says of each day when it is asked for it alone."""

from collections import Counter
from collections.abc import Callable
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from catalog import Catalogue, Search
from restock.run import CrawlOutcome

Make = Callable[..., Any]
DAY = timedelta(days=1)


Names = frozenset[tuple[str, str]]


def counted(
    catalogue: Catalogue, moments: list[datetime], cleared: Names = frozenset()
) -> list[dict[tuple[str, str | None], tuple[int, int]]]:
    return [
        {(count.site, count.brand): (count.listings, count.restricted) for count in counts}
        for counts in catalogue.counts_over_time(moments, cleared)
    ]


def searched(
    catalogue: Catalogue, moment: datetime, cleared: Names = frozenset()
) -> dict[tuple[str, str | None], tuple[int, int]]:
    found = [
        (item.site or "", item.brand, item.restricted and (item.site, item.key) not in cleared)
        for item in catalogue.search(Search(at=moment))
    ]
    every, restricted = Counter(row[:2] for row in found), Counter(row[:2] for row in found if row[2])
    return {name: (number, restricted[name]) for name, number in every.items()}


def test_every_moment_is_counted_as_it_was(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    other = type(shop)(catalogue, name="other", day=2)
    first = shop.crawl(listing(1), listing(2, brand="HPE"), listing(3, brand=None, restricted=False))
    shop.crawl(listing(1, "90"), listing(2, brand="HPE", restricted=False), listing(4))
    other.crawl(*(listing(number, brand="HPE") for number in range(5)))
    shop.crawl(listing(1, "90"), listing(3, brand=None, restricted=False), listing(4, "95"))
    shop.correct(shop.crawl(listing(1), listing(4)), listing(1, brand="Juniper"), listing(4))
    shop.crawl(listing(7), outcome=CrawlOutcome(finished=False, reason="stopped"))
    other.crawl(*(listing(number, brand="HPE") for number in range(3, 9)))
    moments = [first.observed_at + number * DAY for number in range(-1, 8)]
    found = counted(catalogue, moments)
    assert found == [searched(catalogue, moment) for moment in moments]
    cleared = frozenset({("shop", listing(4).url), ("other", listing(3).url), ("shop", "no such key")})
    without = counted(catalogue, moments, cleared)
    assert without == [searched(catalogue, moment, cleared) for moment in moments]
    assert without != found, "what an analyst called a false positive counts as not restricted"
    assert found[0] == {}
    assert len({str(counts) for counts in found}) > 5


def test_when_goods_were_last_found_gone_and_a_site_seen_whole(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    there = [(1, 2, 3), (1, 3), (1, 2, 3), (1,), (1, 2), (1,)]
    runs = [shop.crawl(*(listing(number) for number in numbers)) for numbers in there]
    partial = shop.crawl(listing(1), outcome=CrawlOutcome(finished=False, reason="stopped"))
    names = {number: ("shop", str(listing(number).url)) for number in (1, 2, 3)}
    gone = catalogue.gone_since(names.values(), runs[4].observed_at)
    assert gone == {names[2]: runs[3].observed_at, names[3]: runs[3].observed_at}
    assert catalogue.gone_since([names[2]], runs[2].observed_at) == {names[2]: runs[1].observed_at}
    assert catalogue.gone_since([names[2]], partial.observed_at) == {names[2]: runs[5].observed_at}
    assert catalogue.complete_looks(partial.observed_at) == {"shop": [run.observed_at for run in runs]}


def test_a_site_that_came_later_is_not_counted_before(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    first = shop.crawl(listing(1))
    later = type(shop)(catalogue, name="later", day=9).crawl(listing(2), listing(3))
    assert counted(catalogue, [first.observed_at, later.observed_at]) == [
        {("shop", "Cisco"): (1, 1)},
        {("shop", "Cisco"): (1, 1), ("later", "Cisco"): (2, 2)},
    ]
    assert catalogue.counts_over_time([]) == []


def test_a_price_line_has_a_point_for_each_price_and_each_gap(catalogue: Catalogue, shop: Any, listing: Make) -> None:
    runs = [
        shop.crawl(listing(1, "100"), listing(9)),
        shop.crawl(listing(1, "100", title="Another title"), listing(9)),
        shop.crawl(listing(1, "80"), listing(9)),
        shop.crawl(listing(9)),
        shop.crawl(listing(1, "85"), listing(9)),
        shop.crawl(listing(1, None), listing(9)),
        shop.crawl(listing(1, "70"), listing(9)),
    ]
    at = [run.observed_at for run in runs]
    (line,) = catalogue.price_lines({"WS-1"}, at[5])
    assert (line.site, line.key, line.brand, line.mpn) == ("shop", "https://shop.example/p/1", "Cisco", "WS-1")
    assert [(point.since, point.until, point.price) for point in line.points] == [
        (at[0], at[2], Decimal(100)),
        (at[2], at[3], Decimal(80)),
        (at[3], at[4], None),
        (at[4], at[5], Decimal(85)),
        (at[5], None, None),
    ]
    assert catalogue.price_lines({"WS-1"}, at[0] - DAY) == []
    assert [line.key[-1] for line in catalogue.price_lines({"WS-1", "WS-9"}, at[6])] == ["1", "9"]
