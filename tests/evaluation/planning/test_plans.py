"""Plans of real studies: what a researcher reads before and after opening."""

from typing import Any

import pytest
from django.utils import timezone

from evaluation.planning.opening import open_evaluation, read_plan
from simulation.models import Simulation
from studies.models import Dialogue, Turn
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.evaluation.planning.paper import make_paper_study
from tests.evaluation.planning.plans import plan_evaluation

pytestmark = pytest.mark.django_db


def test_a_plan_says_what_falls_to_whom() -> None:
    plan = read_plan(plan_evaluation(training_pairs=2, attention_checks=1))

    assert (plan.pairs, plan.natural_dialogues, plan.evaluators, plan.judgements) == (18, 6, 5, 18)
    assert plan.sizes == "5 assignments: 3 with 4 pairs, 2 with 3"
    assert (plan.natural_first, plan.natural_second) == (9, 9)
    assert [(share.name, share.pairs, share.presentations, share.fewest, share.most) for share in plan.models] == [
        (name, 6, 6, 1, 2) for name in "abc"
    ]
    assert [(share.name, share.pairs, share.fewest, share.most) for share in plan.goals] == [
        ("Goal 1 (Math)", 9, 1, 2),
        ("Goal 2 (Math)", 9, 1, 2),
    ]
    assert {share.natural_first for share in plan.models} == {3}
    assert (plan.training_pairs, plan.attention_checks) == (2, 1)
    assert (plan.can_open, plan.left_out, plan.warnings, plan.problems) == (True, (), (), ())


def test_a_plan_reports_its_rules_and_what_they_hide() -> None:
    evaluation = plan_evaluation()
    Turn.objects.filter(dialogue__kind=Dialogue.Kind.NATURAL, position=1).update(response="")
    Turn.objects.filter(dialogue__simulation__run__inquirer="a", position=0).update(response=" ")
    assert read_plan(evaluation).rules == (
        "A natural dialogue is eligible if its participant continued with the next goal or finished.",
        "A simulated dialogue is eligible unless it was stopped as unsafe or refused by a provider.",
        "Dialogues that a guard found unsafe are excluded.",
        "If one model has several dialogues for one person and goal, one is drawn with seed 73.",
        "Unanswered messages are hidden on both sides: 6 from people and 6 from models.",
    )
    evaluation.takes_left_dialogues, evaluation.hides_unanswered = True, False
    first, *_, last = read_plan(evaluation).rules
    assert (first, last) == (
        "A natural dialogue is eligible if its participant continued with the next goal, finished or abandoned the dialogue.",
        "Unanswered messages are shown.",
    )


def test_assignments_of_one_size_are_counted_in_words() -> None:
    assert read_plan(plan_evaluation(pairs_per_evaluator=6)).sizes == "3 assignments of 6 pairs"


def test_an_open_evaluation_remembers_what_it_left_out_whatever_comes_later() -> None:
    evaluation = plan_evaluation()
    left = make_participant(evaluation.study)
    make_natural_dialogue(left, ending="left")
    Turn.objects.filter(dialogue__simulation__run__inquirer="a", position=0).update(response="")
    Simulation.objects.create(
        run=evaluation.runs.all()[0], persona=left.dialogues.get().persona, goal=left.dialogues.get().goal, seed=73
    )
    planned = read_plan(evaluation)
    assert [left_out.sentence for left_out in planned.left_out] == ["1 natural dialogue: abandoned by the participant."]
    assert "is unfinished: 6 of 7 dialogues have ended." in planned.warnings[0]

    open_evaluation(evaluation)
    left.dialogues.update(ending="next_goal")

    assert read_plan(evaluation) == planned


def test_a_withdrawn_persons_pairs_are_no_part_of_the_plan_any_more() -> None:
    evaluation = plan_evaluation()
    open_evaluation(evaluation)
    evaluation.pairs.filter(person="p-001").update(withdrawn_at=timezone.now(), natural=None, simulated=None)
    plan = read_plan(evaluation)
    assert (plan.pairs, plan.natural_dialogues, plan.judgements) == (12, 4, 12)


def test_a_plan_takes_as_many_queries_for_many_dialogues_as_for_few(
    django_assert_max_num_queries: Any,
) -> None:
    for people in (2, 12):
        evaluation = plan_evaluation(study=make_paper_study(f"of-{people}", people=people, goals=3, turns=1))
        with django_assert_max_num_queries(6):
            assert read_plan(evaluation).pairs == people * 12
