"""How the site knows a participant again: a signed cookie, and a signed personal link.

An external id is no credential, because others know it. Whoever comes back with nothing else gets a cookie that shows only
what is said with it: neither what the participant wrote before, nor what they write elsewhere meanwhile.
"""

from base64 import urlsafe_b64encode
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db.models import QuerySet
from django.http import HttpResponse
from django.urls import reverse
from django.utils.crypto import salted_hmac

from collection.models import Dialogue, Participant, Study, new_token
from collection.participation.passes import Known, Pass

COOKIE = "participant"
_PASS = Pass(COOKIE, "collection.participant")
_ACCESS_SALT = "collection.participant.access"


@dataclass(frozen=True, slots=True)
class Visitor:
    """Somebody whom a cookie names. ``since`` is None with full access, else when the access without proof began."""

    participant: Participant
    since: datetime | None = None

    @property
    def has_proof(self) -> bool:
        """Whether they may see earlier text, download it and withdraw."""
        return self.since is None

    @property
    def dialogues(self) -> QuerySet[Dialogue]:
        """The participant's dialogues that this visitor may see."""
        if self.since is None:
            return self.participant.dialogues.all()
        return self.participant.dialogues.filter(
            token__in=[name_dialogue(self.participant, number, self.since) for number in self.participant.goal_order]
        )


def name_dialogue(participant: Participant, goal: int, since: datetime | None) -> str:
    """The token of a dialogue that is to begin: random with full access, else drawn from the access without proof that began
    ``since``, by which this access alone finds its dialogues again."""
    if since is None:
        return new_token()
    drawn = salted_hmac(_ACCESS_SALT, f"{participant.token}:{goal}:{since.isoformat()}", algorithm="sha256").digest()
    return urlsafe_b64encode(drawn[:16]).rstrip(b"=").decode()


def personal_token(participant: Participant) -> str:
    """What the participant's personal link carries."""
    return _PASS.sign_link(participant.token)


def read_personal_token(study: Study, token: str) -> Participant | None:
    """The study's participant whose link this is; None when it is forged, has expired, or belongs to another study."""
    return study.participants.filter(token=_PASS.read_link(token)).first()


def sign_change(known: Participant, participant: Participant) -> str:
    """What the page "Is this your link?" carries: in the browser that knows ``known``, ``participant`` agrees to go on."""
    return _PASS.sign_change(known.token, participant.token)


def is_change(known: Participant, participant: Participant, signed: str) -> bool:
    """Tell whether ``participant`` has agreed on that page."""
    return _PASS.is_change(known.token, participant.token, signed)


def set_cookie(response: HttpResponse, visitor: Visitor) -> None:
    """Lets the browser come back as ``visitor``, to this study's pages only."""
    path = reverse("welcome", args=[visitor.participant.study.slug])
    _PASS.set_cookie(response, Known(visitor.participant.token, visitor.since), path)


def read_cookie(study: Study, cookies: Any) -> Visitor | None:
    """Whom the request's cookies name; None without one, or with one that is forged, expired or of another study."""
    known = _PASS.read_cookie(cookies)
    if known is None:
        return None
    participant = study.participants.filter(token=known.token).select_related("study", "persona").first()
    return Visitor(participant, known.since) if participant else None
