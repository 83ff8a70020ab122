"""Compact letter display: levels that share a letter do not differ significantly (Piepho 2004).

Piepho's insert-and-absorb ends with all largest groups of levels without a significant difference: the maximal cliques of the
graph that joins levels which do not differ. They are looked for as such, because inserting grows without bound on the way.
"""

from collections.abc import Collection, Iterator, Sequence
from itertools import chain, combinations, islice
from string import ascii_letters
from unicodedata import category

import networkx as nx


def compact_letters(order: Sequence[str], different: Collection[frozenset[str]]) -> dict[str, str]:
    """The letters of each level of ``order``, the levels in ascending order of their means: 'a' stands first.

    ``different`` holds the pairs of levels that differ significantly: those share no letter, any other two share one.
    """
    alike = nx.Graph()
    alike.add_nodes_from(order)
    alike.add_edges_from(pair for pair in combinations(order, 2) if frozenset(pair) not in different)
    # A group comes the earlier, the earlier its levels are.
    groups = sorted(map(set, nx.find_cliques(alike)), key=lambda group: [level not in group for level in order])
    named = list(zip(letter_names(len(groups)), groups, strict=True))
    return {level: "".join(letter for letter, group in named if level in group) for level in order}


def letter_names(count: int) -> list[str]:
    """The first ``count`` of a to z, A to Z, and then the lower-case letters of other scripts."""
    return list(islice(chain(ascii_letters, _further_letters()), count))


def _further_letters() -> Iterator[str]:
    return (letter for letter in map(chr, range(0x3B1, 0x110000)) if category(letter) == "Ll")
