"""The best that any rule of allocation can do, by dynamic programming.

A rule sees the completed dialogues and the people present with their conditions and progress. The best one also knows the true
chance of dropping out, and is made for one aim: that two conditions differ by at most two. It does not know who will drop out.
"""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import combinations_with_replacement
from math import comb

import numpy as np
from numpy.typing import NDArray

WIDEST = 60
"""Larger differences are taken for lost; the best rule hardly ever comes near."""
LEAD = np.arange(-WIDEST, WIDEST + 1)
MOST_STATES = 2_000

Person = tuple[int, int]
"""The condition of the next dialogue, 0 or 1, and the number of completed ones."""
People = tuple[Person, ...]
Values = dict[People, NDArray[np.float64]]
"""For each group of people present, the chance of success by the lead of condition 0."""


@dataclass(frozen=True, slots=True)
class Process:
    """People who complete ``goals`` dialogues, all in one condition or, within, in turn, of whom a share of ``drop_out`` leaves
    before the end, each goal being as likely to be their last."""

    is_within: bool
    goals: int
    drop_out: float

    def chance(self, done: int) -> float:
        """Return the share of people with ``done`` completed dialogues who complete the next."""
        leaving = self.drop_out / self.goals
        return 1 - leaving / (1 - leaving * done)

    def after(self, person: Person) -> People:
        """Return the person after a completed dialogue; nobody after the last."""
        condition, done = person
        return () if done + 1 == self.goals else ((1 - condition if self.is_within else condition, done + 1),)

    def groups(self, size: int) -> Iterator[People]:
        """Yield all groups of people, the most advanced first."""
        people = [(condition, done) for condition in (0, 1) for done in range(self.goals)]
        groups = combinations_with_replacement(people, size)
        yield from sorted(groups, key=lambda group: -sum(done for _, done in group))


def best_share(process: Process, present: int, arrivals: int) -> float | None:
    """Return the largest possible share of studies that end with a difference of at most two; None if there are too many
    states to compute, or people get more than one dialogue in each condition within participants."""
    if (process.is_within and process.goals > 2) or comb(2 * process.goals + present, present + 1) > MOST_STATES:
        return None
    values: Values = {(): (abs(LEAD) <= 2).astype(float)}
    for size in range(1, min(present, arrivals) + 1):
        values = _while_one_leaves(process, size, values)
    newcomers = list(combinations_with_replacement([(0, 0), (1, 0)], min(present, arrivals)))
    for _ in range(arrivals - present):
        before = values
        values = _before_arrival(process, present, before)
        if max(abs(values[group] - before[group]).max() for group in newcomers) < 1e-7:
            break
    return float(max(values[group][WIDEST] for group in newcomers))


def ceiling(process: Process) -> float:
    """Return a share that no rule exceeds, however much it knows about the others.

    Between participants, those who drop out leave each number of dialogues below ``goals`` with the same chance, and those who
    finish leave ``goals``. So the conditions that people get do not change what remains when the difference is divided by
    ``goals``: after the first drop-out all remainders are equally likely, and only five of them are within two.
    """
    return 1.0 if process.is_within else min(1.0, 5 / process.goals)


def _before_arrival(process: Process, present: int, values: Values) -> Values:
    """Return the values before a person arrives, gets the better condition, and people continue until one leaves."""
    crowded = _while_one_leaves(process, present + 1, values)
    return {
        group: np.maximum(*(crowded[tuple(sorted((*group, (condition, 0))))] for condition in (0, 1)))
        for group in process.groups(present)
    }


def _while_one_leaves(process: Process, size: int, fewer: Values) -> Values:
    """Return ``fewer`` and the values of groups of this ``size``, of whom one at random continues until one leaves."""
    values = dict(fewer)
    for group in process.groups(size):
        next_ones = [_when_next(process, group, person, values) * many for person, many in Counter(group).items()]
        values[group] = np.sum(next_ones, axis=0) / size
    return values


def _when_next(process: Process, group: People, person: Person, values: Values) -> NDArray[np.float64]:
    """Return the values if this person of the group continues."""
    place = group.index(person)
    rest = group[:place] + group[place + 1 :]
    chance, completed = process.chance(person[1]), values[tuple(sorted(rest + process.after(person)))]
    shifted = np.zeros_like(completed)
    if person[0] == 0:
        shifted[:-1] = completed[1:]
    else:
        shifted[1:] = completed[:-1]
    return chance * shifted + (1 - chance) * values[rest]
