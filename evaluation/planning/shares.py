"""Fair divisions that are balanced over two classifications at once."""

from collections import Counter, defaultdict
from collections.abc import Hashable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from random import Random

from evaluation.planning.flows import Arc, circulate

Path = tuple[Hashable, ...]
Sized = Sequence[tuple[Path, int]]
"""Narrowest sets, possibly repeated, each with a number of elements."""


@dataclass(frozen=True, slots=True)
class Element:
    """An element and its sets in two classifications, each from the widest to the narrowest."""

    one: Path
    other: Path


def divide(elements: Sequence[Element], parts: int, random: Random) -> list[list[int]]:
    """Divide the positions of the elements into ``parts``. Each part has floor(n / parts) or ceil(n / parts) elements of every
    set of n elements, and of all elements.

    That is always possible: two laminar families have a totally unimodular incidence matrix, and whatever such a matrix
    describes can be divided equitably (de Werra 1971; Schrijver, Theory of Linear and Integer Programming, 19.3).
    """
    return _divide(elements, range(len(elements)), parts, random)


def _divide(elements: Sequence[Element], positions: Sequence[int], parts: int, random: Random) -> list[list[int]]:
    """Give half of the parts their share, floor or ceil of it from every set; then divide each half separately."""
    if parts == 1:
        return [list(positions)]
    few = parts // 2
    taken = _take(elements, positions, few, parts, random)
    rest = [position for position in positions if position not in taken]
    return [*_divide(elements, sorted(taken), few, random), *_divide(elements, rest, parts - few, random)]


def _take(elements: Sequence[Element], positions: Sequence[int], few: int, parts: int, random: Random) -> set[int]:
    """Return positions for ``few`` of the ``parts``. Elements with the same sets are alike, so they are drawn at random."""
    alike: dict[tuple[Path, Path], list[int]] = defaultdict(list)
    for position in positions:
        alike[elements[position].one, elements[position].other].append(position)
    between = [Arc(("one", one), ("other", other), 0, len(them)) for (one, other), them in alike.items()]
    ones, others = ([(ends[side], len(them)) for ends, them in alike.items()] for side in (0, 1))
    flow = circulate([*between, *_arcs(ones, others, few, parts, random)], random)
    chosen = (random.sample(them, flow[("one", one), ("other", other)]) for (one, other), them in alike.items())
    return {position for some in chosen for position in some}


def _arcs(ones: Sized, others: Sized, few: int, parts: int, random: Random) -> Iterator[Arc]:
    """Yield the arcs from the whole down to the narrowest sets of one classification, and from those of the other up to the
    whole. An element flows from its narrowest set of the first to its narrowest set of the second.
    """
    for path, size in _sizes(ones):
        yield Arc(("one", path[:-1]), ("one", path), size * few // parts, -(-size * few // parts))
    for path, size in _sizes(others):
        yield Arc(("other", path), ("other", path[:-1]), size * few // parts, -(-size * few // parts))
    whole, remainder = divmod(sum(size for _, size in ones) * few, parts)
    whole += random.randrange(parts) < remainder
    yield Arc(("other", ()), ("one", ()), whole, whole)


def _sizes(sized: Sized) -> Iterable[tuple[Path, int]]:
    """Return the number of elements of each set, except the whole."""
    sizes: Counter[Path] = Counter()
    for path, size in sized:
        for depth in range(1, len(path) + 1):
            sizes[path[:depth]] += size
    return sizes.items()
