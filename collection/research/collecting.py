"""A study's participants, their progress, and the seats left."""

from collections import Counter
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.core.paginator import Page, Paginator
from django.db.models import Count, Prefetch, QuerySet, prefetch_related_objects
from django.db.models.functions import Coalesce

from collection.models import Participant, Recruitment, Release
from collection.participation.eligibility import PRESENT, UNDER_WAY, Refusal, filled_quotas, free_seats, why_ineligible
from collection.participation.finished_goals import is_finished
from collection.participation.surveys import due_survey
from studies.models import Dialogue, Study
from studies.questionnaires import read_features, read_questions

State = Participant.State
PARTICIPANTS_A_PAGE = 50
ADMISSION_SENTENCES: dict[Refusal | None, str] = {
    None: "open",
    "closed": "closed",
    "not_yet": "opens later",
    "over": "ended",
    "full": "full",
}


@dataclass(frozen=True, slots=True)
class Counts:
    """Numbers of a study's participants by state. ``enrolled`` counts all of them, ``active_now`` some of those in progress."""

    enrolled: int
    under_way: int
    active_now: int
    finished: int
    screened_out: int
    turned_away: int
    withdrawn: int


@dataclass(frozen=True, slots=True)
class QuotaLine:
    """The number of seats for one option, and the number taken."""

    feature: str
    option: str
    taken: int
    seats: int


@dataclass(frozen=True, slots=True)
class Admission:
    """Whether and when a study accepts participants, and its seats; ``seats_left`` is None without a limit."""

    is_open: bool
    refusal: Refusal | None
    seats: int | None = None
    seats_left: int | None = None
    quotas: Sequence[QuotaLine] = ()
    opens_at: datetime | None = None
    closes_at: datetime | None = None

    @property
    def is_limited(self) -> bool:
        """Return whether seats or quotas are limited."""
        return self.seats is not None or bool(self.quotas)

    @property
    def words(self) -> str:
        return ADMISSION_SENTENCES[self.refusal]


@dataclass(frozen=True, slots=True)
class ParticipantLine:
    """A participant in the list, with their dialogues in order of their start."""

    participant: Participant
    dialogues: list[Dialogue]
    now: datetime

    @property
    def name(self) -> str:
        return self.participant.persona.code if self.participant.persona else "no code"

    @property
    def messages(self) -> int:
        return sum(dialogue.turn_count for dialogue in self.dialogues)  # type: ignore[attr-defined]

    @property
    def last_activity(self) -> datetime:
        return self.participant.last_seen_at or self.participant.consented_at

    @property
    def is_here(self) -> bool:
        return self.participant.state in UNDER_WAY and self.now - self.last_activity < PRESENT

    @property
    def release(self) -> str:
        """Return how the seat was released while the participant was away; empty while the participant holds it."""
        releases: list[Release] = self.participant.releases_in_force  # type: ignore[attr-defined]
        if not releases:
            return ""
        researcher = releases[0].released_by
        return f"by {researcher}" if researcher else "automatically"

    @property
    def may_be_released(self) -> bool:
        """Return whether the seat could be released for another person."""
        return self.participant.state in UNDER_WAY and not self.is_here and not self.release

    @property
    def doing(self) -> str:
        """Return the participant's current step in words."""
        if self.participant.state == State.ENROLLED:
            return "persona form"
        if self.participant.state != State.ACTIVE:
            return str(self.participant.get_state_display())
        return (not self._is_chatting and self._survey) or self._at_goal()

    def _at_goal(self) -> str:
        begun, goals = len({one.goal_id for one in self.dialogues}), len(self.participant.goal_order)
        if begun == 0:
            return "instruction"
        return f"chatting: goal {begun} of {goals}" if self._is_chatting else f"after goal {begun} of {goals}"

    @property
    def _is_chatting(self) -> bool:
        return any(dialogue.ended_at is None for dialogue in self.dialogues)

    @property
    def _survey(self) -> str:
        """Return which page of questions the participant must answer now, in words; empty for none."""
        ended = (dialogue for dialogue in self.dialogues if dialogue.ended_at)
        finished = {dialogue.goal.number for dialogue in ended if is_finished(dialogue)}
        step = due_survey(self.participant, finished, is_through=finished >= set(self.participant.goal_order))
        if step is None:
            return ""
        return f"questions about goal {step.goal.number}" if step.goal else f"questions {step.placement.label}"


def read_counts(study: Study, now: datetime) -> Counts:
    """Count the study's participants by state."""
    states = Counter(dict(study.participants.order_by().values_list("state").annotate(Count("pk"))))
    return Counts(
        enrolled=states.total(),
        under_way=sum(states[state] for state in UNDER_WAY),
        active_now=study.participants.filter(state__in=UNDER_WAY, last_seen_at__gt=now - PRESENT).count(),
        finished=states[State.FINISHED],
        screened_out=states[State.SCREENED_OUT],
        turned_away=states[State.TURNED_AWAY],
        withdrawn=states[State.WITHDRAWN],
    )


def read_admission(study: Study, now: datetime) -> Admission:
    """Return whether, when and how many new participants can enrol."""
    recruitment = Recruitment.objects.filter(study=study).select_related("study").first()
    if recruitment is None:
        return Admission(is_open=False, refusal="closed")
    return Admission(
        is_open=recruitment.is_open,
        refusal=why_ineligible(recruitment, now),
        seats=recruitment.seats,
        seats_left=free_seats(recruitment, now),
        quotas=_quota_lines(recruitment, now),
        opens_at=recruitment.opens_at,
        closes_at=recruitment.closes_at,
    )


def list_participants(study: Study, page: str, now: datetime) -> Page[Any]:
    """Return a page of ParticipantLines, latest activity first."""
    found: Page[Any] = Paginator(_by_activity(study), PARTICIPANTS_A_PAGE).get_page(page)
    found.object_list = _lines(found.object_list, now)
    return found


def list_everybody(study: Study, now: datetime) -> list[ParticipantLine]:
    """Return all participants of a study that has few, latest activity first."""
    return _lines(_by_activity(study), now)


def _by_activity(study: Study) -> QuerySet[Participant]:
    answers = []
    if any(question.is_survey for question in read_questions(study.questionnaire)):
        prefetch_related_objects([study], "goals")
        answers = ["persona__survey_answers"]
    natural = Dialogue.objects.filter(kind=Dialogue.Kind.NATURAL).select_related("goal", "study")
    dialogues = natural.annotate(turn_count=Count("turns")).order_by("pk")
    latest = Coalesce("last_seen_at", "consented_at")
    return (
        study.participants.select_related("persona")
        .prefetch_related(
            Prefetch("persona__dialogues", dialogues),
            *answers,
            Prefetch("releases", Release.objects.filter(taken_back_at=None), to_attr="releases_in_force"),
        )
        .order_by(latest.desc(), "-pk")
    )


def _lines(participants: Iterable[Participant], now: datetime) -> list[ParticipantLine]:
    return [ParticipantLine(one, _begun(one), now) for one in participants]


def _begun(participant: Participant) -> list[Dialogue]:
    return list(participant.persona.dialogues.all()) if participant.persona else []


def _quota_lines(recruitment: Recruitment, now: datetime) -> list[QuotaLine]:
    labels = {feature.key: feature.label for feature in read_features(recruitment.study.questionnaire)}
    return [
        QuotaLine(labels.get(feature, feature), option, taken, recruitment.quotas[feature][option])
        for feature, options in filled_quotas(recruitment, now).items()
        for option, taken in options.items()
    ]
