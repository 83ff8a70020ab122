"""Which pairs are judged together, in which order, on which side (section 3.4). Pure: nothing here knows the database.

A list is what one evaluator judges. Nobody sees two dialogues of one person for the same goal; models and goals are balanced
within each list and over all, sides within each list and model; order is random. One seed decides everything.
"""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from random import Random

from evaluation.planning.shares import Element, divide


class Impossible(ValueError):
    """No lists can keep the rules; the message says in a sentence what would help."""


@dataclass(frozen=True, slots=True, order=True)
class Wanted:
    """A pair that somebody is to judge: once for each time that it is wanted, each time somebody else."""

    person: str
    goal: int
    model: str
    id: int


@dataclass(frozen=True, slots=True)
class Placed:
    """A pair in a list."""

    pair: Wanted
    is_natural_first: bool


List = tuple[Placed, ...]


def count_lists(pairs: Sequence[Wanted], per_list: int, judges: int) -> int:
    """How many evaluators it takes when each pair has ``judges`` of them and each of them at most ``per_list`` pairs.

    Raises Impossible when those are too few for the rules: as many as the pairs of one natural dialogue have judges must
    be there, because each sees at most one of them; and then the rules can be kept (see ``divide``).
    """
    lists = -(-len(pairs) * judges // per_list)
    if most_of_one_dialogue(pairs) * judges > lists:
        raise Impossible(_what_would_help(len(pairs), most_of_one_dialogue(pairs), per_list, judges))
    return lists


def most_of_one_dialogue(pairs: Iterable[Wanted]) -> int:
    """How many are wanted at most of one natural dialogue."""
    return max(Counter((pair.person, pair.goal) for pair in pairs).values(), default=0)


def plan_lists(wanted: Iterable[Wanted], lists: int, seed: str) -> list[List]:
    """Everything that is wanted, in so many lists: at least ``most_of_one_dialogue``. Their sizes differ by one at most, as do
    the times that a model, or a goal, stands in each of them; a list has each model's natural dialogue first half of the time,
    as has every pair over the lists that it is in. The order in which things are named does not matter.
    """
    ordered, random = sorted(wanted), Random(seed)
    if most_of_one_dialogue(ordered) > lists:
        raise ValueError(f"{lists} lists are too few: somebody would get two pairs of one natural dialogue.")
    elements = [Element(one=(pair.goal, pair.person, pair.id), other=(pair.model,)) for pair in ordered]
    parts = [[ordered[position] for position in part] for part in divide(elements, lists, random)]
    random.shuffle(parts)
    planned = _sided(parts, random)
    for one in planned:
        random.shuffle(one)
    return [tuple(one) for one in planned]


def _sided(parts: Sequence[Sequence[Wanted]], random: Random) -> list[list[Placed]]:
    """On which side the natural dialogue is: another fair division, in two."""
    showings = [(number, pair) for number, part in enumerate(parts) for pair in part]
    elements = [Element(one=(number, pair.model), other=(pair.model, pair.id)) for number, pair in showings]
    first = set(divide(elements, 2, random)[0])
    planned: list[list[Placed]] = [[] for _ in parts]
    for position, (number, pair) in enumerate(showings):
        planned[number].append(Placed(pair, position in first))
    return planned


def _what_would_help(pairs: int, of_one_dialogue: int, per_list: int, judges: int) -> str:
    """In numbers: the most pairs per list, or judges per pair, with which the lists are as many as needed."""
    needed = of_one_dialogue * judges
    fewer_pairs = -(-pairs * judges // (needed - 1)) - 1
    helps = [f"ask for at most {fewer_pairs} pair{_s(fewer_pairs)} per evaluator"]
    for fewer in range(judges - 1, 0, -1):
        if of_one_dialogue * fewer <= -(-pairs * fewer // per_list):
            helps.append(f"for at most {fewer} judge{_s(fewer)} per pair")
            break
    makes = -(-pairs * judges // per_list)
    return (
        f"Nobody may see two pairs of one natural dialogue. The {of_one_dialogue} pair{_s(of_one_dialogue)} of one, judged "
        f"{_times(judges)} each, need {needed} evaluators, but {pairs} pairs at {per_list} per evaluator take only {makes}: "
        f"{', or '.join(helps)}."
    )


def _s(count: int) -> str:
    return "" if count == 1 else "s"


def _times(count: int) -> str:
    return "once" if count == 1 else f"{count} times"
