"""Which tokens the next step reads: the policy of the engine, without the engine."""

from collections.abc import Mapping
from itertools import pairwise

PROMPT_TOKENS_PER_STEP = 128
"""So many prompt tokens at most join a step: replies under way keep flowing while the prompts of others are read."""

WIDEST_GAP = 8
"""See ``idle_between``. Reading a token more costs an eighth of what reading the weights once more does."""


def share_step(pending: Mapping[int, int]) -> dict[int, int]:
    """How many of its ``pending`` tokens each sequence reads now.

    Every reply under way (one token pending) goes on; prompts share what a step spares for them, the shortest first,
    so that nobody with a short one waits behind a long one.
    """
    left = PROMPT_TOKENS_PER_STEP
    shares: dict[int, int] = {}
    for sequence, count in sorted(pending.items(), key=lambda item: item[1]):
        share = 1 if count == 1 else min(count, left)
        if count > 1:
            left -= share
        if share:
            shares[sequence] = share
    return shares


def idle_between(sequences: list[int]) -> list[int]:
    """The idle sequences in the narrow gaps between the ordered ``sequences`` of a step.

    llama.cpp reads only neighbouring sequences together; at each gap it goes through all weights once more. Giving the
    idle ones between a token to read, forgotten at once, is far cheaper: sixteen of thirty-two took 23 ms, not 86.
    """
    gaps = (range(low + 1, high) for low, high in pairwise(sequences) if high - low - 1 <= WIDEST_GAP)
    return [sequence for gap in gaps for sequence in gap]
