"""Conditional standard deviations of the random intercepts."""

import numpy as np
import pandas as pd
import pytest
from pytest import approx
from scipy.special import expit

from analysis.statistics.mixed_models import fit_detected
from analysis.statistics.rows import GROUPS
from tests.analysis.reference import FITTED, read_data


@pytest.mark.parametrize("name", sorted({*FITTED} - {"typical_singular"}))
def test_they_are_those_of_the_posterior_that_the_laplace_approximation_takes_for_normal(name: str) -> None:
    frame = read_data(name)
    judged = frame[frame["detected"].notna()]
    model = fit_detected(frame)
    eta = judged["model"].map({level: mean.estimate for level, mean in model.means.items()}).to_numpy(float)
    for group in GROUPS:
        modes = {person: effect.mode for person, effect in model.random_effects[group].items()}
        eta = eta + judged[group].map(modes).to_numpy(float)
    members = np.column_stack([pd.get_dummies(judged[group], dtype=float) for group in GROUPS])
    prior = np.repeat([model.sd[group] for group in GROUPS], [judged[group].nunique() for group in GROUPS]) ** -2.0
    weights = (expit(eta) * expit(-eta)).reshape(-1, 1)
    expected = np.sqrt(np.diag(np.linalg.inv(members.T @ (weights * members) + np.diag(prior))))
    found = [effect.sd for group in GROUPS for _, effect in sorted(model.random_effects[group].items())]
    assert found == approx(list(expected), rel=1e-6)


def test_a_group_without_variance_has_equal_conditional_modes() -> None:
    model = fit_detected(read_data("typical_singular"))
    flat = [group for group in GROUPS if model.sd[group] == 0]
    assert flat
    for group in flat:
        assert {(effect.mode, effect.sd) for effect in model.random_effects[group].values()} == {(0.0, 0.0)}


def test_whoever_judged_only_what_is_always_detected_is_as_unknown_as_before() -> None:
    frame = read_data("separation")
    new = frame[frame["model"] == "vicuna-13b"].head(1).assign(participant="newcomer")
    model = fit_detected(pd.concat([frame, new], ignore_index=True))
    newcomer = model.random_effects["participant"]["newcomer"]
    assert [newcomer.mode, newcomer.sd] == approx([0, model.sd["participant"]])
