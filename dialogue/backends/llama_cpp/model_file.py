"""Metadata in a GGUF file, read without loading the weights."""

import re
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from threading import Lock

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, load_template
from dialogue.backends.llama_cpp.library import attempt, llama
from dialogue.backends.llama_cpp.vocabulary import Vocabulary
from dialogue.backends.own_sampling import OwnSampling, accept
from dialogue.model_config import ModelSpec

_MAGIC = b"GGUF"
FLOATING_POINT = (0, 1, 32)
"""Types of a file whose weights are in F32, F16 or BF16 (llama_ftype, and ``general.file_type`` in the file)."""
_HALF = 2  # bytes of an f16 number, the format of keys and values
_reading = Lock()  # a large vocabulary takes a second and 100 MB, so simultaneous callers wait for the first
_SAMPLING = {"temperature": "temp", "top_p": "top_p", "top_k": "top_k", "repeat_penalty": "penalty_repeat"}
"""Our settings, and the keys below ``general.sampling`` that hold them."""
_SHARD = re.compile(r"-00001-of-(\d{5})\.gguf$")


@dataclass(frozen=True, slots=True)
class ModelFacts:
    """A model's sizes. ``weights`` and ``cache_per_token`` are in bytes; ``context`` is the length that it was trained for."""

    weights: int
    cache_per_token: int
    width: int
    vocabulary: int
    context: int


def read_facts(spec: ModelSpec) -> ModelFacts:
    """Read the file of ``spec``. Raises ModelMisconfigured if the file, its template or its context cannot be used."""
    path = checked_file(spec)
    # Even so, the library checks the positions of the weights against the file's size, which reveals a truncated download.
    model = load_weights(spec, vocab_only=True)
    try:
        facts = _facts(model, path)
        chat_template(model, spec)
    finally:
        llama.llama_model_free(model)
    _check_context(spec, facts)
    return facts


def load_weights(spec: ModelSpec, *, repack: bool = True, vocab_only: bool = False) -> int:
    """Return the library's handle of the model, which the caller must free. Raises ModelMisconfigured."""
    parameters = llama.llama_model_default_params()
    parameters.use_extra_bufts = repack
    parameters.n_gpu_layers, parameters.vocab_only = spec.gpu_layers, vocab_only
    model, complaint = attempt(llama.llama_model_load_from_file, str(spec.file).encode(), parameters)
    if not model:
        raise ModelMisconfigured(
            f"Model {spec.name!r}: {spec.file} cannot be loaded ({complaint})."
            " Download it again, or use a file that this version of llama.cpp supports."
        )
    return int(model)


def chat_template(model: int, spec: ModelSpec) -> str:
    """Return the template that ``spec`` names. Raises ModelMisconfigured if there is none."""
    if spec.template != "own":
        return load_template(spec.template)
    source = llama.llama_model_chat_template(model, None)
    if not source:
        raise ModelMisconfigured(
            f"Model {spec.name!r}: {spec.file} contains no chat template. Set template to one of the paper's."
        )
    return str(source.decode("utf-8"))


def own_template(spec: ModelSpec) -> ChatTemplate | None:
    """Return the template in the model's file; None if the file cannot be read, which loading and examining report."""
    try:
        changed = checked_file(spec).stat()
        with _reading:
            return _read_template(spec, changed.st_size, changed.st_mtime_ns)
    except (OSError, ModelMisconfigured):
        return None


@lru_cache(maxsize=32)
def _read_template(spec: ModelSpec, _size: int, _changed: int) -> ChatTemplate:
    model = load_weights(spec, vocab_only=True)
    try:
        vocabulary = Vocabulary(model)
        return vocabulary.template(chat_template(model, spec))
    finally:
        llama.llama_model_free(model)


def own_sampling(spec: ModelSpec) -> OwnSampling:
    """Return the sampling in the file's metadata; none if the file cannot be read, which loading and examining report."""
    try:
        changed = checked_file(spec).stat()
        with _reading:
            return _read_sampling(spec, changed.st_size, changed.st_mtime_ns)
    except (OSError, ModelMisconfigured):
        return OwnSampling()


@lru_cache(maxsize=32)
def _read_sampling(spec: ModelSpec, _size: int, _changed: int) -> OwnSampling:
    model = load_weights(spec, vocab_only=True)
    try:
        found = {name: _number(_text(model, f"general.sampling.{key}")) for name, key in _SAMPLING.items()}
    finally:
        llama.llama_model_free(model)
    return accept(found, "the model's file")


def _number(text: str) -> float | int | None:
    """Return the number that the library gives as text; None for a key that the file lacks."""
    try:
        return int(text) if text.isdecimal() else round(float(text), 6)  # the file holds single precision
    except ValueError:
        return None


def checked_file(spec: ModelSpec) -> Path:
    """Return the path of the file. Raises ModelMisconfigured if it is not a GGUF file."""
    path = spec.file
    if path is None or not path.is_file():
        raise ModelMisconfigured(f"Model {spec.name!r}: {path} does not exist. {spec.how_to_get_file}")
    with path.open("rb") as file:
        if file.read(len(_MAGIC)) != _MAGIC:
            raise ModelMisconfigured(f"Model {spec.name!r}: {path} is not a GGUF file. Convert it or choose another.")
    return path


def _check_context(spec: ModelSpec, facts: ModelFacts) -> None:
    if spec.context > facts.context:
        raise ModelMisconfigured(
            f"Model {spec.name!r} was trained for a context of {facts.context} tokens, not {spec.context}."
            f" Set context to {facts.context} or less."
        )


def _facts(model: int, path: Path) -> ModelFacts:
    architecture = _text(model, "general.architecture")

    def number(key: str, default: int) -> int:
        return _largest(_text(model, f"{architecture}.{key}"), default)

    width, heads = number("embedding_length", 0), number("attention.head_count", 1)
    key = number("attention.key_length", width // heads)
    value = number("attention.value_length", width // heads)
    per_layer = number("attention.head_count_kv", heads) * (key + value) * _HALF
    return ModelFacts(
        weights=sum(part.stat().st_size for part in _parts(path)),
        cache_per_token=number("block_count", 0) * per_layer,
        width=width,
        vocabulary=llama.llama_vocab_n_tokens(llama.llama_model_get_vocab(model)),
        context=number("context_length", 0),
    )


def _text(model: int, key: str) -> str:
    buffer = llama.ctypes.create_string_buffer(4096)
    length = llama.llama_model_meta_val_str(model, key.encode(), buffer, len(buffer))
    return str(buffer.value.decode("utf-8", "replace")) if length >= 0 else ""


def _largest(text: str, default: int) -> int:
    """Return the largest number in ``text``, because some models have one for each layer."""
    return max(map(int, re.findall(r"\d+", text)), default=default)


def _parts(path: Path) -> list[Path]:
    """Return all files of a model that is split into several."""
    shard = _SHARD.search(path.name)
    if shard is None:
        return [path]
    return sorted(path.parent.glob(_SHARD.sub(rf"-*-of-{shard[1]}.gguf", path.name)))
