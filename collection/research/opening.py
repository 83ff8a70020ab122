"""Opening a study to participants, and closing it."""

from datetime import datetime

from django.conf import settings
from django.db import transaction
from django.utils import timezone

from collection.models import Recruitment
from collection.participation.chatbot import find_sheet, prompts_with_character, role_of
from collection.participation.goals import leave_dialogues
from dialogue.backends import registry
from dialogue.backends.base import ModelMisconfigured
from studies.language_models.catalogue import missing_piece, read_catalogue
from studies.language_models.identities import find_spec
from studies.language_models.trial import BeingMeasured, NoAnswer, ask_responder
from studies.models import Dialogue, Study


class NotReady(ValueError):
    """The study cannot be opened; the message gives the reason in a sentence."""


def open_study(study: Study, patience: float | None = None) -> None:
    """Let participants enrol and chat once the chatbot has answered the first goal. Raises NotReady without changing anything.

    Opening takes as long as the chatbot needs to answer, but less than a minute, or ``patience`` seconds. Without ``patience``
    it does not wait for a measurement of the chatbot's speed on this machine, which goes on in the background.
    """
    lacks = what_it_lacks(study)
    if lacks:
        raise NotReady(lacks[0])
    try:
        goal = study.goals.all()[0].text
        played = role_of(find_sheet(study), goal)
        ask_responder(study.chatbot, goal, patience, played.role if played else None)
    except BeingMeasured as reason:
        raise NotReady(f"The study is not open yet. {reason}") from reason
    except NoAnswer as reason:
        raise NotReady(
            f"The study was not opened because its chatbot {study.chatbot!r} did not answer a test message. {reason}"
        ) from reason
    _open(study, timezone.now())


@transaction.atomic
def _open(study: Study, now: datetime) -> None:
    now_stored = Study.objects.select_for_update().get(pk=study.pk)
    if (now_stored.chatbot, now_stored.chatbot_character) != (study.chatbot, study.chatbot_character):
        raise NotReady("The study was not opened because its chatbot was changed during the test. Open it again.")
    Recruitment.objects.update_or_create(study=study, defaults={"is_open": True, "chatbot_answered_at": now})


@transaction.atomic
def close_study(study: Study) -> int:
    """Close the study, so that no one can enrol or chat. End dialogues in progress as left, and return their number."""
    recruitment, _ = Recruitment.objects.select_for_update().get_or_create(study=study)
    recruitment.is_open = False
    recruitment.save(update_fields=["is_open"])
    running = study.dialogues.filter(kind=Dialogue.Kind.NATURAL, ended_at=None)
    tokens = list(running.values_list("token", flat=True))
    leave_dialogues(running, timezone.now())
    return len(tokens)


def what_it_lacks(study: Study) -> list[str]:
    """Return why participants cannot chat in the study yet, one sentence per reason."""
    reasons = [] if study.goals.exists() else ["The study has no goals yet. Add at least one."]
    catalogue = read_catalogue()
    spec = catalogue.models.get(study.chatbot)
    if slips := catalogue.slips(study.chatbot):
        reasons += slips
    elif spec is None or spec.responder is None:
        reasons.append(f"models.toml has no responder {study.chatbot!r}. Choose another chatbot, or add it there.")
    elif problem := missing_piece(spec) or _what_does_not_fit(study):
        reasons.append(f"The chatbot {study.chatbot!r} cannot answer. {problem}")
    return reasons


def _what_does_not_fit(study: Study) -> str:
    """Return a sentence that says why some message of the method would not reach the chatbot; empty if all would."""
    try:
        spec, _ = find_spec(settings.MODELS_FILE, study.chatbot, "responder")
        registry.fit_speaker(spec, "responder")
        if find_sheet(study):
            registry.fit_prompts(spec, prompts_with_character(settings.MODELS_FILE, study.chatbot).prompts)
    except ModelMisconfigured as error:
        return str(error)
    return ""
