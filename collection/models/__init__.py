"""Studies, who takes part in them, and what was said."""

from collection.models.dialogues import ENDINGS, Dialogue, Output, Turn
from collection.models.fields import new_token
from collection.models.personas import Persona
from collection.models.studies import Goal, Study

__all__ = ["ENDINGS", "Dialogue", "Goal", "Output", "Persona", "Study", "Turn", "new_token"]
