"""The rows of a benchmark that a judge is asked about: some of each role, drawn with a seed, that all sides have answered."""

from collections import defaultdict
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from hashlib import sha256

from django.db.models import QuerySet

from characters.benchmarks.refusals import BenchmarkRefused
from characters.models import Answer, AnswerSet, Benchmark, BenchmarkRow

ROWS = 20
"""Rows of each kind and role in the paper's instruction split."""
SEED = 73
MOST_ROWS = 1000
Group = tuple[str, str]
"""A role and a part of the benchmark."""


@dataclass(frozen=True, slots=True)
class Draw:
    """Rows of one split: ``wanted`` of each role by part, drawn with ``seed``, only of these ``roles``."""

    split: str
    wanted: Mapping[str, int]
    seed: int
    roles: Collection[str]


def find_split(benchmark: Benchmark, split: str) -> str:
    """Return the split to judge: the chosen one, or the only one with test rows. Raises BenchmarkRefused."""
    there = sorted(_tests(benchmark).order_by().values_list("split", flat=True).distinct())
    if not there:
        raise BenchmarkRefused(f"Benchmark {benchmark.name!r} has no test rows. Load a file with test rows.")
    if split in there or (not split and len(there) == 1):
        return split or str(there[0])
    raise BenchmarkRefused(f"Choose a split of benchmark {benchmark.name!r}: {' or '.join(map(str, there))}.")


def roles_of(benchmark: Benchmark, split: str) -> list[str]:
    """Return the roles of the test rows, in alphabetical order."""
    return list(_tests(benchmark).filter(split=split).order_by("role").values_list("role", flat=True).distinct())


def draw_rows(benchmark: Benchmark, draw: Draw, sets: Sequence[AnswerSet], kept: Collection[int]) -> list[int]:
    """Return the keys of the rows to judge, in the benchmark's order. ``kept`` were drawn before and count.

    The order of the draw depends on the seed and a row's position alone, so that another comparison judges the same rows.
    """
    answered = set.intersection(*(answered_rows(each) for each in sets))
    grouped: dict[Group, list[tuple[str, int]]] = defaultdict(list)
    for key, position, part, role in _drawn_from(benchmark, draw):
        grouped[role, part].append((_lot(draw.seed, position), key))
    drawn = {key for group, lots in grouped.items() for key in _take(lots, draw.wanted[group[1]], answered, kept)}
    return list(BenchmarkRow.objects.filter(pk__in=drawn).order_by("position").values_list("pk", flat=True))


def available(benchmark: Benchmark, draw: Draw) -> dict[Group, int]:
    """Return how many rows of each role and part could be judged if all were answered, at most as many as are wanted."""
    counts: dict[Group, int] = defaultdict(int)
    for _, _, part, role in _drawn_from(benchmark, draw):
        counts[role, part] += 1
    return {group: min(count, draw.wanted[group[1]]) for group, count in counts.items()}


def missing_answers(benchmark: Benchmark, draw: Draw, answer_set: AnswerSet) -> int:
    """Return how many of the rows that could be drawn the set does not answer."""
    answered = answered_rows(answer_set)
    return sum(key not in answered for key, *_ in _drawn_from(benchmark, draw))


def answered_rows(answer_set: AnswerSet) -> set[int]:
    """Return the keys of the rows to which the set has an answer."""
    answers = Answer.objects.filter(answer_set=answer_set, sample=0).exclude(finished_at=None)
    return set(answers.order_by().values_list("row", flat=True))


def _take(lots: list[tuple[str, int]], wanted: int, answered: set[int], kept: Collection[int]) -> Iterator[int]:
    before = [key for _, key in lots if key in kept]
    yield from before
    further = [key for _, key in sorted(lots) if key in answered and key not in kept]
    yield from further[: max(0, wanted - len(before))]


def _drawn_from(benchmark: Benchmark, draw: Draw) -> Iterator[tuple[int, int, str, str]]:
    """Yield key, position, part and role of the rows from which is drawn."""
    rows = _tests(benchmark).filter(split=draw.split, part__in=[part for part, count in draw.wanted.items() if count])
    for row in rows.order_by("position").values_list("pk", "position", "part", "role"):
        if row[3] in draw.roles:
            yield row


def _tests(benchmark: Benchmark) -> QuerySet[BenchmarkRow]:
    return BenchmarkRow.objects.filter(benchmark=benchmark, use="test")


def _lot(seed: int, position: int) -> str:
    return sha256(f"{seed}\x1f{position}".encode()).hexdigest()
