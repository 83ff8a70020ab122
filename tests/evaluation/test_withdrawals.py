"""Withdrawal of a participant: their dialogues and texts are deleted, and evaluators get other pairs."""

from pathlib import Path

import pytest
from django.db import connection
from django.utils import timezone

from collection.models import Participant
from evaluation.models import Assignment, Evaluation, Evaluator, Judgement, JudgeRun, ModelJudgement, Pair, Presentation
from studies.models import Turn
from tests.enrolment.people import withdraw
from tests.enrolment.test_withdrawal import rows_with
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    make_known_pair,
    presentations_of,
)

SECRET = "zanzibar-marmalade"
LEAVING = "p-001"


def leave(evaluation: Evaluation) -> None:
    """The first of the study's participants withdraws."""
    withdraw(evaluation.study.participants.get(persona__code=LEAVING))


def people_in(evaluator: Evaluator) -> list[str]:
    return [presentation.pair.person for presentation in presentations_of(evaluator)]


@pytest.mark.django_db
def test_their_pairs_stay_as_rows_without_text() -> None:
    evaluation = make_evaluation()
    leave(evaluation)
    gone = evaluation.pairs.filter(person=LEAVING)
    assert gone.count() == 4
    assert not gone.exclude(natural=None, simulated=None).exists()
    assert not gone.filter(withdrawn_at=None).exists()
    assert evaluation.pairs.filter(withdrawn_at=None).count() == 4


@pytest.mark.django_db
def test_what_was_judged_stays_and_no_longer_counts() -> None:
    evaluation = make_evaluation()
    evaluator = make_evaluator(evaluation)
    for presentation in presentations_of(evaluator):
        make_judgement(presentation)
    leave(evaluation)
    assert Judgement.objects.submitted().count() == 4
    assert {judgement.pair.person for judgement in Judgement.objects.counted()} == {"p-002"}
    assert people_in(evaluator).count(LEAVING) == 2


@pytest.mark.django_db
def test_in_the_place_of_an_open_pair_comes_one_of_the_same_model_on_the_same_side_under_another_name() -> None:
    evaluation = make_evaluation(make_judged_study(people=3, goals=2, models=("a", "b", "c", "d")))
    evaluator = make_evaluator(evaluation)
    elsewhere = evaluation.assignments.create(number=9)
    Presentation.objects.filter(assignment__evaluator=evaluator, pair__person="p-003").update(assignment=elsewhere)
    before = {presentation.position: presentation for presentation in presentations_of(evaluator)}
    leave(evaluation)
    after = {presentation.position: presentation for presentation in presentations_of(evaluator)}
    assert after.keys() == before.keys()
    for position, presentation in after.items():
        assert presentation.is_natural_first == before[position].is_natural_first
        if before[position].pair.person == LEAVING:
            assert presentation.pair.model == before[position].pair.model
            assert presentation.pair.person == "p-003"
            assert presentation.token != before[position].token
        else:
            assert presentation == before[position]


@pytest.mark.django_db
def test_a_pair_that_still_needs_a_judge_comes_first() -> None:
    evaluation = make_evaluation(make_judged_study(people=3, goals=1, models=("a", "b", "c")))
    evaluator = make_evaluator(evaluation)
    needy = evaluation.pairs.get(person="p-003", model="b")
    Presentation.objects.filter(pair=needy).delete()
    Presentation.objects.filter(assignment__evaluator=evaluator, pair__person="p-003").delete()
    leave(evaluation)
    assert needy in [presentation.pair for presentation in presentations_of(evaluator)]


@pytest.mark.django_db
def test_nobody_gets_two_pairs_of_one_dialogue_and_an_assignment_gets_shorter_rather() -> None:
    evaluation = make_evaluation()
    evaluator = make_evaluator(evaluation)
    leave(evaluation)
    assert people_in(evaluator) == ["p-002", "p-002"]
    for assignment in evaluation.assignments.all():
        dialogues = [
            (presentation.pair.person, presentation.pair.goal_id) for presentation in assignment.presentations.all()
        ]
        assert len(dialogues) == len(set(dialogues))


@pytest.mark.django_db
def test_dialogues_judged_in_another_assignment_do_not_come_again() -> None:
    evaluation = make_evaluation(make_judged_study(people=2, goals=1, models=("a", "b")))
    evaluator = make_evaluator(evaluation)
    [theirs, other] = evaluation.assignments.all()
    theirs.presentations.filter(pair__person=LEAVING).delete()
    make_judgement(theirs.presentations.get())
    other.presentations.exclude(pair__person=LEAVING).delete()
    Assignment.objects.filter(pk=other.pk).update(evaluator=evaluator)
    leave(evaluation)
    assert [presentation.assignment for presentation in presentations_of(evaluator)] == [theirs]


