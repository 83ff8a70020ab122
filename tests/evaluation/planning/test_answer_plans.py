"""Plans of evaluations of answers, and what opening them stores."""

from collections import Counter
from typing import Any

import pytest

from characters.models import Answer, Benchmark, Character
from evaluation.models import Evaluation, Pair
from evaluation.planning.assignments import PlannedPresentation, Wanted
from evaluation.planning.opening import NotReady, add_assignments, open_evaluation, read_plan
from tests.characters.judging.factories import BASELINE, make_answers, make_benchmark, request
from tests.evaluation.factories import make_answer_evaluation
from tests.evaluation.planning.plan_rules import assert_rules

pytestmark = pytest.mark.django_db


@pytest.fixture
def benchmark() -> Benchmark:
    """Of two roles, each with two general and three role-specific test rows, answered twice and by the baseline."""
    benchmark = make_benchmark(("Brutus", "Coriolanus"))
    for name in ("Tuned", "Plain", BASELINE):
        make_answers(benchmark, name, name.lower())
    return benchmark


def plan(benchmark: Benchmark, *sets: str, baseline: str = BASELINE, **fields: Any) -> Evaluation:
    return make_answer_evaluation(benchmark, sets or ("Tuned", "Plain"), baseline, **fields)


def shown(evaluation: Evaluation) -> list[tuple[PlannedPresentation, ...]]:
    return [
        tuple(
            PlannedPresentation(Wanted(pair.person, pair.answers["role"], pair.model, pair.pk), one.is_natural_first)
            for one in assignment.presentations.select_related("pair")
            for pair in [one.pair]
        )
        for assignment in evaluation.assignments.all()
    ]


def test_each_set_is_compared_with_the_baseline_and_all_is_balanced(benchmark: Benchmark) -> None:
    evaluation = plan(benchmark, pairs_per_evaluator=5, judges_per_pair=2)
    planned = read_plan(evaluation)
    assert (planned.pairs, planned.natural_dialogues, planned.evaluators, planned.judgements) == (20, 10, 8, 40)
    assert [(share.name, share.pairs) for share in planned.models] == [
        ("Plain over RoleGPT (published)", 10),
        ("Tuned over RoleGPT (published)", 10),
    ]
    assert {share.name: share.pairs for share in planned.goals} == {"Brutus": 10, "Coriolanus": 10}
    assert planned.warnings == ("Evaluators read descriptions that nobody has audited: Brutus, Coriolanus.",)

    open_evaluation(evaluation)

    assert read_plan(evaluation) == planned, "what opening stores is what was shown"
    wanted = [Wanted(pair.person, pair.answers["role"], pair.model, pair.pk) for pair in evaluation.pairs.all()] * 2
    assert_rules(shown(evaluation), wanted, 5)


def test_a_stored_pair_has_everything_that_is_read_whatever_changes_later(benchmark: Benchmark) -> None:
    evaluation = plan(benchmark, "Tuned")
    open_evaluation(evaluation)
    Answer.objects.update(text="changed")
    Character.objects.update(description="Changed.")
    pair = evaluation.pairs.get(person="2")
    tuned, baseline = benchmark.answer_sets.get(name="Tuned"), benchmark.answer_sets.get(name=BASELINE)
    assert pair.answers == {
        "role": "Brutus",
        "part": "role_specific",
        "question": "Brutus, what of 0?",
        "description": 'You are Brutus. Your catchphrase is: "You common cry of curs!"',
        "one": {"name": "Tuned", "token": tuned.token, "text": "tuned 2"},
        "other": {"name": BASELINE, "token": baseline.token, "text": "rolegpt (published) 2"},
    }
    assert (pair.goal, pair.subject) == (None, "Brutus")


def test_model_judges_and_people_judge_the_same_rows(benchmark: Benchmark) -> None:
    chosen: dict[str, Any] = {"general": 1, "specific": 2}
    evaluation = plan(benchmark, answer_plan=chosen, pairs_per_evaluator=6)
    open_evaluation(evaluation)
    judging = request(benchmark, "Tuned", "Plain", **chosen)
    positions = set(judging.rankings.values_list("row__position", flat=True))
    assert {int(pair.person) for pair in evaluation.pairs.all()} == positions
    assert len(positions) == 6


def test_without_a_baseline_all_are_compared_with_each_other_and_nobody_sees_a_question_twice(
    benchmark: Benchmark,
) -> None:
    evaluation = plan(benchmark, "Tuned", "Plain", BASELINE, baseline="", pairs_per_evaluator=10)
    open_evaluation(evaluation)
    assert Counter(evaluation.pairs.values_list("model", flat=True)) == {
        "Tuned over Plain": 10,
        f"Tuned over {BASELINE}": 10,
        f"Plain over {BASELINE}": 10,
    }
    for assignment in evaluation.assignments.all():
        questions = list(assignment.presentations.values_list("pair__person", flat=True))
        assert len(questions) == len(set(questions)) == 10
    added = add_assignments(evaluation, list(evaluation.pairs.filter(person="2")))
    assert [one.presentations.count() for one in added] == [1, 1, 1], "what is judged again obeys the rule, too"


def test_it_says_what_is_left_out_and_why(benchmark: Benchmark) -> None:
    Answer.objects.filter(answer_set__name="Tuned", row__position__in=[2, 3]).delete()
    Character.objects.filter(name="Coriolanus").update(description="")
    planned = read_plan(plan(benchmark, "Tuned", answer_plan={"skips_unknown": True}))
    assert (planned.can_open, planned.pairs) == (True, 3)
    assert planned.warnings == (
        "2 questions fewer than wanted, because not all answer sets answer enough questions.",
        "Tuned does not answer 2 questions.",
        "Roles without a description are left out: Coriolanus.",
        "Evaluators read descriptions that nobody has audited: Brutus.",
    )


@pytest.mark.parametrize(
    ("sets", "fields", "sentence"),
    [
        (("Tuned",), {"baseline": ""}, "Choose at least two answer sets, or one and a baseline."),
        ((BASELINE,), {}, f"{BASELINE} cannot be compared with itself."),
        (
            (),
            {"answer_plan": {"general": 0, "specific": 0}},
            "Choose 0 to 1000 questions of each kind and role, and at",
        ),
        ((), {"answer_plan": {"split": "role"}}, "Choose a split of benchmark 'RoleBench': instruction."),
        (
            (),
            {"judges_per_pair": 9},
            "An evaluator may see only one pair of each question. One question has 2 pairs, each judged 9 times, so at",
        ),
    ],
)
def test_what_cannot_be_planned_is_said_and_nothing_is_stored(
    benchmark: Benchmark, sets: tuple[str, ...], fields: dict[str, Any], sentence: str
) -> None:
    evaluation = plan(benchmark, *sets, **fields)
    assert read_plan(evaluation).problems[0].startswith(sentence)
    with pytest.raises(NotReady):
        open_evaluation(evaluation)
    assert not Pair.objects.exists()


def test_roles_without_a_description_and_without_common_answers_are_named(benchmark: Benchmark) -> None:
    Answer.objects.filter(answer_set__name="Tuned").delete()
    assert read_plan(plan(benchmark, "Tuned")).problems == (f"No test row is answered by all of: Tuned, {BASELINE}.",)
    Character.objects.filter(name="Brutus").update(description="")
    assert "These have none: Brutus." in read_plan(plan(benchmark, "Plain")).problems[0]
