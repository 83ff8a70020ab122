"""Which condition comes next, so that all of them have as many completed dialogues as their weights say. Plain Python.

Enrolments say little: people drop out, and in some conditions more than in others. So the dialogues that count are those
completed and, for people who are still here, the ones that they will probably complete.

The rule is a minimisation (Pocock & Simon 1975) of one factor, and adaptive, because it learns how often people complete their
dialogues. It leaves near equals to chance and nothing else, like the "big stick" of Soares & Wu (1983). A biased coin (Efron
1971) would sometimes take the condition that has most, also among the last people, for whom nobody makes up. The package
`benchmarks/balance` compares the result with the best possible one.
"""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from math import ceil
from random import Random

from studies.matching import can_cover

PRIOR = 4
"""Number of imagined dialogues, with the completion rate of all conditions, with which the rate of each begins."""
NEAR = 0.5
"""Conditions are near equals if they differ by less than this share of what one person will probably complete."""


@dataclass(frozen=True, slots=True)
class Standing:
    """Numbers of dialogues by condition, and for each person who is still here the conditions of their goals left, in order.

    ``lost`` dialogues do not count: their participant left, or researchers excluded them.
    """

    completed: Mapping[str, int] = field(default_factory=dict)
    lost: Mapping[str, int] = field(default_factory=dict)
    ahead: Sequence[Sequence[str]] = ()


def draw_one(
    standing: Standing, weights: Mapping[str, int], goals: Mapping[str, int], seed: int, seats: int | None = None
) -> str:
    """Return the condition for a person who gets one, with its number of ``goals``: at random one of those that lack most.

    If the study has a number of ``seats``, a condition gets nobody while its share of them may already be completed.
    """
    rates = completion_rates(standing, list(weights))
    expected = expected_completions(standing, rates)
    added = {name: sum(chance for _, chance in _chances([name] * goals[name], rates)) for name in weights}
    offered = _with_room(standing, weights, goals, seats)
    return Random(seed).choice(_near_equals(offered, expected, added, weights))


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
    rates = completion_rates(standing, list(weights))
    expected = expected_completions(standing, rates)
    random, own = Random(seed), Counter(had)
    drawn: list[str] = []
    for place, offered in enumerate(allowed):
        later, missing = allowed[place + 1 :], set(weights) - set(own)
        feasible = [name for name in offered if can_cover(later, missing - {name})] or list(offered)
        fewest = min(own[name] / weights[name] for name in feasible)
        rarest = [name for name in feasible if own[name] / weights[name] == fewest]
        drawn.append(random.choice(_near_equals(rarest, expected, rates, weights)))
        own[drawn[-1]] += 1
    return drawn


def expected_completions(standing: Standing, rates: Mapping[str, float]) -> dict[str, float]:
    """Return for each condition the number of dialogues that will be completed at these ``rates`` if nobody else enrols."""
    expected = {name: float(standing.completed.get(name, 0)) for name in rates}
    for left in standing.ahead:
        for name, chance in _chances(left, rates):
            expected[name] += chance
    return expected


def completion_rates(standing: Standing, names: Sequence[str]) -> dict[str, float]:
    """Return the rate of each condition, drawn towards that of all: a handful of dialogues says little."""
    completed = {name: standing.completed.get(name, 0) for name in names}
    over = {name: completed[name] + standing.lost.get(name, 0) for name in names}
    overall = (sum(completed.values()) + 1) / (sum(over.values()) + 1)
    return {name: (completed[name] + PRIOR * overall) / (over[name] + PRIOR) for name in names}


def _chances(left: Sequence[str], rates: Mapping[str, float]) -> Iterator[tuple[str, float]]:
    """Yield the condition of each goal left to one person with the chance that they complete it: people who drop out do not
    reach later goals."""
    chance = 1.0
    for name in left:
        if name in rates:
            chance *= rates[name]
            yield name, chance


def _near_equals(
    offered: Sequence[str], expected: Mapping[str, float], added: Mapping[str, float], weights: Mapping[str, int]
) -> list[str]:
    """Return the condition that lacks most dialogues and those that nearly do, given what one person ``added`` to each."""
    lowest = min(expected[name] / weights[name] for name in offered)
    return [name for name in sorted(offered) if (expected[name] - NEAR * added[name]) / weights[name] <= lowest]


def _with_room(
    standing: Standing, weights: Mapping[str, int], goals: Mapping[str, int], seats: int | None
) -> list[str]:
    """Return the conditions with room for another person's dialogues in their share of all; all of them if none has."""
    if seats is None:
        return list(weights)
    taken = Counter(standing.completed) + Counter(name for left in standing.ahead for name in left)
    share = {name: ceil(seats * goals[name] * weight / sum(weights.values())) for name, weight in weights.items()}
    return [name for name in weights if taken[name] + goals[name] <= share[name]] or list(weights)
