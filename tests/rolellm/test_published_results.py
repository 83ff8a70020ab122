"""The paper's printed results: an average follows from its columns, except where the print is known to slip."""

import pytest

from rolellm.published_results import PublishedRow, published_elicitations, published_table

_SLIPS = {"LLaMA", "Alpaca", "Vicuna"}
"""Models whose average in table 5 does not follow from its columns."""


def _has_slipped(row: PublishedRow) -> bool:
    return abs((row.cus + row.raw + row.spe) / 3 - row.average) > 0.11


@pytest.mark.parametrize(
    ("language", "split", "slips"), [("en", "instruction", set()), ("zh", "instruction", set()), ("en", "role", _SLIPS)]
)
def test_averages_follow_from_their_columns_but_for_the_known_slips(language, split, slips) -> None:
    table = published_table(language, split)
    assert table is not None
    assert {row.model for row in table.rows if _has_slipped(row)} == slips


def test_the_paper_has_no_chinese_role_split() -> None:
    assert published_table("zh", "role") is None


def test_only_models_other_than_the_baseline_have_wins() -> None:
    table = published_table("en", "instruction")
    assert table is not None
    by_model = {row.model: (row.wins_by_model, row.wins_by_people) for row in table.rows}
    assert by_model["RoleLLaMA-7B"] == (55.8, 52.0)
    assert by_model["RoleGPT (GPT-4)"] == (None, None)


def test_dialogue_engineering_is_ranked_first_most_often() -> None:
    rows = published_elicitations()
    assert [row.elicitation for row in sorted(rows, key=lambda row: row.mean_rank)] == [
        "dialogue",
        "few-shot",
        "zero-shot",
    ]
    assert sum(row.first for row in rows) == pytest.approx(102.4)
