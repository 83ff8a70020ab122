"""Sensitivity analyses: the same models under other readings of the judgements."""

import numpy as np
import pandas as pd
import pytest
from pytest import approx

from analysis.statistics.analysis import Variant, sensitivity
from analysis.statistics.mixed_models import MixedModel, fit_detected, fit_linear
from tests.analysis.studies import draw_paper_study


@pytest.fixture(scope="module")
def frame() -> pd.DataFrame:
    """Return a study with 10% "not sure", one flagged evaluator, and goals of two domains."""
    random = np.random.default_rng(73)
    judged = draw_paper_study(random, [0.75, 0.8, 0.25, 1.4], (0.7, 0.3))
    is_unsure = random.random(len(judged)) < 0.1
    choice = np.where(judged["detected"] == 1, "simulated", "natural")
    return judged.assign(
        detected=judged["detected"].mask(is_unsure, 0.0),
        choice=np.where(is_unsure, "not sure", choice),
        utterance_number=random.integers(1, 8, len(judged)).astype(float),
        duration=np.append(random.lognormal(4, 0.8, len(judged) - 1), 0.0),
        flagged=(judged["participant"] == "e-3").astype(float),
        domain=random.choice(["Coding", "Math"], len(judged)),
    )


@pytest.fixture(scope="module")
def variants(frame: pd.DataFrame) -> dict[tuple[str, str], Variant]:
    return {(variant.name, variant.outcome): variant for variant in sensitivity(frame)}


def model_of(variant: Variant) -> MixedModel:
    assert variant.model is not None
    return variant.model


def test_every_reading_is_there(variants: dict[tuple[str, str], Variant]) -> None:
    assert list(variants) == [
        ("“not sure” as missing", "detected"),
        ("detected pairs only", "utterance_number"),
        ("without flagged evaluators", "detected"),
        ("without flagged evaluators", "utterance_number"),
        ("without flagged evaluators", "duration"),
        ("log of the duration", "duration"),
        ("goals in Coding", "detected"),
        ("goals in Math", "detected"),
    ]


def test_each_leaves_out_what_it_says(frame: pd.DataFrame, variants: dict[tuple[str, str], Variant]) -> None:
    rows = {key: model_of(variant).rows for key, variant in variants.items()}
    assert rows["“not sure” as missing", "detected"] == (frame["choice"] != "not sure").sum()
    assert rows["detected pairs only", "utterance_number"] == (frame["detected"] == 1).sum()
    assert rows["without flagged evaluators", "duration"] == 760
    assert rows["log of the duration", "duration"] == 799  # seconds of nothing have no logarithm
    assert rows["goals in Coding", "detected"] + rows["goals in Math", "detected"] == 800


def test_each_is_the_same_model_over_what_is_left(
    frame: pd.DataFrame, variants: dict[tuple[str, str], Variant]
) -> None:
    expected = {
        ("without flagged evaluators", "detected"): fit_detected(frame[frame["participant"] != "e-3"]),
        ("detected pairs only", "utterance_number"): fit_linear(frame[frame["detected"] == 1], "utterance_number"),
    }
    for key, model in expected.items():
        assert model_of(variants[key]).log_likelihood == approx(model.log_likelihood)


def test_a_sensitivity_analysis_names_its_missing_column(frame: pd.DataFrame) -> None:
    variants = list(sensitivity(frame[["participant", "generator_user", "model", "detected"]]))
    assert [variant.model for variant in variants] == [None] * 6
    assert variants[0].skipped == "the data have no column choice"
    assert variants[3].skipped == "the data have no columns flagged, utterance_number"
