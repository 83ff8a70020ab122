"""Participants and recruitment. Scripts outside the project also find the tables of ``studies`` here."""

from collection.models.participants import Participant
from collection.models.recruitment import Outcome, Recruitment
from collection.models.releases import Release
from studies.models import Dialogue, Generation, Goal, Output, Persona, Study, Turn, Typing

__all__ = [
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
]
