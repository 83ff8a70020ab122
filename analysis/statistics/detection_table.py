"""Table 3: how often, with what confidence, how late and after how long simulations were detected."""

from collections.abc import Mapping
from dataclasses import dataclass

import pandas as pd

CONFIDENCES = ("very confident", "confident", "somewhat confident")
"""In the paper's order; other labels follow by name."""
SUBSETS = ("detected", "undetected", "total")
Moments = tuple[float | None, float | None]
"""A mean and a population standard deviation (ddof 0, as in the paper); None without values."""


@dataclass(frozen=True, slots=True)
class DetectionRow:
    """Summary of the judgements of one model, or of all. Rates are over the judgements that say whether the simulation was
    detected.

    ``confidence`` counts labels per subset; ``durations`` (seconds) and ``utterances`` (numbers) are moments per subset.
    """

    pairs: int
    detected: int
    undetected: int
    undetectability: float | None
    confidence: Mapping[str, Mapping[str, int]]
    durations: Mapping[str, Moments]
    utterances: Mapping[str, Moments]


def detection_table(frame: pd.DataFrame) -> dict[str, DetectionRow]:
    """Return a row for each model, by name, including models without a usable ``detected``. Optional columns may be
    missing."""
    judged = _judged(frame)
    labels = confidence_labels(judged)
    return {str(model): _row(judged[judged["model"] == model], labels) for model in sorted(frame["model"].unique())}


def overall_row(frame: pd.DataFrame) -> DetectionRow:
    """Return the row for all judgements together."""
    judged = _judged(frame)
    return _row(judged, confidence_labels(judged))


def confidence_labels(frame: pd.DataFrame) -> list[str]:
    """Return the labels that occur, and also all of the paper's if any label occurs."""
    if "confidence" not in frame.columns or frame["confidence"].isna().all():
        return []
    found = set(frame["confidence"].dropna())
    return [*CONFIDENCES, *sorted(found - set(CONFIDENCES))]


def _judged(frame: pd.DataFrame) -> pd.DataFrame:
    return frame[frame["detected"].notna()]


def _row(frame: pd.DataFrame, labels: list[str]) -> DetectionRow:
    subsets = dict(zip(SUBSETS, (frame[frame["detected"] == 1], frame[frame["detected"] == 0], frame), strict=True))
    detected, undetected, total = (len(subsets[name]) for name in SUBSETS)
    return DetectionRow(
        pairs=total,
        detected=detected,
        undetected=undetected,
        undetectability=undetected / total if total else None,
        confidence={name: {label: _count(part, label) for label in labels} for name, part in subsets.items()},
        durations={name: _moments(part, "duration") for name, part in subsets.items()},
        utterances={name: _moments(part, "utterance_number") for name, part in subsets.items()},
    )


def _count(frame: pd.DataFrame, label: str) -> int:
    return int((frame["confidence"] == label).sum())


def _moments(frame: pd.DataFrame, column: str) -> Moments:
    values = frame[column].dropna() if column in frame.columns else pd.Series(dtype=float)
    return (float(values.mean()), float(values.std(ddof=0))) if len(values) else (None, None)
