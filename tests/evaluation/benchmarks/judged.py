"""Evaluations of answers in which people have judged."""

from collections.abc import Mapping
from typing import Any

from characters.models import Benchmark
from evaluation.models import Evaluation, Judgement, Pair, Presentation
from evaluation.planning.opening import open_evaluation
from tests.characters.judging.factories import BASELINE, make_answers, make_benchmark
from tests.evaluation.factories import make_answer_evaluation, make_evaluator, make_judgement, presentations_of

SIDES = {"win": "first", "loss": "second", "tie": "tie"}
"""A choice if the answers named first are first."""
OTHER = {"first": "second", "second": "first", "tie": "tie"}


def make_open_evaluation(
    sets: tuple[str, ...] = ("Tuned",),
    baseline: str = BASELINE,
    *,
    roles: tuple[str, ...] = ("Coriolanus",),
    **fields: Any,
) -> Evaluation:
    """Open an evaluation of these sets, with two general and three role-specific questions for each role."""
    benchmark = make_benchmark(roles)
    for name in dict.fromkeys((*sets, BASELINE)):
        make_answers(benchmark, name, name.lower())
    evaluation = make_answer_evaluation(benchmark, sets, baseline, **{"pairs_per_evaluator": 5} | fields)
    open_evaluation(evaluation)
    return evaluation


def benchmark_of(evaluation: Evaluation) -> Benchmark:
    assert evaluation.benchmark is not None
    return evaluation.benchmark


def judge_all(evaluation: Evaluation, found: Mapping[str, str], **fields: Any) -> list[Judgement]:
    """Let an evaluator for each free assignment judge everything. ``found`` maps the criteria to the outcomes for the answers
    named first."""
    judgements = []
    while evaluation.assignments.filter(evaluator=None).exists():
        evaluator = make_evaluator(evaluation, **fields)
        judgements += [judge(presentation, found) for presentation in presentations_of(evaluator)]
    return judgements


def judge(presentation: Presentation, found: Mapping[str, str]) -> Judgement:
    return make_judgement(
        presentation,
        choice="",
        confidence="",
        utterance_number=None,
        ratings={
            key: {"choice": _choice(presentation, outcome), "reason": f"{key}!"} for key, outcome in found.items()
        },
    )


def shows_other_first(pair: Pair) -> list[bool]:
    return list(pair.presentations.values_list("is_natural_first", flat=True))


def _choice(presentation: Presentation, outcome: str) -> str:
    return OTHER[SIDES[outcome]] if presentation.is_natural_first else SIDES[outcome]
