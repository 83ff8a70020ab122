"""Consent: what a form offers for agreement, signed, so that people agree to nothing but what they were shown."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from studies.models import new_token

LIFETIME = timedelta(days=1)
"""How long a welcome page may stay open before its form is sent."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One view of a consent form: the person who sends it becomes the person ``token``.

    So the same form sent twice enrols one person, and both answers go to them.
    """

    token: str
    version: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What people agree to in one study or evaluation, ``name``. ``salt`` separates forms of studies from those of evaluations.

    ``provider`` is who else reads what they write, if anyone.
    """

    salt: str
    name: str
    version: str
    text: str
    provider: str = ""

    def offer(self) -> Agreement:
        """Return what a new person is asked to agree to now."""
        return Agreement(new_token(), self.version, self.provider)

    def sign(self, agreement: Agreement) -> str:
        """Return what the form carries."""
        return signing.dumps(self._said() | {"token": agreement.token}, salt=self.salt)

    def read(self, signed: str) -> Agreement | None:
        """Return what was agreed to; None if the form is forged, too old, of another study, or the terms have changed since."""
        try:
            payload = signing.loads(signed, salt=self.salt, max_age=LIFETIME)
        except signing.BadSignature:
            return None
        token = payload.pop("token", "")
        return Agreement(token, self.version, self.provider) if token and payload == self._said() else None

    def _said(self) -> dict[str, str]:
        """Return the terms; the digest shows a change of the text, which may change without its version until people enrol."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return {"study": self.name, "version": self.version, "provider": self.provider, "text": digest}
