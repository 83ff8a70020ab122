"""Models run by PyTorch on a GPU or CPU, many answers at once.

Importing this package loads neither torch nor transformers, because pages that name a model must not need them.
"""

from importlib.util import find_spec
from pathlib import Path

from dialogue.backends.base import ChatModel, Health, ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate
from dialogue.backends.fitting import fit
from dialogue.backends.own_sampling import OwnSampling
from dialogue.backends.provenance import Provenance
from dialogue.backends.transformers.folder import read_sampling, read_template
from dialogue.model_config import ModelSpec
from dialogue.prompts import load_prompts
from dialogue.seeds import SPEAKERS


def load(spec: ModelSpec) -> ChatModel:
    """Return the model that ``spec`` names, loaded on its device. Raises ModelMisconfigured if it cannot run here."""
    _require_packages(spec)
    from dialogue.backends.transformers.engine import Engine
    from dialogue.backends.transformers.memory import fitting_slots, require_memory
    from dialogue.backends.transformers.model import TransformersModel
    from dialogue.backends.transformers.tokens import ChatTokens, chat_template
    from dialogue.backends.transformers.weights import choose_way, context_size, end_tokens, load_weights

    way = choose_way(spec, spec.model)
    require_memory(spec, way)
    loaded = load_weights(spec, way)
    tokens = ChatTokens(loaded.tokenizer, chat_template(spec, loaded.tokenizer))
    engine = Engine(loaded.model, name=spec.name, ends=end_tokens(loaded), slots=fitting_slots(spec, loaded, way))
    return TransformersModel(engine, tokens, name=spec.name, context=context_size(spec, loaded), way=way.describe())


def examine(spec: ModelSpec) -> Health:
    """Check that packages and files exist and fit the device's free memory; only the description files are opened.

    Raises ModelMisconfigured also if the template of a model downloaded from the hub would lose a message.
    """
    _require_packages(spec)
    from dialogue.backends.transformers.adapters import check_adapter
    from dialogue.backends.transformers.memory import examine_memory
    from dialogue.backends.transformers.weights import choose_way, find_folder

    folder = find_folder(spec)
    if spec.adapter:
        check_adapter(spec, spec.adapter, folder)
    health = examine_memory(spec, choose_way(spec, folder))
    if spec.template == "own" and own_template(spec) is None:
        _check_downloaded(spec, read_template(folder))
    return health


def _check_downloaded(spec: ModelSpec, template: ChatTemplate | None) -> None:
    """Check the template of a model given by its hub name. Unless models.toml says otherwise, runs record "message" for it, so
    that placement must work."""
    decided = spec.model_copy(update={"system": spec.system or "message"})
    for speaker in SPEAKERS:
        if table := getattr(spec, speaker):
            fit(template, decided, load_prompts(table.prompts, speaker))


def own_template(spec: ModelSpec) -> ChatTemplate | None:
    """Return the template in the model's folder; None for a model given by its hub name.

    Downloads differ between machines and must not affect a run's identity.
    """
    folder = Path(spec.model)
    return read_template(folder) if folder.is_dir() else None


def own_sampling(spec: ModelSpec) -> OwnSampling:
    """Return the sampling in the model's folder; none for a model given by its hub name, as for its template."""
    folder = Path(spec.model)
    return read_sampling(folder) if folder.is_dir() else OwnSampling()


def provenance(spec: ModelSpec) -> Provenance:
    """Return what the outputs depend on."""
    return Provenance(
        "same batch only",
        "Arithmetic depends on which requests share a step; if memory runs out, fewer do.",
        "continuous: all requests in progress share each step, padded to the longest history",
        ("transformers", "torch"),
    )


def _require_packages(spec: ModelSpec) -> None:
    adapters = ("peft",) if spec.adapter else ()
    for package in ("torch", "transformers", "accelerate", *adapters):
        if find_spec(package) is None:
            raise ModelMisconfigured(
                f"Model {spec.name!r} needs the package {package!r}. Install requirements-gpu.txt."
            )
