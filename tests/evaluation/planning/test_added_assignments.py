"""Pairs that need a judge again come into new assignments."""

from collections import Counter

import pytest
from django.utils import timezone

from evaluation.models import Pair
from evaluation.planning.opening import add_assignments, open_evaluation
from tests.evaluation.factories import make_known_pair
from tests.evaluation.planning.plan_rules import assert_rules
from tests.evaluation.planning.plans import plan_evaluation, stored_assignments, wanted_pairs

pytestmark = pytest.mark.django_db


def test_pairs_that_need_a_judge_again_come_into_new_free_assignments_by_the_same_rules() -> None:
    evaluation = plan_evaluation(training_pairs=1, attention_checks=1)
    open_evaluation(evaluation)
    unjudged = list(evaluation.pairs.filter(role=Pair.Role.MAIN))[:10]

    made = add_assignments(evaluation, unjudged)

    assert [assignment.number for assignment in made] == [6, 7, 8]
    wanted = [pair for pair in wanted_pairs(evaluation) if pair.id in {pair.pk for pair in unjudged}]
    assert_rules(stored_assignments(evaluation)[5:], wanted, per_evaluator=4)
    for assignment in made:
        roles = Counter(presentation.pair.role for presentation in assignment.presentations.all())
        assert (roles[Pair.Role.TRAINING], roles[Pair.Role.CHECK]) == (1, 1)


def test_pairs_of_one_natural_dialogue_come_into_as_many_assignments_however_short() -> None:
    evaluation = plan_evaluation()
    open_evaluation(evaluation)
    first = evaluation.pairs.all()[0]
    made = add_assignments(evaluation, [*evaluation.pairs.filter(natural=first.natural), first])
    assert [assignment.presentations.count() for assignment in made] == [1, 1, 1, 1]


def test_what_nobody_can_judge_comes_into_no_new_assignment() -> None:
    evaluation = plan_evaluation(attention_checks=1)
    open_evaluation(evaluation)
    evaluation.pairs.filter(role=Pair.Role.MAIN).update(withdrawn_at=timezone.now())
    assert add_assignments(evaluation, list(evaluation.pairs.all())) == []
    assert add_assignments(evaluation, [make_known_pair(evaluation)]) == []
    assert evaluation.assignments.count() == 5
