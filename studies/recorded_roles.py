"""Which characters speak in a dialogue, as it records them.

Apart from roles.py, which depends on prompt sets: analyses read these records, and a change of a prompt must not outdate them.
"""

from collections.abc import Mapping
from typing import Any

from django.db.models import Q

from studies.models import Dialogue

ROLE = "character"
"""The key under which a dialogue's description of a speaker records its role."""


def recorded_role(described: Mapping[str, Any]) -> dict[str, Any]:
    """Return the role that a dialogue's description of a speaker records; {} for none."""
    found = described.get(ROLE)
    return found if isinstance(found, dict) else {}


def plays_character() -> Q:
    """Return whether a character is played by either speaker, for queries about dialogues."""
    return Q(inquirer__has_key=ROLE) | Q(responder__has_key=ROLE)


def named_roles(dialogue: Dialogue) -> dict[str, str]:
    """Return which characters speak in the dialogue, as columns of exports; empty texts where people or mere models speak."""
    asked, answered = recorded_role(dialogue.inquirer), recorded_role(dialogue.responder)
    return {
        "character": asked.get("name", ""),
        "elicitation": asked.get("elicitation", ""),
        "responder_character": answered.get("name", ""),
    }
