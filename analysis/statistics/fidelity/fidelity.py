"""The fidelity of a run: its distances from people as a whole, by goal, by persona group and by turn, and the classifier."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.random import Generator

from analysis.statistics.fidelity.catalogue import measures_for
from analysis.statistics.fidelity.classifier import Separation, separate
from analysis.statistics.fidelity.comparison import DRAWS, Comparison, compare
from analysis.statistics.fidelity.measure import Measure
from analysis.statistics.fidelity.observed import Flags, Observed
from analysis.statistics.spoken import SpokenDialogue

GOAL, TURN = "goal", "turn"
"""Ways of grouping; any other is the key of a feature of the persona form."""
LAST_TURN = 5
"""Later turns are compared together with this one."""
DRAWS_OF_A_GROUP = 60
Place = tuple[str, str]
"""A way of grouping, and the group."""


@dataclass(frozen=True, slots=True)
class Fidelity:
    """How far simulations are from people in each of the ``measures``: altogether, and in each group."""

    measures: Sequence[Measure]
    whole: Comparison
    separation: Separation
    groups: Mapping[Place, Comparison] = field(default_factory=dict)


def fidelity_of(
    natural: Sequence[SpokenDialogue],
    simulated: Sequence[SpokenDialogue],
    language: str,
    random: Generator,
    on_step: Callable[[str], None],
) -> Fidelity:
    """Compare simulated dialogues with natural ones. ``on_step`` is called with the name of each step before it."""
    on_step("distances")
    measures = measures_for(language)
    names = tuple(sorted({one.person for one in [*natural, *simulated]}))
    observed = Observed.take(natural, measures, names), Observed.take(simulated, measures, names)
    whole = compare(*observed, measures, random, DRAWS)
    if whole.reason:
        return Fidelity(measures, whole, Separation(reason=whole.reason))
    groups = {}
    for place, parts in _parts((natural, simulated), observed):
        on_step(f"distances by {place[0].replace('_', ' ')}")
        groups[place] = compare(*parts, measures, random, DRAWS_OF_A_GROUP)
    on_step("text classifier")
    return Fidelity(measures, whole, separate(natural, simulated, random), groups)


def _parts(
    dialogues: tuple[Sequence[SpokenDialogue], Sequence[SpokenDialogue]], observed: tuple[Observed, Observed]
) -> Iterator[tuple[Place, tuple[Observed, Observed]]]:
    """Yield the two groups' dialogues in each part that both have."""
    natural, simulated = observed
    for place in _common_places(dialogues):
        yield place, (natural.only(_in(place, dialogues[0])), simulated.only(_in(place, dialogues[1])))
    for turn in range(1, LAST_TURN + 1):
        last = turn if turn < LAST_TURN else 10**6
        parts = natural.at_turn(turn, last), simulated.at_turn(turn, last)
        if all(len(part.person) for part in parts):
            yield (TURN, str(turn)), parts


def _common_places(dialogues: tuple[Sequence[SpokenDialogue], Sequence[SpokenDialogue]]) -> list[Place]:
    """Return the goals by number, and then the answers to each question of the persona form, that both groups have."""
    found = [{place for one in group for place in _places(one)} for group in dialogues]
    order = {GOAL: 0}
    for one in dialogues[0]:
        for key in one.features:
            order.setdefault(key, len(order))
    common = found[0] & found[1]
    return sorted(common, key=lambda place: (order[place[0]], int(place[1]) if place[0] == GOAL else 0, place[1]))


def _places(dialogue: SpokenDialogue) -> Iterator[Place]:
    yield GOAL, str(dialogue.goal_number)
    yield from ((key, answer) for key, answer in dialogue.features.items() if answer)


def _in(place: Place, dialogues: Sequence[SpokenDialogue]) -> Flags:
    return np.array([place in set(_places(one)) for one in dialogues], dtype=bool)
