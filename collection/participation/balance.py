"""Which condition comes next, so that all of them have as many completed dialogues as their weights say. Plain Python.

Enrolments say little: people drop out, and in some conditions more than in others. So the dialogues that count are those
completed and, for people who are still here, the ones that they will probably complete.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from studies.matching import can_cover

PRIOR = 4
"""Number of imagined dialogues, with the completion rate of all conditions, with which the rate of each begins."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers of dialogues by condition, and for each person who is still here the conditions of their goals left, in order.

    ``lost`` dialogues do not count: their participant left, or researchers excluded them.
    """

    completed: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    ahead: Sequence[Sequence[str]] = ()


def expected_completions(standing: Standing, names: Sequence[str]) -> dict[str, float]:
    """Return for each condition the number of dialogues that will be completed if nobody else enrols."""
    rates = _completion_rates(standing, names)
    expected = {name: float(standing.completed.get(name, 0)) for name in names}
    for left in standing.ahead:
        _add(expected, left, rates)
    return expected


def draw_one(standing: Standing, weights: Mapping[str, int], seed: int) -> str:
    """Return the condition for a person who gets one: that which lacks most dialogues; ``seed`` decides between equals."""
    expected = expected_completions(standing, list(weights))
    return min(_shuffled(weights, Random(seed)), key=lambda name: round(expected[name] / weights[name], 9))


def draw_sequence(
    standing: Standing,
    weights: Mapping[str, int],
    allowed: Sequence[Sequence[str]],
    seed: int,
    had: Sequence[str] = (),
) -> list[str]:
    """Return a condition for each goal ahead of a person who gets all of them, each in turn.

    ``allowed`` are the conditions that each goal can have, ``had`` those of the person's goals so far.

    Those that lack most dialogues come first, because the first goals are the ones that people complete.
    """
    expected = expected_completions(standing, list(weights))
    random, own = Random(seed), Counter(had)
    drawn: list[str] = []
    for place, offered in enumerate(allowed):
        later, missing = allowed[place + 1 :], set(weights) - set(own)
        feasible = [name for name in offered if can_cover(later, missing - {name})] or list(offered)
        drawn.append(
            min(
                _shuffled(feasible, random),
                key=lambda name: (own[name] / weights[name], round(expected[name] / weights[name], 9)),
            )
        )
        own[drawn[-1]] += 1
    return drawn


def _completion_rates(standing: Standing, names: Sequence[str]) -> dict[str, float]:
    """Return the rate of each condition, drawn towards that of all: a handful of dialogues says little."""
    completed = {name: standing.completed.get(name, 0) for name in names}
    over = {name: completed[name] + standing.lost.get(name, 0) for name in names}
    overall = (sum(completed.values()) + 1) / (sum(over.values()) + 1)
    return {name: (completed[name] + PRIOR * overall) / (over[name] + PRIOR) for name in names}


def _add(expected: dict[str, float], left: Sequence[str], rates: Mapping[str, float]) -> None:
    """Add what one person will complete: people who drop out do not reach later goals."""
    chance = 1.0
    for name in left:
        if name in rates:
            chance *= rates[name]
            expected[name] += chance


def _shuffled(names: Sequence[str] | Mapping[str, int], random: Random) -> list[str]:
    mixed = sorted(names)
    random.shuffle(mixed)
    return mixed
