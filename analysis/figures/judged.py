"""All figures of judgements."""

from collections.abc import Mapping

import pandas as pd

from analysis.figures.detectability import choices_by_confidence, rates_by_confidence
from analysis.figures.differences import pairwise_differences
from analysis.figures.drawing import Drawing, Undrawn
from analysis.figures.durations import durations_by_model
from analysis.figures.model_means import means_by_model
from analysis.figures.random_effects import caterpillars
from analysis.findings import MixedModel


def draw_judgements(frame: pd.DataFrame, models: Mapping[str, MixedModel]) -> list[Drawing | Undrawn]:
    """In the order in which they are looked at; what the data do not allow is there with its reason. ``models`` holds the fit
    of ``detected``."""
    detected = models["detected"]
    return [
        rates_by_confidence(frame),
        choices_by_confidence(frame),
        means_by_model(frame, detected),
        pairwise_differences(detected),
        caterpillars(detected),
        durations_by_model(frame),
    ]
