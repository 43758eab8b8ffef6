"""Part numbers as people give them: typed, pasted, exported, with look-alike letters and all."""

from pathlib import Path

import pytest

from restock.errors import UsageError
from scheduler.part_numbers import asked_forms, asked_number, read_part_numbers

SWITCH, ROUTER, UNKNOWN = "WS-C2960X-48TS-L", "ISR4331/K9", "NO-SUCH-1"


@pytest.mark.parametrize(
    ("text", "number"),
    [
        (" ws-с2960х-48тs-l ", SWITCH),
        ("WS – C2960X—48TS-L", SWITCH),
        ("«isr4331 / k9»;", ROUTER),
        ("SFP-10G-SR=", "SFP-10G-SR="),
        ("\tP19720\u2011B21\u00a0", "P19720-B21"),
        ("ЩЖ-12 ы", "ЩЖ-12Ы"),
    ],
)
def test_a_number_is_folded_as_normalisation_folds_it(text: str, number: str) -> None:
    assert asked_number(text) == number


def test_a_space_may_stand_for_a_dash() -> None:
    assert asked_forms("ws-c2960x 48ts-l") == ["WS-C2960X48TS-L", SWITCH]
    assert asked_forms(SWITCH) == [SWITCH]


@pytest.mark.parametrize("encoding", ["utf-8-sig", "cp1251", "utf-16"])
@pytest.mark.parametrize(
    "text",
    [
        f"{ROUTER}\n\n# a remark\n  ws-с2960х-48тs-l \n{UNKNOWN}\n",
        f"Кол-во;Партномер\n1;{ROUTER}\n2;{SWITCH.lower()}\n3;{UNKNOWN}\n4;\n",
        f'"{ROUTER}",2\n"{SWITCH}",1\n{UNKNOWN},9\n',
        f"P/N\r\n{ROUTER}\r\n{SWITCH}\r\n{UNKNOWN}",
        f"Артикул\tНаименование\n{ROUTER}\tМаршрутизатор\n{SWITCH}\tКоммутатор\n{UNKNOWN}\t\n",
    ],
)
def test_a_list_is_read_whatever_its_make(tmp_path: Path, text: str, encoding: str) -> None:
    path = tmp_path / "wanted"
    path.write_bytes(text.encode(encoding))
    assert [asked_number(one) for one in read_part_numbers(path)] == [ROUTER, SWITCH, UNKNOWN]


@pytest.mark.parametrize("content", [None, "", "# nothing\n", "P/N;Qty\n"])
def test_a_list_that_can_not_be_used_is_said(tmp_path: Path, content: str | None) -> None:
    path = tmp_path / "wanted"
    if content is not None:
        path.write_text(content)
    with pytest.raises(UsageError, match="wanted: "):
        read_part_numbers(path)
