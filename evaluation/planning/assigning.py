"""Assignments: which pairs one evaluator judges, in which order, with which side first (section 3.4). Pure, without database.

Nobody sees two dialogues of one person for the same goal. Models and goals are balanced within each list and over all lists,
sides within each list and model. The order is random. One seed decides everything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from evaluation.planning.shares import Element, divide


class Impossible(ValueError):
    """No assignments can keep the rules; the message says in a sentence what would help."""


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A pair to be judged; repeated for each evaluator that it needs."""

    person: str
    goal: int
    model: str
    id: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A pair in an assignment."""

    pair: Wanted
    is_natural_first: bool


List = tuple[Placed, ...]


def count_lists(pairs: Sequence[Wanted], per_list: int, judges: int) -> int:
    """Return the number of evaluators if each pair needs ``judges`` and each of them judges at most ``per_list`` pairs.

    Raises Impossible if these are too few: each evaluator sees at most one pair of a natural dialogue, so it needs as many
    evaluators as its pairs need judges. With that many, the rules can be kept (see ``divide``).
    """
    lists = -(-len(pairs) * judges // per_list)
    if most_of_one_dialogue(pairs) * judges > lists:
        raise Impossible(_what_would_help(len(pairs), most_of_one_dialogue(pairs), per_list, judges))
    return lists


def most_of_one_dialogue(pairs: Iterable[Wanted]) -> int:
    """Return the largest number of wanted pairs of one natural dialogue."""
    return max(Counter((pair.person, pair.goal) for pair in pairs).values(), default=0)


def plan_lists(wanted: Iterable[Wanted], lists: int, seed: str) -> list[List]:
    """Divide everything that is wanted into ``lists`` lists, at least ``most_of_one_dialogue``.

    Their sizes differ by at most one, and so do the numbers of pairs of a model, or of a goal, in each. In each list, each
    model's natural dialogue is first half of the time; so is each pair's over its lists. The order of ``wanted`` is irrelevant.
    """
    ordered, random = sorted(wanted), Random(seed)
    if most_of_one_dialogue(ordered) > lists:
        raise ValueError(f"{lists} lists are too few: someone would get two pairs of one natural dialogue.")
    elements = [Element(one=(pair.goal, pair.person, pair.id), other=(pair.model,)) for pair in ordered]
    parts = [[ordered[position] for position in part] for part in divide(elements, lists, random)]
    random.shuffle(parts)
    planned = _sided(parts, random)
    for one in planned:
        random.shuffle(one)
    return [tuple(one) for one in planned]


def _sided(parts: Sequence[Sequence[Wanted]], random: Random) -> list[list[Placed]]:
    """Draw which side is natural, as another fair division, in two."""
    showings = [(number, pair) for number, part in enumerate(parts) for pair in part]
    elements = [Element(one=(number, pair.model), other=(pair.model, pair.id)) for number, pair in showings]
    first = set(divide(elements, 2, random)[0])
    planned: list[list[Placed]] = [[] for _ in parts]
    for position, (number, pair) in enumerate(showings):
        planned[number].append(Placed(pair, position in first))
    return planned


def _what_would_help(pairs: int, of_one_dialogue: int, per_list: int, judges: int) -> str:
    """Return the largest numbers of pairs per evaluator, or judges per pair, that make enough assignments."""
    needed = of_one_dialogue * judges
    fewer_pairs = -(-pairs * judges // (needed - 1)) - 1
    helps = [f"assign at most {fewer_pairs} pair{_s(fewer_pairs)} per evaluator"]
    for fewer in range(judges - 1, 0, -1):
        if of_one_dialogue * fewer <= -(-pairs * fewer // per_list):
            helps.append(f"require at most {fewer} judge{_s(fewer)} per pair")
            break
    makes = -(-pairs * judges // per_list)
    return (
        f"An evaluator may see only one pair of each natural dialogue. The {of_one_dialogue} pair{_s(of_one_dialogue)} of one "
        f"dialogue, each judged {_times(judges)}, need {needed} evaluators, but {pairs} pairs at {per_list} per evaluator need "
        f"only {makes}. To solve this, {', or '.join(helps)}."
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
