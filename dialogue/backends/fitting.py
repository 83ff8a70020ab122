"""Find the settings with which every message of the method reaches a model, by rendering its chat template."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from functools import lru_cache

from dialogue import prompts
from dialogue.backends.base import ModelMisconfigured
from dialogue.backends.chat_template import ChatTemplate, render, rendered_text
from dialogue.backends.self_reply_marks import find_marks
from dialogue.backends.template_environment import TemplateMisfit
from dialogue.messages import Message, Role
from dialogue.model_config import ModelSpec, SpeakerTable
from dialogue.seeds import SpeakerName
from dialogue.shapes import histories
from dialogue.system_text import SystemWay, place_system

_LOSSLESS: tuple[SystemWay, ...] = ("message", "first_user")
"""Placements of the system text, tried in this order. Only a person may decide to leave it out."""
_A_DAY = date(2026, 11, 28)


@dataclass(frozen=True, slots=True)
class Fit:
    """A speaker's settings beyond its prompt set: how the system text reaches the model, and the marks of a self-reply."""

    system: SystemWay
    marks: tuple[str, ...]


def fit(template: ChatTemplate | None, spec: ModelSpec, table: SpeakerTable, speaker: SpeakerName) -> Fit:
    """Return the settings in ``spec``, or else those that its template needs. An API model has only the marks that it names.

    If ``template`` is None, because it is unknown, nothing is checked. Raises ModelMisconfigured if a message of the method
    would be lost.
    """
    marks = () if spec.is_remote else find_marks(template)
    return Fit(_find_system_way(template, spec, table, speaker), marks if spec.marks is None else spec.marks)


@lru_cache(maxsize=256)
def misfit(template: ChatTemplate, speaker: SpeakerName, prompt_set: str, way: SystemWay) -> str:
    """Return the template's fault with some history of ``speaker``, as a phrase without a subject; empty if there is none."""
    try:
        for history in histories(speaker, prompt_set):
            _try(template, place_system(history, way))
    except TemplateMisfit as error:
        return error.what
    return ""


def _find_system_way(
    template: ChatTemplate | None, spec: ModelSpec, table: SpeakerTable, speaker: SpeakerName
) -> SystemWay:
    if spec.system == "none" and speaker == "inquirer" and _has_system(table.prompts):
        raise ModelMisconfigured(
            f'Model {spec.name!r} cannot be the inquirer: system = "none" leaves out its persona, which the prompt set'
            f' {table.prompts!r} gives as system text. Set system = "first_user" for {spec.name!r} in models.toml.'
        )
    if template is None:
        return spec.system or "message"
    for way in (spec.system,) if spec.system else _LOSSLESS:
        if not misfit(template, speaker, table.prompts, way):
            return way
    raise ModelMisconfigured(_refusal(template, spec, table.prompts, speaker))


def _has_system(prompt_set: str) -> bool:
    return any(message.role == "system" for message in prompts.load(prompt_set).templates)


def _refusal(template: ChatTemplate, spec: ModelSpec, prompt_set: str, speaker: SpeakerName) -> str:
    """Return a sentence about the misfit. If the last placement also fails, no value of ``system`` can help."""
    what = misfit(template, speaker, prompt_set, spec.system or _LOSSLESS[-1])
    remedies = [way for way in _LOSSLESS if not misfit(template, speaker, prompt_set, way)]
    alternative = ', or "none" for a chatbot without instructions' if speaker == "responder" else ""
    remedy = (
        f'Set system = "{remedies[0]}" for {spec.name!r} in models.toml{alternative}.'
        if remedies
        else f"If it knows one of the paper's templates, set `template` for {spec.name!r} in models.toml."
        " Otherwise choose another model."
    )
    return f"Model {spec.name!r} cannot be the {speaker}: its chat template {what}. {remedy}"


def _try(template: ChatTemplate, messages: Sequence[Message]) -> None:
    """Check the rendering. Raises TemplateMisfit if a message is lost, changed, or given to the wrong speaker."""
    parts = render(
        template.source,
        messages,
        bos_token=template.bos_token,
        eos_token=template.eos_token,
        control_tokens=(),
        today=_A_DAY,
    )
    said = [Message(message.role, message.content.strip()) for message in messages]
    plain = rendered_text(template, said, _A_DAY)
    if "".join(part.text for part in parts) != plain:
        raise TemplateMisfit("changes what the messages say")
    if _renders_as(template, said, "assistant", plain) and not _renders_as(template, said, "user", plain):
        raise TemplateMisfit("writes the system message as the assistant's words")


def _renders_as(template: ChatTemplate, messages: Sequence[Message], role: Role, text: str) -> bool:
    """Return whether the template renders the same ``text`` if the system messages have that ``role``."""
    changed = [Message(role, each.content) if each.role == "system" else each for each in messages]
    try:
        return changed != list(messages) and rendered_text(template, changed, _A_DAY) == text
    except TemplateMisfit:
        return False
