"""How models have judged, as it stands beside people."""

import pytest
from django.utils import timezone

from evaluation.judges.results import JudgedModel, read_sittings
from evaluation.models import Choice, Evaluation, Sitting, Verdict
from tests.evaluation.factories import make_evaluation
from tests.evaluation.judges.scripts import request_sitting, sit

pytestmark = pytest.mark.django_db

FIRST, SECOND, NOT_SURE = Choice.FIRST, Choice.SECOND, Choice.NOT_SURE


def judged(evaluation: Evaluation, *answers: tuple[str, str]) -> JudgedModel:
    """Verdicts on the pairs of one model: what was said with the natural dialogue first, and with it second."""
    sitting = request_sitting(evaluation)
    pairs = evaluation.pairs.filter(model="mixtral").order_by("pk")
    for pair, (natural_first, natural_second) in zip(pairs, answers, strict=False):
        for order, choice in ((True, natural_first), (False, natural_second)):
            Verdict.objects.filter(pair=pair, is_natural_first=order).update(choice=choice, finished_at=timezone.now())
    (line,) = read_sittings(evaluation)
    assert line.sitting == sitting
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
    assert (model.name, model.verdicts, model.both) == ("mixtral", 2 * len(answers), len(answers))
    assert (model.detected, model.consistent) == (detected, consistent)
    assert model.detection_rate == detected / model.verdicts
    assert model.consistency == consistent / model.both


def test_what_is_unanswered_is_counted_apart() -> None:
    model = judged(make_evaluation(), (SECOND, ""), ("", ""))
    assert (model.verdicts, model.detected, model.unanswered, model.both) == (1, 1, 3, 0)
    assert model.consistency is None


def test_a_line_says_how_far_each_sitting_is() -> None:
    evaluation = make_evaluation()
    sit(request_sitting(evaluation))
    request_sitting(evaluation, "stumbler")
    lines = read_sittings(evaluation)
    assert [(line.model, line.label, line.done, line.total) for line in lines] == [
        ("arbiter", "a script", 16, 16),
        ("stumbler", "", 0, 16),
    ]
    assert [line.sitting.state for line in lines] == [Sitting.State.FINISHED, Sitting.State.PAUSED]
    assert {model.name for model in lines[0].models} == {"mixtral", "gpt-4"}
    assert all(model.consistency == 0 for model in lines[0].models), "always the second is no judgement"
