"""Find a model's files and load them onto a device."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import psutil
import torch
from huggingface_hub import snapshot_download
from transformers import AutoModelForCausalLM, AutoTokenizer

from dialogue.backends.base import Health, ModelMisconfigured
from dialogue.model_config import ModelSpec

_DTYPES = {"float32": torch.float32, "bfloat16": torch.bfloat16, "float16": torch.float16}
_SHARE_FOR_HISTORIES = {"cuda": 0.8, "cpu": 0.3}
"""Share of the free memory to use after the weights are loaded; on the CPU other programs need memory, too."""
_MOST_SLOTS = 64


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model on its device, with its tokenizer."""

    model: Any
    tokenizer: Any


def load_weights(spec: ModelSpec) -> Loaded:
    """Load the model that ``spec`` names, without running any code that comes with it. Raises ModelMisconfigured."""
    device, dtype = chosen_device(spec), chosen_dtype(spec)
    if spec.threads:
        torch.set_num_threads(spec.threads)
    try:
        tokenizer = AutoTokenizer.from_pretrained(spec.model, trust_remote_code=False)
        # sdpa is the only fast attention that supports padding on every device
        model = AutoModelForCausalLM.from_pretrained(
            spec.model, dtype=dtype, device_map=str(device), attn_implementation="sdpa", trust_remote_code=False
        )
    except OSError as error:
        raise _missing(spec) from error
    except (ValueError, ImportError) as error:
        reason = str(error).strip().partition("\n")[0].rstrip(".")
        raise ModelMisconfigured(f"Model {spec.name!r} cannot be loaded by transformers: {reason}.") from error
    if not tokenizer.is_fast:
        raise ModelMisconfigured(f"Model {spec.name!r} has no tokenizer.json. Choose a model that has one.")
    return Loaded(model.eval(), tokenizer)


def chosen_device(spec: ModelSpec) -> torch.device:
    """Return the device of ``spec``; "auto" is the GPU if there is one. Raises ModelMisconfigured."""
    has_gpu = torch.cuda.is_available()
    name = ("cuda" if has_gpu else "cpu") if spec.device == "auto" else spec.device
    kind, _, number = name.partition(":")
    is_here = kind == "cpu" or (kind == "cuda" and has_gpu and int(number or 0) < torch.cuda.device_count())
    if not is_here:
        raise ModelMisconfigured(
            f"Model {spec.name!r} cannot run on {name!r} here. Set `device` to auto, cpu or cuda:0."
        )
    return torch.device(name)


def chosen_dtype(spec: ModelSpec) -> torch.dtype:
    """Return the number format of the weights; "auto" is fast and safe on the device. Raises ModelMisconfigured."""
    if spec.dtype == "auto":
        return torch.bfloat16 if chosen_device(spec).type == "cuda" else torch.float32
    if spec.dtype not in _DTYPES:
        raise ModelMisconfigured(
            f"Model {spec.name!r} has no dtype {spec.dtype!r}. Choose from: auto, {', '.join(_DTYPES)}."
        )
    return _DTYPES[spec.dtype]


def end_tokens(loaded: Loaded) -> frozenset[int]:
    """Return the tokens that end an answer; a model may have several."""
    named = loaded.model.generation_config.eos_token_id
    ids = named if isinstance(named, list) else [named]
    return frozenset(token for token in [*ids, loaded.tokenizer.eos_token_id] if token is not None)


def context_size(spec: ModelSpec, loaded: Loaded) -> int:
    """Return the maximum number of tokens in a history: that of ``spec``, but no more than the model supports."""
    return min(spec.context, getattr(loaded.model.config.get_text_config(), "max_position_embeddings", spec.context))


def fitting_slots(spec: ModelSpec, loaded: Loaded) -> int:
    """Return how many histories to keep in memory at once."""
    if spec.slots:
        return spec.slots
    device = loaded.model.device
    room = _free_memory(device) * _SHARE_FOR_HISTORIES[device.type]
    shape = loaded.model.config.get_text_config().to_dict()
    history = _token_bytes(shape, loaded.model.dtype) * context_size(spec, loaded)
    return max(1, min(_MOST_SLOTS, int(room / history)))


def examine_weights(spec: ModelSpec) -> Health:
    """Return whether the files exist and fit on the device with one full history per slot (one slot if unset)."""
    device, dtype = chosen_device(spec), chosen_dtype(spec)
    folder = find_folder(spec)
    config = json.loads((folder / "config.json").read_text("utf-8"))
    stored = _DTYPES.get(config.get("dtype") or config.get("torch_dtype") or "float32", torch.float32)
    weights = sum(file.stat().st_size for file in folder.glob("*.safetensors")) * dtype.itemsize // stored.itemsize
    if not weights:
        raise _missing(spec)
    histories = _token_bytes(config.get("text_config", config), dtype) * spec.context * (spec.slots or 1)
    needed, there = weights + histories, _memory(device)
    need, room = f"Model {spec.name!r} needs about {needed / 1e9:.1f}", f"{there / 1e9:.1f} GB"
    if needed > there:
        advice = "Lower `slots` or `context`, or choose a smaller model."
        return Health(False, f"{need} GB, but {device.type} has only {room}. {advice}", needed)
    return Health(True, f"{need} of the {room} of {device.type}.", needed)


def find_folder(spec: ModelSpec) -> Path:
    """Return the model's folder on this machine, given or downloaded from the hub."""
    path = Path(spec.model)
    try:
        folder = path if path.is_dir() else Path(snapshot_download(spec.model, local_files_only=True))
    except (OSError, ValueError) as error:  # not downloaded, or not a valid hub name
        raise _missing(spec) from error
    if not (folder / "config.json").is_file():
        raise _missing(spec)
    return folder


def _missing(spec: ModelSpec) -> ModelMisconfigured:
    return ModelMisconfigured(
        f"Model {spec.name!r} has no files at {spec.model!r}. Give the folder that contains config.json and *.safetensors, "
        "or the name of a model that has been downloaded with `hf download`."
    )


def _token_bytes(shape: dict[str, Any], dtype: torch.dtype) -> int:
    """Return the bytes of one token of a history: a key and a value per layer and head."""
    heads = shape["num_attention_heads"]
    size = shape.get("head_dim") or shape["hidden_size"] // heads
    key_heads = shape.get("num_key_value_heads") or heads
    return int(2 * shape["num_hidden_layers"] * key_heads * size * dtype.itemsize)


def _free_memory(device: torch.device) -> int:
    return int(torch.cuda.mem_get_info(device)[0] if device.type == "cuda" else psutil.virtual_memory().available)


def _memory(device: torch.device) -> int:
    return int(torch.cuda.mem_get_info(device)[1] if device.type == "cuda" else psutil.virtual_memory().total)
