"""What a step reads: the policy of the engine, without the engine.

A reply should be the same whoever else is answered meanwhile. The library's arithmetic allows that on a CPU if it is
asked in the right portions, because it rounds differently

- where a single token goes through weights in floating point: so there a token never goes alone;
- where attention is computed for 64 tokens of a sequence and more: so how a prompt is cut into pieces depends on nothing
  but that prompt and what its conversation had in the cache.

A history that lost its slot is read again in other portions than the first time, and may be continued otherwise. And
quantized weights leave a rest: from 257 tokens on, attention for a single token alone; and the k-quants, which round by
how many tokens they read together (fewer than four, fewer than eight, more).
"""

from collections.abc import Iterator, Mapping
from itertools import pairwise

PIECE = 128
"""The most tokens of a prompt that are read at once, a multiple of the 64 for which attention is fastest."""

PROMPT_TOKENS_PER_STEP = PIECE
"""So many prompt tokens at most join a step: replies under way keep flowing while the prompts of others are read."""

WIDEST_GAP = 8
"""See ``idle_between``. Reading a token more costs an eighth of what reading the weights once more does."""


def prompt_pieces(pending: Mapping[int, int]) -> Iterator[tuple[int, int]]:
    """The pieces of prompts that a step reads, as pairs of a sequence and how many of its ``pending`` tokens.

    The shortest prompt comes first, so that nobody with a short one waits behind a long one; a piece that does not fit
    any more waits for the next step. The last token of each is left to be read with the replies under way: what follows
    it is drawn.
    """
    left = PROMPT_TOKENS_PER_STEP
    for sequence, count in sorted(pending.items(), key=lambda item: item[1]):
        piece = min(count - 1, PIECE)
        if 0 < piece <= left:
            yield sequence, piece
            left -= piece


def whole_pieces(tokens: int) -> int:
    """How many of ``tokens`` at the beginning of a prompt are full pieces, wherever the prompt ends."""
    return tokens - tokens % PIECE


def idle_between(sequences: list[int]) -> list[int]:
    """The idle sequences in the narrow gaps between the ordered ``sequences`` of a step.

    llama.cpp reads only neighbouring sequences together; at each gap it goes through all weights once more. Giving the
    idle ones between a token to read, forgotten at once, is far cheaper: sixteen of thirty-two took 23 ms, not 86.
    """
    gaps = (range(low + 1, high) for low, high in pairwise(sequences) if high - low - 1 <= WIDEST_GAP)
    return [sequence for gap in gaps for sequence in gap]


def without_neighbour(sequences: list[int]) -> list[int]:
    """Those of the ``sequences`` of a step that no other is next to: their token would go through the weights alone."""
    together = set(sequences)
    return [sequence for sequence in sequences if not together & {sequence - 1, sequence + 1}]
