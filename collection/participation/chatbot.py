"""A study's chatbot, as dialogues with participants begin."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.prompts import NamedPrompts
from rolellm.role_play import UnsuitablePrompts
from studies.chatbots import ChosenChatbot, chatbot_of
from studies.language_models.identities import built_in, describe_speaker, find_spec
from studies.models import CharacterSheet, Condition, Study
from studies.prompt_sets.library import find_prompts
from studies.recorded_roles import ROLE
from studies.roles import RESPONDERS_WAY, PlayedRole, assign_role, with_role, with_sample_role


@dataclass(frozen=True, slots=True)
class Chatbot:
    """What identifies a chatbot, the character that it plays (None for none), and the condition that it belongs to."""

    described: dict[str, Any]
    sheet: CharacterSheet | None = None
    condition: Condition | None = None

    def about(self, goal: str) -> dict[str, Any]:
        """Return what a dialogue about this goal holds of the chatbot, with the pairs of its character."""
        role = role_of(self.sheet, goal)
        return self.described | {ROLE: role.record} if role else self.described


def read_chatbot(models_file: Path, study: Study, condition: Condition | None = None) -> Chatbot:
    """Return the chatbot of the condition, or else the study's, as it is now. Raises ModelMisconfigured if it cannot answer as
    described."""
    chosen = chatbot_of(study, condition)
    sheet = find_sheet(study, chosen.character)
    prompts = prompts_for_any_goal(models_file, chosen)
    described = describe_speaker(models_file, chosen.model, "responder", prompts, chosen.sampling)
    return Chatbot(described, sheet, condition)


def find_sheet(study: Study, character: str) -> CharacterSheet | None:
    """Return the character of this name; None for an empty one. Raises ModelMisconfigured if the study lacks it."""
    if not character:
        return None
    found = study.character_sheets.filter(name=character).first()
    if found is None:
        raise ModelMisconfigured(
            f"Study {study.slug!r} has no character {character!r} for its chatbot. Choose another one."
        )
    return found


def role_of(sheet: CharacterSheet | None, goal: str) -> PlayedRole | None:
    """Return the role of the chatbot's character in a dialogue about this goal."""
    return assign_role(sheet, RESPONDERS_WAY, goal) if sheet else None


def prompts_for(models_file: Path, study: Study, chosen: ChosenChatbot, goal: str) -> NamedPrompts:
    """Return the prompt set with which the chatbot answers about this goal. Raises ModelMisconfigured."""
    named, role = _prompts(models_file, chosen), role_of(find_sheet(study, chosen.character), goal)
    return NamedPrompts(named.reference, with_role(named.prompts, role.role)) if role else named


def prompts_for_any_goal(models_file: Path, chosen: ChosenChatbot) -> NamedPrompts:
    """Return the chatbot's prompt set with all kinds of messages that it reads as a character. Raises ModelMisconfigured."""
    named = _prompts(models_file, chosen)
    try:
        return with_sample_role(named, RESPONDERS_WAY) if chosen.character else named
    except UnsuitablePrompts as error:
        raise ModelMisconfigured(str(error)) from error


def _prompts(models_file: Path, chosen: ChosenChatbot) -> NamedPrompts:
    _, table = find_spec(models_file, chosen.model, "responder")
    try:
        return find_prompts(chosen.prompts, "responder") if chosen.prompts else built_in(table.prompts, "responder")
    except LookupError as error:
        raise ModelMisconfigured(str(error.args[0])) from error
