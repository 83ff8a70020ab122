"""Open a model of models.toml as a guard, or say why it is not one."""

from collections.abc import Callable
from importlib import import_module

from dialogue.backends import registry
from dialogue.backends.base import ChatModel, ModelMisconfigured
from dialogue.backends.chat_template import rendered_text
from dialogue.guards.findings import Guard
from dialogue.guards.llama_guard import LlamaGuard
from dialogue.messages import Message
from dialogue.model_config import GuardTable, ModelSpec

_SAMPLE = (Message("user", "A question."), Message("assistant", "An answer."))
_MARK = "'safe' or 'unsafe'"
"""In the prompt of every Llama Guard."""


def guard_table(spec: ModelSpec) -> GuardTable:
    """Return how the model checks dialogues. Raises ModelMisconfigured if models.toml does not describe it as a guard."""
    if spec.guard is None:
        raise ModelMisconfigured(
            f"Model {spec.name!r} is not a guard. Choose a model with a table [models.NAME.guard] in models.toml, or add one."
        )
    return spec.guard


def check_guard(spec: ModelSpec) -> None:
    """Check, without loading the model, that its chat template asks what a guard is asked. A server's is unknown.

    Raises ModelMisconfigured.
    """
    kind = guard_table(spec).kind
    template = registry.find_template(spec)
    if template is None:
        return
    if _MARK not in rendered_text(template, _SAMPLE):
        raise ModelMisconfigured(
            f"Model {spec.name!r} cannot be a guard with its chat template, which does not ask whether a message is safe. Set "
            f'template = "{kind}" for {spec.name!r} in models.toml, or choose another model.'
        )


def open_guard(spec: ModelSpec, open_model: Callable[[ModelSpec], ChatModel]) -> Guard:
    """Return the guard, whose model ``open_model`` loads. Raises ModelMisconfigured if it is not one or cannot run here."""
    if guard_table(spec).kind == "moderation":
        guard: Guard = import_module("dialogue.guards.moderation").Moderation(spec)
        return guard
    check_guard(spec)
    return LlamaGuard(open_model(spec))
