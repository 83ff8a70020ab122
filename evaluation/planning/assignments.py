"""Assignments: which pairs one evaluator judges, in which order, with which side first (section 3.4). Pure, without database.

No evaluator sees two dialogues of one person for the same goal. Models and goals are balanced within each assignment and
over all, sides within each assignment and model. The order is random. One seed decides everything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random
from typing import TypeVar

from evaluation.planning.shares import Element, divide


class Impossible(ValueError):
    """No assignments can keep the rules; the message says in a sentence what would help."""


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A pair to be judged; repeated for each evaluator that it needs.

    Of two answers, ``goal`` is the role that gave them and ``person`` the position of the question.
    """

    person: str
    goal: int | str
    model: str
    id: int


@dataclass(frozen=True, slots=True)
class PlannedPresentation:
    """A pair in an assignment, with its first side."""

    pair: Wanted
    is_natural_first: bool


PlannedAssignment = tuple[PlannedPresentation, ...]
"""An assignment of main pairs, in order."""
T = TypeVar("T")


def count_assignments(pairs: Sequence[Wanted], per_evaluator: int, judges: int, about: str = "natural dialogue") -> int:
    """Return the number of evaluators if each pair needs ``judges`` and each of them judges at most ``per_evaluator`` pairs.

    Raises Impossible if these are too few: each evaluator sees at most one pair of a natural dialogue (``about``), so it needs
    as many evaluators as its pairs need judges. With that many, the rules can be kept (see ``divide``).
    """
    count = -(-len(pairs) * judges // per_evaluator)
    if most_of_one_dialogue(pairs) * judges > count:
        raise Impossible(_what_would_help(about, len(pairs), most_of_one_dialogue(pairs), per_evaluator, judges))
    return count


def most_of_one_dialogue(pairs: Iterable[Wanted]) -> int:
    """Return the largest number of wanted pairs of one natural dialogue."""
    return max(Counter((pair.person, pair.goal) for pair in pairs).values(), default=0)


def plan_assignments(wanted: Iterable[Wanted], count: int, seed: str) -> list[PlannedAssignment]:
    """Divide all wanted pairs into ``count`` assignments, at least ``most_of_one_dialogue``.

    Their sizes differ by at most one, and so do the numbers of pairs of a model, or of a goal, in each. In each assignment, the
    natural dialogue is first in half of each model's pairs; so it is over the assignments of each pair. The order of ``wanted``
    is irrelevant.
    """
    ordered, random = sorted(wanted), Random(seed)
    if most_of_one_dialogue(ordered) > count:
        raise ValueError(f"{count} assignments are too few: one would contain two pairs of one natural dialogue.")
    elements = [Element(one=(pair.goal, pair.person, pair.id), other=(pair.model,)) for pair in ordered]
    parts = [[ordered[position] for position in part] for part in divide(elements, count, random)]
    random.shuffle(parts)
    planned = _sided(parts, random)
    for one in planned:
        random.shuffle(one)
    return [tuple(one) for one in planned]


def arrange(main: Sequence[T], training: Sequence[T], checks: Sequence[T], random: Random) -> list[T]:
    """Return the training pairs, in their order for everyone, then the main part with the checks spread over it.

    The main part does not begin or end with a check, unless it is too short for anything else.
    """
    arranged = list(main)
    mixed = random.sample(list(checks), len(checks))
    for gap, check in reversed(list(zip(_draw_gaps(len(main), len(checks), random), mixed, strict=True))):
        arranged.insert(gap, check)
    return [*training, *arranged]


def draw_sides(count: int, random: Random) -> list[bool]:
    """Draw whether the natural dialogue is first: half of ``count``; if that is odd, one more or one fewer."""
    more = random.randrange(2)
    return random.sample([position % 2 == more for position in range(count)], count)


def _sided(parts: Sequence[Sequence[Wanted]], random: Random) -> list[list[PlannedPresentation]]:
    """Draw which side is natural, as another fair division, in two."""
    presentations = [(number, pair) for number, part in enumerate(parts) for pair in part]
    elements = [Element(one=(number, pair.model), other=(pair.model, pair.id)) for number, pair in presentations]
    first = set(divide(elements, 2, random)[0])
    planned: list[list[PlannedPresentation]] = [[] for _ in parts]
    for position, (number, pair) in enumerate(presentations):
        planned[number].append(PlannedPresentation(pair, position in first))
    return planned


def _what_would_help(about: str, pairs: int, of_one_dialogue: int, per_evaluator: int, judges: int) -> str:
    """Return the largest numbers of pairs per evaluator, or evaluators per pair, that make enough assignments."""
    needed = of_one_dialogue * judges
    fewer_pairs = -(-pairs * judges // (needed - 1)) - 1
    helps = [f"assign at most {fewer_pairs} pair{_s(fewer_pairs)} per evaluator"]
    for fewer in range(judges - 1, 0, -1):
        if of_one_dialogue * fewer <= -(-pairs * fewer // per_evaluator):
            helps.append(f"require at most {fewer} evaluator{_s(fewer)} per pair")
            break
    makes = -(-pairs * judges // per_evaluator)
    each = "each " if of_one_dialogue > 1 else ""
    return (
        f"An evaluator may see only one pair of each {about}. One {about.split()[-1]} has {of_one_dialogue} "
        f"pair{_s(of_one_dialogue)}, {each}judged {_times(judges)}, so at least {needed} evaluators are needed. At "
        f"{per_evaluator} pairs per evaluator, the plan has only {makes}. To solve this, {', or '.join(helps)}."
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"


def _draw_gaps(main: int, checks: int, random: Random) -> list[int]:
    """Draw the position of each check: divide the main part into as many stretches and draw one position in each."""
    first, last = (1, main - 1) if main > 1 else (0, main)
    room = last - first + 1
    if checks > room:
        return sorted(random.choices(range(first, last + 1), k=checks))
    ends = [(first + room * number // checks, first + room * (number + 1) // checks) for number in range(checks)]
    return [random.randrange(begin, end) for begin, end in ends]
