"""Landing and enrolment: read a visitor's link and cookies, and enrol a visitor who consents."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Generic
from urllib.parse import urlencode

from django.db import transaction
from django.utils import timezone

from enrolment.agreements import Agreement
from enrolment.external_ids import people_called
from enrolment.invitations import NOBODY, Invitation, as_query, read_invitation
from enrolment.protocol import Enrolment, NotEligible, P, Visitor

ANOTHER_PERSON = "new"
"""Query parameter with which another person takes part on a device that already identifies someone."""


@dataclass(frozen=True, slots=True)
class Landing(Generic[P]):
    """A visit to the first page.

    ``visitor`` is the person in the cookie, unless the link identifies another. ``is_known`` says whether the link's external
    ID has been used before, in any browser; ``refusal`` is the reason why no new person can enrol with it, if any.
    """

    enrolment: Enrolment[P]
    invitation: Invitation
    query: str
    visitor: Visitor[P] | None
    is_known: bool
    refusal: str


def read_landing(
    enrolment: Enrolment[P], query: Mapping[str, str], cookies: Mapping[str, str], now: datetime
) -> Landing[P]:
    """Read the link and the cookies of a visit to the first page. Raises BrokenLink."""
    parameter = enrolment.external_id_parameter
    invitation = read_invitation(parameter, query)
    is_another = ANOTHER_PERSON in query and not invitation.external_id
    return Landing(
        enrolment,
        invitation,
        urlencode(as_query(parameter, invitation) | ({ANOTHER_PERSON: ""} if is_another else {})),
        None if is_another else _visitor(enrolment, invitation, cookies),
        people_called(enrolment.people, invitation.external_id).exists(),
        enrolment.why_ineligible(invitation, now, cookies),
    )


@transaction.atomic
def enrol(
    enrolment: Enrolment[P],
    invitation: Invitation = NOBODY,
    agreement: Agreement | None = None,
    now: datetime | None = None,
    cookies: Mapping[str, str] | None = None,
) -> P:
    """Enrol a person who has consented. The same consent form sent again gives the same person. Raises NotEligible.

    An external ID proves nothing, so a browser that has a known one becomes a separate person with a separate consent;
    participations in other browsers do not change. Only one person enrols at a time, so that no seat is given twice.
    """
    agreement, now = agreement or enrolment.terms.offer(), now or timezone.now()
    locked = enrolment.lock()
    if sender := locked.people.filter(token=agreement.token).first():
        return sender
    if reason := locked.why_ineligible(invitation, now, cookies or {}):
        raise NotEligible(reason)
    return locked.add_person(invitation, agreement, now)


def new_person(invitation: Invitation, agreement: Agreement, now: datetime) -> dict[str, Any]:
    """Return the fields of a new person that are common to all kinds of people."""
    return {
        "token": agreement.token,
        "external_id": invitation.external_id,
        "parameters": dict(invitation.parameters),
        "consented_at": now,
        "consent_version": agreement.version,
        "last_seen_at": now,
    }


def _visitor(enrolment: Enrolment[P], invitation: Invitation, cookies: Mapping[str, str]) -> Visitor[P] | None:
    person = read_cookie(enrolment, cookies)
    is_another = person and invitation.external_id and invitation.external_id != person.external_id
    return None if is_another or person is None else Visitor(enrolment, person)


def read_cookie(enrolment: Enrolment[P], cookies: Mapping[str, str]) -> P | None:
    """Return the person in the cookies; None without a cookie, or if it is forged, expired or from another study."""
    token = enrolment.tokens.read_cookie(cookies)
    return enrolment.people.filter(token=token).first() if token else None
