"""Opening an evaluation: what it stores, what it refuses, and that it happens once."""

from collections import Counter
from time import thread_time
from typing import Any

import pytest
from django.db import connection
from django.utils import timezone

from evaluation.models import Assignment, Evaluation, Pair, Presentation
from evaluation.planning.dialogue_planner import Basis, DialoguePlanner
from evaluation.planning.drafts import Draft
from evaluation.planning.opening import NotReady, close_evaluation, open_evaluation, read_plan
from tests.collection.factories import make_natural_dialogue, make_participant
from tests.evaluation.factories import make_judged_study
from tests.evaluation.planning.paper import make_paper_study
from tests.evaluation.planning.plan_rules import assert_rules
from tests.evaluation.planning.plans import plan_evaluation, stored_assignments, wanted_pairs

pytestmark = pytest.mark.django_db
NOW = timezone.now()


def test_opening_stores_what_was_planned() -> None:
    evaluation = plan_evaluation(judges_per_pair=2, training_pairs=2, attention_checks=3)
    planned = read_plan(evaluation)

    open_evaluation(evaluation, NOW)

    assert (evaluation.state, evaluation.opened_at) == (Evaluation.State.OPEN, NOW)
    assert read_plan(evaluation) == planned
    assert_rules(stored_assignments(evaluation), wanted_pairs(evaluation) * 2, per_evaluator=4)
    assert [assignment.number for assignment in evaluation.assignments.all()] == list(range(1, 10))
    assert not evaluation.assignments.exclude(evaluator=None).exists()


def test_a_stored_pair_is_of_one_person_and_goal() -> None:
    evaluation = plan_evaluation()
    open_evaluation(evaluation)
    for pair in evaluation.pairs.all():
        assert pair.natural is not None and pair.simulated is not None
        assert pair.natural.persona == pair.simulated.persona
        assert pair.natural.goal == pair.simulated.goal == pair.goal
        assert (pair.person, pair.model) == (pair.natural.persona.code, pair.simulated.simulation.run.inquirer)


def test_every_assignment_begins_with_training_and_hides_its_checks_among_the_others() -> None:
    evaluation = plan_evaluation(training_pairs=2, attention_checks=2)
    open_evaluation(evaluation)
    known = set()
    for assignment in evaluation.assignments.all():
        roles = [presentation.pair.role for presentation in assignment.presentations.select_related("pair")]
        known.add(frozenset(assignment.presentations.exclude(pair__role=Pair.Role.MAIN).values_list("pair", flat=True)))
        assert [presentation.position for presentation in assignment.presentations.all()] == list(range(len(roles)))
        assert roles[:2] == [Pair.Role.TRAINING] * 2
        assert Counter(roles[3:-1])[Pair.Role.CHECK] == 2, "neither first nor last of the main part"
    assert len(known) == 1, "the same for everybody"


def test_what_training_tells_says_nothing_about_the_sides_of_checks() -> None:
    study = make_judged_study(people=12)
    evaluation = plan_evaluation(study=study, pairs_per_evaluator=2, training_pairs=1, attention_checks=1)
    open_evaluation(evaluation)
    sides = {
        tuple(assignment.presentations.exclude(pair__role=Pair.Role.MAIN).values_list("is_natural_first", flat=True))
        for assignment in evaluation.assignments.all()
    }
    assert sides == {(True, True), (True, False), (False, True), (False, False)}


def test_the_same_seed_stores_the_same_and_another_something_else() -> None:
    study = make_judged_study(people=3, models=("a", "b", "c"))
    stored = []
    for seed in (73, 73, 321):
        evaluation = plan_evaluation(study=study, seed=seed, training_pairs=2, attention_checks=2)
        open_evaluation(evaluation)
        shown = Presentation.objects.filter(assignment__evaluation=evaluation).order_by(
            "assignment__number", "position"
        )
        stored.append(
            list(shown.values_list("pair__natural", "pair__simulated", "pair__known__goal", "is_natural_first"))
        )
    assert stored[0] == stored[1] != stored[2]


def test_opening_twice_opens_once() -> None:
    evaluation = plan_evaluation()
    other_tab = Evaluation.objects.get(pk=evaluation.pk)
    open_evaluation(evaluation, NOW)
    open_evaluation(other_tab)
    assert (evaluation.pairs.count(), evaluation.assignments.count()) == (18, 5)
    assert other_tab.opened_at == NOW


