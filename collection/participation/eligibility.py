"""Eligibility of participants: whether the study is open, its times, its seats and the seats of its quotas.

Inactive participants can lose their seat, and get one back on return if any is free. Every function that gives, releases or
takes back a seat locks the study's recruitment, so that no seat is given twice.
"""

from datetime import datetime, timedelta
from typing import Literal

from django.db import transaction
from django.db.models import Count, Exists, OuterRef, QuerySet
from django.db.models.fields.json import KeyTransform

from collection.models import Participant, Recruitment, Release
from dialogue.answers import Answers, chosen_options
from enrolment.external_ids import people_called
from studies.audit import Verb, record
from studies.models import Dialogue, Study
from studies.questionnaires import read_features
from studies.questions.question import Kind

State = Participant.State
UNDER_WAY = (State.ENROLLED, State.ACTIVE)
HOLDING = (*UNDER_WAY, State.FINISHED)
"""States that hold a seat; the others are screened out, turned away and withdrawn."""
Limit = tuple[QuerySet[Participant], int | None]
"""The rows that compete for a limited number of seats."""
Refusal = Literal["closed", "not_yet", "over", "full", "finished"]


def is_running(study: Study) -> bool:
    """Return whether enrolled participants may continue. A closing time excludes newcomers but interrupts no one."""
    return Recruitment.objects.filter(study=study, is_open=True).exists()


def why_ineligible(recruitment: Recruitment | None, now: datetime, external_id: str = "") -> Refusal | None:
    """Return why a person with this external ID cannot enrol now, or None. A study without goals is never ready. A person who
    has finished cannot enrol again."""
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


def free_seats(recruitment: Recruitment, now: datetime) -> int | None:
    """Return how many more people may enrol; None if there is no limit."""
    if recruitment.seats is None:
        return None
    return max(0, recruitment.seats - count_people(_unavailable(_holders(recruitment), recruitment, now)))


def filled_quotas(recruitment: Recruitment, now: datetime) -> dict[str, dict[str, int]]:
    """Return the number of taken seats of each quota, structured like the quotas."""
    return {
        feature: {
            option: count_people(_unavailable(_answering(recruitment, feature, option), recruitment, now))
            for option in seats
        }
        for feature, seats in recruitment.quotas.items()
    }


def has_quota_left(recruitment: Recruitment, answers: Answers, now: datetime, external_id: str = "") -> bool:
    """Return whether one more participant with these answers fits every quota."""
    return _fits(quotas_of(recruitment, answers), recruitment, now, external_id)


def has_seat_left(recruitment: Recruitment, answers: Answers, now: datetime, external_id: str = "") -> bool:
    """Return whether one more participant with these answers fits the seats and every quota."""
    return _fits(limits_of(recruitment, answers), recruitment, now, external_id)


def limits_of(recruitment: Recruitment, answers: Answers) -> list[Limit]:
    """Return the limits for a participant with these answers: all seats, then each quota."""
    return [(_holders(recruitment), recruitment.seats), *quotas_of(recruitment, answers)]


def quotas_of(recruitment: Recruitment, answers: Answers) -> list[Limit]:
    """Return the quotas for a participant with these answers."""
    return [
        (_answering(recruitment, feature, option), recruitment.quotas[feature][option])
        for feature, answer in answers.items()
        for option in chosen_options(answer)
        if option in recruitment.quotas.get(feature, {})
    ]


def count_people(rows: QuerySet[Participant]) -> int:
    """Return the number of seats that the rows hold. Two browsers with the same external ID share a seat, because a person may
    change browsers. Each further browser counts, because the ID is then unlikely to identify one person."""
    named = rows.exclude(external_id="").order_by().values("external_id").annotate(browsers=Count("pk"))
    shared = sum(max(1, browsers - 1) for browsers in named.values_list("browsers", flat=True))
    return rows.filter(external_id="").count() + shared


def has_room(rows: QuerySet[Participant], external_id: str, seats: int | None) -> bool:
    """Return whether one more person with that external ID fits, given the rows that hold seats."""
    if seats is None or (external_id and rows.filter(external_id=external_id).count() == 1):
        return True
    return count_people(rows) < seats


def is_released(participant: Participant) -> bool:
    """Return whether the participant's seat was released, so that they need another to continue."""
    return Release.objects.filter(participant=participant, taken_back_at=None).exists()


