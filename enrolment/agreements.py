"""Consent: the terms that a form shows are signed, so that people agree only to what they were shown."""

import hashlib
from dataclasses import astuple, dataclass
from datetime import timedelta

from django.core import signing
from django.utils.translation import gettext

from studies.models import new_token

LIFETIME = timedelta(days=1)
"""How long after loading a welcome page its form is still accepted."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """One display of a consent form: the person who submits it gets this ``token``.

    So the same form submitted twice enrols one person, and both responses go to them.
    """

    token: str
    version: str
    provider: str = ""


@dataclass(frozen=True, slots=True)
class Facts:
    """What a consent page says in addition to its text: who the researchers are, and what taking part means."""

    researchers: str = ""
    contact: str = ""
    duration: str = ""
    payment: str = ""
    ethics_approval: str = ""

    def named(self) -> list[tuple[str, str]]:
        """Return the facts that are known, each with its name in the current language."""
        names = (
            gettext("Researchers"),
            gettext("Contact"),
            gettext("Duration"),
            gettext("Payment"),
            gettext("Ethics approval"),
        )
        return [(name, said) for name, said in zip(names, astuple(self), strict=True) if said]


@dataclass(frozen=True, slots=True)
class Terms:
    """The terms of one study or evaluation, ``name``. ``salt`` separates forms of studies from those of evaluations.

    ``provider`` names the company that also reads what people write, if any.
    """

    salt: str
    name: str
    version: str
    text: str
    provider: str = ""
    facts: Facts = Facts()

    def offer(self) -> Agreement:
        """Return a new agreement to offer to a person."""
        return Agreement(new_token(), self.version, self.provider)

    def sign(self, agreement: Agreement) -> str:
        """Return the signed agreement for the form."""
        return signing.dumps(self._said() | {"token": agreement.token}, salt=self.salt)

    def read(self, signed: str) -> Agreement | None:
        """Return the agreement; None if the form is forged, too old or from another study, or if the terms have changed."""
        try:
            payload = signing.loads(signed, salt=self.salt, max_age=LIFETIME)
        except signing.BadSignature:
            return None
        token = payload.pop("token", "")
        return Agreement(token, self.version, self.provider) if token and payload == self._said() else None

    def _said(self) -> dict[str, str]:
        """Return the terms as signed. The digest reveals a change of what is said under the same version."""
        said = "\n".join(filter(None, (self.text, *astuple(self.facts))))
        digest = hashlib.sha256(said.encode()).hexdigest()
        return {"study": self.name, "version": self.version, "provider": self.provider, "text": digest}
