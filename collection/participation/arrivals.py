"""Somebody at the study's door: what their link says, and whether they are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from collection.models import Recruitment
from collection.participation.admission import Refusal, why_not_admitted
from collection.participation.credentials import Visitor, read_cookie
from collection.participation.invitations import (
    Invitation,
    as_query,
    naming_parameter,
    participants_called,
    read_invitation,
)
from studies.models import Study

SOMEBODY_ELSE = "new"
"""In the query: another person wants to take part on a device that knows somebody already."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """``visitor`` is the person in the cookie, unless the link names another. ``is_known`` says that the link's external id has
    been used before, in any browser; ``refusal`` says why nobody can newly enrol with it."""

    study: Study
    invitation: Invitation
    query: str
    visitor: Visitor | None
    is_known: bool
    refusal: Refusal | None


def read_arrival(study: Study, query: Mapping[str, str], cookies: Any, now: datetime) -> Arrival:
    """Who stands at the door. Raises BrokenLink."""
    parameter = naming_parameter(study)
    invitation = read_invitation(parameter, query)
    is_somebody_else = SOMEBODY_ELSE in query and not invitation.external_id
    recruitment = Recruitment.objects.filter(study=study).select_related("study").first()
    return Arrival(
        study,
        invitation,
        urlencode(as_query(parameter, invitation) | ({SOMEBODY_ELSE: ""} if is_somebody_else else {})),
        None if is_somebody_else else _visitor(study, invitation, cookies),
        participants_called(study, invitation.external_id).exists(),
        why_not_admitted(recruitment, now, invitation.external_id),
    )


def _visitor(study: Study, invitation: Invitation, cookies: Any) -> Visitor | None:
    visitor = read_cookie(study, cookies)
    is_another = visitor and invitation.external_id and invitation.external_id != visitor.participant.external_id
    return None if is_another else visitor
