"""Figures of judgements: their text alternatives, and the reasons for missing figures."""

from collections.abc import Callable
from functools import cache

import numpy as np
import pandas as pd
import pytest
from matplotlib.patches import Rectangle
from scipy.special import expit

from analysis.reporting.figures.detectability import choices_by_confidence, rates_by_confidence
from analysis.reporting.figures.drawings import Drawing, Undrawn
from analysis.reporting.figures.durations import durations_by_model
from analysis.reporting.figures.random_effects import caterpillars
from analysis.statistics.mixed_models import fit_detected
from tests.analysis.drawn import draw, draw_study, drawing
from tests.analysis.reference import read_data

NAMES = ["figure-2", "figure-13", "detection-by-model", "contrasts", "random-effects", "durations"]
TABLE_3 = {"Llama-2": ([24, 80, 29], [9, 28, 30]), "Mixtral": ([19, 51, 42], [13, 32, 43])}
"""Pairs of table 3 by confidence, the surest first: detected, undetected."""


@cache
def figures_of(name: str) -> dict[str, Drawing | Undrawn]:
    """Return all figures of the judgements called ``name``, which R has fitted."""
    return draw(read_data(name))


def judgements_of_table_3() -> pd.DataFrame:
    labels = ("very confident", "confident", "somewhat confident")
    rows = [
        {"model": model, "detected": float(detected), "confidence": label}
        for model, sides in TABLE_3.items()
        for detected, counts in zip((1, 0), sides, strict=True)
        for label, count in zip(labels, counts, strict=True)
        for _ in range(count)
    ]
    return pd.DataFrame(rows)


def test_a_full_study_has_every_figure() -> None:
    assert list(draw(draw_study(["a", "b"]))) == NAMES


class TestFigure2:
    def test_the_command_reports_the_power_with_the_rates_of_table_3(self) -> None:
        alt = drawing(rates_by_confidence(judgements_of_table_3())).alt
        assert (
            "Mixtral: 56.0% of 200 pairs detected (very confident 9.5%, confident 25.5% and somewhat confident 21.0%), "
            "44.0% undetected (very confident 6.5%, confident 16.0% and somewhat confident 21.5%)" in alt
        )
        assert "33.5% undetected" in alt

    def test_draws_what_it_tells(self) -> None:
        axes = drawing(rates_by_confidence(judgements_of_table_3())).figure.axes[0]
        bars = [bar for bar in axes.patches if isinstance(bar, Rectangle)]
        ends = {round(bar.get_x() + bar.get_width(), 3) for bar in bars}
        assert {-0.665, -0.56, 0.335, 0.44} <= ends

    def test_shows_missing_confidence(self) -> None:
        frame = judgements_of_table_3()
        frame.loc[frame.index[:10], "confidence"] = None
        alt = drawing(rates_by_confidence(frame)).alt
        assert "very confident 7.0%, confident 40.0%, somewhat confident 14.5% and not stated 5.0%" in alt


def test_figure_13_divides_all_judgements() -> None:
    frame = draw_study(["a", "b"])
    alt = drawing(draw(frame)["figure-13"]).alt
    for choice in ("simulated", "natural", "not sure"):
        assert f"{choice} {100 * (frame['choice'] == choice).mean():.1f}%" in alt


def test_means_are_shown_as_rates_next_to_the_observed_ones() -> None:
    mean = fit_detected(read_data("typical")).means["mixtral-8x7b"]
    assert mean.se
    low, high = (100 * expit(mean.estimate + sign * 1.959964 * mean.se) for sign in (-1, 1))
    alt = drawing(figures_of("typical")["detection-by-model"]).alt
    assert f"mixtral-8x7b: 58.6% ({low:.1f}% to {high:.1f}%), observed 57.0% of 200" in alt


def test_contrasts_name_models_that_differ_after_holms_adjustment() -> None:
    alt = drawing(figures_of("typical")["contrasts"]).alt
    assert (
        "1 pair differs: gpt-4 − mixtral-8x7b 0.90 (0.44 to 1.36, p < .001); the other 5 show no significant difference."
        in alt
    )


class TestAModelThatIsAlwaysDetected:
    def test_has_an_observed_rate_and_no_estimate(self) -> None:
        one = drawing(figures_of("separation")["detection-by-model"])
        assert "vicuna-13b: no finite estimate, observed 100% of 200" in one.alt
        assert [text.get_text().strip() for text in one.figure.axes[0].texts] == ["no finite estimate"]

    def test_is_not_compared_with_other_models(self) -> None:
        assert "3 of 6 pairs of models" in drawing(figures_of("separation")["contrasts"]).alt


class TestRandomEffects:
    def test_are_sorted_and_tell_the_extremes(self) -> None:
        one = drawing(figures_of("typical")["random-effects"])
        assert "20 evaluators with a standard deviation of 0.80, from -1.21 (P02) to 1.24 (P07)." in one.alt
        names = [label.get_text() for label in one.figure.axes[0].get_yticklabels()]
        assert (names[0], names[-1]) == ("P07", "P02")

    def test_leave_out_a_group_without_differences(self) -> None:
        model = fit_detected(read_data("typical_singular"))
        one = drawing(caterpillars(model))
        assert len(one.figure.axes) == 1
        assert "No differences between" in one.alt

    def test_of_many_persons_have_no_names_and_fit_on_a_page(self) -> None:
        frame = draw_study(["a", "b"], rows=3000)
        crowd = frame.assign(participant=[f"{name}-{number % 20}" for number, name in enumerate(frame["participant"])])
        one = drawing(caterpillars(fit_detected(crowd)))
        assert one.figure.get_size_inches()[1] <= 9
        assert not one.figure.axes[0].get_yticklabels()


class TestDurations:
    def test_tell_median_and_quartiles(self) -> None:
        frame = pd.DataFrame({"model": ["a"] * 5, "duration": [10.0, 20, 30, 40, 50]})
        alt = drawing(durations_by_model(frame)).alt
        assert "a: median 30.0, quartiles 20.0 and 40.0, 5 judgements" in alt

    @pytest.mark.parametrize(("values", "scale"), [([1.0, 1, 2, 500], "log"), ([0.0, 1, 2, 500], "linear")])
    def test_are_logarithmic_where_skewed_and_positive(self, values: list[float], scale: str) -> None:
        frame = pd.DataFrame({"model": ["a"] * 4, "duration": values})
        assert drawing(durations_by_model(frame)).figure.axes[0].get_xscale() == scale


@pytest.mark.parametrize(
    ("column", "draw_figure", "words"),
    [
        ("confidence", rates_by_confidence, "how confident"),
        ("confidence", choices_by_confidence, "how confident"),
        ("choice", choices_by_confidence, "chosen as artificial"),
        ("duration", durations_by_model, "no durations"),
    ],
)
def test_a_missing_column_is_a_reason(
    column: str, draw_figure: Callable[[pd.DataFrame], Drawing | Undrawn], words: str
) -> None:
    frame = draw_study(["a", "b"])
    for lacking in (frame.drop(columns=column), frame.assign(**{column: np.nan})):
        found = draw_figure(lacking)
        assert isinstance(found, Undrawn)
        assert words in found.reason


def test_one_model_has_nothing_to_be_compared_with_but_rates_and_durations() -> None:
    found = draw(draw_study(["alone"]))
    assert [name for name, one in found.items() if isinstance(one, Undrawn)] == [
        "detection-by-model",
        "contrasts",
        "random-effects",
    ]
    assert "only one model, alone" in found["contrasts"].reason  # type: ignore[union-attr]
