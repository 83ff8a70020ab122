"""Whether an evaluation takes evaluators, and this one."""

from datetime import datetime
from typing import Any, Literal

from django.contrib.auth.models import AnonymousUser, User

from collection.models import Participant
from collection.participation import credentials as participants
from collection.participation.invitations import Invitation
from evaluation.evaluators.lists import evaluators_called
from evaluation.evaluators.places import has_place
from evaluation.models import Evaluation, Evaluator
from studies.access import is_researcher
from studies.models import Study

Refusal = Literal["planned", "closed", "full", "participant", "finished", "researcher"]


class NotAdmitted(Exception):
    """The evaluation does not take this person now; ``reason`` says why."""

    def __init__(self, reason: Refusal) -> None:
        super().__init__(reason)
        self.reason = reason


def is_running(evaluation: Evaluation) -> bool:
    """Whether pairs can be judged now."""
    return evaluation.state == Evaluation.State.OPEN


def why_not_admitted(
    evaluation: Evaluation, invitation: Invitation, now: datetime, *, is_participant: bool = False
) -> Refusal | None:
    """Why this person cannot become an evaluator now, if so; ``is_participant``: the browser knows them as one."""
    if evaluation.is_planned:
        return "planned"
    if not is_running(evaluation):
        return "closed"
    if evaluators_called(evaluation, invitation.external_id).filter(state=Evaluator.State.FINISHED).exists():
        return "finished"
    if is_participant or has_participant(evaluation.study, invitation.external_id):
        return "participant"
    return None if has_place(evaluation, now) else "full"


def may_only_look(evaluation: Evaluation, account: User | AnonymousUser) -> bool:
    """Return whether a researcher tries the link: their answers must not count. Rehearsals are for trying."""
    return is_researcher(account) and not evaluation.is_rehearsed


def has_participant(study: Study, external_id: str) -> bool:
    """Whether this external id names a participant of the study. Whoever has withdrawn has none any more."""
    return bool(external_id) and study.participants.filter(external_id=external_id).exists()


def is_known_participant(study: Study, cookies: Any) -> bool:
    """Whether the browser knows a participant of the study, whose own dialogues might be judged."""
    visitor = participants.read_cookie(study, cookies)
    return visitor is not None and visitor.participant.state != Participant.State.WITHDRAWN
