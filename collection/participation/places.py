"""Places of inactive participants: released for the next person, and taken back on return while there is room.

Every function locks the study's recruitment, so that no place is given twice.
"""

from datetime import datetime, timedelta

from django.db import transaction

from collection.models import Participant, Recruitment, Release
from collection.participation.admission import (
    UNDER_WAY,
    Limit,
    gone,
    has_place_left,
    has_room,
    is_released,
    keeping_places,
    limits_of,
)
from studies.models import Study

PRESENT = timedelta(minutes=2)
"""A participant seen this recently is present: an open chat page is noted every 20 seconds."""


def hold(study: Study) -> Recruitment | None:
    """Lock the study's recruitment until the transaction ends, and return it."""
    held = Recruitment.objects.select_for_update(of=("self",)).select_related("study")
    return held.filter(study=study).first()


@transaction.atomic
def release_place(participant: Participant, researcher: str, now: datetime) -> bool:
    """Release the place of an absent participant. Return False for one who is present, has finished, or holds none."""
    hold(participant.study)
    away = participant.study.participants.filter(pk=participant.pk, state__in=UNDER_WAY, last_seen_at__lt=now - PRESENT)
    found = keeping_places(away).first()
    if found is not None:
        Release.objects.create(participant=found, released_at=now, released_by=researcher)
    return found is not None


@transaction.atomic
def take_back(participant: Participant, now: datetime) -> bool:
    """Give a returning participant a place again. Return False if there is none; nothing they wrote is lost."""
    recruitment = hold(participant.study)
    if recruitment is None or not is_released(participant):
        return recruitment is not None
    answers = participant.persona.features if participant.persona else {}
    if not has_place_left(recruitment, answers, now, participant.external_id):
        return False
    make_room(recruitment, limits_of(recruitment, answers), participant.external_id, now)
    participant.releases.filter(taken_back_at=None).update(taken_back_at=now)
    Participant.objects.filter(pk=participant.pk).update(last_seen_at=now)
    return True


def make_room(recruitment: Recruitment, limits: list[Limit], external_id: str, now: datetime) -> None:
    """Release the places that a newcomer needs under these limits, beginning with the longest inactive participants.

    Call it in the transaction that locks the recruitment, for a person who was found to fit.
    """
    for rows, places in limits:
        while not has_room(keeping_places(rows), external_id, places):
            away = gone(rows, recruitment, now).order_by("last_seen_at", "pk").first()
            assert away is not None, "there is room for them"  # noqa: S101
            Release.objects.create(participant=away, released_at=now)
