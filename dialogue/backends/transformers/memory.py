"""The memory that a model needs on its device, and the number of histories that fit."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch

from dialogue.backends.base import Health, ModelMisconfigured
from dialogue.backends.transformers.device import Device, find_device, stored_dtype
from dialogue.backends.transformers.weights import Loaded, Way, context_size, find_folder, missing, read_config
from dialogue.model_config import ModelSpec

_SHARE_OF_GPU = 0.8
"""Share of the memory that is free after the weights are loaded, to be used for histories."""
_SHARE_OF_PROCESSOR = 0.3
"""The same share without a GPU: the processor's memory serves other programs, too."""
_MOST_SLOTS = 64
_GIGABYTE = 1e9


@dataclass(frozen=True, slots=True)
class Need:
    """The bytes of the weights and of one history, and the number of ``histories`` to hold."""

    weights: int
    history: int
    histories: int

    @property
    def bytes(self) -> int:
        return self.weights + self.history * self.histories

    @property
    def remedy(self) -> str:
        """Return which settings make the histories smaller."""
        return "lower `slots` or `context`" if self.histories > 1 else "lower `context`"


def fitting_slots(spec: ModelSpec, loaded: Loaded, way: Way) -> int:
    """Return how many histories to keep in memory at once."""
    if spec.slots:
        return spec.slots
    room = find_device(spec).free * (_SHARE_OF_GPU if way.device.is_gpu else _SHARE_OF_PROCESSOR)
    shape = loaded.model.config.get_text_config().to_dict()
    history = _token_bytes(shape, loaded.model.dtype) * context_size(spec, loaded)
    return max(1, min(_MOST_SLOTS, int(room / history)))


def examine_memory(spec: ModelSpec, way: Way) -> Health:
    """Return whether the files and a history for each slot fit into the memory that is free on the device.

    Without ``slots`` one history must fit. Raises ModelMisconfigured if there are no files.
    """
    return _compare(spec, way, spec.slots or 1)


def _compare(spec: ModelSpec, way: Way, histories: int) -> Health:
    needed, device = _need(spec, way.dtype, histories), way.device
    need = f"Model {spec.name!r} needs about {_gigabytes(needed.bytes)} GB"
    if obstacle := _obstacle(spec, needed, device):
        return Health(False, f"{need}, but {obstacle}", needed.bytes)
    return Health(True, f"{need} of the {_gigabytes(device.free)} GB that are free. {way.describe()}.", needed.bytes)


def require_memory(spec: ModelSpec, way: Way) -> None:
    """Refuse a model that does not fit before its weights are read, which takes minutes. Raises ModelMisconfigured.

    One history must fit, whatever ``slots`` says: histories are rarely full, and the engine lowers the number if they are.
    Nothing is known yet about a model that the library is going to download.
    """
    try:
        find_folder(spec)
    except ModelMisconfigured:
        return
    health = _compare(spec, way, 1)
    if not health.is_ok:
        raise ModelMisconfigured(health.sentence)


def _need(spec: ModelSpec, dtype: torch.dtype, histories: int) -> Need:
    folder = find_folder(spec)
    config = read_config(folder)
    weights = _stored_bytes(folder) * dtype.itemsize // stored_dtype(config).itemsize
    if not weights:
        raise missing(spec)
    shape = config.get("text_config", config)
    context = min(spec.context, shape.get("max_position_embeddings") or spec.context)
    return Need(weights, _token_bytes(shape, dtype) * context, histories)


def _stored_bytes(folder: Path) -> int:
    """Return the size of the weights, of which some folders hold a second copy in another format."""
    for pattern in ("model*.safetensors", "*.safetensors", "pytorch_model*.bin"):
        if size := sum(file.stat().st_size for file in folder.glob(pattern)):
            return size
    return 0


def _obstacle(spec: ModelSpec, need: Need, device: Device) -> str:
    """Return why the model does not fit and what to do, in words; empty if it fits."""
    if need.bytes > device.total:
        lower = need.remedy.capitalize() if need.weights < device.total else "Set `dtype` to a smaller format"
        several = ", or divide it among several GPUs with vLLM" if device.is_gpu else ""
        return f"{device.name} has only {_gigabytes(device.total)} GB. {lower}, choose a smaller model{several}."
    if need.bytes > device.free:
        another = "choose another GPU, " if device.is_gpu else ""
        return (
            f"only {_gigabytes(device.free)} of the {_gigabytes(device.total)} GB of {device.name} are free. Stop what else "
            f"uses its memory, {another}or {need.remedy}."
        )
    return ""


def _token_bytes(shape: dict[str, Any], dtype: torch.dtype) -> int:
    """Return the bytes of one token of a history: a key and a value per layer and head."""
    heads = shape["num_attention_heads"]
    size = shape.get("head_dim") or shape["hidden_size"] // heads
    key_heads = shape.get("num_key_value_heads") or heads
    return int(2 * shape["num_hidden_layers"] * key_heads * size * dtype.itemsize)


def _gigabytes(size: int) -> str:
    return f"{size / _GIGABYTE:.1f}"
