"""How the site recognises a participant: by a signed cookie, or a signed personal link.

An external id is no credential, because others know it: a browser that brings nothing else begins a separate participation.
"""

from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse

from collection.models import Participant
from collection.participation.passes import Pass
from studies.models import Dialogue, Study

COOKIE = "participant"
_PASS = Pass(COOKIE, "collection.participant")


@dataclass(frozen=True, slots=True)
class Visitor:
    """A person named by a cookie or a personal link."""

    participant: Participant

    @property
    def dialogues(self) -> QuerySet[Dialogue]:
        """All that they have said."""
        return self.participant.dialogues


def personal_token(participant: Participant) -> str:
    """What the participant's personal link carries."""
    return _PASS.sign_link(participant.token)


def read_personal_token(study: Study, token: str) -> Participant | None:
    """The study's participant whose link this is; None when it is forged, has expired, or belongs to another study."""
    return study.participants.filter(token=_PASS.read_link(token)).first()


def sign_change(known: Participant, participant: Participant) -> str:
    """Return the token of the page "Is this your link?": in the browser of ``known``, ``participant`` agrees to continue."""
    return _PASS.sign_change(known.token, participant.token)


def is_change(known: Participant, participant: Participant, signed: str) -> bool:
    """Return whether ``participant`` has agreed on that page."""
    return _PASS.is_change(known.token, participant.token, signed)


def set_cookie(response: HttpResponse, visitor: Visitor) -> None:
    """Lets the browser come back as ``visitor``, to this study's pages only."""
    path = reverse("welcome", args=[visitor.participant.study.slug])
    _PASS.set_cookie(response, visitor.participant.token, path)


def read_cookie(study: Study, cookies: Any) -> Visitor | None:
    """Whom the request's cookies name; None without one, or with one that is forged, expired or of another study."""
    token = _PASS.read_cookie(cookies)
    participant = study.participants.filter(token=token).select_related("study", "persona").first()
    return Visitor(participant) if participant else None
