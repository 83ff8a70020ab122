"""Find a model's files and load them onto a device."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import torch
from huggingface_hub import snapshot_download
from transformers import MODEL_FOR_CAUSAL_LM_MAPPING, AutoConfig, AutoModelForCausalLM, AutoTokenizer

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.transformers.adapters import adapted, check_adapter
from dialogue.backends.transformers.device import Attention, Device, choose_attention, choose_dtype, find_device
from dialogue.model_config import ModelSpec


@dataclass(frozen=True, slots=True)
class Way:
    """How a model runs here: the device, the number format of the weights, and how attention is computed."""

    device: Device
    dtype: torch.dtype
    attention: Attention

    def describe(self) -> str:
        """Return the way in words."""
        return f"{self.device.name}, {str(self.dtype).removeprefix('torch.')}, attention {self.attention}"


@dataclass(frozen=True, slots=True)
class Loaded:
    """A model on its device, with its tokenizer."""

    model: Any
    tokenizer: Any


def choose_way(spec: ModelSpec, source: str | Path) -> Way:
    """Return how the model will run here. Only its description at ``source`` is read: a folder, or a name at the hub.

    Raises ModelMisconfigured.
    """
    device = find_device(spec)
    dtype = choose_dtype(spec, device)
    try:
        config = AutoConfig.from_pretrained(source, trust_remote_code=False)
        architecture = MODEL_FOR_CAUSAL_LM_MAPPING.get(type(config), None)  # imports the library's code of the model
    except OSError as error:
        raise missing(spec) from error
    except (ValueError, ImportError) as error:
        raise _unloadable(spec, error) from error
    return Way(device, dtype, choose_attention(spec, device, dtype, architecture))


def load_weights(spec: ModelSpec, way: Way) -> Loaded:
    """Load the model that ``spec`` names, without running any code that comes with it. Raises ModelMisconfigured."""
    if spec.threads:
        torch.set_num_threads(spec.threads)
    if spec.adapter:
        check_adapter(spec, spec.adapter, find_folder(spec))
    try:
        tokenizer = AutoTokenizer.from_pretrained(spec.model, trust_remote_code=False)
        model = AutoModelForCausalLM.from_pretrained(
            spec.model,
            dtype=way.dtype,
            device_map=way.device.place,
            attn_implementation=way.attention,
            trust_remote_code=False,
        )
    except OSError as error:
        raise missing(spec) from error
    except (ValueError, ImportError) as error:
        raise _unloadable(spec, error) from error
    except torch.OutOfMemoryError as error:
        raise ModelMisconfigured(
            f"The weights of model {spec.name!r} do not fit into the memory that is free on {way.device.name}. Stop what "
            "else uses it, choose another GPU, or use a smaller model."
        ) from error
    if not tokenizer.is_fast:
        raise ModelMisconfigured(f"Model {spec.name!r} has no tokenizer.json. Choose a model that has one.")
    model = adapted(spec, model, spec.adapter) if spec.adapter else model
    return Loaded(model.eval(), tokenizer)


def end_tokens(loaded: Loaded) -> frozenset[int]:
    """Return the tokens that end an answer; a model may have several."""
    named = loaded.model.generation_config.eos_token_id
    ids = named if isinstance(named, list) else [named]
    return frozenset(token for token in [*ids, loaded.tokenizer.eos_token_id] if token is not None)


def context_size(spec: ModelSpec, loaded: Loaded) -> int:
    """Return the maximum number of tokens in a history: that of ``spec``, but no more than the model supports."""
    return min(spec.context, getattr(loaded.model.config.get_text_config(), "max_position_embeddings", spec.context))


def find_folder(spec: ModelSpec) -> Path:
    """Return the model's folder on this machine, given or downloaded from the hub. Raises ModelMisconfigured."""
    path = Path(spec.model)
    try:
        folder = path if path.is_dir() else Path(snapshot_download(spec.model, local_files_only=True))
    except (OSError, ValueError) as error:  # not downloaded, or not a valid hub name
        raise missing(spec) from error
    if not (folder / "config.json").is_file():
        raise missing(spec)
    return folder


def read_config(folder: Path) -> dict[str, Any]:
    """Return the model's description."""
    config: dict[str, Any] = json.loads((folder / "config.json").read_text("utf-8"))
    return config


def missing(spec: ModelSpec) -> ModelMisconfigured:
    """Return the error for a model without files."""
    return ModelMisconfigured(
        f"Model {spec.name!r} has no files at {spec.model!r}. Give the folder that contains config.json and the weights, "
        "or the name of a model that has been downloaded with `hf download`."
    )


def _unloadable(spec: ModelSpec, error: Exception) -> ModelMisconfigured:
    reason = str(error).strip().partition("\n")[0].rstrip(".")
    return ModelMisconfigured(f"Model {spec.name!r} cannot be loaded by transformers: {reason}.")
