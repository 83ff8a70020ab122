"""The rules of section 3.4 that every plan keeps."""

from collections import Counter
from collections.abc import Hashable, Iterable, Sequence

from evaluation.planning.assignments import PlannedAssignment, Wanted


def assert_rules(assignments: Sequence[PlannedAssignment], wanted: Sequence[Wanted], per_evaluator: int) -> None:
    """``wanted`` names each pair once for each of its judges."""
    shown = [placed.pair for one in assignments for placed in one]
    assert Counter(shown) == Counter(wanted), "every pair has its judges"
    for one in assignments:
        dialogues = Counter((placed.pair.person, placed.pair.goal) for placed in one)
        assert max(dialogues.values(), default=0) <= 1, "nobody sees two dialogues of one person for one goal"
        assert len(one) <= per_evaluator
    assert_alike(len(one) for one in assignments)
    for model in {pair.model for pair in wanted}:
        assert_alike(sum(placed.pair.model == model for placed in one) for one in assignments)
    for goal in {pair.goal for pair in wanted}:
        assert_alike(sum(placed.pair.goal == goal for placed in one) for one in assignments)
    assert_sides(assignments)


def assert_sides(assignments: Sequence[PlannedAssignment]) -> None:
    """Assert that natural is first half of the time: per assignment and model, assignment, model, pair, and over all."""
    placed = [(number, one) for number, pairs in enumerate(assignments) for one in pairs]
    assert_halves(((number, one.pair.model), one.is_natural_first) for number, one in placed)
    assert_halves((number, one.is_natural_first) for number, one in placed)
    assert_halves((one.pair.model, one.is_natural_first) for _, one in placed)
    assert_halves((one.pair, one.is_natural_first) for _, one in placed)
    assert_halves(("all", one.is_natural_first) for _, one in placed)


def assert_halves(sides: Iterable[tuple[Hashable, bool]]) -> None:
    """In each group one side is as frequent as the other, but for an odd one."""
    surplus: Counter[Hashable] = Counter()
    for group, is_natural_first in sides:
        surplus[group] += 1 if is_natural_first else -1
    assert all(abs(difference) <= 1 for difference in surplus.values())


def assert_alike(counts: Iterable[int]) -> None:
    """No two of them differ by more than one."""
    found = list(counts)
    assert max(found, default=0) - min(found, default=0) <= 1, found
