"""One GPU for a process, chosen before any library looks for GPUs."""

import os
from collections.abc import Callable, MutableMapping
from importlib.util import find_spec

from dialogue.backends.base import ModelMisconfigured

_VISIBLE = "CUDA_VISIBLE_DEVICES"


def count_gpus() -> int | None:
    """Return the number of GPUs that PyTorch may use here; None if it is not installed, because the number is then unknown."""
    if find_spec("torch") is None:
        return None
    import torch

    return int(torch.cuda.device_count())


def use_only(
    number: int, environment: MutableMapping[str, str] = os.environ, count: Callable[[], int | None] = count_gpus
) -> None:
    """Hide all other GPUs from this process and from those that it starts. Raises ModelMisconfigured if there is no such GPU.

    ``number`` is the one that nvidia-smi shows, or the place in ``CUDA_VISIBLE_DEVICES`` if a cluster has set it. Without this
    check a wrong number would hide every GPU, and the models would run on the processor.
    """
    allowed = [name.strip() for name in environment.get(_VISIBLE, "").split(",") if name.strip()]
    if _VISIBLE in environment and not allowed:
        raise ModelMisconfigured(
            f"There is no GPU {number}: {_VISIBLE} is empty, which hides every GPU. Remove the variable or name GPUs in it."
        )
    if allowed and not 0 <= number < len(allowed):
        raise ModelMisconfigured(
            f"There is no GPU {number}: {_VISIBLE} allows {len(allowed)}, counted from 0. Correct the number."
        )
    # By default the library numbers the fastest GPU first, nvidia-smi by the slot.
    environment.update({"CUDA_DEVICE_ORDER": "PCI_BUS_ID", _VISIBLE: allowed[number] if allowed else str(number)})
    if count() == 0:
        raise ModelMisconfigured(
            f"PyTorch finds no GPU {number} here. Look up the number with nvidia-smi, and install requirements-gpu.txt with a "
            "build of PyTorch for GPUs."
        )
