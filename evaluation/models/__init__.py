"""Pairs of dialogues or of answers, their evaluators and model judges, and judgements."""

from evaluation.models.answers import Bubble, Choice, Confidence, Preference
from evaluation.models.evaluations import AnswerPlan, Evaluation, EvaluationOutcome
from evaluation.models.evaluators import Assignment, Evaluator, Presentation
from evaluation.models.judge_runs import JudgeRun, ModelJudgement
from evaluation.models.judgements import Judgement, Revision
from evaluation.models.pairs import Pair, has_excluded

__all__ = [
    "AnswerPlan",
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
    "Preference",
    "Presentation",
    "Revision",
    "has_excluded",
]
