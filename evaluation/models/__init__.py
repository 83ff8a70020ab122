"""Pairs of a natural and a simulated dialogue, who judges them, and what they say."""

from evaluation.models.answers import Bubble, Choice, Confidence
from evaluation.models.evaluations import Evaluation, EvaluationOutcome
from evaluation.models.evaluators import Assignment, Evaluator, Showing
from evaluation.models.judgements import Judgement, Revision
from evaluation.models.pairs import Pair
from evaluation.models.sittings import Sitting, Verdict

__all__ = [
    "Assignment",
    "Bubble",
    "Choice",
    "Confidence",
    "Evaluation",
    "EvaluationOutcome",
    "Evaluator",
    "Judgement",
    "Pair",
    "Revision",
    "Showing",
    "Sitting",
    "Verdict",
]
