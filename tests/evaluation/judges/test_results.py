"""Results of model judges, for comparison with people."""

import pytest
from django.utils import timezone

from evaluation.judges.results import JudgedModel, read_judge_runs
from evaluation.models import Choice, Evaluation, JudgeRun, ModelJudgement
from tests.evaluation.factories import make_evaluation
from tests.evaluation.judges.scripts import request_judge_run, run_judge

pytestmark = pytest.mark.django_db

FIRST, SECOND, NOT_SURE = Choice.FIRST, Choice.SECOND, Choice.NOT_SURE


def judged(evaluation: Evaluation, *answers: tuple[str, str]) -> JudgedModel:
    """Judgements about the pairs of one model: what was said with the natural dialogue first, and with it second."""
    judge_run = request_judge_run(evaluation)
    pairs = evaluation.pairs.filter(model="mixtral").order_by("pk")
    for pair, (natural_first, natural_second) in zip(pairs, answers, strict=False):
        for order, choice in ((True, natural_first), (False, natural_second)):
            ModelJudgement.objects.filter(pair=pair, is_natural_first=order).update(
                choice=choice, finished_at=timezone.now()
            )
    (line,) = read_judge_runs(evaluation)
    assert line.judge_run == judge_run
    (model,) = line.models
    return model


@pytest.mark.parametrize(
    ("answers", "detected", "consistent"),
    [
        ([(SECOND, FIRST)], 2, 1),
        ([(FIRST, SECOND)], 0, 1),
        ([(FIRST, FIRST)], 1, 0),
        ([(NOT_SURE, NOT_SURE)], 0, 1),
        ([(NOT_SURE, FIRST)], 1, 0),
        ([(SECOND, FIRST), (SECOND, SECOND)], 3, 1),
    ],
)
def test_detected_and_the_same_in_both_orders_are_counted(
    answers: list[tuple[str, str]], detected: int, consistent: int
) -> None:
    model = judged(make_evaluation(), *answers)
    assert (model.name, model.answered, model.both) == ("mixtral", 2 * len(answers), len(answers))
    assert (model.detected, model.consistent) == (detected, consistent)


def test_unanswered_judgements_are_counted_separately() -> None:
    model = judged(make_evaluation(), (SECOND, ""), ("", ""))
    assert (model.answered, model.detected, model.unanswered, model.both) == (1, 1, 3, 0)


def test_a_line_says_how_far_each_judge_run_is() -> None:
    evaluation = make_evaluation()
    run_judge(request_judge_run(evaluation))
    request_judge_run(evaluation, "stumbler")
    lines = read_judge_runs(evaluation)
    assert [(line.model, line.label, line.done, line.total) for line in lines] == [
        ("arbiter", "a script", 16, 16),
        ("stumbler", "", 0, 16),
    ]
    assert [line.judge_run.state for line in lines] == [JudgeRun.State.FINISHED, JudgeRun.State.PAUSED]
    assert {model.name for model in lines[0].models} == {"mixtral", "gpt-4"}
    assert all(model.both and not model.consistent for model in lines[0].models), "always the second is no judgement"
