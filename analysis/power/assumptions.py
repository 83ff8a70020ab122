"""Initial assumptions: the usual ones, those of an earlier estimate, or those that a study's analysis suggests."""

import json
from dataclasses import dataclass, replace
from math import exp
from typing import Any

from analysis.models import PowerEstimate
from analysis.power.estimates import question_of
from analysis.statistics.power_plans import LARGEST_SD, PAPER, ImpossiblePlan, PowerQuestion
from analysis.stored_results import stored_file
from analysis.study.reports import latest_report
from studies.models import Study

RESULTS = "results.json"
USUAL = PowerQuestion(PAPER, evaluators=(10, 20, 40))
"""The paper's models, in studies of half, once and twice the paper's size."""


@dataclass(frozen=True, slots=True)
class Assumed:
    """The values that pre-fill the form, and a sentence that names their source."""

    question: PowerQuestion
    words: str


def usual_assumptions() -> Assumed:
    """Return the assumptions to use when nothing is known."""
    return Assumed(USUAL, "The rates are from table 3 of the paper; the standard deviations are moderate guesses.")


def assumptions_again(estimate: PowerEstimate) -> Assumed:
    """Return the assumptions of an earlier estimate, for editing."""
    return Assumed(question_of(estimate), "These are the assumptions of an earlier estimate. Change what you need.")


def assumptions_of(study: Study) -> Assumed:
    """Return the assumptions that the study's latest analysis suggests, or the usual ones and the reason for using them."""
    report = latest_report(study)
    if report is None:
        return Assumed(USUAL, f"“{study.title}” has no analysis yet, so the rates are from table 3 of the paper.")
    results = stored_file(report, RESULTS)
    if results is None:
        lack = "has lost its files. Compute it again" if RESULTS in report.files else "has no judgements"
        words = f"The rates are from table 3 of the paper. The analysis of “{study.title}” {lack}."
        return Assumed(USUAL, words)
    try:
        question = _suggested(json.loads(results))
    except ImpossiblePlan as error:
        words = f"The rates of “{study.title}” cannot be used here, so these are from table 3 of the paper. {error}"
        return Assumed(USUAL, words)
    when = f" on {report.finished_at:%-d %B %Y}" if report.finished_at else ""
    return Assumed(question, f"Rates and standard deviations are from the analysis of “{study.title}”{when}.")


def _suggested(found: dict[str, Any]) -> PowerQuestion:
    """Read the assumptions from results.json. Raises ImpossiblePlan if there are too few models, or too many."""
    detected = found["detected"]
    sd = {name: min(LARGEST_SD, round(value, 2)) for name, value in (detected["sd"] or {}).items()}
    rates = {level: _rate(level, found) for level in found["levels"]}
    return replace(
        USUAL,
        rates=rates,
        pairs=max(USUAL.pairs, len(rates)),
        evaluator_sd=sd.get("participant", USUAL.evaluator_sd),
        person_sd=sd.get("generator_user", USUAL.person_sd),
    )


def _rate(level: str, found: dict[str, Any]) -> float:
    """Return the model's rate at the average evaluator and person; without an estimate, the observed rate, but never 0 or 1."""
    effects = found["detected"]["fixed_effects"] or {}
    estimates = [effects[name]["estimate"] for name in ("(Intercept)", f"model[{level}]") if name in effects]
    if estimates and None not in estimates:
        return _bounded(1 / (1 + exp(-sum(estimates))))
    counted = found["detection_table"][level]
    return _bounded((counted["detected"] + 0.5) / (counted["pairs"] + 1))


def _bounded(rate: float) -> float:
    return min(0.999, max(0.001, round(rate, 3)))
