"""Pairs of a natural and a simulated dialogue, their evaluators and model judges, and judgements."""

from evaluation.models.answers import Bubble, Choice, Confidence
from evaluation.models.evaluations import Evaluation, EvaluationOutcome
from evaluation.models.evaluators import Assignment, Evaluator, Presentation
from evaluation.models.judge_runs import JudgeRun, ModelJudgement
from evaluation.models.judgements import Judgement, Revision
from evaluation.models.pairs import Pair

__all__ = [
    "Assignment",
    "Bubble",
    "Choice",
    "Confidence",
    "Evaluation",
    "EvaluationOutcome",
    "Evaluator",
    "JudgeRun",
    "Judgement",
    "ModelJudgement",
    "Pair",
    "Presentation",
    "Revision",
]
