"""Which answer sets a judging compares."""

from collections.abc import Sequence
from itertools import combinations

from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import AnswerSet, Benchmark, Judging


def find_set(benchmark: Benchmark, name: str) -> AnswerSet:
    """Return the answer set with this name, or the only one whose name begins so. Raises BenchmarkRefused."""
    sets = list(benchmark.answer_sets.order_by("pk"))
    exact = [each for each in sets if each.name == name]
    found = exact or [each for each in sets if each.name.casefold().startswith(name.casefold())]
    if len(found) == 1:
        return found[0]
    choice = ", ".join(repr(each.name) for each in found or sets) or "none yet, let a model answer first"
    raise BenchmarkRefused(f"Benchmark {benchmark.name!r} has no answers named {name!r}. Choose from: {choice}.")


def check_sides(sets: Sequence[AnswerSet], baseline: AnswerSet | None) -> None:
    """Raise BenchmarkRefused unless these sets can be compared with the baseline, or with each other."""
    if repeated := next((each for number, each in enumerate(sets) if each in sets[:number]), None):
        raise BenchmarkRefused(f"{repeated.name!r} is named twice. Name each answer set once.")
    if baseline in sets:
        raise BenchmarkRefused(f"{baseline} cannot be compared with itself. Choose another baseline or other answers.")
    if len(sets) < (1 if baseline else 2):
        raise BenchmarkRefused("Choose at least two answer sets, or one and a baseline.")


def pairs_of(judging: Judging) -> list[tuple[AnswerSet, AnswerSet]]:
    """Return the compared pairs: each set with the baseline, or all sets with each other."""
    return compared(list(judging.answer_sets.order_by("pk")), judging.baseline)


def compared(sets: Sequence[AnswerSet], baseline: AnswerSet | None) -> list[tuple[AnswerSet, AnswerSet]]:
    """Return the pairs of these sets: each with the baseline or, without one, all with each other."""
    return list(combinations(sets, 2)) if baseline is None else [(each, baseline) for each in sets]


def all_sets(judging: Judging) -> list[AnswerSet]:
    """Return every answer set that takes part, the baseline last."""
    sets = list(judging.answer_sets.order_by("pk"))
    return [*sets, judging.baseline] if judging.baseline else sets
