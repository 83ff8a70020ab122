"""Results in words."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.reporting.findings import p_words, remark, tell, tell_rates
from analysis.statistics.contrasts import JointTest
from analysis.statistics.detection_table import detection_table, overall_row
from analysis.statistics.mixed_models import MixedModel, fit_detected, fit_linear
from tests.analysis.reference import read_data


@pytest.mark.parametrize(
    ("p", "words"), [(0.0001, "p < .001"), (0.0016, "p = .002"), (0.2, "p = .200"), (1.0, "p = 1.000")]
)
def test_p_values_are_written_as_is_usual(p: float, words: str) -> None:
    assert p_words(p) == words


def test_a_significant_effect_is_told_with_its_test_and_the_models_that_differ() -> None:
    told = tell("detected", fit_detected(read_data("typical"))).text
    assert "over 800 judgements" in told
    assert "The inquirer models differ, χ²(3) = 15.18, p = .002." in told
    assert "Likelihood ratio: χ²(3) = 15.65, p = .001." in told
    assert "0.80 between evaluators" in told
    assert "gpt-4 − mixtral-8x7b: 0.90 (SE 0.23), z = 3.84, p < .001" in told


def test_adjusted_p_values_are_named() -> None:
    told = tell("detected", fit_detected(read_data("typical")), "holm").text
    assert "Models that differ (Holm, in log-odds): gpt-4 − mixtral-8x7b" in told


def test_pairs_that_differ_where_no_test_of_all_does_are_told_with_that() -> None:
    model = fit_detected(read_data("typical"))
    told = tell("detected", replace(model, test=JointTest(7.0, 3, None, 0.07)))
    assert told.verdict.startswith("No difference between the inquirer models was found")
    assert told.intro.endswith(", although the test of all models finds no difference")
    assert "although" not in tell("detected", model).intro


def test_a_linear_model_is_told_with_f_and_what_is_left_over() -> None:
    told = tell("duration", fit_linear(read_data("typical_singular"), "duration")).text
    assert "F(3, 776.0) = 5.48, p < .001" in told
    assert "42.95 left over" in told


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("separation", "always or never detected"),
        ("typical_singular", "The variance between those who chatted is estimated as 0"),
        ("edge_one_model", "No model of the probability"),
    ],
)
def test_odd_cases_are_told(name: str, words: str) -> None:
    assert words in tell("detected", fit_detected(read_data(name))).text


def test_letters_are_told_with_the_best_first() -> None:
    told = tell("detected", fit_detected(read_data("typical"))).text
    assert "A is best, and models that share one do not differ): mixtral-8x7b A, " in told


def test_how_often_simulations_passed_is_told_with_the_best_model_first() -> None:
    frame = pd.DataFrame({"model": ["a", "a", "b", "b"], "detected": [1.0, 1.0, 1.0, 0.0]})
    told = tell_rates(detection_table(frame), overall_row(frame))
    assert told.verdict == "The simulation remained undetected in 25.0 % of 4 judgements."
    assert "By inquirer: b 50.0 %, a 0.0 %." in told.text


def test_judgements_that_do_not_say_whether_they_detected_have_no_rates() -> None:
    frame = pd.DataFrame({"model": ["a"], "detected": [float("nan")]})
    assert tell_rates(detection_table(frame), overall_row(frame)).verdict.startswith("No judgement says whether")


def test_two_variances_of_0_are_told_as_two() -> None:
    flat = MixedModel("singular", "flat", 8, ("a", "b"), sd={"participant": 0.0, "generator_user": 0.0})
    assert remark(flat).startswith("The variances between evaluators and between those who chatted are estimated as 0")
