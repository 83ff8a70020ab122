"""Everything that is computed of a table of judgements."""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass

import pandas as pd

from analysis.detection_table import confidence_labels
from analysis.findings import MixedModel
from analysis.mixed_models import fit_outcome
from analysis.sensitivity import Variant, sensitivity

OUTCOMES = ("detected", "utterance_number", "duration")


@dataclass(frozen=True, slots=True)
class Analysis:
    """The judgements, the main models by outcome, and those over other readings of the data. ``skipped`` says in sentences what
    the data do not allow."""

    frame: pd.DataFrame
    models: Mapping[str, MixedModel]
    variants: tuple[Variant, ...]
    skipped: tuple[str, ...]


def analyse(frame: pd.DataFrame, on_step: Callable[[str], None] = lambda step: None) -> Analysis:
    """Fits all models; ``on_step`` hears what comes next."""
    models = {}
    for outcome in OUTCOMES:
        on_step(f"model of {outcome}")
        models[outcome] = _fit(frame, outcome)
    variants = []
    for number, variant in enumerate(sensitivity(frame), start=1):
        on_step(f"other readings of the data ({number})")
        variants.append(variant)
    return Analysis(frame, models, tuple(variants), tuple(_skipped(frame)))


def _fit(frame: pd.DataFrame, outcome: str) -> MixedModel:
    if outcome not in frame.columns:
        reason = f"The data have no column {outcome}."
        return MixedModel("not_applicable", reason, 0, tuple(sorted(frame["model"].unique())))
    return fit_outcome(frame, outcome)


def _skipped(frame: pd.DataFrame) -> Iterator[str]:
    """What would be there with more columns."""
    for column, what in (
        ("utterance_number", "its model, and the utterance numbers of table 3"),
        ("duration", "its model, its figure, and the durations of table 3"),
        ("choice", "figure 13, and the reading of “not sure” as missing"),
        ("flagged", "the models without flagged evaluators"),
        ("domain", "the models per domain of the goals"),
    ):
        if column not in frame.columns:
            yield f"Without the column {column} there is not: {what}."
    if not confidence_labels(frame):
        yield "Without the column confidence there is not: confidence in table 3, and figures 2 and 13."
    if "pair" not in frame.columns:
        yield "Without the column pair nobody can tell whether a pair was judged twice by one person."
