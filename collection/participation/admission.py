"""Whether a study takes participants: whether it is open, its times, its places, its quotas."""

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Literal

from django.db.models import Count, Exists, OuterRef, QuerySet

from collection.models import Participant, Recruitment, Release
from collection.participation.invitations import participants_called
from studies.models import Dialogue, Study

State = Participant.State
Refusal = Literal["closed", "not_yet", "over", "full", "finished"]
UNDER_WAY = (State.ENROLLED, State.ACTIVE)
HOLDING = (*UNDER_WAY, State.FINISHED)
"""States that hold no place: screened out, turned away or withdrawn."""
Limit = tuple[QuerySet[Participant], int | None]
"""Who competes for how many places."""


class NotAdmitted(Exception):
    """The study takes nobody now; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def is_running(study: Study) -> bool:
    """Whether those who have enrolled may go on. A closing time keeps newcomers out, but cuts nobody short."""
    return Recruitment.objects.filter(study=study, is_open=True).exists()


def why_not_admitted(recruitment: Recruitment | None, now: datetime, external_id: str = "") -> Refusal | None:
    """Return why a person with this ``external_id`` cannot enrol now, or None. A study without goals is not ready, whatever
    its recruitment says. A person who has finished cannot begin again."""
    if recruitment is None or not recruitment.is_open or not recruitment.study.goals.exists():
        return "closed"
    if recruitment.opens_at and now < recruitment.opens_at:
        return "not_yet"
    if recruitment.closes_at and now >= recruitment.closes_at:
        return "over"
    if participants_called(recruitment.study, external_id).filter(state=State.FINISHED).exists():
        return "finished"
    return None if has_place_left(recruitment, {}, now, external_id) else "full"


def free_places(recruitment: Recruitment, now: datetime) -> int | None:
    """Return how many more may enrol; None for no limit."""
    if recruitment.places is None:
        return None
    return max(0, recruitment.places - count_people(_standing(_holders(recruitment), recruitment, now)))


def filled_quotas(recruitment: Recruitment, now: datetime) -> dict[str, dict[str, int]]:
    """How many of each place that a quota counts are taken, in the shape of the quotas."""
    return {
        feature: {
            option: count_people(_standing(_answering(recruitment, feature, option), recruitment, now))
            for option in places
        }
        for feature, places in recruitment.quotas.items()
    }


def has_quota_left(recruitment: Recruitment, answers: Mapping[str, str], now: datetime, external_id: str = "") -> bool:
    """Whether one more participant with these answers fits every quota."""
    return _fits(quotas_of(recruitment, answers), recruitment, now, external_id)


def has_place_left(recruitment: Recruitment, answers: Mapping[str, str], now: datetime, external_id: str = "") -> bool:
    """Return whether one more participant with these answers fits the places and every quota."""
    return _fits(limits_of(recruitment, answers), recruitment, now, external_id)


def limits_of(recruitment: Recruitment, answers: Mapping[str, str]) -> list[Limit]:
    """Yield the limits for a participant with these answers: all places, then each quota."""
    return [(_holders(recruitment), recruitment.places), *quotas_of(recruitment, answers)]


def quotas_of(recruitment: Recruitment, answers: Mapping[str, str]) -> list[Limit]:
    """Return the quotas for a participant with these answers."""
    return [
        (_answering(recruitment, feature, answer), recruitment.quotas[feature][answer])
        for feature, answer in answers.items()
        if answer in recruitment.quotas.get(feature, {})
    ]


def count_people(rows: QuerySet[Participant]) -> int:
    """Count the places that the rows hold. Two browsers with one external id share a place, because a person may change
    browsers. From the third on each counts, because the id is then unlikely to identify one person."""
    named = rows.exclude(external_id="").order_by().values("external_id").annotate(browsers=Count("pk"))
    shared = sum(max(1, browsers - 1) for browsers in named.values_list("browsers", flat=True))
    return rows.filter(external_id="").count() + shared


def has_room(rows: QuerySet[Participant], external_id: str, places: int | None) -> bool:
    """Return whether one more with that external id fits, besides the rows that hold places."""
    if places is None or (external_id and rows.filter(external_id=external_id).count() == 1):
        return True
    return count_people(rows) < places


def is_released(participant: Participant) -> bool:
    """Return whether the participant's place was released: they need a place again to continue."""
    return Release.objects.filter(participant=participant, taken_back_at=None).exists()


def has_lost_place(dialogue: Dialogue) -> bool:
    """Return whether the place of the dialogue's participant was released."""
    return Release.objects.filter(participant__persona=dialogue.persona_id, taken_back_at=None).exists()


def keeping_places(rows: QuerySet[Participant]) -> QuerySet[Participant]:
    """Select the rows whose places have not been released."""
    return rows.filter(~Exists(Release.objects.filter(participant=OuterRef("pk"), taken_back_at=None)))


def gone(rows: QuerySet[Participant], recruitment: Recruitment, now: datetime) -> QuerySet[Participant]:
    """Select the rows that still hold a place, but were inactive so long that the study may release it."""
    if recruitment.released_after_hours is None:
        return rows.none()
    seen_before = now - timedelta(hours=recruitment.released_after_hours)
    return keeping_places(rows).filter(state__in=UNDER_WAY, last_seen_at__lt=seen_before)


def _standing(rows: QuerySet[Participant], recruitment: Recruitment, now: datetime) -> QuerySet[Participant]:
    """Select the rows whose places are not available to a newcomer."""
    return keeping_places(rows).exclude(pk__in=gone(rows, recruitment, now).values("pk"))


def _fits(limits: list[Limit], recruitment: Recruitment, now: datetime, external_id: str) -> bool:
    bounded = [(rows, places) for rows, places in limits if places is not None]
    return all(has_room(_standing(rows, recruitment, now), external_id, places) for rows, places in bounded)


def _holders(recruitment: Recruitment) -> QuerySet[Participant]:
    return recruitment.study.participants.filter(state__in=HOLDING)


def _answering(recruitment: Recruitment, feature: str, option: str) -> QuerySet[Participant]:
    people = recruitment.study.participants.filter(state__in=[State.ACTIVE, State.FINISHED])
    return people.filter(**{f"persona__features__{feature}": option})
