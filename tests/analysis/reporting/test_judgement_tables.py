"""The paper's tables of judgements, as printed and as files."""

from collections.abc import Mapping
from typing import Any

import pandas as pd
import pytest

from analysis.reporting.judgement_tables import contrasts_table, effects_table, sensitivity_table, table_3, table_10
from analysis.statistics.analysis import Variant
from analysis.statistics.mixed_models import MixedModel, fit_detected, fit_linear
from studies.files.printed_tables import Probability, Table, readable, to_csv, to_latex
from tests.analysis.reference import read_data
from tests.analysis.statistics.test_detection_table import judgements

# Table 3 of the paper, by its own columns. In print, the totals of "somewhat confident" have the percentages of other counts:
# 59 of 200 are 29.5%, 85 are 42.5%, and 50 are 25%.
PRINTED = {
    ("total", "undetectability rate"): ["33.50%", "44.00%", "22.50%", "35.00%"],
    ("total", "confidence: very confident"): ["33 (16.50%)", "32 (16.00%)", "75 (37.50%)", "43 (21.50%)"],
    ("total", "confidence: confident"): ["108 (54.00%)", "83 (41.50%)", "75 (37.50%)", "97 (48.50%)"],
    ("total", "confidence: somewhat confident"): ["59 (29.50%)", "85 (42.50%)", "50 (25.00%)", "60 (30.00%)"],
    ("detected", "duration (seconds)"): ["86.10 (157.14)", "99.45 (98.81)", "94.63 (150.70)", "124.88 (227.36)"],
    ("detected", "utterance number"): ["1.72 (0.78)", "2.38 (1.35)", "2.50 (1.84)", "3.72 (2.35)"],
    ("detected", "confidence: very confident"): ["24 (12.00%)", "19 (9.50%)", "65 (32.50%)", "32 (16.00%)"],
    ("detected", "confidence: confident"): ["80 (40.00%)", "51 (25.50%)", "59 (29.50%)", "66 (33.00%)"],
    ("detected", "confidence: somewhat confident"): ["29 (14.50%)", "42 (21.00%)", "31 (15.50%)", "32 (16.00%)"],
    ("undetected", "duration (seconds)"): ["120.44 (139.93)", "114.93 (157.46)", "62.24 (62.37)", "94.52 (124.03)"],
    ("undetected", "confidence: very confident"): ["9 (4.50%)", "13 (6.50%)", "10 (5.00%)", "11 (5.50%)"],
    ("undetected", "confidence: confident"): ["28 (14.00%)", "32 (16.00%)", "16 (8.00%)", "31 (15.50%)"],
    ("undetected", "confidence: somewhat confident"): ["30 (15.00%)", "43 (21.50%)", "19 (9.50%)", "28 (14.00%)"],
}
PAPER_ORDER = ("Llama-2", "Mixtral", "Vicuna", "GPT4")


@pytest.fixture(scope="module")
def printed() -> Table:
    return table_3(pd.DataFrame(judgements()))


@pytest.fixture(scope="module")
def models() -> Mapping[str, MixedModel]:
    data = read_data("typical")
    return {"detected": fit_detected(data), "utterance_number": fit_linear(data, "utterance_number")}


@pytest.mark.parametrize("line", PRINTED)
def test_a_study_with_the_papers_counts_has_the_papers_table_3(printed: Table, line: tuple[str, str]) -> None:
    [row] = [row for row in printed.rows if row[:2] == line]
    cells = dict(zip(printed.header, row, strict=True))
    assert [cells[model] for model in PAPER_ORDER] == PRINTED[line]


def test_parts_of_table_3_are_in_the_papers_order(printed: Table) -> None:
    assert [about for about, _ in printed.groups] == ["total", "detected", "undetected"]


def test_each_version_of_table_10_names_its_adjustment(models: Mapping[str, MixedModel]) -> None:
    titles = [table_10(models, adjustment).title for adjustment in ("none", "holm", "tukey")]
    assert [title.rsplit("(")[1] for title in titles] == ["unadjusted)", "Holm)", "Tukey)"]


def test_p_values_are_read_in_three_digits_and_written_whole(models: Mapping[str, MixedModel]) -> None:
    table = contrasts_table(models)
    smallest = min((row for row in table.rows), key=lambda row: row[7] or 1.0)
    assert readable(smallest[7]) == "< .001"
    assert repr(float(smallest[7] or 0)) in to_csv(table)
    assert r"$<$ .001" in to_latex(table)


def test_a_penalised_fit_accompanies_the_fit_without_estimates() -> None:
    separated = {"detected": fit_detected(read_data("separation"))}
    for table in (effects_table(separated), contrasts_table(separated)):
        estimates = {row[:-5][:3]: row for row in table.rows}
        assert any(None in row for key, row in estimates.items() if key[0] == "Detection probability")
        assert {about for about, _ in table.groups} == {"Detection probability", "Detection probability, penalised"}
        assert all(row[3] is not None for key, row in estimates.items() if key[0] == "Detection probability, penalised")
        assert "normal prior (standard deviation 2.5 log-odds)" in table.note


def test_letters_of_sensitivity_analyses_begin_with_the_best_as_in_table_10(models: Mapping[str, MixedModel]) -> None:
    table = sensitivity_table(
        models, [Variant("without the choice", "detected", None, "the data have no column choice")]
    )
    rows = [dict(zip(table.header, row, strict=True)) for row in table.rows]
    letters = {str(row[0]): row[1] for row in table_10(models).rows}
    assert {model: rows[0][model] for model in letters} == letters
    assert [row["outcome"] for row in rows] == ["Detection probability", "Detection probability", "Utterance number"]
    assert (rows[1]["status"], rows[1]["mixtral-8x7b"]) == ("skipped", "–")


@pytest.mark.parametrize(
    ("cell", "words"),
    [
        (None, "–"),
        (800, "800"),
        (124.7, "125"),
        (-17.34, "−17.3"),
        (0.6, "0.600"),
        (2.5, "2.50"),
        (0.00004, "4.0e−05"),
        (0.0, "0.000"),
        (Probability(0.0124), ".012"),
        (Probability(1.0), "1.000"),
        (Probability(0.0), "< .001"),
    ],
)
def test_numbers_are_read_with_the_digits_that_they_are_worth(cell: Any, words: str) -> None:
    assert readable(cell) == words


def test_columns_of_numbers_are_aligned_right_and_groups_separated_by_lines(printed: Table) -> None:
    latex = to_latex(printed)
    assert r"\begin{tabular}{llrrrrr}" in latex
    assert latex.count(r"\midrule") == 3
    assert latex.count("undetected & ") == latex.count("detected & ") - 1 == 1


NAMES = Table(
    "names", "Names", "A note.", ("model", "p"), (("=cmd()", -0.5), ("[a] *b* | x_1", 0.25), ("c\n\n\u202ed\x07", None))
)


def test_no_spreadsheet_program_takes_a_name_for_a_formula_and_negative_numbers_stay_numbers() -> None:
    assert to_csv(NAMES).splitlines()[:2] == ["model,p", "'=cmd(),-0.5"]


def test_names_are_escaped_in_latex() -> None:
    rows = to_latex(NAMES).splitlines()
    assert r"{[}a] {*}b{*} \textbar{} x\_1 & 0.250 \\" in rows
    assert r"c d & – \\" in rows
