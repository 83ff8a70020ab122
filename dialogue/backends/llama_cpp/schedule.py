"""The engine's policy: which tokens a step reads.

A reply should not depend on other requests that are answered at the same time. On a CPU the library's arithmetic allows that if
tokens are read in the right portions, because it rounds differently

- when a single token passes through floating-point weights: so with such weights a token is read with one of another sequence;
- when a kernel for attention reads 64 or more tokens of a sequence, as flash attention's does: so with it, the division of a
  prompt into pieces depends only on that prompt and on what its conversation had in the cache.

With flash attention, a history that lost its slot is read again in different portions, so its continuation may differ. With
quantized weights, two dependencies remain: flash attention for a single token after more than 256 tokens, and the k-quants,
whose rounding depends on how many tokens they read together (fewer than four, fewer than eight, or more).
"""

from collections.abc import Mapping
from itertools import pairwise

PIECE = 128
"""Maximum number of a prompt's tokens that a step reads, a multiple of 64, for which attention is fastest."""

WIDEST_GAP = 8
"""See ``idle_between``. Reading one more token costs an eighth of reading the weights once more."""


def next_piece(pending: Mapping[int, int]) -> tuple[int, int] | None:
    """Return the piece of a prompt that a step reads: a sequence, and how many of its ``pending`` tokens.

    The shortest prompt comes first, and only one piece is read, so that short waits stay short and replies go on. The last
    token of each prompt is left to be read with the replies, because the next token is sampled from its result.
    """
    unread = {sequence: count - 1 for sequence, count in pending.items() if count > 1}
    if not unread:
        return None
    sequence = min(unread, key=unread.__getitem__)
    return sequence, min(unread[sequence], PIECE)


def whole_pieces(tokens: int) -> int:
    """Return how many of the first ``tokens`` of a prompt form full pieces, wherever the prompt ends."""
    return tokens - tokens % PIECE


def idle_between(sequences: list[int]) -> list[int]:
    """Return the idle sequences in the narrow gaps between the ordered ``sequences`` of a step.

    llama.cpp reads only adjacent sequences together; for each gap it passes through all weights once more. Letting the idle
    ones in between read a token, which is forgotten immediately, is far cheaper: sixteen of thirty-two took 23 ms, not 86 ms.
    """
    gaps = (range(low + 1, high) for low, high in pairwise(sequences) if high - low - 1 <= WIDEST_GAP)
    return [sequence for gap in gaps for sequence in gap]


def company(sequences: list[int], count: int) -> list[int]:
    """Return neighbours, among ``count`` sequences, for the ordered ones of a step without any: their token would be read
    alone."""
    together = set(sequences)
    lonely = [sequence for sequence in sequences if not together & {sequence - 1, sequence + 1}]
    return [sequence + 1 if sequence + 1 < count else sequence - 1 for sequence in lonely]
