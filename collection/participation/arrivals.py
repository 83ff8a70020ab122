"""Somebody at the study's door: what their link says, and whether they are known."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from urllib.parse import urlencode

from collection.models import Participant, Recruitment, Study
from collection.participation.admission import Refusal, why_not_admitted
from collection.participation.credentials import Visitor, read_cookie
from collection.participation.invitations import Invitation, as_query, find_invited, naming_parameter, read_invitation

SOMEBODY_ELSE = "new"
"""In the query: another person wants to take part on a device that knows somebody already."""


@dataclass(frozen=True, slots=True)
class Arrival:
    """``visitor`` is whom the cookie names, unless the link names another person; ``invited`` is whom the link's external id
    names, with or without a cookie. ``refusal`` says why nobody new can enrol."""

    study: Study
    invitation: Invitation
    query: str
    visitor: Visitor | None
    invited: Participant | None
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
        find_invited(study, invitation),
        why_not_admitted(recruitment, now),
    )


def _visitor(study: Study, invitation: Invitation, cookies: Any) -> Visitor | None:
    visitor = read_cookie(study, cookies)
    is_another = visitor and invitation.external_id and invitation.external_id != visitor.participant.external_id
    return None if is_another else visitor
