"""The paper's mixed models (section 3.4): do evaluators' answers depend on the inquirer model?

    outcome ~ model + (1 | participant) + (1 | generator_user)

``detected`` is binomial with a logit link, fitted by the Laplace approximation to agree with a converged lme4::glmer;
other outcomes are linear, fitted by REML to agree with lmerTest. All functions are pure.
"""

from collections.abc import Mapping
from contextlib import AbstractContextManager
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np
import pandas as pd
from threadpoolctl import ThreadpoolController

from analysis.statistics.binomial_model import fit_binomial
from analysis.statistics.contrasts import (
    Adjustment,
    Contrast,
    Estimate,
    JointTest,
    chi_squared_test,
    estimate,
    f_test,
    letters,
    pairwise,
    wald_test,
)
from analysis.statistics.crossed_factors import Fit, Floats
from analysis.statistics.linear_model import fit_reml
from analysis.statistics.rows import Rows, separated_levels, why_not_binomial, why_not_linear

INTERCEPT = "(Intercept)"
PENALTY_SD = 2.5
"""Standard deviation, in log-odds, of the normal prior on the levels' deviations from their mean: wide but finite."""
VAGUE_SD = 1000.0
"""Standard deviation of the prior on that mean, so large that it has no effect."""
NOT_CONVERGED = (
    "The fit did not converge, so its estimates are shown without tests. Use more judgements or fewer models."
)
_BLAS = ThreadpoolController().select(user_api="blas")
"""numpy's and scipy's linear algebra, looked up once: to look through all loaded libraries takes a tenth of a small fit."""
Status = Literal["ok", "singular", "separated", "not_converged", "not_applicable"]


@dataclass(frozen=True, slots=True)
class RandomEffect:
    """One person's deviation from the average, on the scale of the linear predictor: the conditional mode and its standard
    deviation."""

    mode: float
    sd: float


@dataclass(frozen=True, slots=True)
class MixedModel:
    """A fitted model, or the reason why there is none. Values that do not exist are None, or missing from a mapping.

    ``effects`` use treatment coding with the first level as reference. ``means`` holds each level's mean on the scale of the
    linear predictor. ``sd`` holds the standard deviations of the random intercepts by group. Only linear models have
    ``residual_sd``. Only the binomial model has ``likelihood_ratio`` and, if a level is always or never detected, a
    ``penalised`` fit. ``random_effects`` of a binomial model holds the members of each group by name.
    """

    status: Status
    message: str
    rows: int
    levels: tuple[str, ...]
    effects: Mapping[str, Estimate | None] = field(default_factory=dict)
    means: Mapping[str, Estimate] = field(default_factory=dict)
    sd: Mapping[str, float] = field(default_factory=dict)
    residual_sd: float | None = None
    log_likelihood: float | None = None
    test: JointTest | None = None
    likelihood_ratio: JointTest | None = None
    contrasts: tuple[Contrast, ...] = ()
    penalised: "MixedModel | None" = None
    random_effects: Mapping[str, Mapping[str, RandomEffect]] = field(default_factory=dict)

    def letters(self, adjustment: Adjustment, *, largest_first: bool = False) -> dict[str, str]:
        """Return the levels' letters: levels that share one do not differ. 'a' is the smallest mean, or the largest. Empty if
        nothing was tested."""
        return letters(self.contrasts, self.means, adjustment, largest_first=largest_first)


def fit_outcome(frame: pd.DataFrame, outcome: str) -> MixedModel:
    """Fit the outcome's model. ``frame`` has the columns participant, generator_user, model and the outcome."""
    return fit_detected(frame) if outcome == "detected" else fit_linear(frame, outcome)


def fit_detected(frame: pd.DataFrame) -> MixedModel:
    """Fit ``detected`` (0 or 1) by model, without missing outcomes. Columns: participant, generator_user, model, detected."""
    rows = Rows.read(frame, "detected")
    if reason := why_not_binomial(rows):
        return MixedModel("not_applicable", reason, len(rows.outcome), rows.levels)
    with _on_one_thread():
        separated = separated_levels(rows)
        found = _fit_separated(rows, separated) if separated else _fit_binomial(rows)
        return _with_likelihood_ratio(found, rows)


def fit_linear(frame: pd.DataFrame, outcome: str) -> MixedModel:
    """Fit ``outcome`` (a number) by model, without missing outcomes. Columns: participant, generator_user, model, outcome."""
    rows = Rows.read(frame, outcome)
    if reason := why_not_linear(rows, outcome):
        return MixedModel("not_applicable", reason, len(rows.outcome), rows.levels)
    with _on_one_thread():
        fit = fit_reml(rows.outcome, rows.fixed, rows.crossing)
        found = _report(rows, fit)
        return replace(found, test=f_test(fit, rows.fixed)) if fit.is_converged else found


def _fit_binomial(rows: Rows, penalty: Floats | None = None) -> MixedModel:
    fit = fit_binomial(rows.outcome, rows.fixed, rows.crossing, penalty)
    found = _report(rows, fit)
    return replace(found, test=wald_test(fit)) if fit.is_converged else found


