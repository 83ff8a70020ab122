"""Sampling of the next token of each row, with separate settings and random numbers."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from dialogue.backends.base import Sampling

_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Dice:
    """One answer's settings and random numbers, drawn on the CPU so that a seed means the same on every device."""

    sampling: Sampling
    generator: Any

    @classmethod
    def of(cls, sampling: Sampling) -> "Dice":
        return cls(sampling, torch.Generator().manual_seed(sampling.seed))

    def roll(self) -> float:
        """Return the next random number in [0, 1)."""
        return float(torch.rand((), generator=self.generator, dtype=torch.float64))


def draw(logits: Tensor, dice: Sequence[Dice], said: Sequence[Collection[int]]) -> list[int]:
    """Return a token for each row of ``logits`` (rows, vocabulary); ``said`` are the tokens in each row so far.

    Each row is filtered separately and sampled by inverting its distribution in the vocabulary's order, so the other rows
    have no effect on it. The filters are applied in transformers' order. Raises RuntimeError if the scores are not numbers,
    as happens when a small number format overflows.
    """
    rows = [_filtered(row, die.sampling, past) for row, die, past in zip(logits, dice, said, strict=True)]
    sums = torch.stack(rows).softmax(-1).cumsum(-1, dtype=torch.float64)
    if not bool(sums[:, -1].isfinite().all()):
        raise RuntimeError("its scores are not numbers; another `dtype` may help")
    rolls = torch.tensor([[die.roll()] for die in dice], dtype=torch.float64, device=sums.device)
    tokens: list[int] = torch.searchsorted(sums, rolls * sums[:, -1:], right=True).squeeze(-1).tolist()
    return tokens


def _filtered(scores: Tensor, sampling: Sampling, said: Collection[int]) -> Tensor:
    """Return the scores of one row, with minus infinity for tokens that must not be drawn."""
    if sampling.repeat_penalty != 1:
        scores = _penalised(scores, sampling.repeat_penalty, said)
    if sampling.temperature == 0:
        return _best(scores, 1)
    scores = scores / sampling.temperature
    if sampling.top_k:
        scores = _best(scores, sampling.top_k)
    return _likeliest(scores, sampling.top_p) if sampling.top_p < 1 else scores


def _penalised(scores: Tensor, penalty: float, said: Collection[int]) -> Tensor:
    tokens = torch.tensor(sorted(set(said)), device=scores.device)
    chosen = scores[tokens]
    return scores.index_copy(0, tokens, torch.where(chosen < 0, chosen * penalty, chosen / penalty))


def _best(scores: Tensor, count: int) -> Tensor:
    """Keep exactly ``count`` tokens; a threshold would keep more if there are ties."""
    values, tokens = scores.topk(min(count, len(scores)))
    return torch.full_like(scores, _NEVER).index_copy(0, tokens, values)


def _likeliest(scores: Tensor, share: float) -> Tensor:
    """Keep the smallest set of tokens with at least ``share`` of the probability."""
    values, tokens = scores.sort(descending=True)
    chances = values.softmax(-1)
    before = chances.cumsum(-1) - chances
    return torch.full_like(scores, _NEVER).index_copy(0, tokens, values.masked_fill(before >= share, _NEVER))
