"""A cache that grows in place. The library's own copies every key and value for each new token."""

from typing import Any

from torch import Tensor
from transformers import Cache
from transformers.cache_utils import DynamicLayer

SPARE_COLUMNS = 64


class RoomyLayer(DynamicLayer):  # type: ignore[misc]  # the library comes without types
    """One layer's keys and values, (rows, heads, columns, size) each, with memory for more columns behind them.

    ``keys`` and ``values`` may be replaced at any time, as for any layer; they get their room with the next column.
    """

    keys: Tensor | None
    values: Tensor | None

    def update(self, key_states: Tensor, value_states: Tensor, *args: Any, **kwargs: Any) -> tuple[Tensor, Tensor]:
        """Appends new columns; returns all."""
        if self.keys is None:
            self.keys, self.values = key_states[:, :, :0], value_states[:, :, :0]
            self.dtype, self.device = key_states.dtype, key_states.device
            self.is_initialized = True
        self.keys = _appended(self.keys, key_states)
        self.values = _appended(self.values, value_states)
        return self.keys, self.values


def roomy_cache() -> Any:
    """An empty cache, for any model that keeps the keys and values of all its tokens."""
    return Cache(layer_class_to_replicate=RoomyLayer)


def _appended(states: Tensor, news: Tensor) -> Tensor:
    """``states`` and ``news`` as one tensor: in the memory of ``states`` where there is room, else in new memory."""
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
    """For how many columns there is memory, if ``states`` is the beginning of a tensor made above; 0 if it is not."""
    rows, heads, _, size = states.shape
    room = states.stride(1) // size
    is_beginning = states.stride() == (heads * room * size, room * size, size, 1) and states.storage_offset() == 0
    is_whole = states.untyped_storage().nbytes() == rows * heads * room * size * states.itemsize
    return room if is_beginning and is_whole else 0
