"""Withdrawal of an evaluator: all their data are deleted, and others judge their pairs."""

import pytest
from django.utils import timezone

from evaluation.evaluators.reservations import take_assignment
from evaluation.models import Evaluator, Judgement, Revision
from tests.enrolment.people import withdraw
from tests.enrolment.test_withdrawal import rows_with
from tests.evaluation.factories import make_evaluation, make_evaluator, make_judgement, presentations_of

State = Evaluator.State
SECRET = "zanzibar-marmalade"


@pytest.fixture
def leaving() -> Evaluator:
    """An evaluator who has judged one pair and begun another; and one who stays."""
    evaluation = make_evaluation()
    evaluator = make_evaluator(evaluation, external_id=f"pid {SECRET}", parameters={"STUDY_ID": f"study {SECRET}"})
    first, second, *_ = presentations_of(evaluator)
    judgement = make_judgement(first, key=SECRET)
    judgement.revisions.create(number=1, choice="first", made_at=timezone.now())
    make_judgement(second, submitted_at=None, confidence="")
    staying = make_evaluator(evaluation)
    make_judgement(presentations_of(staying)[0])
    return evaluator


@pytest.mark.django_db
def test_nothing_that_they_gave_is_left_and_they_have_a_receipt(leaving: Evaluator) -> None:
    assert len(rows_with(SECRET)) == 3
    withdraw(leaving)
    assert rows_with(SECRET) == []
    row = Evaluator.objects.get(pk=leaving.pk)
    assert (row.state, row.external_id, row.parameters, row.flag) == (State.WITHDRAWN, "", {}, "")
    assert (row.number, row.consented_at, row.last_seen_at) == (leaving.number, leaving.consented_at, None)
    assert len(row.receipt) == 14
    assert row.ended_at is not None
    assert not row.judgements.exists()
    assert not Revision.objects.exists()


@pytest.mark.django_db
def test_who_stays_keeps_everything(leaving: Evaluator) -> None:
    withdraw(leaving)
    [judgement] = Judgement.objects.all()
    assert judgement.evaluator != leaving
    assert len(presentations_of(judgement.evaluator)) == 4


@pytest.mark.django_db
def test_their_whole_assignment_goes_to_the_next_evaluator(leaving: Evaluator) -> None:
    pairs = [presentation.pair for presentation in presentations_of(leaving)]
    withdraw(leaving)
    newcomer = make_evaluator(leaving.evaluation, state=State.ENROLLED)
    assert take_assignment(newcomer, timezone.now())
    assert [presentation.pair for presentation in presentations_of(newcomer)] == pairs


@pytest.mark.django_db
def test_reassigned_pairs_are_not_given_out_again(leaving: Evaluator) -> None:
    """The begun pair stayed with them when their assignment was released, and another evaluator judges it, too."""
    judged, begun, *rest = presentations_of(leaving)
    leaving.evaluation.assignments.create(number=9).presentations.create(
        pair=begun.pair, position=0, is_natural_first=True
    )
    Evaluator.objects.filter(pk=leaving.pk).update(state=State.LAPSED)
    for presentation in rest:
        presentation.delete()
    withdraw(leaving)
    [first, second] = leaving.evaluation.assignments.filter(evaluator=None)
    assert [presentation.pair for presentation in first.presentations.all()] == [judged.pair]
    assert [presentation.pair for presentation in second.presentations.all()] == [begun.pair]


@pytest.mark.django_db
def test_withdrawing_twice_keeps_the_first_receipt_and_takes_nothing_from_the_next(leaving: Evaluator) -> None:
    withdraw(leaving)
    first = Evaluator.objects.get(pk=leaving.pk)
    newcomer = make_evaluator(leaving.evaluation)
    withdraw(leaving)
    again = Evaluator.objects.get(pk=leaving.pk)
    assert (again.receipt, again.ended_at) == (first.receipt, first.ended_at)
    assert len(presentations_of(newcomer)) == 4
