"""A study's chatbot, as dialogues with participants begin."""

from dataclasses import dataclass
from pathlib import Path
from typing import Any

from dialogue.backends.base import ModelMisconfigured
from dialogue.prompts import NamedPrompts
from studies.language_models.identities import built_in, describe_speaker, find_spec
from studies.models import CharacterSheet, Study
from studies.recorded_roles import ROLE
from studies.roles import RESPONDERS_WAY, PlayedRole, assign_role, with_sample_role


@dataclass(frozen=True, slots=True)
class Chatbot:
    """What identifies a study's chatbot, and the character that it plays; None if it plays none."""

    described: dict[str, Any]
    sheet: CharacterSheet | None = None

    def about(self, goal: str) -> dict[str, Any]:
        """Return what a dialogue about this goal holds of the chatbot, with the pairs of its character."""
        role = role_of(self.sheet, goal)
        return self.described | {ROLE: role.record} if role else self.described


def read_chatbot(models_file: Path, study: Study) -> Chatbot:
    """Return the study's chatbot as it is now. Raises ModelMisconfigured if it cannot answer as described."""
    sheet = find_sheet(study)
    chosen = prompts_with_character(models_file, study.chatbot) if sheet else None
    return Chatbot(describe_speaker(models_file, study.chatbot, "responder", chosen), sheet)


def find_sheet(study: Study) -> CharacterSheet | None:
    """Return the character that the study's chatbot plays; None for none. Raises ModelMisconfigured if the study lacks it."""
    if not study.chatbot_character:
        return None
    found = study.character_sheets.filter(name=study.chatbot_character).first()
    if found is None:
        raise ModelMisconfigured(
            f"Study {study.slug!r} has no character {study.chatbot_character!r} for its chatbot. Choose another one."
        )
    return found


def role_of(sheet: CharacterSheet | None, goal: str) -> PlayedRole | None:
    """Return the role of the chatbot's character in a dialogue about this goal."""
    return assign_role(sheet, RESPONDERS_WAY, goal) if sheet else None


def prompts_with_character(models_file: Path, model: str) -> NamedPrompts:
    """Return the prompt set of a chatbot with all kinds of messages that it reads as a character. Raises ModelMisconfigured."""
    _, table = find_spec(models_file, model, "responder")
    return with_sample_role(built_in(table.prompts, "responder"), RESPONDERS_WAY)
