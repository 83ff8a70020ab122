"""Backends by name, loaded when a model first needs one. Importing this module loads none of their libraries."""

from collections.abc import Sequence
from importlib import import_module
from threading import Lock
from types import ModuleType

from dialogue.backends.base import ChatModel, Health, ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, load_template
from dialogue.backends.fitting import Fit, fit
from dialogue.backends.llama_cpp_trial import find_obstacle
from dialogue.backends.own_sampling import OwnSampling, describe, fill
from dialogue.backends.provenance import Provenance
from dialogue.messages import Message, Speaking
from dialogue.model_config import ModelSpec
from dialogue.prompts import AnyPrompts, load_prompts
from dialogue.seeds import SPEAKERS, SpeakerName

BACKENDS = {
    "llama_cpp": "dialogue.backends.llama_cpp",
    "transformers": "dialogue.backends.transformers",
    "openai": "dialogue.backends.openai",
    "scripted": "dialogue.backends.scripted",
}
"""The backends' modules. Each has ``load(spec) -> ChatModel``, and ``examine(spec) -> Health`` and
``provenance(spec) -> Provenance``, which load no weights."""
_RENDERING = ("llama_cpp", "transformers")
"""Backends with ``own_template(spec)``, which returns the model's chat template, or None if it cannot be read, and
``own_sampling(spec)``, which returns its generation settings."""

_MEASURING = ("llama_cpp",)
"""Backends with ``needs_measuring(spec)`` and ``measure(spec)``: they measure a model's speed before they first load it."""

_open: dict[str, ChatModel] = {}
_lock = Lock()


def open_model(spec: ModelSpec) -> ChatModel:
    """Return the loaded model for ``spec``; each process has one, shared by all speakers with the same engine.

    Raises ModelMisconfigured if it cannot run here.
    """
    with _lock:
        if spec.engine not in _open:
            _open[spec.engine] = _backend(spec).load(spec)
        return _open[spec.engine]


def opened_model(spec: ModelSpec) -> ChatModel | None:
    """Return the loaded model for ``spec`` that this process has opened; None if it has not."""
    return _open.get(spec.engine)


def needs_measuring(spec: ModelSpec) -> bool:
    """Return whether opening the model would first measure its speed on this machine, which can take minutes.

    Raises ModelMisconfigured if it cannot run here.
    """
    if spec.backend not in _MEASURING or spec.engine in _open:
        return False
    is_needed: bool = _backend(spec).needs_measuring(spec)
    return is_needed


def measure(spec: ModelSpec) -> None:
    """Measure the model's speed on this machine and note it, without opening it. Raises ModelMisconfigured."""
    _backend(spec).measure(spec)


def load_apart(spec: ModelSpec) -> ChatModel:
    """Return a newly loaded model that no one else uses. The caller must close it. Raises ModelMisconfigured."""
    model: ChatModel = _backend(spec).load(spec)
    return model


def examine(spec: ModelSpec) -> Health:
    """Return whether the model can run here, without loading it."""
    try:
        health: Health = _backend(spec).examine(spec)
        for speaker in SPEAKERS if health.is_ok else ():
            if getattr(spec, speaker):
                fit_speaker(spec, speaker)
    except ModelMisconfigured as error:
        return Health(False, str(error))
    return health


def provenance(spec: ModelSpec) -> Provenance:
    """Return what the model's outputs depend on, apart from its settings. Raises ModelMisconfigured if a package is missing."""
    found: Provenance = _backend(spec).provenance(spec)
    return found


def fit_prompts(spec: ModelSpec, prompts: AnyPrompts) -> Fit:
    """Return how the messages of the prompts reach the model. Raises ModelMisconfigured if a message would be lost."""
    return fit(find_template(spec), spec, prompts)


def fit_speaker(spec: ModelSpec, speaker: SpeakerName) -> Fit:
    """Return the same for the built-in prompts that ``spec`` names for this speaker."""
    return fit_prompts(spec, load_prompts(getattr(spec, speaker).prompts, speaker))


def find_template(spec: ModelSpec) -> ChatTemplate | None:
    """Return the model's chat template; None if it is unknown."""
    if spec.backend not in _RENDERING:
        return None
    if spec.template != "own":
        return ChatTemplate(load_template(spec.template), "<s>", "</s>")
    template: ChatTemplate | None = _backend(spec).own_template(spec)
    return template


def count_prompt(spec: ModelSpec, messages: Sequence[Message], role: Speaking = "assistant") -> int | None:
    """Return the number of tokens of the prompt for ``messages``; None if it is unknown without loading weights.

    Raises ModelMisconfigured if the model's file cannot be read.
    """
    if spec.backend != "llama_cpp":
        return None
    count: int = _backend(spec).count_prompt(spec, messages, role)
    return count


def own_sampling(spec: ModelSpec) -> OwnSampling:
    """Return the generation settings that come with the model; none for a model behind an API or on a hub."""
    if spec.backend not in _RENDERING:
        return OwnSampling()
    found: OwnSampling = _backend(spec).own_sampling(spec)
    return found


def with_own_sampling(spec: ModelSpec) -> ModelSpec:
    """Return the model with the sampling in force: that of models.toml, its own for what is not set there, and defaults."""
    return fill(spec, own_sampling(spec))


def describe_sampling(spec: ModelSpec) -> list[str]:
    """Return the settings of its sampling that are set somewhere, each with its origin."""
    return describe(spec, own_sampling(spec))


async def close_models() -> None:
    """Close every model that this process has opened."""
    with _lock:
        models = list(_open.values())
        _open.clear()
    for model in models:
        await model.close()


def _backend(spec: ModelSpec) -> ModuleType:
    if spec.backend == "llama_cpp" and (obstacle := find_obstacle()):
        raise ModelMisconfigured(f"Model {spec.name!r} cannot run here: {obstacle}")
    try:
        return import_module(BACKENDS[spec.backend])
    except ImportError as error:
        raise ModelMisconfigured(
            f"Model {spec.name!r} needs the package {error.name!r}. Install the requirements of the backend {spec.backend!r}."
        ) from error
