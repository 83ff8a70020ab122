"""Simulate how evenly completed dialogues are spread over a study's conditions when people drop out.

python -m benchmarks.balance [--seeds 100] [--json] [--quick]

300 people arrive, of whom 30 % drop out, and some are present at a time. Each line has the share of simulations in which the
completed dialogues of two conditions differ by at most two, and the median and the largest difference.
"""

import argparse
import json
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from random import Random
from statistics import median

from collection.participation.balance import Standing, draw_one, draw_sequence

ARRIVALS, DROP_OUT = 300, 0.3
PRESENT = (1, 2, 4, 8, 16)
DESIGNS = (("between", 1), ("between", 10), ("within", 2), ("within", 10))


@dataclass
class Visitor:
    """A person who is present: the conditions of their goals so far and ahead, and how many goals they will complete."""

    had: list[str]
    ahead: list[str]
    stops_after: int


@dataclass
class Site:
    """People who arrive one after the other, and of whom one at random then continues until ``present`` are left.

    ``drop_outs`` are the chances, by condition, of leaving before the last goal; each goal is as likely to be the last.
    """

    is_within: bool
    goals: int
    drop_outs: Mapping[str, float]
    random: Random
    present: int = 2
    weights: Mapping[str, int] = field(default_factory=dict)
    completed: Counter[str] = field(default_factory=Counter)
    lost: Counter[str] = field(default_factory=Counter)
    here: list[Visitor] = field(default_factory=list)

    def run(self, arrivals: int = ARRIVALS) -> Counter[str]:
        """Return the completed dialogues by condition when everybody has left."""
        self.weights = self.weights or dict.fromkeys(self.drop_outs, 1)
        for _ in range(arrivals):
            self.arrive()
            while len(self.here) > self.present:
                self.go_on()
        while self.here:
            self.go_on()
        return self.completed

    def arrive(self) -> None:
        drawn = self._draw([], self.goals)
        leaves = self.random.random() < self.drop_outs[drawn[0]]
        self.here.append(Visitor([], drawn, self.random.randrange(self.goals) if leaves else self.goals))

    def go_on(self) -> None:
        """Let a person complete the next dialogue, or drop out."""
        visitor = self.here.pop(self.random.randrange(len(self.here)))
        name = visitor.ahead.pop(0)
        is_completed = len(visitor.had) < visitor.stops_after
        (self.completed if is_completed else self.lost)[name] += 1
        visitor.had.append(name)
        if is_completed and visitor.ahead:
            if self.is_within:
                visitor.ahead = self._draw(visitor.had, len(visitor.ahead))
            self.here.append(visitor)

    def _draw(self, had: Sequence[str], goals: int) -> list[str]:
        standing = Standing(self.completed, self.lost, [one.ahead for one in self.here])
        seed = self.random.randrange(2**31)
        if self.is_within:
            return draw_sequence(standing, self.weights, [list(self.weights)] * goals, seed, had)
        return [draw_one(standing, self.weights, seed)] * goals


@dataclass(frozen=True, slots=True)
class Found:
    """Differences between two conditions over all simulations with ``present`` people at a time."""

    design: str
    goals: int
    present: int
    within_two: float
    median: float
    largest: int


def spread(completed: Mapping[str, int], names: Sequence[str]) -> int:
    """Return the difference between the conditions with the most and the fewest completed dialogues."""
    counts = [completed[name] for name in names]
    return max(counts) - min(counts)


def measure(seeds: int, arrivals: int = ARRIVALS) -> list[Found]:
    """Simulate each design with each number of people present."""
    return [_measure(design, goals, present, seeds, arrivals) for design, goals in DESIGNS for present in PRESENT]


def _measure(design: str, goals: int, present: int, seeds: int, arrivals: int) -> Found:
    chances = {"a": DROP_OUT, "b": DROP_OUT}
    sites = (Site(design == "within", goals, chances, Random(seed), present) for seed in range(seeds))
    found = [spread(site.run(arrivals), "ab") for site in sites]
    within_two = sum(one <= 2 for one in found) / seeds
    return Found(design, goals, present, within_two, median(found), max(found))


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m benchmarks.balance", description=__doc__)
    parser.add_argument("--seeds", type=int, default=100)
    parser.add_argument("--json", action="store_true", help="print the figures as JSON")
    parser.add_argument("--quick", action="store_true", help="only check that it runs")
    options = parser.parse_args()
    found = measure(2, 20) if options.quick else measure(options.seeds)
    if options.json:
        print(json.dumps({"designs": [asdict(one) for one in found]}))
        return
    for one in found:
        print(
            f"{one.design:8}{one.goals:3} goals, {one.present:2} present: {one.within_two:4.0%} within 2, "
            f"median {one.median:g}, at most {one.largest}"
        )


if __name__ == "__main__":
    main()
