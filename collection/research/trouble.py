"""A failing chatbot: since when, for how many participants, and the backend's error."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime

from django.db.models import Exists, Max, OuterRef

from collection.models import Recruitment
from studies.models import Dialogue, Generation, Study
from studies.models.generations import Generations

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
    return read_troubles([study]).get(study.pk)


def read_troubles(studies: Iterable[Study]) -> dict[int, Trouble]:
    """Return the trouble of each study that has some, by primary key."""
    keys = [study.pk for study in studies]
    troubles: dict[int, Trouble] = {}
    for study, condition, latest in _latest_failures():
        if study in keys and study not in troubles:
            trouble = _trouble_in(study, condition, latest)
            troubles |= {study: trouble} if trouble else {}
    return troubles


def _latest_failures() -> Iterable[tuple[int, int | None, datetime]]:
    """Return when the chatbot of each study and condition last failed. Failures are few, and found by their index."""
    failed = Generation.objects.failed().order_by(_STUDY, _CONDITION)
    return failed.values_list(_STUDY, _CONDITION).annotate(latest=Max("ended_at"))


def _trouble_in(study: int, condition: int | None, latest: datetime) -> Trouble | None:
    tested = Recruitment.objects.filter(study=study).values_list("chatbot_answered_at", flat=True).first()
    answered = _last_answer(_of(study, condition), tested) or tested
    if answered and answered >= latest:
        return None
    failed = _of(study, condition).failed()
    return _describe(failed.filter(ended_at__gt=answered) if answered else failed)


def _of(study: int, condition: int | None) -> Generations:
    """Select the attempts to answer for a condition of a study. The latest ones are found by their time: a join would begin
    with all dialogues of the study."""
    dialogues = Dialogue.objects.filter(pk=OuterRef("turn__dialogue"), study=study, condition=condition)
    return Generation.objects.filter(Exists(dialogues))


def _last_answer(tries: Generations, after: datetime | None) -> datetime | None:
    answers = tries.filter(state=Generation.State.COMPLETE)
    answers = answers.filter(ended_at__gt=after) if after else answers.filter(ended_at__isnull=False)
    return answers.order_by("-ended_at").values_list("ended_at", flat=True).first()


def _describe(failed: Generations) -> Trouble:
    people = failed.order_by().values("turn__dialogue__persona").distinct().count()
    first, latest = failed.order_by("ended_at").first(), failed.order_by("ended_at").last()
    assert first and first.ended_at and latest, "at least one failure has ended"  # noqa: S101
    return Trouble(first.ended_at, people, latest.reason)
