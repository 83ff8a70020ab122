"""The memory that a tuning needs beyond the weights, estimated before it starts.

On the processor the system kills a process that uses too much, so running out cannot be left to an error.
"""

from typing import Any

import psutil

from rolellm.tuning.recipe import Recipe

_WIDTHS = 30
"""Values that a layer keeps of each token for the gradients, in multiples of the hidden size: about 16 of its own width and
four of the feed-forward network's, which is about 3.5 times as wide."""
_COPIES = 3
"""The scores, their copy in single precision, and their gradient."""
_SHARE = 0.9


def fitting_batch(model: Any, recipe: Recipe, longest: int, most_learned: int) -> int:
    """Return the largest batch of the recipe, halved until it fits into the free memory; 0 if not even one sample fits.

    ``longest`` is the number of tokens of the longest example, ``most_learned`` that of its learned ones.
    """
    room = free_bytes(model) * _SHARE
    batch = recipe.batch
    while batch and bytes_needed(model, batch, longest, most_learned) > room:
        batch //= 2
    return batch


def bytes_needed(model: Any, batch: int, longest: int, most_learned: int) -> int:
    """Return the bytes of the activations of ``batch`` samples and of their scores."""
    shape = model.config.get_text_config()
    size = model.dtype.itemsize
    kept = longest * shape.num_hidden_layers * shape.hidden_size * _WIDTHS * size
    scores = most_learned * shape.vocab_size * (size + (_COPIES - 1) * 4)
    return int(batch * (kept + scores))


def free_bytes(model: Any) -> int:
    """Return the free memory of the model's device."""
    if model.device.type != "cuda":
        return int(psutil.virtual_memory().available)
    import torch

    return int(torch.cuda.mem_get_info(model.device)[0])
