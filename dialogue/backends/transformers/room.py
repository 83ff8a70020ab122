"""A cache that grows in place. The library's cache copies all keys and values for each new token."""

from typing import Any

from torch import Tensor
from transformers import Cache
from transformers.cache_utils import DynamicLayer

SPARE_COLUMNS = 64


class RoomyLayer(DynamicLayer):  # type: ignore[misc]  # the library comes without types
    """One layer's keys and values, (rows, heads, columns, size) each, with memory reserved for further columns.

    As in any layer, ``keys`` and ``values`` may be replaced at any time; memory is reserved again with the next column.
    """

    keys: Tensor | None
    values: Tensor | None

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Append new columns and return all columns."""
        if self.keys is None:
            self.keys, self.values = key_states[:, :, :0], value_states[:, :, :0]
            self.dtype, self.device = key_states.dtype, key_states.device
            self.is_initialized = True
        self.keys = _appended(self.keys, key_states)
        self.values = _appended(self.values, value_states)
        return self.keys, self.values


def roomy_cache() -> Any:
    """Return an empty cache for any model that keeps the keys and values of all its tokens."""
    return Cache(layer_class_to_replicate=RoomyLayer)


def _appended(states: Tensor, news: Tensor) -> Tensor:
    """Return ``states`` and ``news`` as one tensor, in the memory of ``states`` if there is room, else in new memory."""
    rows, heads, used, size = states.shape
    columns = used + news.shape[2]
    if _room(states) >= columns:
        states = states.as_strided((rows, heads, columns, size), states.stride())
    else:
        grown = states.new_empty(rows, heads, columns + SPARE_COLUMNS, size)
        grown[:, :, :used] = states
        states = grown[:, :, :columns]
    states[:, :, used:] = news
    return states


def _room(states: Tensor) -> int:
    """Return how many columns fit in the memory of ``states`` if ``_appended`` created it, else 0."""
    rows, heads, _, size = states.shape
    room = states.stride(1) // size
    is_beginning = states.stride() == (heads * room * size, room * size, size, 1) and states.storage_offset() == 0
    is_whole = states.untyped_storage().nbytes() == rows * heads * room * size * states.itemsize
    return room if is_beginning and is_whole else 0
