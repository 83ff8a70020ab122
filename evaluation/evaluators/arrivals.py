"""Somebody at an evaluation's door: what their link says, and whether they are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from collection.participation.arrivals import SOMEBODY_ELSE
from collection.participation.invitations import Invitation, as_query, read_invitation
from evaluation.evaluators.admission import Refusal, is_known_participant, why_not_admitted
from evaluation.evaluators.credentials import Visitor, read_cookie
from evaluation.evaluators.lists import evaluators_called
from evaluation.models import Evaluation


@dataclass(frozen=True, slots=True)
class Arrival:
    """``visitor`` is the person in the cookie, unless the link names another. ``is_known`` says that the link's external id has
    been used before, in any browser; ``refusal`` says why nobody new can judge from here."""

    evaluation: Evaluation
    invitation: Invitation
    query: str
    visitor: Visitor | None
    is_known: bool
    refusal: Refusal | None


def read_arrival(evaluation: Evaluation, query: Mapping[str, str], cookies: Any, now: datetime) -> Arrival:
    """Who stands at the door. Raises BrokenLink."""
    parameter = evaluation.external_id_parameter
    invitation = read_invitation(parameter, query)
    is_somebody_else = SOMEBODY_ELSE in query and not invitation.external_id
    is_participant = is_known_participant(evaluation.study, cookies)
    return Arrival(
        evaluation,
        invitation,
        urlencode(as_query(parameter, invitation) | ({SOMEBODY_ELSE: ""} if is_somebody_else else {})),
        None if is_somebody_else else _visitor(evaluation, invitation, cookies),
        evaluators_called(evaluation, invitation.external_id).exists(),
        why_not_admitted(evaluation, invitation, now, is_participant=is_participant),
    )


def _visitor(evaluation: Evaluation, invitation: Invitation, cookies: Any) -> Visitor | None:
    visitor = read_cookie(evaluation, cookies)
    is_another = visitor and invitation.external_id and invitation.external_id != visitor.evaluator.external_id
    return None if is_another else visitor
