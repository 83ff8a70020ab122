"""Where training pairs and attention checks stand among the pairs of a list. Pure."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def arrange(main: Sequence[T], training: Sequence[T], checks: Sequence[T], random: Random) -> list[T]:
    """Training first, in its order, for everybody alike; then the main part with the checks spread over it.

    Nobody begins or ends the main part with a check, unless it is too short for anything else.
    """
    arranged = list(main)
    mixed = random.sample(list(checks), len(checks))
    for gap, check in reversed(list(zip(_gaps(len(main), len(checks), random), mixed, strict=True))):
        arranged.insert(gap, check)
    return [*training, *arranged]


def draw_sides(count: int, random: Random) -> list[bool]:
    """Whether the natural dialogue is first, half of the time; of an odd number one more of either."""
    more = random.randrange(2)
    return random.sample([position % 2 == more for position in range(count)], count)


def _gaps(main: int, checks: int, random: Random) -> list[int]:
    """Before which of the main pairs the checks come: one somewhere in each of as many stretches as there are checks."""
    first, last = (1, main - 1) if main > 1 else (0, main)
    room = last - first + 1
    if checks > room:
        return sorted(random.choices(range(first, last + 1), k=checks))
    ends = [(first + room * number // checks, first + room * (number + 1) // checks) for number in range(checks)]
    return [random.randrange(begin, end) for begin, end in ends]
