"""Histories on the device: keys and values of several rows in one tensor per layer, padded on the left.

All rows end in the last column, so one more column serves every row's next token. A row's padding is the columns before
its ``start``; no other column is ever empty, so distances between columns are distances between tokens.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor
from torch.nn.functional import pad

from dialogue.backends.transformers.room import roomy_cache

PREFILL_COLUMNS = 512
"""Number of columns in which a prompt is read at once, which bounds the memory for reading."""


@dataclass(frozen=True, slots=True)
class History:
    """One row's tokens, with their keys and values in each layer (heads, tokens, size)."""

    ids: list[int]
    layers: list[tuple[Tensor, Tensor]]

    def shared(self, prompt: Sequence[int]) -> int:
        """Return how many of the first tokens of ``prompt`` need not be read again. The last one must always be read."""
        limit = min(len(self.ids), len(prompt) - 1)
        return next((index for index in range(limit) if self.ids[index] != prompt[index]), limit)


class Batch:
    """Rows that advance together, one token at a time."""

    def __init__(self, model: Any) -> None:
        self._model = model
        self._cache = roomy_cache()
        self._starts = torch.zeros(0, dtype=torch.long, device=model.device)

    @property
    def columns(self) -> int:
        columns: int = self._cache.get_seq_length()
        return columns

    def read(self, prompts: Sequence[Sequence[int]], pasts: Sequence[History | None]) -> Tensor:
        """Fill this empty batch with ``prompts`` and return the logits (rows, vocabulary) of the next tokens.

        Every row reads as many tokens as the row with most to read. A row with less to read forgets the end of its history:
        reading that again costs no more than padding, and leaves no gap between old and new columns.
        """
        known = [past.shared(prompt) if past else 0 for prompt, past in zip(prompts, pasts, strict=True)]
        news = max(len(prompt) - count for prompt, count in zip(prompts, known, strict=True))
        kept = [max(0, len(prompt) - news) for prompt in prompts]
        self._remember(pasts, kept)
        total = max(kept) + news
        self._starts = torch.tensor([total - len(prompt) for prompt in prompts], device=self._model.device)
        rows = [[0] * (news - len(prompt)) + list(prompt[-news:]) for prompt in prompts]
        pieces = torch.tensor(rows, device=self._model.device).split(PREFILL_COLUMNS, dim=1)
        return [self._forward(piece) for piece in pieces][-1]

    def advance(self, tokens: Sequence[int]) -> Tensor:
        """Read one token per row. Return the logits of the next tokens."""
        return self._forward(torch.tensor(tokens, device=self._model.device).unsqueeze(1))

    def join(self, other: "Batch") -> None:
        """Append the rows of ``other``, which cannot be used afterwards."""
        if not len(self._starts):
            self._cache, self._starts = other._cache, other._starts
            return
        columns = max(self.columns, other.columns)
        shifts = columns - self.columns, columns - other.columns
        for mine, theirs in zip(self._cache.layers, other._cache.layers, strict=True):
            mine.keys = torch.cat([_widened(mine.keys, shifts[0]), _widened(theirs.keys, shifts[1])])
            mine.values = torch.cat([_widened(mine.values, shifts[0]), _widened(theirs.values, shifts[1])])
        self._starts = torch.cat([self._starts + shifts[0], other._starts + shifts[1]])

    def keep(self, rows: Sequence[int]) -> None:
        """Drop all other rows, and the columns that only they needed."""
        if not rows:
            self._cache, self._starts = roomy_cache(), self._starts[:0]
            return
        chosen = torch.tensor(rows, device=self._model.device)
        starts = self._starts[chosen]
        spare = int(starts.min())
        for layer in self._cache.layers:
            layer.keys, layer.values = layer.keys[chosen, :, spare:], layer.values[chosen, :, spare:]
        self._starts = starts - spare

    def history(self, row: int, ids: Sequence[int]) -> History:
        """Return a copy of the history of ``row``, whose tokens are ``ids``; the newest may not have been read yet."""
        start = int(self._starts[row])
        layers = [
            (layer.keys[row, :, start:].clone(), layer.values[row, :, start:].clone()) for layer in self._cache.layers
        ]
        return History(list(ids[: self.columns - start]), layers)

    def _remember(self, pasts: Sequence[History | None], kept: Sequence[int]) -> None:
        if not any(kept):
            return
        layers = max((past.layers for past in pasts if past), key=len)
        for index, (keys, values) in enumerate(layers):
            stacked = [self._stack(kind, pasts, kept, index, like) for kind, like in enumerate((keys, values))]
            self._cache.update(*stacked, index)

    def _stack(
        self, kind: int, pasts: Sequence[History | None], kept: Sequence[int], layer: int, like: Tensor
    ) -> Tensor:
        """Return the keys (kind 0) or values (1) of the pasts in one layer, aligned on the right."""
        heads, _, size = like.shape
        stacked = like.new_zeros(len(kept), heads, max(kept), size)
        for row, (past, count) in enumerate(zip(pasts, kept, strict=True)):
            if past and count:
                stacked[row, :, -count:] = past.layers[layer][kind][:, :count]
        return stacked

    def _forward(self, ids: Tensor) -> Tensor:
        places = torch.arange(self.columns + ids.shape[1], device=ids.device) - self._starts[:, None]
        output = self._model(
            input_ids=ids,
            attention_mask=(places >= 0).long(),
            position_ids=places[:, -ids.shape[1] :].clamp(min=0),
            past_key_values=self._cache,
            use_cache=True,
            logits_to_keep=1,
        )
        return output.logits[:, -1].float()


def _widened(states: Tensor, columns: int) -> Tensor:
    return pad(states, (0, 0, columns, 0))
