"""Find the settings with which every message of the method reaches a model, by rendering its chat template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, render, rendered_text
from dialogue.backends.self_reply_marks import find_marks
from dialogue.backends.template_environment import TemplateMisfit
from dialogue.messages import Message, Role, Speaking
from dialogue.model_config import ModelSpec
from dialogue.prompts import AnyPrompts, PromptSet
from dialogue.shapes import histories
from dialogue.system_text import SystemWay, place_system

_LOSSLESS: tuple[SystemWay, ...] = ("message", "first_user")
"""Placements of the system text, tried in this order. Only a person may decide to leave it out."""
_FOLLOW_SCHEMAS = ("llama_cpp", "openai", "scripted")
"""Backends that enforce a JSON schema."""
_A_DAY = date(2026, 11, 28)


@dataclass(frozen=True, slots=True)
class Fit:
    """A speaker's settings beyond its prompt set: how the system text reaches the model, and the marks of a self-reply."""

    system: SystemWay
    marks: tuple[str, ...]


def fit(template: ChatTemplate | None, spec: ModelSpec, prompts: AnyPrompts) -> Fit:
    """Return the settings in the prompt set or ``spec``, or else those that the template needs. An API model has only the marks
    that it names.

    If ``template`` is None, because it is unknown, no message is checked. Raises ModelMisconfigured if a message of the method
    would be lost, or if the backend cannot do what the prompt set asks for.
    """
    if isinstance(prompts, PromptSet):
        _check_backend(spec, prompts)
    marks = () if spec.is_remote else find_marks(template)
    return Fit(_find_system_way(template, spec, prompts), marks if spec.marks is None else spec.marks)


@lru_cache(maxsize=256)
def misfit(template: ChatTemplate, prompts: AnyPrompts, way: SystemWay) -> str:
    """Return the template's fault with some history of the prompts, as a phrase without a subject; empty if there is none."""
    try:
        for history in histories(prompts):
            _try(template, place_system(history, way), speaking_role(prompts))
    except TemplateMisfit as error:
        return error.what
    return ""


def speaking_role(prompts: AnyPrompts) -> Speaking:
    """Return whose turn of the chat template the model writes."""
    return prompts.speaks_as if isinstance(prompts, PromptSet) else "assistant"


def _check_backend(spec: ModelSpec, prompts: PromptSet) -> None:
    """Raise ModelMisconfigured if the backend cannot do what the prompt set asks for."""
    if prompts.schema_text and spec.backend not in _FOLLOW_SCHEMAS:
        raise ModelMisconfigured(
            f"Model {spec.name!r} cannot be the inquirer: the prompt set reads JSON, and the backend {spec.backend!r} cannot"
            " enforce its schema. Choose another prompt set, or run the model with llama_cpp or behind an API."
        )
    if spec.is_remote and (prompts.speaks_as == "user" or prompts.stop.rule == "own"):
        what = "writes the user's messages" if prompts.speaks_as == "user" else "ends with a control token"
        raise ModelMisconfigured(
            f"Model {spec.name!r} cannot be the inquirer: the prompt set needs a model that {what}, which no API offers."
            " Choose another prompt set, or run the model with llama_cpp or transformers."
        )


def _find_system_way(template: ChatTemplate | None, spec: ModelSpec, prompts: AnyPrompts) -> SystemWay:
    wanted = _wanted_way(spec, prompts)
    if wanted == "none" and prompts.needs_system:
        raise ModelMisconfigured(
            f'Model {spec.name!r} cannot be the {prompts.speaker}: system = "none" leaves out its persona, which the prompt set'
            f' gives as system text. Set system = "first_user" for {spec.name!r} in models.toml.'
        )
    if template is None:
        return wanted or "message"
    for way in (wanted,) if wanted else _LOSSLESS:
        if not misfit(template, prompts, way):
            return way
    raise ModelMisconfigured(_refusal(template, spec, prompts))


def _wanted_way(spec: ModelSpec, prompts: AnyPrompts) -> SystemWay | None:
    return (prompts.system if isinstance(prompts, PromptSet) else None) or spec.system


def _refusal(template: ChatTemplate, spec: ModelSpec, prompts: AnyPrompts) -> str:
    """Return a sentence about the misfit. If the last placement also fails, no value of ``system`` can help."""
    speaker = prompts.speaker
    what = misfit(template, prompts, _wanted_way(spec, prompts) or _LOSSLESS[-1])
    remedies = [way for way in _LOSSLESS if not misfit(template, prompts, way)]
    alternative = ', or "none" for a chatbot without instructions' if speaker == "responder" else ""
    remedy = (
        f'Set system = "{remedies[0]}" for {spec.name!r} in models.toml{alternative}.'
        if remedies
        else f"If it knows one of the paper's templates, set `template` for {spec.name!r} in models.toml."
        " Otherwise choose another model."
    )
    return f"Model {spec.name!r} cannot be the {speaker}: its chat template {what}. {remedy}"


def _try(template: ChatTemplate, messages: Sequence[Message], role: Speaking) -> None:
    """Check the rendering. Raises TemplateMisfit if a message is lost, changed, or given to the wrong speaker."""
    parts = render(template, messages, control_tokens=(), today=_A_DAY, role=role)
    said = [Message(message.role, message.content.strip()) for message in messages]
    plain = rendered_text(template, said, _A_DAY, role)
    if "".join(part.text for part in parts) != plain:
        raise TemplateMisfit("changes what the messages say")
    if _renders_as(template, said, "assistant", plain, role) and not _renders_as(template, said, "user", plain, role):
        raise TemplateMisfit("writes the system message as the assistant's words")


def _renders_as(template: ChatTemplate, messages: Sequence[Message], role: Role, text: str, speaking: Speaking) -> bool:
    """Return whether the template renders the same ``text`` if the system messages have that ``role``."""
    changed = [Message(role, each.content) if each.role == "system" else each for each in messages]
    try:
        return changed != list(messages) and rendered_text(template, changed, _A_DAY, speaking) == text
    except TemplateMisfit:
        return False
