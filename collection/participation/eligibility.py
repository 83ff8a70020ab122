"""Whether a study admits participants: whether it is open, its times, its seats."""

from datetime import datetime
from typing import Literal

from collection.models import Participant, Recruitment
from collection.participation.seats import has_seat_left
from enrolment.external_ids import people_called
from studies.models import Study

Refusal = Literal["closed", "not_yet", "over", "full", "finished"]


def is_running(study: Study) -> bool:
    """Return whether those who have enrolled may continue. A closing time keeps newcomers out, but interrupts nobody."""
    return Recruitment.objects.filter(study=study, is_open=True).exists()


def why_ineligible(recruitment: Recruitment | None, now: datetime, external_id: str = "") -> Refusal | None:
    """Return why a person with this external id cannot enrol now, or None. A study without goals is not ready, whatever its
    recruitment says. A person who has finished cannot begin again."""
    if recruitment is None or not recruitment.is_open or not recruitment.study.goals.exists():
        return "closed"
    if recruitment.opens_at and now < recruitment.opens_at:
        return "not_yet"
    if recruitment.closes_at and now >= recruitment.closes_at:
        return "over"
    people = recruitment.study.participants.all()
    if people_called(people, external_id).filter(state=Participant.State.FINISHED).exists():
        return "finished"
    return None if has_seat_left(recruitment, {}, now, external_id) else "full"
