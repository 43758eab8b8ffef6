"""The labelled listings are read above the bars; below them the build fails."""

from benchmarks.evaluate import BARS, evaluate, same


def test_the_labelled_listings_are_above_the_bars() -> None:
    score = evaluate()
    figures = score.figures()
    assert score.judged["brand"] > 400
    assert {name: figures[name] for name, bar in BARS.items() if figures[name] < bar} == {}, score.mistakes


def test_values_are_compared_as_labelled() -> None:
    assert same("brand", "cisco", "Cisco")
    assert not same("brand", None, "Cisco")
    assert same("components", [{"brand": "Intel"}], ["intel"])
    assert not same("price", "1.00", None)
