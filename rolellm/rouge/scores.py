"""Precision, recall and F."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Score:
    """Fractions of 1."""

    precision: float
    recall: float
    f: float


NOTHING = Score(0.0, 0.0, 0.0)


def score(common: int, predicted: int, reference: int, smoothing: float = 0.0) -> Score:
    """Return the score for a number of common tokens, of tokens predicted, and of tokens in the reference."""
    if not common:
        return NOTHING
    precision, recall = common / predicted, common / reference
    return Score(precision, recall, 2 * precision * recall / (precision + recall + smoothing))
