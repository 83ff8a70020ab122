"""A simulated site at which people arrive, get a condition by the site's own rule, and complete dialogues or drop out."""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from random import Random

from collection.participation.balance import Standing, completion_rates, draw_one, draw_sequence, expected_completions


@dataclass
class Visitor:
    """A person who is present: the conditions of their goals so far and ahead, and how many goals they will complete."""

    had: list[str]
    ahead: list[str]
    stops_after: int


@dataclass
class Site:
    """People who arrive one after the other, and of whom one at random then continues until ``present`` are left.

    ``drop_outs`` are the chances, by condition, of leaving before the last goal; each goal is as likely to be the last. With
    ``seats`` nobody is admitted while as many have finished or are present; those who have dropped out hold no seat.
    """

    is_within: bool
    goals: int
    drop_outs: Mapping[str, float]
    random: Random
    present: int = 2
    seats: int | None = None
    weights: Mapping[str, int] = field(default_factory=dict)
    completed: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    finished: Counter[str] = field(default_factory=Counter)
    here: list[Visitor] = field(default_factory=list)
    guessed: list[bool] = field(default_factory=list)
    """Of each arrival, whether an observer of all counts would guess the first condition (Blackwell & Hodges 1957)."""

    def run(self, arrivals: int = 300) -> Counter[str]:
        """Return the completed dialogues by condition when all have left."""
        self.weights = self.weights or dict.fromkeys(self.drop_outs, 1)
        for _ in range(arrivals):
            while self.here and (len(self.here) > self.present or self._is_full()):
                self.go_on()
            if self._is_full():
                break
            self.arrive()
        while self.here:
            self.go_on()
        return self.completed

    def arrive(self) -> None:
        drawn = self._draw([], self.goals)
        self.guessed.append(drawn[0] == self._guess())
        leaves = self.random.random() < self.drop_outs[drawn[0]]
        self.here.append(Visitor([], drawn, self.random.randrange(self.goals) if leaves else self.goals))

    def go_on(self) -> None:
        """Let a person complete the next dialogue, or drop out."""
        visitor = self.here.pop(self.random.randrange(len(self.here)))
        name = visitor.ahead.pop(0)
        is_completed = len(visitor.had) < visitor.stops_after
        (self.completed if is_completed else self.lost)[name] += 1
        visitor.had.append(name)
        if is_completed and not visitor.ahead:
            self.finished[name] += 1
        elif is_completed:
            if self.is_within:
                visitor.ahead = self._draw(visitor.had, len(visitor.ahead))
            self.here.append(visitor)

    def _is_full(self) -> bool:
        return self.seats is not None and self.finished.total() + len(self.here) >= self.seats

    def _standing(self) -> Standing:
        return Standing(self.completed, self.lost, [one.ahead for one in self.here])

    def _draw(self, had: Sequence[str], goals: int) -> list[str]:
        seed = self.random.randrange(2**31)
        if self.is_within:
            return draw_sequence(self._standing(), self.weights, [list(self.weights)] * goals, seed, had)
        each = dict.fromkeys(self.weights, goals)
        return [draw_one(self._standing(), self.weights, each, seed, self.seats)] * goals

    def _guess(self) -> str:
        """Return the condition that lacks most dialogues, as an observer would guess who sees what the rule sees."""
        standing = self._standing()
        expected = expected_completions(standing, completion_rates(standing, list(self.weights)))
        return min(self.weights, key=lambda name: expected[name] / self.weights[name])


def spread(completed: Mapping[str, int], names: Sequence[str]) -> int:
    """Return the difference between the conditions with the most and the fewest completed dialogues."""
    counts = [completed[name] for name in names]
    return max(counts) - min(counts)