def _fit_separated(rows: Rows, separated: set[str]) -> MixedModel:
    """Fit the limit of the likelihood: as a level's log-odds diverge, its rows no longer affect the other estimates."""
    penalised = _fit_binomial(rows, _penalty(rows))
    others = rows.without(separated)
    message = _separated_message(separated, others)
    if not others.levels:
        return MixedModel("separated", message, len(rows.outcome), rows.levels, log_likelihood=0.0, penalised=penalised)
    fit = fit_binomial(others.outcome, others.fixed, others.crossing)
    found = _report(others, fit, rows.levels)
    if fit.is_converged:
        found = replace(found, status="separated")
    message = " ".join(filter(None, [message, found.message]))
    return replace(found, message=message, rows=len(rows.outcome), penalised=penalised)


def _separated_message(separated: set[str], others: Rows) -> str:
    compared = (
        "The other models are compared without them" if len(others.levels) > 1 else "Too few models remain to compare"
    )
    return (
        f"{', '.join(sorted(separated))}: always or never detected, so no finite estimate exists. {compared}; the "
        "likelihood-ratio test includes all models, and a penalised fit is given in addition."
    )


def _with_likelihood_ratio(found: MixedModel, rows: Rows) -> MixedModel:
    """Return the model with its likelihood-ratio test against a fit that does not distinguish the models."""
    without = fit_binomial(rows.outcome, rows.intercept, rows.crossing)
    if found.log_likelihood is None or found.status == "not_converged" or not without.is_converged:
        return found
    df = len(rows.levels) - 1
    ratio = max(0.0, 2 * (found.log_likelihood - without.log_likelihood))
    return replace(found, likelihood_ratio=chi_squared_test(ratio, df))


def _report(rows: Rows, fit: Fit, levels: tuple[str, ...] | None = None) -> MixedModel:
    """Return the fitted model without joint tests. Contrasts cover ``levels``, by default those of the rows."""
    levels = levels or rows.levels
    combinations = _combinations(rows)
    return MixedModel(
        status=_status(fit),
        message=_message(rows, fit),
        rows=len(rows.outcome),
        levels=levels,
        effects=_effects(rows, fit, levels),
        means={level: estimate(fit, combination) for level, combination in combinations.items()},
        sd=dict(zip(rows.groups, map(float, fit.sd), strict=True)),
        residual_sd=fit.residual_sd,
        log_likelihood=fit.log_likelihood if np.isfinite(fit.log_likelihood) else None,
        contrasts=tuple(pairwise(fit, combinations, levels)) if fit.is_converged else (),
        random_effects=_random_effects(rows, fit),
    )


def _combinations(rows: Rows) -> dict[str, Floats]:
    """Return, for each level, the combination of coefficients that gives its mean."""
    base = np.eye(len(rows.levels))
    return {level: base[0] if index == 0 else base[0] + base[index] for index, level in enumerate(rows.levels)}


def _effects(rows: Rows, fit: Fit, levels: tuple[str, ...]) -> dict[str, Estimate | None]:
    """Return the coefficients relative to the first of ``levels``; None if a level without rows is involved."""
    names = [INTERCEPT, *(f"model[{level}]" for level in levels[1:])]
    if rows.levels[:1] != levels[:1]:
        return dict.fromkeys(names)
    coefficients = dict(
        zip([INTERCEPT, *(f"model[{level}]" for level in rows.levels[1:])], np.eye(len(rows.levels)), strict=True)
    )
    return {name: estimate(fit, coefficients[name]) if name in coefficients else None for name in names}


def _random_effects(rows: Rows, fit: Fit) -> dict[str, dict[str, RandomEffect]]:
    if fit.random_effects is None:
        return {}
    found = zip(rows.groups, rows.members, fit.random_effects.modes, fit.random_effects.sds, strict=True)
    return {
        group: dict(zip(members, map(RandomEffect, modes.tolist(), sds.tolist()), strict=True))
        for group, members, modes, sds in found
    }


def _status(fit: Fit) -> Status:
    if not fit.is_converged:
        return "not_converged"
    return "singular" if fit.is_singular else "ok"


def _message(rows: Rows, fit: Fit) -> str:
    if not fit.is_converged:
        return NOT_CONVERGED
    flat = [name for name, sd in zip(rows.groups, fit.sd, strict=True) if sd == 0]
    if not flat:
        return ""
    return f"The variance of {' and '.join(flat)} is estimated as 0; the tests remain valid."


def _penalty(rows: Rows) -> Floats:
    """Return the precision, in treatment coding, of a normal prior on the levels' deviations from their mean."""
    count = len(rows.levels)
    to_levels = np.eye(count)
    to_levels[:, 0] = 1
    mean = np.full((1, count), 1 / count) @ to_levels
    deviations = to_levels - mean
    penalty: Floats = deviations.T @ deviations / PENALTY_SD**2 + mean.T @ mean / VAGUE_SD**2
    return penalty


def _on_one_thread() -> AbstractContextManager[object]:
    """Restrict BLAS to one thread: the matrices are small, and on a busy machine two threads make a fit many times slower."""
    return _BLAS.limit(limits=1)  # type: ignore[no-any-return]
