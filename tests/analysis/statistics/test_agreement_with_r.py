"""The mixed models agree with converged fits by lme4, lmerTest and emmeans."""

from functools import cache
from typing import Any

import numpy as np
import pytest
from pytest import approx

from analysis.statistics.contrasts import ADJUSTMENTS
from analysis.statistics.mixed_models import PENALTY_SD, MixedModel, fit_detected, fit_linear
from tests.analysis.reference import FITTED, read_data, read_fits, read_penalised

LINEAR = ("utterance_number", "duration")
TOO_NEAR = {("typical", "utterance_number", "tukey")}
"""A p value within .005 of .05, where letters may honestly differ."""


@cache
def fit(name: str, outcome: str) -> tuple[MixedModel, dict[str, Any], float]:
    """Return our fit, R's fit, and the unit in which estimates are compared."""
    reference = read_fits(name)["glmer" if outcome == "detected" else outcome]
    model = fit_detected(read_data(name)) if outcome == "detected" else fit_linear(read_data(name), outcome)
    return model, reference, reference.get("sigma", 1.0)


@pytest.mark.parametrize("outcome", ["detected", *LINEAR])
@pytest.mark.parametrize("name", FITTED)
class TestEveryOutcome:
    def test_coefficients_and_their_standard_errors(self, name: str, outcome: str) -> None:
        model, reference, unit = fit(name, outcome)
        effects = [effect for effect in model.effects.values() if effect]
        assert [effect.estimate for effect in effects] == approx(list(reference["fixef"].values()), abs=1e-3 * unit)
        assert [effect.se for effect in effects] == approx(list(reference["se"].values()), rel=5e-3)

    def test_standard_deviations_and_likelihood(self, name: str, outcome: str) -> None:
        model, reference, unit = fit(name, outcome)
        for group, sd in model.sd.items():
            assert sd == approx(reference["sd"][group], abs=2e-3 * unit)
        assert model.log_likelihood == approx(reference.get("logLik", reference.get("logLik_REML")), abs=1e-3)
        assert (model.status == "singular") == reference["singular"]

    def test_contrasts_with_all_their_p_values(self, name: str, outcome: str) -> None:
        model, reference, unit = fit(name, outcome)
        for contrast, expected in zip(model.contrasts, reference["posthoc"]["pairs"], strict=True):
            assert contrast.found is not None
            assert (contrast.a, contrast.b) == (expected["a"], expected["b"])
            assert contrast.found.estimate == approx(expected["estimate"], abs=1e-3 * unit)
            assert contrast.found.se == approx(expected["se"], rel=5e-3)
            for adjustment in ADJUSTMENTS:
                assert contrast.p_value(adjustment) == approx(expected[f"p_{adjustment}"], abs=1e-3)

    @pytest.mark.parametrize("adjustment", ADJUSTMENTS)
    def test_letters(self, name: str, outcome: str, adjustment: Any) -> None:
        model, reference, _ = fit(name, outcome)
        if (name, outcome, adjustment) not in TOO_NEAR:
            expected = reference["posthoc"]["cld"][adjustment]
            assert model.letters(adjustment) == expected["ascending"]
            assert model.letters(adjustment, largest_first=True) == expected["descending"]


@pytest.mark.parametrize("name", FITTED)
def test_wald_and_likelihood_ratio_tests_of_detection(name: str) -> None:
    model, reference, _ = fit(name, "detected")
    assert model.test is not None
    assert model.likelihood_ratio is not None
    assert model.test.statistic == approx(reference["wald_type2"]["chisq"], rel=0.01)
    assert model.test.p == approx(reference["wald_type2"]["p"], abs=1e-3)
    assert model.likelihood_ratio.statistic == approx(reference["lrt"]["chisq"], abs=2e-3)
    assert model.likelihood_ratio.p == approx(reference["lrt"]["p"], abs=1e-3)


@pytest.mark.parametrize("name", [*FITTED, "separation"])
def test_conditional_modes_of_evaluators_and_generator_users(name: str) -> None:
    model, reference, _ = fit(name, "detected")
    assert set(model.random_effects) == set(reference["ranef"])
    for group, effects in model.random_effects.items():
        assert {person: effect.mode for person, effect in effects.items()} == approx(
            reference["ranef"][group], abs=2e-3
        )