@pytest.mark.django_db
def test_an_answer_that_was_not_sent_goes_with_its_pair() -> None:
    evaluation = make_evaluation()
    evaluator = make_evaluator(evaluation)
    for presentation in presentations_of(evaluator):
        make_judgement(presentation, submitted_at=None)
    leave(evaluation)
    assert {judgement.pair.person for judgement in Judgement.objects.all()} == {"p-002"}


@pytest.mark.django_db
def test_a_lapsed_evaluator_gets_no_replacement_of_a_begun_pair() -> None:
    evaluation = make_evaluation(make_judged_study(people=3, goals=1, models=("a", "b", "c")))
    evaluator = make_evaluator(evaluation)
    begun = next(presentation for presentation in presentations_of(evaluator) if presentation.pair.person == LEAVING)
    Presentation.objects.filter(assignment__evaluator=evaluator).exclude(pk=begun.pk).delete()
    make_judgement(begun, submitted_at=None)
    Evaluator.objects.update(state=Evaluator.State.LAPSED)
    leave(evaluation)
    assert presentations_of(evaluator) == []
    assert not Judgement.objects.exists()


@pytest.mark.django_db
def test_who_has_nothing_left_to_judge_is_done() -> None:
    evaluation = make_evaluation()
    evaluator = make_evaluator(evaluation)
    for presentation in presentations_of(evaluator):
        if presentation.pair.person != LEAVING:
            make_judgement(presentation)
    leave(evaluation)
    evaluator.refresh_from_db()
    assert evaluator.state == Evaluator.State.FINISHED


@pytest.mark.django_db
def test_free_assignments_with_nothing_left_are_not_given_out() -> None:
    evaluation = make_evaluation(make_judged_study(people=1))
    known = make_known_pair(evaluation)
    for assignment in evaluation.assignments.all():
        assignment.presentations.create(pair=known, position=50, is_natural_first=True)
    leave(evaluation)
    assert not evaluation.assignments.exists()
    assert Pair.objects.filter(pk=known.pk, withdrawn_at=None).exists()


@pytest.mark.django_db
def test_what_models_said_about_their_pairs_is_blanked_and_what_they_had_not_judged_is_gone() -> None:
    evaluation = make_evaluation()
    judge_run = JudgeRun.objects.create(evaluation=evaluation, model="m", configuration={}, identity="x")
    said = {"outputs": ["It said SECRET."], "problem": "SECRET is no answer.", "choice": "first"}
    for pair in evaluation.pairs.all():
        ModelJudgement.objects.create(
            judge_run=judge_run, pair=pair, is_natural_first=True, finished_at=timezone.now(), **said
        )
        ModelJudgement.objects.create(judge_run=judge_run, pair=pair, is_natural_first=False)
    leave(evaluation)
    gone = ModelJudgement.objects.filter(pair__person=LEAVING)
    assert set(gone.values_list("choice", "problem")) == {("first", "")}
    assert [judgement.outputs for judgement in gone] == [[]] * 4
    assert ModelJudgement.objects.exclude(pair__person=LEAVING).count() == 8
    assert ModelJudgement.objects.filter(problem="SECRET is no answer.").count() == 4


@pytest.mark.django_db
def test_other_studies_stay_as_they_are() -> None:
    evaluation, other = make_evaluation(), make_evaluation(make_judged_study("other"))
    leave(evaluation)
    assert not other.pairs.exclude(withdrawn_at=None).exists()


@pytest.mark.django_db
def test_every_evaluation_of_the_study_forgets_them() -> None:
    study = make_judged_study()
    for evaluation in (make_evaluation(study), make_evaluation(study, state=Evaluation.State.CLOSED)):
        assert evaluation.pairs.filter(withdrawn_at=None).count() == 8
    leave(evaluation)
    assert Pair.objects.filter(withdrawn_at=None).count() == 8


@pytest.mark.django_db(transaction=True)
def test_no_file_of_the_database_holds_their_text_any_more() -> None:
    assert connection.vendor == "sqlite"
    evaluation = make_evaluation()
    Turn.objects.filter(dialogue__persona__code=LEAVING).update(
        utterance=f"I say {SECRET}", response=f"It says {SECRET}"
    )
    judge_run = JudgeRun.objects.create(evaluation=evaluation, model="m", configuration={}, identity="x")
    pair = evaluation.pairs.filter(person=LEAVING)[0]
    judgement = {"outputs": [f"It said {SECRET}."], "problem": f"{SECRET} is no answer.", "finished_at": timezone.now()}
    ModelJudgement.objects.create(judge_run=judge_run, pair=pair, is_natural_first=True, **judgement)
    make_judgement(presentations_of(make_evaluator(evaluation))[0])
    file = Path(connection.settings_dict["NAME"])
    assert any(SECRET.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    leave(evaluation)
    assert rows_with(SECRET) == []
    assert not any(SECRET.encode() in part.read_bytes() for part in file.parent.glob(f"{file.name}*"))
    assert Participant.objects.filter(state=Participant.State.WITHDRAWN).count() == 1
