"""Everything computed from a table of judgements: the main models and the sensitivity analyses."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import partial

import numpy as np
import pandas as pd

from analysis.statistics.detection_table import confidence_labels
from analysis.statistics.mixed_models import MixedModel, fit_outcome

OUTCOMES = ("detected", "utterance_number", "duration")
NOT_SURE = "not sure"


@dataclass(frozen=True, slots=True)
class Variant:
    """One sensitivity analysis: ``model`` is None if a column that it needs is missing, and ``skipped`` says which."""

    name: str
    outcome: str
    model: MixedModel | None
    skipped: str = ""


@dataclass(frozen=True, slots=True)
class _Reading:
    name: str
    outcome: str
    needs: tuple[str, ...]
    change: Callable[[pd.DataFrame], pd.DataFrame]


@dataclass(frozen=True, slots=True)
class Analysis:
    """The judgements, the main models by outcome, and the sensitivity analyses. ``skipped`` holds sentences about results that
    the data do not allow."""

    frame: pd.DataFrame
    models: Mapping[str, MixedModel]
    variants: tuple[Variant, ...]
    skipped: tuple[str, ...]


def analyse(frame: pd.DataFrame, on_step: Callable[[str], None] = lambda step: None) -> Analysis:
    """Fit all models. Call ``on_step`` with the name of each step before it."""
    models = {}
    for outcome in OUTCOMES:
        on_step(f"model of {outcome}")
        models[outcome] = _fit(frame, outcome)
    variants = []
    for number, variant in enumerate(sensitivity(frame), start=1):
        on_step(f"sensitivity analysis {number}")
        variants.append(variant)
    return Analysis(frame, models, tuple(variants), tuple(_skipped(frame)))


def _fit(frame: pd.DataFrame, outcome: str) -> MixedModel:
    if outcome not in frame.columns:
        reason = f"The data have no column {outcome}."
        return MixedModel("not_applicable", reason, 0, tuple(sorted(frame["model"].unique())))
    return fit_outcome(frame, outcome)


def _skipped(frame: pd.DataFrame) -> Iterator[str]:
    """Yield sentences about results that need further columns."""
    for column, what in (
        ("utterance_number", "its model, and the utterance numbers of table 3"),
        ("duration", "its model, its figure, and the durations of table 3"),
        ("choice", "figure 13, and the sensitivity analysis with “not sure” as missing"),
        ("flagged", "the models without flagged evaluators"),
        ("domain", "the models per goal domain"),
    ):
        if column not in frame.columns:
            yield f"The column {column} is missing, so these results are left out: {what}."
    if not confidence_labels(frame):
        yield "The column confidence is missing, so these results are left out: confidence in table 3, and figures 2 and 13."
    if "pair" not in frame.columns:
        yield "The column pair is missing, so nothing shows whether an evaluator judged a pair twice."


def sensitivity(frame: pd.DataFrame) -> Iterator[Variant]:
    """Yield one variant at a time, so that progress can be shown. The main models are not included."""
    for reading in [*_READINGS, *_per_domain(frame)]:
        lacking = [column for column in reading.needs if column not in frame.columns or frame[column].isna().all()]
        if lacking:
            columns = "column" if len(lacking) == 1 else "columns"
            yield Variant(reading.name, reading.outcome, None, f"the data have no {columns} {', '.join(lacking)}")
        else:
            yield Variant(reading.name, reading.outcome, fit_outcome(reading.change(frame), reading.outcome))


def _not_sure_missing(frame: pd.DataFrame) -> pd.DataFrame:
    return frame.assign(detected=frame["detected"].mask(frame["choice"] == NOT_SURE))


def _detected_only(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["detected"] == 1]


def _unflagged(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["flagged"] != 1]


def _log_duration(frame: pd.DataFrame) -> pd.DataFrame:
    """Replace the duration with its logarithm; leave out rows without a positive duration."""
    return frame.assign(duration=np.log(frame["duration"].where(frame["duration"] > 0)))


def _per_domain(frame: pd.DataFrame) -> list[_Reading]:
    domains = sorted(frame["domain"].dropna().unique()) if "domain" in frame.columns else []
    return [_Reading(f"goals in {domain}", "detected", ("domain",), partial(_in_domain, domain)) for domain in domains]


def _in_domain(domain: str, frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["domain"] == domain]


_READINGS = [
    _Reading("“not sure” as missing", "detected", ("choice",), _not_sure_missing),
    _Reading("detected pairs only", "utterance_number", ("utterance_number",), _detected_only),
    *(
        _Reading("without flagged evaluators", outcome, ("flagged", *needs), _unflagged)
        for outcome, needs in (
            ("detected", ()),
            ("utterance_number", ("utterance_number",)),
            ("duration", ("duration",)),
        )
    ),
    _Reading("log of the duration", "duration", ("duration",), _log_duration),
]
