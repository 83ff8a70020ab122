"""The rows of a step in the library's memory layout."""

import ctypes
from typing import Any, NamedTuple

from dialogue.backends.llama_cpp.library import llama


class Row(NamedTuple):
    """One token for the model to read, at a position of a sequence; ``is_last`` requests the logits of the next token."""

    sequence: int
    position: int
    token: int
    is_last: bool


class Batch:
    """Arrays for at most ``most`` rows. Filling whole arrays takes a tenth of the time of filling them row by row."""

    def __init__(self, most: int) -> None:
        self._tokens = (llama.llama_token * most)()
        self._positions = (llama.llama_pos * most)()
        self._sequences = (llama.llama_seq_id * most)()
        self._are_last = (ctypes.c_int8 * most)()
        self._native = self._point_to_arrays(most)

    def fill(self, rows: list[Row]) -> Any:
        """Return the library's batch of the rows, valid until the next call."""
        count = len(rows)
        self._sequences[:count] = [row.sequence for row in rows]
        self._positions[:count] = [row.position for row in rows]
        self._tokens[:count] = [row.token for row in rows]
        self._are_last[:count] = [row.is_last for row in rows]
        self._native.n_tokens = count
        return self._native

    def _point_to_arrays(self, most: int) -> Any:
        pointer = ctypes.POINTER(llama.llama_seq_id)
        size = ctypes.sizeof(llama.llama_seq_id)
        first = ctypes.addressof(self._sequences)
        self._one_each = (ctypes.c_int32 * most)(*[1] * most)
        self._places = (pointer * most)(*(ctypes.cast(first + size * row, pointer) for row in range(most)))
        native = llama.llama_batch()
        native.token, native.pos = self._tokens, self._positions
        native.n_seq_id, native.seq_id, native.logits = self._one_each, self._places, self._are_last
        return native
