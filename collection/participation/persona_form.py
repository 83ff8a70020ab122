"""The persona form: its questions, and the consequences of the answers."""

from datetime import datetime
from itertools import chain, count

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from collection.models import Participant
from collection.participation.assignment import assign_conditions
from collection.participation.eligibility import has_quota_left, is_released, lock_recruitment, make_room, quotas_of
from dialogue.answers import Answers
from studies.models import Persona, Study
from studies.questionnaires import read_features
from studies.questions.pages import QuestionPage
from studies.questions.question import screens_out

State = Participant.State


def read_form(study: Study, request: HttpRequest) -> QuestionPage:
    """Return the persona form of the study, with the answers of a request that posts them."""
    return QuestionPage(read_features(study.questionnaire), request.POST if request.method == "POST" else None)


@transaction.atomic
def answer_form(participant: Participant, answers: Answers, now: datetime | None = None) -> None:
    """Store the answers of a person who has consented: they become active with a persona, or leave the study here.

    The answers of people who are screened out or turned away are not kept. Answers submitted twice count once. The study's
    recruitment is locked, so that no seat of a quota is given twice.
    """
    now = now or timezone.now()
    recruitment = lock_recruitment(participant.study)
    locked = Participant.objects.select_for_update().get(pk=participant.pk)
    if locked.state != State.ENROLLED or recruitment is None or not recruitment.is_open or is_released(locked):
        return
    if is_screened_out(participant.study, answers):
        _end(locked, State.SCREENED_OUT, now)
    elif not has_quota_left(recruitment, answers, now, locked.external_id):
        _end(locked, State.TURNED_AWAY, now)
    else:
        make_room(recruitment, quotas_of(recruitment, answers), locked.external_id, now)
        _activate(locked, answers, now)


def is_screened_out(study: Study, answers: Answers) -> bool:
    """Return whether one of the answers makes a person ineligible for the study."""
    return any(screens_out(question, answers.get(question.key)) for question in read_features(study.questionnaire))


def _activate(locked: Participant, answers: Answers, now: datetime) -> None:
    locked.persona = Persona.objects.create(
        study=locked.study, code=_free_code(locked), source=Persona.Source.PARTICIPANT, features=dict(answers)
    )
    locked.state, locked.last_seen_at = State.ACTIVE, now
    assign_conditions(locked, now)
    locked.save()


def _free_code(participant: Participant) -> str:
    """Return "p-001" for the first person who enrolled, and so on, or "test-001" in a test copy. Codes of people who have
    withdrawn are not reused, because exports may contain them: their rows stay and count. Skip codes that a listed persona
    has."""
    rank = participant.study.participants.filter(pk__lte=participant.pk).count()
    stem = f"{'p' if participant.study.test_of_id is None else 'test'}-{rank:03d}"
    candidates = chain([stem], (f"{stem}-{number}" for number in count(2)))
    return next(one for one in candidates if not participant.study.personas.filter(code=one).exists())


def _end(locked: Participant, state: Participant.State, now: datetime) -> None:
    locked.state, locked.ended_at, locked.last_seen_at = state, now, now
    locked.save(update_fields=["state", "ended_at", "last_seen_at"])
