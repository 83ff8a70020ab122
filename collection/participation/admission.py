"""Whether a study takes participants: whether it is open, its times, its places, its quotas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from django.db.models import QuerySet

from collection.models import Participant, Recruitment, Study

State = Participant.State
Refusal = Literal["closed", "not_yet", "over", "full"]


class NotAdmitted(Exception):
    """The study takes nobody now; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def is_running(study: Study) -> bool:
    """Whether those who have enrolled may go on. A closing time keeps newcomers out, but cuts nobody short."""
    return Recruitment.objects.filter(study=study, is_open=True).exists()


def why_not_admitted(recruitment: Recruitment | None, now: datetime) -> Refusal | None:
    """Why nobody can enrol now, if so. A study without goals is not ready, whatever its recruitment says."""
    if recruitment is None or not recruitment.is_open or not recruitment.study.goals.exists():
        return "closed"
    if recruitment.opens_at and now < recruitment.opens_at:
        return "not_yet"
    if recruitment.closes_at and now >= recruitment.closes_at:
        return "over"
    return "full" if free_places(recruitment) == 0 else None


def free_places(recruitment: Recruitment) -> int | None:
    """How many more may enrol, None for any number. Whoever was screened out, turned away or withdrew holds no place."""
    if recruitment.places is None:
        return None
    held = recruitment.study.participants.filter(state__in=[State.ENROLLED, State.ACTIVE, State.FINISHED])
    return max(0, recruitment.places - held.count())


def filled_quotas(recruitment: Recruitment) -> dict[str, dict[str, int]]:
    """How many of each place that a quota counts are taken, in the shape of the quotas."""
    return {
        feature: {option: _answering(recruitment, feature, option).count() for option in places}
        for feature, places in recruitment.quotas.items()
    }


def has_quota_left(recruitment: Recruitment, answers: Mapping[str, str]) -> bool:
    """Whether one more participant with these answers fits every quota."""
    return all(
        _answering(recruitment, feature, answer).count() < recruitment.quotas[feature][answer]
        for feature, answer in answers.items()
        if answer in recruitment.quotas.get(feature, {})
    )


def _answering(recruitment: Recruitment, feature: str, option: str) -> QuerySet[Participant]:
    people = recruitment.study.participants.filter(state__in=[State.ACTIVE, State.FINISHED])
    return people.filter(**{f"persona__features__{feature}": option})
