"""Assignments keep the rules whatever the study looks like, and what cannot be planned is said beforehand."""

from collections import Counter
from collections.abc import Sequence
from itertools import combinations, product
from time import thread_time

import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

from evaluation.planning.assignments import (
    Impossible,
    PlannedAssignment,
    Wanted,
    count_assignments,
    most_of_one_dialogue,
    plan_assignments,
)
from tests.evaluation.planning.plan_rules import assert_rules
from tests.thoroughness import IS_THOROUGH

SEED = "73"
STUDIES = 300 if IS_THOROUGH else 100


def shape(people: int, goals: int, models: int) -> list[Wanted]:
    """All pairs of a study in which nothing is missing."""
    combinations = product(range(people), range(goals), range(models))
    return [Wanted(f"p-{person}", goal, f"m-{model}", id) for id, (person, goal, model) in enumerate(combinations)]


@st.composite
def shapes(draw: st.DrawFn, *, people: int, goals: int, models: int) -> list[Wanted]:
    """Pairs of a study of at most this size, of which any may be missing."""
    whole = shape(*(draw(st.integers(1, most)) for most in (people, goals, models)))
    missing = draw(st.sets(st.sampled_from(whole), max_size=len(whole) - 1))
    return [pair for pair in whole if pair not in missing]


