"""Becoming a participant: consenting, coming back, answering the persona form.

All of it holds the study's recruitment, one person at a time, so that no place is given twice.
"""

import random
import secrets
from collections.abc import Mapping
from datetime import datetime
from itertools import chain, count

from django.db import transaction
from django.db.models import F
from django.utils import timezone

from collection.models import Participant
from collection.participation.admission import (
    NotAdmitted,
    has_quota_left,
    is_released,
    limits_of,
    quotas_of,
    why_not_admitted,
)
from collection.participation.agreements import offer_agreement
from collection.participation.credentials import Visitor
from collection.participation.goals import goals_behind
from collection.participation.invitations import Invitation, participants_called
from collection.participation.places import hold, make_room
from collection.participation.terms import Agreement
from studies.models import Persona, Study
from studies.questionnaires import read_features
from studies.services import freeze_study

State = Participant.State
NOBODY = Invitation()


@transaction.atomic
def enrol(
    study: Study, invitation: Invitation = NOBODY, agreement: Agreement | None = None, now: datetime | None = None
) -> Visitor:
    """Enrol a person who has consented. The same consent form sent again gives the same participant. Raises NotAdmitted.

    An external id proves nothing, so a browser that brings a known one begins a separate participation, with its own consent
    and answers, at the next goal. What another browser has under way does not change.
    """
    agreement, now = agreement or offer_agreement(study), now or timezone.now()
    recruitment = hold(study)
    if sender := study.participants.filter(token=agreement.token).first():
        return Visitor(sender)
    if reason := why_not_admitted(recruitment, now, invitation.external_id):
        raise NotAdmitted(reason)
    assert recruitment is not None, "without it the study is closed"  # noqa: S101
    make_room(recruitment, limits_of(recruitment, {}), invitation.external_id, now)
    freeze_study(study)
    return Visitor(_new_participant(study, invitation, agreement, now))


@transaction.atomic
def answer_form(participant: Participant, answers: Mapping[str, str], now: datetime | None = None) -> None:
    """Takes the answers of somebody who has consented: they become active with a persona, or their way ends here.

    Nothing is kept of the answers of those who are screened out or turned away. Answers that come twice count once.
    """
    now = now or timezone.now()
    recruitment = hold(participant.study)
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


def is_screened_out(study: Study, answers: Mapping[str, str]) -> bool:
    """Whether one of the answers is of those that the study is not meant for."""
    return any(answers.get(feature.key) in feature.screened_out for feature in read_features(study.questionnaire))


def order_goals(study: Study, seed: int | None) -> list[int]:
    """The numbers of the study's goals: as given, or shuffled the way this seed does."""
    numbers = list(study.goals.order_by("number").values_list("number", flat=True))
    if seed is not None:
        random.Random(seed).shuffle(numbers)
    return numbers


def note_refused_return(study: Study, invitation: Invitation) -> None:
    """Count, for the researcher, a browser that came with the external id of a participant who has finished."""
    finished = participants_called(study, invitation.external_id).filter(state=State.FINISHED).first()
    if finished is not None:
        Participant.objects.filter(pk=finished.pk).update(refused_returns=F("refused_returns") + 1)


def _new_participant(study: Study, invitation: Invitation, agreement: Agreement, now: datetime) -> Participant:
    seed, order = _goals_for(study, invitation)
    return Participant.objects.create(
        token=agreement.token,
        study=study,
        external_id=invitation.external_id,
        parameters=dict(invitation.parameters),
        consented_at=now,
        consent_version=agreement.version,
        consent_provider=agreement.provider,
        order_seed=seed,
        goal_order=order,
        last_seen_at=now,
    )


def _goals_for(study: Study, invitation: Invitation) -> tuple[int | None, list[int]]:
    """Return the seed and the goals of a newcomer, in order, without those that are complete under their external id.

    At least one goal is left, because the completion code is for work."""
    earlier = list(participants_called(study, invitation.external_id))
    is_shuffled = study.goal_order == Study.GoalOrder.SHUFFLED
    seed = (earlier[0].order_seed if earlier else secrets.randbelow(2**31)) if is_shuffled else None
    order = order_goals(study, seed)
    behind = {number for participant in earlier for number in goals_behind(participant)}
    return seed, [number for number in order if number not in behind] or order[-1:]


def _activate(locked: Participant, answers: Mapping[str, str], now: datetime) -> None:
    locked.persona = Persona.objects.create(
        study=locked.study, code=_free_code(locked), source=Persona.Source.PARTICIPANT, features=dict(answers)
    )
    locked.state, locked.last_seen_at = State.ACTIVE, now
    locked.save(update_fields=["persona", "state", "last_seen_at"])


def _free_code(participant: Participant) -> str:
    """ "p-001" for the first who enrolled, and so on. Nobody gets the code of somebody who has withdrawn, because exports may
    hold it: their row stays, and counts. A listed persona may have such a code too."""
    rank = participant.study.participants.filter(pk__lte=participant.pk).count()
    candidates = chain([f"p-{rank:03d}"], (f"p-{rank:03d}-{number}" for number in count(2)))
    return next(one for one in candidates if not participant.study.personas.filter(code=one).exists())


def _end(locked: Participant, state: Participant.State, now: datetime) -> None:
    locked.state, locked.ended_at, locked.last_seen_at = state, now, now
    locked.save(update_fields=["state", "ended_at", "last_seen_at"])