@pytest.mark.parametrize("outcome", LINEAR)
@pytest.mark.parametrize("name", FITTED)
def test_satterthwaite_f_and_t(name: str, outcome: str) -> None:
    model, reference, _ = fit(name, outcome)
    expected = reference["F_satterthwaite"]
    assert model.test is not None
    assert model.test.statistic == approx(expected["F"], rel=5e-3)
    assert model.test.df_den == approx(expected["den_df"], rel=1e-3)  # another basis of the hypothesis is off by more
    assert model.test.p == approx(expected["p"], abs=1e-3)
    for effect, df, p in zip(
        model.effects.values(), reference["coef_df"].values(), reference["coef_p"].values(), strict=True
    ):
        assert effect is not None
        assert effect.df == approx(df, rel=0.01)
        assert effect.p == approx(p, abs=1e-3)


class TestAModelThatIsAlwaysDetected:
    """vicuna-13b in ``separation``: R's numbers for it depend on when its optimiser stops, those of the others do not."""

    def test_the_others_are_compared_as_in_r(self) -> None:
        model, reference, _ = fit("separation", "detected")
        found = {(contrast.a, contrast.b): contrast for contrast in model.contrasts}
        for expected in reference["posthoc"]["pairs"]:
            contrast = found[expected["a"], expected["b"]]
            if "vicuna-13b" in (contrast.a, contrast.b):
                assert (contrast.found, contrast.p_holm, contrast.p_tukey) == (None, None, None)
                continue
            assert contrast.found is not None
            assert contrast.found.estimate == approx(expected["estimate"], abs=1e-3)
            for adjustment in ADJUSTMENTS:
                assert contrast.p_value(adjustment) == approx(expected[f"p_{adjustment}"], abs=1e-3)

    def test_likelihood_and_its_ratio_are_those_of_the_limit(self) -> None:
        model, reference, _ = fit("separation", "detected")
        assert model.likelihood_ratio is not None
        assert model.log_likelihood == approx(reference["logLik"], abs=1e-3)
        assert model.likelihood_ratio.statistic == approx(reference["lrt"]["chisq"], abs=2e-3)
        assert model.sd == approx(reference["sd"], abs=2e-3)

    def test_it_has_no_estimate_no_letters_and_no_wald_test(self) -> None:
        model, _, _ = fit("separation", "detected")
        assert model.status == "separated"
        assert "vicuna-13b" in model.message
        assert model.effects["model[vicuna-13b]"] is None
        assert model.test is None
        assert set(model.letters("none")) == {"gpt-4", "llama-2-70b", "mixtral-8x7b"}

    def test_the_penalised_fit_is_that_of_blme(self) -> None:
        penalised = fit("separation", "detected")[0].penalised
        expected = read_penalised("separation")[f"penalised_sd{PENALTY_SD}"]
        assert penalised is not None
        found = [effect for effect in penalised.effects.values() if effect]
        assert [effect.estimate for effect in found] == approx(list(expected["fixef"].values()), abs=1e-3)
        assert [effect.se for effect in found] == approx(list(expected["se"].values()), rel=5e-3)
        assert penalised.sd == approx(expected["sd"], abs=2e-3)


def test_remaining_comparisons_are_reported_if_a_model_is_always_or_never_detected() -> None:
    data = read_data("separation")
    pair = data[data["model"].isin(["gpt-4", "vicuna-13b"])]
    other = fit_detected(pair)
    assert (other.status, other.test, set(other.letters("none"))) == ("separated", None, {"gpt-4"})
    assert [one.found for one in other.contrasts] == [None]
    assert other.effects["(Intercept)"] is not None
    assert "Too few models remain to compare" in other.message
    neither = fit_detected(pair.assign(detected=(pair["model"] == "gpt-4").astype(float)))
    assert neither.message.startswith("gpt-4, vicuna-13b: always or never detected")
    assert (neither.sd, neither.log_likelihood, neither.letters("none")) == ({}, 0, {})
    assert neither.likelihood_ratio is not None
    flat = data.assign(generator_user=np.random.default_rng(73).integers(0, 9, len(data)).astype(str))
    found = fit_detected(flat)
    assert (found.status, found.sd["generator_user"]) == ("separated", 0)
    assert "The other models are compared without" in found.message
    assert "generator_user is estimated as 0" in found.message


@pytest.mark.parametrize(
    ("name", "outcomes", "words"),
    [
        ("edge_one_model", ("detected", *LINEAR), "only one model, gpt-4"),
        ("edge_one_participant", ("detected", *LINEAR), "only one participant"),
        ("edge_one_generator", ("detected", *LINEAR), "only one generator_user"),
        ("edge_all_detected", ("detected",), "does not vary"),
        ("edge_constant_response", LINEAR, "does not vary"),
    ],
)
def test_a_model_that_cannot_be_fitted_says_why(name: str, outcomes: tuple[str, ...], words: str) -> None:
    for outcome in outcomes:
        model, _, _ = fit(name, outcome)
        assert (model.status, model.test, model.letters("none")) == ("not_applicable", None, {})
        assert words in model.message
