"""Reservations: taken once, kept while the evaluator judges, and given to the next if the evaluator is inactive."""

from datetime import timedelta

import pytest
from django.utils import timezone

from evaluation.evaluators.assignments import count_judges
from evaluation.evaluators.reservations import finish_if_done, keep_assignment, take_assignment
from evaluation.models import Assignment, Evaluation, Evaluator, Judgement, Pair, Presentation
from tests.evaluation.factories import (
    make_evaluation,
    make_evaluator,
    make_judged_study,
    make_judgement,
    make_known_pair,
    presentations_of,
)

pytestmark = pytest.mark.django_db
State = Evaluator.State
NOW = timezone.now()


@pytest.fixture
def evaluation() -> Evaluation:
    """Four dialogues, two assignments of four pairs."""
    return make_evaluation()


def newcomer(evaluation: Evaluation) -> Evaluator:
    return make_evaluator(evaluation, state=State.ENROLLED)


def away(evaluation: Evaluation, *, judged: int = 0) -> Evaluator:
    """An evaluator whose reservation expired an hour before the tests began, after judging some pairs."""
    evaluator = make_evaluator(evaluation, seen_minutes_ago=evaluation.reserved_minutes + 60)
    for presentation in presentations_of(evaluator)[:judged]:
        make_judgement(presentation)
    return evaluator


def pairs_of(evaluator: Evaluator) -> list[Pair]:
    return [presentation.pair for presentation in presentations_of(evaluator)]


def state_of(evaluator: Evaluator) -> str:
    return Evaluator.objects.get(pk=evaluator.pk).state


def test_the_first_free_assignment_is_taken_and_reserved_for_the_time_of_the_evaluation(evaluation: Evaluation) -> None:
    first, second = newcomer(evaluation), newcomer(evaluation)
    assert take_assignment(first, NOW)
    assert take_assignment(second, NOW)
    assert [one.assignments.get().number for one in (first, second)] == [1, 2]
    assert state_of(first) == State.JUDGING
    assert first.assignments.get().reserved_until == NOW + timedelta(hours=24)


def test_when_all_are_taken_nobody_gets_one(evaluation: Evaluation) -> None:
    for _ in range(2):
        make_evaluator(evaluation)
    late = newcomer(evaluation)
    assert not take_assignment(late, NOW)
    assert (state_of(late), late.assignments.count()) == (State.ENROLLED, 0)


@pytest.mark.parametrize("state", [Evaluation.State.PLANNED, Evaluation.State.CLOSED])
def test_nobody_gets_one_unless_the_evaluation_is_open(evaluation: Evaluation, state: str) -> None:
    Evaluation.objects.update(state=state)
    assert not take_assignment(newcomer(evaluation), NOW)


@pytest.mark.parametrize("state", [State.FINISHED, State.WITHDRAWN])
def test_whose_way_has_ended_gets_none(evaluation: Evaluation, state: str) -> None:
    assert not take_assignment(make_evaluator(evaluation, state=state), NOW + timedelta(days=9))


def test_answering_keeps_the_assignment(evaluation: Evaluation) -> None:
    evaluator = away(evaluation)
    make_evaluator(evaluation)
    keep_assignment(evaluator, NOW)
    assert not take_assignment(newcomer(evaluation), NOW + timedelta(hours=23))
    evaluator.refresh_from_db()
    assert evaluator.last_seen_at == NOW


def test_an_expired_assignment_stays_theirs_until_another_evaluator_needs_it(evaluation: Evaluation) -> None:
    evaluator = away(evaluation)
    assert take_assignment(evaluator, NOW)
    assert take_assignment(newcomer(evaluation), NOW)  # the other list
    assert state_of(evaluator) == State.JUDGING
    assert len(presentations_of(evaluator)) == 4


def test_a_newcomer_gets_the_unjudged_pairs_of_an_inactive_evaluator(evaluation: Evaluation) -> None:
    gone = away(evaluation, judged=1)
    pairs = pairs_of(gone)
    make_evaluator(evaluation)
    heir = newcomer(evaluation)
    assert take_assignment(heir, NOW)
    assert state_of(gone) == State.LAPSED
    assert pairs_of(gone) == pairs[:1]
    assert set(pairs_of(heir)) == set(pairs[1:])
    assert set(count_judges(evaluation).values()) == {1}


def test_of_several_the_one_who_has_been_away_longest_goes_first(evaluation: Evaluation) -> None:
    long_away = away(evaluation)
    Assignment.objects.filter(evaluator=long_away).update(reserved_until=NOW - timedelta(days=3))
    lately_away = away(evaluation)
    assert take_assignment(newcomer(evaluation), NOW)
    assert (state_of(long_away), state_of(lately_away)) == (State.LAPSED, State.JUDGING)


def test_answers_that_were_not_sent_are_kept_and_their_pair_is_judged_by_the_next_too(evaluation: Evaluation) -> None:
    gone = away(evaluation)
    begun, looked_at, *_ = presentations_of(gone)
    draft = make_judgement(begun, submitted_at=None, confidence="")
    make_judgement(looked_at, submitted_at=None, choice="", confidence="", utterance_number=None)
    make_evaluator(evaluation)
    heir = newcomer(evaluation)
    assert take_assignment(heir, NOW)
    assert list(gone.judgements.all()) == [draft]
    assert pairs_of(gone) == [begun.pair]
    assert {begun.pair, looked_at.pair} < set(pairs_of(heir))


