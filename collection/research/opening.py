"""Opening a study to participants, and closing it."""

from django.db import transaction
from django.utils import timezone

from collection.catalogue import missing_piece, read_catalogue
from collection.models import Recruitment, Study
from collection.participation.goals import leave_dialogues


class NotReady(ValueError):
    """The study cannot be opened; the message is a sentence that says what it lacks."""


def open_study(study: Study) -> None:
    """From now on participants may enrol and chat. Raises NotReady."""
    lacks = what_it_lacks(study)
    if lacks:
        raise NotReady(lacks[0])
    Recruitment.objects.update_or_create(study=study, defaults={"is_open": True})


@transaction.atomic
def close_study(study: Study) -> int:
    """Nobody can enrol or chat any more. Dialogues that are under way end as left; returns how many."""
    recruitment, _ = Recruitment.objects.select_for_update().get_or_create(study=study)
    recruitment.is_open = False
    recruitment.save(update_fields=["is_open"])
    running = study.dialogues.exclude(participant=None).filter(ended_at=None)
    tokens = list(running.values_list("token", flat=True))
    leave_dialogues(running, timezone.now())
    return len(tokens)


def what_it_lacks(study: Study) -> list[str]:
    """Why participants could not do anything in it yet, a sentence for each reason."""
    reasons = [] if study.goals.exists() else ["The study has no goals yet: write some."]
    catalogue = read_catalogue()
    spec = catalogue.models.get(study.chatbot)
    if slips := catalogue.slips(study.chatbot):
        reasons += slips
    elif spec is None or spec.responder is None:
        reasons.append(f"models.toml has no responder {study.chatbot!r}: choose another chatbot, or describe it there.")
    elif problem := missing_piece(spec):
        reasons.append(f"The chatbot {study.chatbot!r} cannot answer. {problem}")
    return reasons
