"""Flows through a network whose arcs have a least and a greatest flow."""

from collections import Counter
from collections.abc import Hashable, Sequence
from dataclasses import dataclass
from random import Random


class NoFlow(ValueError):
    """No flow keeps all the bounds."""


@dataclass(frozen=True, slots=True)
class Arc:
    """An arc with a flow between ``low`` and ``high``. Two nodes have at most one arc between them."""

    tail: Hashable
    head: Hashable
    low: int
    high: int


def circulate(arcs: Sequence[Arc], random: Random) -> dict[tuple[Hashable, Hashable], int]:
    """Return a circulation, drawn by ``random`` from those that exist. Raises NoFlow.

    By the usual reduction, each arc's least flow is sent from a new source and collected at a new sink, and the rest is its
    capacity. A maximum flow that sends all of it is a circulation (Ahuja, Magnanti, Orlin: Network Flows, 6.7).
    """
    from scipy.sparse import csr_matrix
    from scipy.sparse.csgraph import maximum_flow

    number = _numbers(arcs, random)
    source, sink = len(number), len(number) + 1
    capacity = _capacities([(number[arc.tail], number[arc.head], arc) for arc in arcs], source, sink)
    ends, capacities = zip(*capacity.items(), strict=True)
    network = csr_matrix((capacities, tuple(zip(*ends, strict=True))), shape=(sink + 1, sink + 1), dtype="int32")
    found = maximum_flow(network, source, sink)
    if found.flow_value != sum(arc.low for arc in arcs):
        raise NoFlow
    rows = found.flow.tocoo()
    flow = dict(zip(zip(rows.row.tolist(), rows.col.tolist(), strict=True), rows.data.tolist(), strict=True))
    return {(arc.tail, arc.head): arc.low + flow.get((number[arc.tail], number[arc.head]), 0) for arc in arcs}


def _numbers(arcs: Sequence[Arc], random: Random) -> dict[Hashable, int]:
    """Number the nodes in random order, because the algorithm uses the first path that it finds."""
    nodes = list(dict.fromkeys(node for arc in arcs for node in (arc.tail, arc.head)))
    random.shuffle(nodes)
    return {node: number for number, node in enumerate(nodes)}


def _capacities(arcs: Sequence[tuple[int, int, Arc]], source: int, sink: int) -> Counter[tuple[int, int]]:
    capacity: Counter[tuple[int, int]] = Counter()
    for tail, head, arc in arcs:
        capacity[tail, head] += arc.high - arc.low
        capacity[source, head] += arc.low
        capacity[tail, sink] += arc.low
    return capacity
