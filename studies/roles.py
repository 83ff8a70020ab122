"""Characters as speakers of single dialogues."""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from dialogue.prompts import AnyPrompts, NamedPrompts, PromptSet
from rolellm.elicitation import ELICITATIONS, Elicitation
from rolellm.role_play import Role, UnsuitablePrompts, as_role, as_role_responder, retrieve, sample_role
from studies.models import CharacterSheet

ELICITATION_CHOICES: dict[Elicitation, str] = {
    "zero-shot": "zero-shot: the description only",
    "few-shot": "few-shot: five pairs in the last message",
    "dialogue": "dialogue: five pairs as if they had been said (RoleGPT)",
}
"""The elicitations as forms offer them."""
RESPONDERS_WAY: Elicitation = "dialogue"
"""RoleGPT proper. A run's elicitation is that of its inquirer."""


@dataclass(frozen=True, slots=True)
class PlayedRole:
    """The role of a character in one dialogue, and what the dialogue records of it."""

    role: Role
    record: dict[str, Any]


def assign_role(sheet: CharacterSheet, way: Elicitation, goal: str) -> PlayedRole:
    """Retrieve the pairs for a dialogue about ``goal``. Its record names them by their positions in the sheet, best first."""
    role, _ = retrieve(sheet.character, way, sheet.demonstrations, goal)
    positions = [pair.diag_id for pair in role.pairs]
    return PlayedRole(role, {"name": sheet.name, "sheet": sheet.digest, "elicitation": way, "pairs": positions})


def recall_role(sheet: CharacterSheet, record: Mapping[str, Any]) -> PlayedRole | None:
    """Return the role that a dialogue records, so that it keeps its pairs whenever it continues; None if the record is of
    another sheet, as an imported one may be."""
    pairs = sheet.demonstrations
    way = next((way for way in ELICITATIONS if way == record.get("elicitation")), None)
    positions = record.get("pairs")
    if way is None or record.get("sheet") != sheet.digest or not isinstance(positions, list):
        return None
    if not all(isinstance(position, int) and 0 <= position < len(pairs) for position in positions):
        return None
    return PlayedRole(Role(sheet.character, way, tuple(pairs[position] for position in positions)), dict(record))


def with_role(prompts: AnyPrompts, role: Role) -> AnyPrompts:
    """Return the prompt set with the character as its speaker. Raises UnsuitablePrompts."""
    return as_role(prompts, role) if isinstance(prompts, PromptSet) else as_role_responder(prompts, role)


def with_sample_role(named: NamedPrompts, way: Elicitation) -> NamedPrompts:
    """Return the prompt set with a synthetic character, which shows whether a model's template passes on every message.

    Raises UnsuitablePrompts, a sentence that names the prompt set.
    """
    try:
        return NamedPrompts(named.reference, with_role(named.prompts, sample_role(way)))
    except UnsuitablePrompts as error:
        raise UnsuitablePrompts(
            f"No character can play with the prompt set {named.reference!r}: {error}. Choose another one."
        ) from error
