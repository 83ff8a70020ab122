"""Who takes part in a study, and how they come to it."""

from collection.models.participants import Participant
from collection.models.recruitment import Outcome, Recruitment
from collection.models.releases import Release

__all__ = ["Outcome", "Participant", "Recruitment", "Release"]
