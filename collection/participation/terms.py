"""What somebody is to agree to, as a form carries it: signed, so that only what was shown can be agreed to."""

import hashlib
from dataclasses import dataclass
from datetime import timedelta

from django.core import signing

from studies.models import new_token

LIFETIME = timedelta(days=1)
"""How long a welcome page may stay open before its form is sent."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One showing of a consent form: whoever sends it becomes the person ``token``.

    So the same form sent twice enrols once, and both answers go to the person who sent it.
    """

    token: str
    version: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Terms:
    """What people agree to at one ``place``. ``salt`` tells its forms from those of other kinds of places."""

    salt: str
    place: str
    version: str
    text: str
    provider: str = ""

    def offer(self) -> Agreement:
        """What somebody new is to agree to now."""
        return Agreement(new_token(), self.version, self.provider)

    def sign(self, agreement: Agreement) -> str:
        """What the form carries."""
        return signing.dumps(self._said() | {"token": agreement.token}, salt=self.salt)

    def read(self, signed: str) -> Agreement | None:
        """What was agreed to. None when the form is forged, too old, of another place, or the terms have changed since."""
        try:
            payload = signing.loads(signed, salt=self.salt, max_age=LIFETIME)
        except signing.BadSignature:
            return None
        token = payload.pop("token", "")
        return Agreement(token, self.version, self.provider) if token and payload == self._said() else None

    def _said(self) -> dict[str, str]:
        """Until somebody enrols, the text can change without its version: the digest tells."""
        digest = hashlib.sha256(self.text.encode()).hexdigest()
        return {"study": self.place, "version": self.version, "provider": self.provider, "text": digest}
