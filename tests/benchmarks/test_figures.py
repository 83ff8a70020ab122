"""The table of a benchmark says which goal is missed."""

from benchmarks.figures import Row, table


def test_a_figure_beyond_its_goal_is_missed() -> None:
    assert not Row("a", 1.9, least=1.9).is_missed
    assert Row("a", 1.89, least=1.9).is_missed
    assert not Row("a", 5.0, most=5.0).is_missed
    assert Row("a", 5.1, most=5.0).is_missed
    assert Row("a", 5.1, most=5.0).goal_shown == "MISSED: at most 5"
    assert (Row("a", 7).is_missed, Row("a", 7).goal_shown) == (False, "")


def test_the_table_has_each_goal_beside_its_figure() -> None:
    assert table(
        [Row("speed", 1.9, "x", least=1.9), Row("memory used", 1234.5, "MB"), Row("answers", 7)]
    ).splitlines() == [
        "speed              1.90 x  at least 1.9",
        "memory used      1,234 MB",
        "answers                 7",
    ]
