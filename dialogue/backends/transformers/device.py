"""The device that runs a model: its abilities and memory, and what is chosen because of them."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, Literal

import psutil
import torch
from transformers.utils import is_flash_attn_2_available

from dialogue.backends.base import ModelMisconfigured
from dialogue.model_config import ModelSpec

Attention = Literal["flash_attention_2", "sdpa", "eager"]

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_FLASH_SINCE = (8, 0)
"""The first generation of GPUs (Ampere) for which the package flash-attn has kernels."""


@dataclass(frozen=True, slots=True)
class Device:
    """A GPU or the processor: torch's ``place`` for it, its product name, and its memory in bytes.

    ``lacks_flash`` says why FlashAttention 2 cannot run on it; empty if it can.
    """

    place: str
    product: str
    free: int
    total: int
    has_bfloat16: bool
    lacks_flash: str

    @property
    def is_gpu(self) -> bool:
        return self.place != "cpu"

    @property
    def name(self) -> str:
        """Return the device in words."""
        return f"{self.place} ({self.product})" if self.product else self.place


def find_device(spec: ModelSpec) -> Device:
    """Return the device of ``spec``; "auto" is the first visible GPU if there is one. Raises ModelMisconfigured."""
    has_gpu = torch.cuda.is_available()
    name = ("cuda" if has_gpu else "cpu") if spec.device == "auto" else spec.device
    kind, _, number = name.partition(":")
    if kind == "cpu":
        memory = psutil.virtual_memory()
        return Device("cpu", "", memory.available, memory.total, has_bfloat16=True, lacks_flash="it needs a GPU")
    if kind != "cuda" or not (number or "0").isdecimal() or int(number or 0) >= torch.cuda.device_count():
        raise ModelMisconfigured(
            f"Model {spec.name!r} cannot run on {name!r} here: {_gpus()}. Set `device` to auto, cpu or a GPU that is there."
        )
    return _describe_gpu(int(number or 0))


def choose_dtype(spec: ModelSpec, device: Device) -> torch.dtype:
    """Return the number format of the weights. By default it is fast on the device, and one that the device has.

    Raises ModelMisconfigured.
    """
    if spec.dtype in _DTYPES:
        return _DTYPES[spec.dtype]
    if spec.dtype != "auto":
        raise ModelMisconfigured(
            f"Model {spec.name!r} has no dtype {spec.dtype!r}. Choose from: auto, {', '.join(_DTYPES)}."
        )
    if not device.is_gpu:
        return torch.float32
    return torch.bfloat16 if device.has_bfloat16 else torch.float16


def stored_dtype(config: dict[str, Any]) -> torch.dtype:
    """Return the number format in which a model's files hold its weights."""
    return _DTYPES.get(config.get("dtype") or config.get("torch_dtype") or "float32", torch.float32)


def choose_attention(spec: ModelSpec, device: Device, dtype: torch.dtype, architecture: Any) -> Attention:
    """Return how the model computes attention: by default the first of flash_attention_2, sdpa and eager that works here.

    ``architecture`` is the library's class of the model. Raises ModelMisconfigured if ``spec`` asks for what does not work.
    """
    obstacles = _obstacles(device, dtype, architecture)
    if spec.attention == "auto":
        return next(way for way, obstacle in obstacles.items() if not obstacle)
    if obstacle := obstacles[spec.attention]:
        raise ModelMisconfigured(
            f"Model {spec.name!r} cannot use the attention {spec.attention!r} here: {obstacle}. Remove `attention`."
        )
    return spec.attention


def _obstacles(device: Device, dtype: torch.dtype, architecture: Any) -> dict[Attention, str]:
    """Return what prevents each way of computing attention, the fastest way first; empty if nothing does."""
    unknown = "the library's code for this model lacks it"
    is_half = dtype in (torch.bfloat16, torch.float16)
    number_format = "" if is_half else "it needs the dtype bfloat16 or float16"
    flash = "" if getattr(architecture, "_supports_flash_attn", False) else unknown
    return {
        "flash_attention_2": device.lacks_flash or number_format or flash,
        "sdpa": "" if getattr(architecture, "_supports_sdpa", False) else unknown,
        "eager": "",
    }


def read_gpu_memory(number: int, read: Callable[[int], tuple[int, int]] = torch.cuda.mem_get_info) -> tuple[int, int]:
    """Return the bytes of a GPU that are free, and all its bytes. Raises ModelMisconfigured.

    Reading them occupies some hundred megabytes of the GPU itself, so it fails on one that is full.
    """
    try:
        return read(number)
    except RuntimeError as error:  # torch raises this for a broken device, too
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        if isinstance(error, torch.OutOfMemoryError) or "out of memory" in reason:
            sentence = f"GPU {number} has no free memory. Stop the programs that nvidia-smi shows on it, or choose another GPU."
        else:
            sentence = f"GPU {number} cannot be used ({reason}). Check it with nvidia-smi, or choose another GPU."
        raise ModelMisconfigured(sentence) from error


def _describe_gpu(number: int) -> Device:
    free, total = read_gpu_memory(number)
    with torch.cuda.device(number):
        has_bfloat16 = torch.cuda.is_bf16_supported(including_emulation=False)
    return Device(
        f"cuda:{number}", torch.cuda.get_device_name(number), free, total, has_bfloat16, _lacking_flash(number)
    )


def _lacking_flash(number: int) -> str:
    if torch.cuda.get_device_capability(number) < _FLASH_SINCE:
        return "this GPU is too old for it"
    return "" if is_flash_attn_2_available() else "the package flash-attn is not installed"


def _gpus() -> str:
    count = torch.cuda.device_count()
    return f"PyTorch finds {count or 'no'} GPU{'' if count == 1 else 's'}"