def test_who_comes_back_too_late_gets_another_assignment_and_no_dialogue_twice(evaluation: Evaluation) -> None:
    gone = away(evaluation, judged=1)
    [judged, *_] = pairs_of(gone)
    make_evaluator(evaluation)
    assert take_assignment(newcomer(evaluation), NOW)
    assert not take_assignment(gone, NOW)
    _add_list(evaluation, Pair.objects.filter(person=judged.person, goal=judged.goal).exclude(pk=judged.pk).get())
    assert not take_assignment(gone, NOW)
    other = _add_list(evaluation, Pair.objects.exclude(person=judged.person).exclude(goal=judged.goal)[0])
    assert take_assignment(gone, NOW)
    assert pairs_of(gone) == [judged, other.presentations.get().pair]
    assert state_of(gone) == State.JUDGING


def test_who_comes_back_too_late_may_need_the_assignment_of_another_inactive_evaluator(evaluation: Evaluation) -> None:
    gone, other = away(evaluation), away(evaluation, judged=2)
    Evaluator.objects.filter(pk=gone.pk).update(state=State.LAPSED)
    gone.assignments.get().delete()
    left = pairs_of(other)[2:]
    assert take_assignment(gone, NOW)
    assert set(pairs_of(gone)) == set(left)


def test_an_expired_assignment_that_does_not_fit_is_not_released(evaluation: Evaluation) -> None:
    gone, other = away(evaluation, judged=4), away(evaluation)
    Evaluator.objects.filter(pk=gone.pk).update(state=State.LAPSED)
    assert not take_assignment(gone, NOW)
    assert state_of(other) == State.JUDGING


def test_training_pairs_and_checks_come_once_to_who_takes_a_second_assignment(evaluation: Evaluation) -> None:
    known = [make_known_pair(evaluation, role) for role in (Pair.Role.TRAINING, Pair.Role.CHECK)]
    for assignment in evaluation.assignments.all():
        for position, pair in enumerate(known, start=50):
            assignment.presentations.create(pair=pair, position=position, is_natural_first=True)
    gone = away(evaluation)
    for presentation in presentations_of(gone)[4:]:
        make_judgement(presentation)
    Evaluator.objects.filter(pk=gone.pk).update(state=State.LAPSED)
    gone.assignments.get().presentations.filter(pair__role=Pair.Role.MAIN).delete()
    assert take_assignment(gone, NOW)
    assert sorted(pair.role for pair in pairs_of(gone)) == ["check", *["main"] * 4, "training"]


def test_a_pair_that_has_judges_enough_is_not_given_out_again() -> None:
    evaluation = make_evaluation(make_judged_study(people=1, goals=2, models=("a", "b")))
    gone = away(evaluation)
    enough = pairs_of(gone)[0]
    other = make_evaluator(evaluation)
    Presentation.objects.filter(assignment__evaluator=other, pair__goal=enough.goal).update(pair=enough)
    heir = newcomer(evaluation)
    assert take_assignment(heir, NOW)
    assert enough not in pairs_of(heir)


def test_with_two_judges_a_pair_a_released_pair_is_needed_once_more() -> None:
    evaluation = make_evaluation(judges_per_pair=2)
    gone, staying = away(evaluation, judged=1), make_evaluator(evaluation)
    for assignment, evaluator in ((3, gone), (4, staying)):
        _add_list(evaluation, *pairs_of(evaluator), number=assignment)
    for _ in range(2):
        make_evaluator(evaluation)
    heir = newcomer(evaluation)
    assert take_assignment(heir, NOW)
    assert len(pairs_of(heir)) == 3
    assert set(count_judges(evaluation).values()) == {2}


def test_who_has_judged_all_is_finished_and_a_draft_is_not_a_judgement(evaluation: Evaluation) -> None:
    evaluator = make_evaluator(evaluation)
    *first, last = presentations_of(evaluator)
    for presentation in first:
        make_judgement(presentation)
    draft = make_judgement(last, submitted_at=None)
    finish_if_done(evaluator, NOW)
    assert state_of(evaluator) == State.JUDGING
    Judgement.objects.filter(pk=draft.pk).update(submitted_at=NOW)
    finish_if_done(evaluator, NOW)
    evaluator.refresh_from_db()
    assert (evaluator.state, evaluator.ended_at) == (State.FINISHED, NOW)


def test_a_completely_judged_assignment_never_expires(evaluation: Evaluation) -> None:
    away(evaluation, judged=4)
    make_evaluator(evaluation)
    assert not take_assignment(newcomer(evaluation), NOW)


def _add_list(evaluation: Evaluation, *pairs: Pair, number: int = 0) -> Assignment:
    number = number or evaluation.assignments.count() + 1
    assignment = evaluation.assignments.create(number=number)
    for position, pair in enumerate(pairs):
        assignment.presentations.create(pair=pair, position=position, is_natural_first=True)
    return assignment