def has_lost_seat(dialogue: Dialogue) -> bool:
    """Return whether the seat of the dialogue's participant was released."""
    return Release.objects.filter(participant__persona=dialogue.persona_id, taken_back_at=None).exists()


def keeping_seats(rows: QuerySet[Participant]) -> QuerySet[Participant]:
    """Select the rows whose seats have not been released."""
    return rows.filter(~Exists(Release.objects.filter(participant=OuterRef("pk"), taken_back_at=None)))


def inactive(rows: QuerySet[Participant], recruitment: Recruitment, now: datetime) -> QuerySet[Participant]:
    """Select the rows that hold a seat but have been inactive so long that the study may release it."""
    if recruitment.released_after_hours is None:
        return rows.none()
    seen_before = now - timedelta(hours=recruitment.released_after_hours)
    return keeping_seats(rows).filter(state__in=UNDER_WAY, last_seen_at__lt=seen_before)


def _unavailable(rows: QuerySet[Participant], recruitment: Recruitment, now: datetime) -> QuerySet[Participant]:
    """Select the rows whose seats are not available to a newcomer."""
    return keeping_seats(rows).exclude(pk__in=inactive(rows, recruitment, now).values("pk"))


def _fits(limits: list[Limit], recruitment: Recruitment, now: datetime, external_id: str) -> bool:
    bounded = [(rows, seats) for rows, seats in limits if seats is not None]
    return all(has_room(_unavailable(rows, recruitment, now), external_id, seats) for rows, seats in bounded)


def _holders(recruitment: Recruitment) -> QuerySet[Participant]:
    return recruitment.study.participants.filter(state__in=HOLDING)


def _answering(recruitment: Recruitment, feature: str, option: str) -> QuerySet[Participant]:
    """Select the participants with this answer, chosen alone or among several."""
    people = recruitment.study.participants.filter(state__in=[State.ACTIVE, State.FINISHED])
    people = people.annotate(answer=KeyTransform(feature, "persona__features"))
    several = (one.key for one in read_features(recruitment.study.questionnaire) if one.kind == Kind.MULTIPLE)
    if feature not in several:
        return people.filter(answer=option)
    # Databases differ in what they can look up in a list.
    answers = people.values_list("pk", "answer")
    return people.filter(pk__in=[pk for pk, answer in answers if option in chosen_options(answer)])


PRESENT = timedelta(minutes=2)
"""A participant seen this recently counts as present; an open chat page is recorded every 20 seconds."""


def lock_recruitment(study: Study) -> Recruitment | None:
    """Lock the study's recruitment until the transaction ends, and return it."""
    held = Recruitment.objects.select_for_update(of=("self",)).select_related("study")
    return held.filter(study=study).first()


@transaction.atomic
def release_seat(participant: Participant, researcher: str, now: datetime) -> bool:
    """Release the seat of an absent participant. Return False for one who is present, has finished, or holds none."""
    lock_recruitment(participant.study)
    away = participant.study.participants.filter(pk=participant.pk, state__in=UNDER_WAY, last_seen_at__lt=now - PRESENT)
    found = keeping_seats(away).first()
    if found is not None:
        Release.objects.create(participant=found, released_at=now, released_by=researcher)
        record(found.study, Verb.RELEASED, "a participant's seat")
    return found is not None


@transaction.atomic
def take_back(participant: Participant, now: datetime) -> bool:
    """Give a returning participant a seat. Return False if none is free; nothing they wrote is lost."""
    recruitment = lock_recruitment(participant.study)
    if recruitment is None or not is_released(participant):
        return recruitment is not None
    answers = participant.persona.features if participant.persona else {}
    if not has_seat_left(recruitment, answers, now, participant.external_id):
        return False
    make_room(recruitment, limits_of(recruitment, answers), participant.external_id, now)
    participant.releases.filter(taken_back_at=None).update(taken_back_at=now)
    Participant.objects.filter(pk=participant.pk).update(last_seen_at=now)
    return True


def make_room(recruitment: Recruitment, limits: list[Limit], external_id: str, now: datetime) -> None:
    """Release the seats that a newcomer needs under these limits, beginning with the longest inactive participants.

    Call it in the transaction that locks the recruitment, for a person who has been found to fit.
    """
    for rows, seats in limits:
        while not has_room(keeping_seats(rows), external_id, seats):
            away = inactive(rows, recruitment, now).order_by("last_seen_at", "pk").first()
            assert away is not None, "there is room for them"  # noqa: S101
            Release.objects.create(participant=away, released_at=now)
