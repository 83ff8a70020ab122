"""Studies, who takes part in them, and what was said."""

from collection.models.dialogues import ENDINGS, Dialogue, Output, Turn
from collection.models.fields import new_token
from collection.models.generations import Generation, Typing
from collection.models.participants import Participant
from collection.models.personas import Persona
from collection.models.recruitment import Outcome, Recruitment
from collection.models.releases import Release
from collection.models.studies import Goal, Study

__all__ = [
    "ENDINGS",
    "Dialogue",
    "Generation",
    "Goal",
    "Outcome",
    "Output",
    "Participant",
    "Persona",
    "Recruitment",
    "Release",
    "Study",
    "Turn",
    "Typing",
    "new_token",
]
