"""What a dialogue's outputs depend on, apart from the model and its settings. See ``schedule.py`` for the reasons."""

from functools import lru_cache

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.llama_cpp.library import llama
from dialogue.backends.llama_cpp.model_file import FLOATING_POINT, load_weights
from dialogue.backends.provenance import Provenance
from dialogue.model_config import ModelSpec

PACKAGES = ("llama-cpp-python",)
BATCHING = "continuous: all requests in progress share each step, and each history has a slot"


def provenance(spec: ModelSpec) -> Provenance:
    """Return what the outputs depend on, from the type of the weights in the file of ``spec``."""
    if spec.gpu_layers:
        return _depends("On a GPU, arithmetic depends on how many requests share a step.")
    if _file_type(spec) not in map(str, FLOATING_POINT):
        return _depends("With quantized weights, rounding depends on how many requests share a step.")
    if not spec.exact:
        return _depends("With `exact = false`, a token that is read alone is rounded differently.")
    reason = "With floating-point weights on the processor, a dialogue is the same as long as its histories keep their slots."
    return Provenance("exact", reason, BATCHING, PACKAGES)


def _depends(reason: str) -> Provenance:
    return Provenance("same batch only", reason, BATCHING, PACKAGES)


def _file_type(spec: ModelSpec) -> str:
    """Return the type of most weights; empty if it is not stated, or if the file cannot be read, which loading reports."""
    try:
        changed = spec.file.stat().st_mtime_ns if spec.file else 0
        return _read_file_type(spec, changed)
    except (OSError, ModelMisconfigured):
        return ""


@lru_cache(maxsize=32)
def _read_file_type(spec: ModelSpec, _changed: int) -> str:
    model = load_weights(spec, vocab_only=True)
    try:
        buffer = llama.ctypes.create_string_buffer(16)
        length = llama.llama_model_meta_val_str(model, b"general.file_type", buffer, len(buffer))
        return str(buffer.value.decode("ascii", "replace")) if length >= 0 else ""
    finally:
        llama.llama_model_free(model)
