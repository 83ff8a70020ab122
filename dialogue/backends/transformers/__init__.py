"""Models that PyTorch runs, on a GPU or on the CPU, many answers at once.

Importing this package loads neither torch nor transformers: the pages that name a model do without them.
"""

from importlib.util import find_spec

from dialogue.backends.base import ChatModel, Health, ModelMisconfigured
from dialogue.models import ModelSpec


def load(spec: ModelSpec) -> ChatModel:
    """The model that ``spec`` names, on its device. Raises ModelMisconfigured when it cannot run here."""
    _require_packages(spec)
    from dialogue.backends.transformers.engine import Engine
    from dialogue.backends.transformers.model import TransformersModel
    from dialogue.backends.transformers.tokens import ChatTokens, chat_template
    from dialogue.backends.transformers.weights import context_size, end_tokens, fitting_slots, load_weights

    loaded = load_weights(spec)
    tokens = ChatTokens(loaded.tokenizer, chat_template(spec, loaded.tokenizer))
    engine = Engine(loaded.model, name=spec.name, ends=end_tokens(loaded), slots=fitting_slots(spec, loaded))
    return TransformersModel(engine, tokens, name=spec.name, context=context_size(spec, loaded))


def examine(spec: ModelSpec) -> Health:
    """Whether the packages and the files are here and fit the device's memory; opens no file but the description."""
    _require_packages(spec)
    from dialogue.backends.transformers.weights import examine_weights

    return examine_weights(spec)


def _require_packages(spec: ModelSpec) -> None:
    for package in ("torch", "transformers", "accelerate"):
        if find_spec(package) is None:
            raise ModelMisconfigured(
                f"Model {spec.name!r} needs the package {package!r}: install requirements-gpu.txt."
            )
