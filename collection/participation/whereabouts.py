"""Which page is a participant's now."""

from typing import Literal

from collection.models import Participant
from collection.participation.admission import is_released, is_running
from collection.participation.credentials import Visitor

State = Participant.State
Place = Literal["persona-form", "instruction", "chat", "end", "come-back", "closed"]
"""Names of pages; "closed" is none: whoever is under way in a closed study finds that said wherever they go."""


def whereabouts(visitor: Visitor) -> Place:
    """Where the visitor is on their way."""
    participant = visitor.participant
    if participant.state not in (State.ENROLLED, State.ACTIVE):
        return "end"
    if not is_running(participant.study):
        return "closed"
    if is_released(participant):
        return "come-back"
    if participant.state == State.ENROLLED:
        return "persona-form"
    return "chat" if visitor.dialogues.filter(ended_at=None).exists() else "instruction"