@settings(max_examples=STUDIES)
@given(shapes(people=6, goals=4, models=5), st.integers(1, 12), st.integers(1, 4), st.integers())
def test_what_can_be_planned_keeps_every_rule(pairs: list[Wanted], per_evaluator: int, judges: int, seed: int) -> None:
    try:
        count = count_assignments(pairs, per_evaluator, judges)
    except Impossible:
        assume(False)
    assert count == -(-len(pairs) * judges // per_evaluator)
    assert_rules(plan_assignments(pairs * judges, count, str(seed)), pairs * judges, per_evaluator)


@settings(max_examples=STUDIES)
@given(shapes(people=3, goals=2, models=3).filter(lambda pairs: len(pairs) <= 7), st.integers(1, 4), st.integers(1, 3))
def test_the_planner_is_right_about_what_is_impossible(pairs: list[Wanted], per_evaluator: int, judges: int) -> None:
    count = -(-len(pairs) * judges // per_evaluator)
    assert is_planned(pairs, per_evaluator, judges) == is_possible(pairs, count, per_evaluator, judges)


@given(shapes(people=4, goals=3, models=4), st.integers(1, 60), st.integers(1, 6))
def test_what_the_planner_advises_helps(pairs: list[Wanted], per_evaluator: int, judges: int) -> None:
    try:
        count_assignments(pairs, per_evaluator, judges)
    except Impossible as reason:
        _, advice = str(reason).split("To solve this, ")
        fewer_pairs, *fewer_judges = [int(word) for word in advice.split() if word.isdigit()]
        assert is_planned(pairs, fewer_pairs, judges)
        assert not is_planned(pairs, fewer_pairs + 1, judges), "the most that is possible"
        assert all(is_planned(pairs, per_evaluator, fewer) for fewer in fewer_judges)


def is_planned(pairs: Sequence[Wanted], per_evaluator: int, judges: int) -> bool:
    try:
        return bool(count_assignments(pairs, per_evaluator, judges))
    except Impossible:
        return False


def is_possible(pairs: Sequence[Wanted], count: int, per_evaluator: int, judges: int) -> bool:
    """Tries every way to give each pair to ``judges`` different assignments, by the rules that may not be broken."""

    def assign(left: Sequence[Wanted], filled: list[list[Wanted]]) -> bool:
        if not left:
            return True
        pair, *others = left
        may = [
            one
            for one in filled
            if len(one) < per_evaluator and not any(is_same_dialogue(pair, other) for other in one)
        ]
        for chosen in combinations(may, judges):
            for one in chosen:
                one.append(pair)
            if assign(others, filled):
                return True
            for one in chosen:
                one.remove(pair)
        return False

    return assign(pairs, [[] for _ in range(count)])


def is_same_dialogue(one: Wanted, other: Wanted) -> bool:
    return (one.person, one.goal) == (other.person, other.goal)


def test_the_paper_is_planned_in_a_moment() -> None:
    pairs = shape(people=20, goals=10, models=4)
    plan_assignments(pairs[:4], 4, SEED)  # the library is loaded at its first use
    begun = thread_time()

    planned = plan_assignments(pairs, count_assignments(pairs, per_evaluator=40, judges=1), SEED)

    assert thread_time() - begun < 2
    assert [len(one) for one in planned] == [40] * 20
    assert_rules(planned, pairs, per_evaluator=40)
    for one in planned:
        assert set(Counter((placed.pair.model, placed.is_natural_first) for placed in one).values()) == {5}
        assert set(Counter(placed.pair.goal for placed in one).values()) == {4}


def test_sizes_that_do_not_divide_differ_by_one() -> None:
    pairs = shape(people=20, goals=10, models=4)
    planned = plan_assignments(pairs, count_assignments(pairs, per_evaluator=30, judges=1), SEED)
    assert Counter(len(one) for one in planned) == {30: 17, 29: 10}


def test_the_same_seed_plans_the_same_in_whatever_order_pairs_come() -> None:
    pairs = shape(people=4, goals=3, models=3)
    assert plan_assignments(pairs, 6, SEED) == plan_assignments(reversed(pairs), 6, SEED)


def test_another_seed_plans_other_assignments_sides_and_orders() -> None:
    pairs = shape(people=4, goals=3, models=3)
    one, other = plan_assignments(pairs, 6, "73"), plan_assignments(pairs, 6, "321")
    assert members(one) != members(other)
    assert sides(one) != sides(other)
    assert [placed.pair for placed in one[0]] != sorted(placed.pair for placed in one[0])


def test_over_many_seeds_nothing_tells_the_side_or_the_assignment() -> None:
    """Each of 12 pairs is in each of 4 assignments, first or last, with the natural dialogue first, as often as by chance."""
    pairs, seeds = shape(people=3, goals=2, models=2), 400
    first, leads, ahead = Counter[Wanted](), Counter[Wanted](), 0
    in_assignment = Counter[tuple[int, Wanted]]()
    for seed in range(seeds):
        planned = plan_assignments(pairs, 4, str(seed))
        first.update(placed.pair for one in planned for placed in one if placed.is_natural_first)
        in_assignment.update((number, placed.pair) for number, one in enumerate(planned) for placed in one)
        leads.update(one[0].pair for one in planned)
        ahead += sum(one[0].is_natural_first for one in planned)
    assert all(150 < first[pair] < 250 for pair in pairs)
    assert all(55 < in_assignment[number, pair] < 145 for number in range(4) for pair in pairs)
    assert all(85 < leads[pair] < 185 for pair in pairs)
    assert 700 < ahead < 900


def test_what_is_impossible_says_what_would_help() -> None:
    with pytest.raises(Impossible) as reason:
        count_assignments(shape(people=5, goals=2, models=4), per_evaluator=20, judges=3)
    assert str(reason.value) == (
        "An evaluator may see only one pair of each natural dialogue. One dialogue has 4 pairs, each judged 3 times, so at "
        "least 12 evaluators are needed. At 20 pairs per evaluator, the plan has only 6. To solve this, assign at most 10 "
        "pairs per evaluator."
    )


def test_fewer_judges_are_advised_where_that_helps() -> None:
    pairs = [*(Wanted(f"p-{id}", 1, "m-1", id) for id in range(6)), Wanted("p-0", 1, "m-2", 6)]
    assert count_assignments(pairs, per_evaluator=5, judges=1) == 2
    with pytest.raises(Impossible, match=r"at most 4 pairs per evaluator, or require at most 1 evaluator per pair\.$"):
        count_assignments(pairs, per_evaluator=5, judges=2)


def test_nothing_takes_no_evaluator() -> None:
    assert count_assignments([], per_evaluator=40, judges=1) == 0
    assert most_of_one_dialogue([]) == 0


def test_too_few_assignments_are_refused_rather_than_a_rule_broken() -> None:
    with pytest.raises(ValueError, match="two pairs of one natural dialogue"):
        plan_assignments(shape(people=1, goals=1, models=3), 2, SEED)


def members(planned: Sequence[PlannedAssignment]) -> set[frozenset[Wanted]]:
    return {frozenset(placed.pair for placed in one) for one in planned}


def sides(planned: Sequence[PlannedAssignment]) -> dict[Wanted, bool]:
    return {placed.pair: placed.is_natural_first for one in planned for placed in one}