def test_closing_keeps_everything_and_reopening_plans_nothing() -> None:
    evaluation = plan_evaluation()
    open_evaluation(evaluation, NOW)
    presentations = set(Presentation.objects.values_list("token", flat=True))

    close_evaluation(evaluation, NOW)
    assert (evaluation.state, evaluation.closed_at) == (Evaluation.State.CLOSED, NOW)
    assert read_plan(evaluation).pairs == 18

    open_evaluation(evaluation)
    assert (evaluation.state, evaluation.opened_at, evaluation.closed_at) == (Evaluation.State.OPEN, NOW, None)
    assert set(Presentation.objects.values_list("token", flat=True)) == presentations


def test_closing_what_was_never_open_changes_nothing() -> None:
    evaluation = plan_evaluation()
    close_evaluation(evaluation)
    assert (evaluation.state, evaluation.closed_at) == (Evaluation.State.PLANNED, None)


@pytest.mark.parametrize(
    ("fields", "sentence"),
    [
        ({"pairs_per_evaluator": 12}, "assign at most 8 pairs per evaluator."),
        (
            {"training_pairs": 5},
            "The plan needs 5 pairs for training, but there are 4. Choose at most 4, or upload your own pairs.",
        ),
        ({"attention_checks": 7}, "The plan needs 7 pairs for attention checks, but there are 6. Choose at most 6, "),
        (
            {"attention_checks": 1, "known_pairs": [{"role": "training"}]},
            "The plan needs 1 pair for attention checks, but there are none. Choose 0, or add pairs to your file.",
        ),
    ],
)
def test_what_cannot_be_planned_is_said_and_nothing_is_stored(fields: dict[str, Any], sentence: str) -> None:
    evaluation = plan_evaluation(**fields)
    plan = read_plan(evaluation)
    assert not plan.can_open
    assert sentence in plan.problems[0]
    assert [share.pairs for share in plan.models] == [6, 6, 6], "what there is to judge can be read all the same"

    with pytest.raises(NotReady) as refused:
        open_evaluation(evaluation)

    assert refused.value.sentences == plan.problems
    evaluation.refresh_from_db()
    assert evaluation.is_planned
    assert not Pair.objects.exists() and not Assignment.objects.exists()


def test_an_evaluations_own_known_pairs_are_stored() -> None:
    own = [{"role": "check", "goal": "g", "persona": "p", "natural": [["a", "b"]], "simulated": [["c", "d"]]}]
    evaluation = plan_evaluation(attention_checks=1, known_pairs=own)
    open_evaluation(evaluation)
    assert evaluation.pairs.get(role=Pair.Role.CHECK).known == own[0]


def test_the_papers_plan_is_read_and_stored_in_a_moment() -> None:
    evaluation = plan_evaluation(study=make_paper_study(), pairs_per_evaluator=40)
    read_plan(evaluation)  # the library is loaded at its first use
    begun = thread_time()
    plan = read_plan(evaluation)
    assert thread_time() - begun < 2
    assert (plan.pairs, plan.sizes, plan.natural_first) == (800, "20 assignments of 40 pairs", 400)
    assert {(share.pairs, share.fewest, share.most) for share in plan.models} == {(200, 10, 10)}

    open_evaluation(evaluation)

    assert thread_time() - begun < 6
    assert Presentation.objects.count() == 800
    assert_rules(stored_assignments(evaluation), wanted_pairs(evaluation), per_evaluator=40)


def test_a_plan_that_changes_while_it_is_worked_out_is_worked_out_again(monkeypatch: pytest.MonkeyPatch) -> None:
    """Nothing is locked meanwhile: a participant may finish a dialogue, or a researcher change the evaluation."""
    evaluation, draft_it = plan_evaluation(), DialoguePlanner.draft
    drafted = []

    def draft_slowly(self: DialoguePlanner, of: Evaluation, basis: Basis) -> Draft:
        drafted.append(basis)
        draft = draft_it(self, of, basis)
        if len(drafted) == 1:
            Evaluation.objects.filter(pk=of.pk).update(pairs_per_evaluator=6)
            make_natural_dialogue(make_participant(of.study), goal=of.study.goals.first(), ending="next_goal")
        return draft

    monkeypatch.setattr(DialoguePlanner, "draft", draft_slowly)
    open_evaluation(evaluation)
    assert len(drafted) == 2
    assert {assignment.presentations.count() for assignment in evaluation.assignments.all()} == {6}


def test_a_plan_that_does_not_change_is_worked_out_once_before_anything_is_locked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    evaluation, levels, draft_it = plan_evaluation(), [], DialoguePlanner.draft

    def draft_watched(self: DialoguePlanner, of: Evaluation, basis: Basis) -> Draft:
        levels.append(len(connection.savepoint_ids))
        return draft_it(self, of, basis)

    monkeypatch.setattr(DialoguePlanner, "draft", draft_watched)
    outside = len(connection.savepoint_ids)
    open_evaluation(evaluation)
    assert levels == [outside]
    assert evaluation.assignments.exists()
