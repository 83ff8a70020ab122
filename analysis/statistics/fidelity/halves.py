"""Random halves of the people: one half is compared with the other, and with simulations of as many personas.

Groups differ by chance alone, and smaller groups differ more. So people are never compared with simulations as a whole: half of
them are compared with the simulations of as many other personas, exactly as with the other half of people.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
from numpy.random import Generator

from analysis.statistics.fidelity.observed import Flags, Observed

FEWEST = 4
"""People that a comparison needs: with fewer, a half is a single person."""


@dataclass(frozen=True, slots=True)
class Halves:
    """The chosen dialogues of one draw: of half the people, of the others, and of simulations of other personas."""

    first: Flags
    second: Flags
    simulated: Flags


def draw_halves(natural: Observed, simulated: Observed, draws: int, random: Generator) -> Iterator[Halves]:
    """Yield ``draws`` random halves.

    The simulations are those of as many personas as a half has people, and not of the people in the first half, so that nobody
    is compared with a simulation of themselves: the second half are other people, too.
    """
    size = half_size(natural, simulated)
    for _ in range(draws):
        order = random.permutation(natural.people)
        first, second = order[:size], order[size : 2 * size]
        others = random.permutation(np.setdiff1d(simulated.people, first))[:size]
        yield Halves(natural.draw(first, random), natural.draw(second, random), simulated.draw(others, random))


def half_size(natural: Observed, simulated: Observed) -> int:
    """Return the number of people in each half: half of them, or fewer if there are not simulations of as many others."""
    own = len(np.intersect1d(simulated.people, natural.people))
    return min(len(natural.people) // 2, len(simulated.people) - own + own // 2)
