"""The positions of training pairs and attention checks in an assignment. Pure."""

from collections.abc import Sequence
from random import Random
from typing import TypeVar

T = TypeVar("T")


def arrange(main: Sequence[T], training: Sequence[T], checks: Sequence[T], random: Random) -> list[T]:
    """Return the training pairs, in their order for everyone, then the main part with the checks spread over it.

    The main part does not begin or end with a check, unless it is too short for anything else.
    """
    arranged = list(main)
    mixed = random.sample(list(checks), len(checks))
    for gap, check in reversed(list(zip(_gaps(len(main), len(checks), random), mixed, strict=True))):
        arranged.insert(gap, check)
    return [*training, *arranged]


def draw_sides(count: int, random: Random) -> list[bool]:
    """Draw whether the natural dialogue is first: half of ``count``; if that is odd, one more or one fewer."""
    more = random.randrange(2)
    return random.sample([position % 2 == more for position in range(count)], count)


def _gaps(main: int, checks: int, random: Random) -> list[int]:
    """Draw the position of each check: divide the main part into as many stretches and draw one position in each."""
    first, last = (1, main - 1) if main > 1 else (0, main)
    room = last - first + 1
    if checks > room:
        return sorted(random.choices(range(first, last + 1), k=checks))
    ends = [(first + room * number // checks, first + room * (number + 1) // checks) for number in range(checks)]
    return [random.randrange(begin, end) for begin, end in ends]
