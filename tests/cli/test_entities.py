"""Who stands behind a shop: told by its definition, else by what its pages say, with their evidence."""

from collections.abc import Callable
from typing import Any

from small_shop import Shop

Restock = Callable[..., Any]
FAST = ("--delay", "0", "--concurrency", "4")
ONE = "<footer>ООО «Меридиан Сети», ИНН 7707083893, ОГРН 1027700132195</footer>"
OTHER = "<p>АО «Восток», ИНН 7736050003</p>"


def test_a_legal_entity_goes_from_the_page_into_answers(restock: Restock, shop: Shop) -> None:
    shop.footer = ONE
    added = restock("sites", "add", "meridian", shop.url, *FAST)
    assert added.code == 0, added.err
    (shown,) = restock("sites", "show", "meridian").rows
    assert shown["entity"]["inn"] == "7707083893"
    assert [one["name"] for one in shown["entities"]] == ["ООО «Меридиан Сети»"]
    assert restock("crawl", "meridian").code == 0
    (seller,) = restock("sellers", "--brand", "Cisco").rows
    assert [one["ogrn"] for one in seller["entities"]] == ["1027700132195"]


def test_of_several_none_is_chosen_and_each_has_its_evidence(restock: Restock, shop: Shop) -> None:
    shop.footer = ONE + OTHER
    added = restock("sites", "add", "meridian", shop.url, *FAST)
    assert "several legal entities stand on its pages (7707083893, 7736050003)" in added.err
    assert restock("crawl", "meridian").code == 0
    (shown,) = restock("sites", "show", "meridian").rows
    assert shown["entity"] is None
    assert {one["inn"] for one in shown["entities"]} == {"7707083893", "7736050003"}
    assert all(one["source"] == shop.url and one["evidence"]["sha256"] and one["run"] for one in shown["entities"])
