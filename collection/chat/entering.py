"""Who may open which socket."""

from collections.abc import Mapping
from dataclasses import dataclass

from collection.chat.watching import note_seen
from collection.participation.credentials import read_cookie
from studies.models import Study


@dataclass(frozen=True, slots=True)
class Admitted:
    """A person and the dialogue of theirs that they look at."""

    dialogue: int
    token: str
    participant: int


def admit(slug: str, token: str, cookies: Mapping[str, str]) -> Admitted | None:
    """The dialogue ``token`` of whom the cookies name; None for anybody whose it is not."""
    study = Study.objects.filter(slug=slug).first()
    visitor = read_cookie(study, cookies) if study else None
    dialogue = visitor.dialogues.filter(token=token).first() if visitor else None
    if visitor is None or dialogue is None:
        return None
    note_seen({visitor.participant.pk})
    return Admitted(dialogue.pk, dialogue.token, visitor.participant.pk)
