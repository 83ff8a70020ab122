"""Examples as padded tensors."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Any

import torch
from torch import Tensor

from rolellm.tuning.examples import Example

IGNORED = -100
"""The label of tokens that are not learned, as torch's cross entropy has it."""


@dataclass(frozen=True, slots=True)
class Batch:
    """Token ids, mask and labels (rows, columns), padded on the right. ``learned`` is the number of columns from the first
    learned token of any row to the end."""

    ids: Tensor
    mask: Tensor
    labels: Tensor
    learned: int


def batches(examples: Sequence[Example], size: int, device: Any) -> Iterator[Batch]:
    """Yield the examples in batches of at most ``size``."""
    for begin in range(0, len(examples), size):
        yield _padded(examples[begin : begin + size], device)


def _padded(examples: Sequence[Example], device: Any) -> Batch:
    columns = max(len(example.ids) for example in examples)
    ids = torch.zeros(len(examples), columns, dtype=torch.long)
    mask, labels = torch.zeros_like(ids), torch.full_like(ids, IGNORED)
    for row, example in enumerate(examples):
        end = len(example.ids)
        ids[row, :end] = torch.tensor(example.ids)
        mask[row, :end] = 1
        labels[row, example.start : end] = ids[row, example.start : end]
    learned = columns - min(example.start for example in examples)
    return Batch(ids.to(device), mask.to(device), labels.to(device), learned)
