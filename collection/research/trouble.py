"""A failing chatbot: since when, for how many participants, and the backend's error."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Max, QuerySet

from collection.models import Recruitment
from studies.models import Generation, Study

State = Generation.State
_STUDY, _CONDITION = "turn__dialogue__study", "turn__dialogue__condition"


@dataclass(frozen=True, slots=True)
class Trouble:
    """The chatbot of a study has not answered ``since`` its first failure; ``reason`` is the latest error."""

    since: datetime
    people: int
    reason: str


def read_trouble(study: Study) -> Trouble | None:
    """Return the trouble of a chatbot of the study, or None if each answered its latest message or the test message at
    opening. Each condition has its own, so that one that answers does not hide another that fails."""
    tries = Generation.objects.filter(**{_STUDY: study}, ended_at__isnull=False)
    conditions = tries.exclude(reason="").order_by(_CONDITION).values_list(_CONDITION, flat=True).distinct()
    found = (_trouble_in(study, tries.filter(**{_CONDITION: one})) for one in conditions)
    return next((trouble for trouble in found if trouble), None)


def _trouble_in(study: Study, tries: QuerySet[Generation]) -> Trouble | None:
    failed = tries.exclude(reason="").order_by("ended_at")
    latest = failed.last()
    if latest is None or tries.filter(state=State.COMPLETE, ended_at__gt=latest.ended_at).exists():
        return None
    since = [moment for moment in (_last_answer(tries), _test_answered_at(study)) if moment]
    failed = failed.filter(ended_at__gt=max(since)) if since else failed
    return _describe(failed) if failed else None


def read_troubles(studies: Iterable[Study]) -> dict[int, Trouble]:
    """Return the trouble of each study that has some, by primary key."""
    by_key = {study.pk: study for study in studies}
    suspect = Generation.objects.exclude(reason="").filter(**{f"{_STUDY}__in": by_key}).order_by()
    keys = suspect.values_list(_STUDY, flat=True).distinct()
    return {key: trouble for key in keys if (trouble := read_trouble(by_key[key]))}


def _describe(failed: QuerySet[Generation]) -> Trouble:
    people = failed.order_by().values("turn__dialogue__persona").distinct().count()
    first, latest = failed.first(), failed.last()
    assert first and first.ended_at and latest, "at least one failure has ended"  # noqa: S101
    return Trouble(first.ended_at, people, latest.reason)


def _last_answer(tries: QuerySet[Generation]) -> datetime | None:
    answered: datetime | None = tries.filter(state=State.COMPLETE).aggregate(Max("ended_at"))["ended_at__max"]
    return answered


def _test_answered_at(study: Study) -> datetime | None:
    return Recruitment.objects.filter(study=study).values_list("chatbot_answered_at", flat=True).first()
