"""What a welcome page offers for agreement, and whether that is what somebody agreed to."""

import hashlib
from dataclasses import asdict, dataclass
from datetime import timedelta

from django.core import signing

from collection.models import Study, new_token
from collection.participation.providers import provider_of

LIFETIME = timedelta(days=1)
"""How long a welcome page may stay open before its form is sent."""
_SALT = "collection.participant.agreement"


@dataclass(frozen=True, slots=True)
class Agreement:
    """One showing of the consent form: whoever sends it becomes the participant ``token``.

    So the same form sent twice enrols once, and both answers go to the person who sent it.
    """

    token: str
    version: str
    provider: str = ""


def offer_agreement(study: Study) -> Agreement:
    """What somebody new is to agree to now."""
    return Agreement(new_token(), study.consent_version, provider_of(study.chatbot))


def sign_agreement(study: Study, agreement: Agreement) -> str:
    """What the form carries."""
    return signing.dumps(asdict(agreement) | {"study": study.slug, "text": _digest(study)}, salt=_SALT)


def read_agreement(study: Study, signed: str) -> Agreement | None:
    """What was agreed to. None when the form is forged, too old, another study's, or no longer says what is to be agreed to."""
    try:
        payload = signing.loads(signed, salt=_SALT, max_age=LIFETIME)
    except signing.BadSignature:
        return None
    agreement = Agreement(payload["token"], payload["version"], payload["provider"])
    is_current = (agreement.version, agreement.provider) == (study.consent_version, provider_of(study.chatbot))
    has_read = (payload["study"], payload["text"]) == (study.slug, _digest(study))
    return agreement if has_read and is_current else None


def _digest(study: Study) -> str:
    """Tells whether the text is still the one that was read: until somebody enrols, it can change without its version."""
    return hashlib.sha256(study.consent.encode()).hexdigest()
