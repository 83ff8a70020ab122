"""Findings in words."""

from dataclasses import replace

import pandas as pd
import pytest

from analysis.reporting.findings import model_finding, p_words, rates_finding, remark
from analysis.statistics.contrasts import JointTest
from analysis.statistics.detection_table import detection_table, overall_row
from analysis.statistics.mixed_models import MixedModel, fit_detected, fit_linear
from tests.analysis.reference import read_data


@pytest.mark.parametrize(
    ("p", "words"), [(0.0001, "p < .001"), (0.0016, "p = .002"), (0.2, "p = .200"), (1.0, "p = 1.000")]
)
def test_p_values_are_written_as_is_customary(p: float, words: str) -> None:
    assert p_words(p) == words


def test_a_significant_effect_is_reported_with_its_test_and_the_models_that_differ() -> None:
    finding = model_finding("detected", fit_detected(read_data("typical"))).text
    assert "was fitted to 800 judgements" in finding
    assert "The inquirer models differ, χ²(3) = 15.18, p = .002." in finding
    assert "Likelihood ratio: χ²(3) = 15.65, p = .001." in finding
    assert "0.80 between evaluators" in finding
    assert "gpt-4 − mixtral-8x7b: 0.90 (SE 0.23), z = 3.84, p < .001" in finding


def test_adjusted_p_values_are_named() -> None:
    finding = model_finding("detected", fit_detected(read_data("typical")), "holm").text
    assert "Models that differ (Holm, in log-odds): gpt-4 − mixtral-8x7b" in finding


def test_differing_pairs_without_a_significant_joint_test_are_reported_with_that_caveat() -> None:
    model = fit_detected(read_data("typical"))
    finding = model_finding("detected", replace(model, test=JointTest(7.0, 3, None, 0.07)))
    assert finding.conclusion.startswith("No difference between the inquirer models was found")
    assert finding.intro.endswith(", although the test of all models is not significant")
    assert "although" not in model_finding("detected", model).intro


def test_a_linear_model_is_reported_with_f_and_the_residual() -> None:
    finding = model_finding("duration", fit_linear(read_data("typical_singular"), "duration")).text
    assert "F(3, 776.0) = 5.48, p < .001" in finding
    assert "42.95 residual" in finding


@pytest.mark.parametrize(
    ("name", "words"),
    [
        ("separation", "always or never detected"),
        ("typical_singular", "The variance between the people who chatted is estimated as 0"),
        ("edge_one_model", "The probability that a simulation is detected could not be modelled"),
    ],
)
def test_special_cases_are_reported(name: str, words: str) -> None:
    assert words in model_finding("detected", fit_detected(read_data(name))).text


def test_letters_are_listed_with_the_best_model_first() -> None:
    finding = model_finding("detected", fit_detected(read_data("typical"))).text
    assert "A is best; models that share one do not differ significantly): mixtral-8x7b A, " in finding


def test_undetected_simulations_are_reported_with_the_best_model_first() -> None:
    frame = pd.DataFrame({"model": ["a", "a", "b", "b"], "detected": [1.0, 1.0, 1.0, 0.0]})
    finding = rates_finding(detection_table(frame), overall_row(frame))
    assert finding.conclusion == "Simulations remained undetected in 25.0% of 4 judgements."
    assert "By inquirer: b 50.0%, a 0.0%." in finding.text


def test_judgements_that_do_not_say_whether_they_detected_have_no_rates() -> None:
    frame = pd.DataFrame({"model": ["a"], "detected": [float("nan")]})
    assert rates_finding(detection_table(frame), overall_row(frame)).conclusion.startswith("No judgement says whether")


def test_two_variances_of_0_are_both_reported() -> None:
    flat = MixedModel("singular", "flat", 8, ("a", "b"), sd={"participant": 0.0, "generator_user": 0.0})
    assert remark(flat).startswith(
        "The variances between evaluators and between the people who chatted are estimated as 0"
    )
