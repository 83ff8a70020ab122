"""Whether a study takes participants: whether it is open, its times, its places, its quotas."""

from collections.abc import Mapping
from datetime import datetime
from typing import Literal

from django.db.models import Count, QuerySet

from collection.models import Participant, Recruitment, Study
from collection.participation.invitations import participants_called

State = Participant.State
Refusal = Literal["closed", "not_yet", "over", "full", "finished"]
HOLDING = (State.ENROLLED, State.ACTIVE, State.FINISHED)
"""Whoever was screened out, turned away or withdrew holds no place."""


class NotAdmitted(Exception):
    """The study takes nobody now; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def is_running(study: Study) -> bool:
    """Whether those who have enrolled may go on. A closing time keeps newcomers out, but cuts nobody short."""
    return Recruitment.objects.filter(study=study, is_open=True).exists()


def why_not_admitted(recruitment: Recruitment | None, now: datetime, external_id: str = "") -> Refusal | None:
    """Why nobody who is called ``external_id`` can enrol now, if so. A study without goals is not ready, whatever its
    recruitment says. Who has finished does not begin again."""
    if recruitment is None or not recruitment.is_open or not recruitment.study.goals.exists():
        return "closed"
    if recruitment.opens_at and now < recruitment.opens_at:
        return "not_yet"
    if recruitment.closes_at and now >= recruitment.closes_at:
        return "over"
    if participants_called(recruitment.study, external_id).filter(state=State.FINISHED).exists():
        return "finished"
    return None if _has_room(_holders(recruitment), external_id, recruitment.places) else "full"


def free_places(recruitment: Recruitment) -> int | None:
    """How many more may enrol, None for any number."""
    return None if recruitment.places is None else max(0, recruitment.places - count_people(_holders(recruitment)))


def filled_quotas(recruitment: Recruitment) -> dict[str, dict[str, int]]:
    """How many of each place that a quota counts are taken, in the shape of the quotas."""
    return {
        feature: {option: count_people(_answering(recruitment, feature, option)) for option in places}
        for feature, places in recruitment.quotas.items()
    }


def has_quota_left(recruitment: Recruitment, answers: Mapping[str, str], external_id: str = "") -> bool:
    """Whether one more participant with these answers fits every quota."""
    return all(
        _has_room(_answering(recruitment, feature, answer), external_id, recruitment.quotas[feature][answer])
        for feature, answer in answers.items()
        if answer in recruitment.quotas.get(feature, {})
    )


def count_people(rows: QuerySet[Participant]) -> int:
    """Count the places that the rows hold: two browsers with one external id share a place, because a person may change from
    one to another. From the third on each counts, because then the id hardly names one person."""
    named = rows.exclude(external_id="").order_by().values("external_id").annotate(browsers=Count("pk"))
    shared = sum(max(1, browsers - 1) for browsers in named.values_list("browsers", flat=True))
    return rows.filter(external_id="").count() + shared


def _has_room(rows: QuerySet[Participant], external_id: str, places: int | None) -> bool:
    """Tell whether one more of that name fits, beside the rows that hold places."""
    if places is None or (external_id and rows.filter(external_id=external_id).count() == 1):
        return True
    return count_people(rows) < places


def _holders(recruitment: Recruitment) -> QuerySet[Participant]:
    return recruitment.study.participants.filter(state__in=HOLDING)


def _answering(recruitment: Recruitment, feature: str, option: str) -> QuerySet[Participant]:
    people = recruitment.study.participants.filter(state__in=[State.ACTIVE, State.FINISHED])
    return people.filter(**{f"persona__features__{feature}": option})
