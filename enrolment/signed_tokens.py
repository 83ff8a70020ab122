"""Signed cookies and personal links, by which the site recognises people without a login."""

from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from django.conf import settings
from django.core import signing
from django.http import HttpResponse
from django.utils.crypto import constant_time_compare, salted_hmac

LIFETIME = timedelta(days=90)
"""How long a cookie and a personal link are valid."""


@dataclass(frozen=True, slots=True)
class SignedTokens:
    """Signs cookies and personal links of participants, or of evaluators; ``salt`` keeps the two kinds apart."""

    cookie: str
    salt: str

    def sign_link(self, token: str) -> str:
        """Return the signed part of the personal link of ``token``'s owner."""
        return signing.dumps(token, salt=f"{self.salt}.link")

    def read_link(self, signed: str) -> str:
        """Return the token in a personal link; empty if the link is forged, expired or of another kind."""
        try:
            return str(signing.loads(signed, salt=f"{self.salt}.link", max_age=LIFETIME))
        except signing.BadSignature:
            return ""

    def sign_change(self, known: str, token: str) -> str:
        """Return a signature, shown only in ``known``'s browser, with which ``token``'s owner continues there instead."""
        return salted_hmac(f"{self.salt}.change", f"{known}:{token}", algorithm="sha256").hexdigest()

    def is_change(self, known: str, token: str, signed: str) -> bool:
        """Return whether ``signed`` comes from ``sign_change``."""
        return constant_time_compare(self.sign_change(known, token), signed)

    def set_cookie(self, response: HttpResponse, token: str, path: str) -> None:
        """Let the browser identify itself as ``token``'s owner on pages below ``path`` only."""
        response.set_cookie(
            self.cookie,
            self.sign_cookie(token),
            max_age=LIFETIME,
            path=path,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )

    def sign_cookie(self, token: str) -> str:
        """Return the cookie value of ``token``'s owner."""
        return signing.dumps({self.cookie: token, "since": ""}, salt=f"{self.salt}.cookie")

    def read_cookie(self, cookies: Any) -> str:
        """Return the token in the request's cookies; empty without a valid cookie of this kind.

        Earlier versions gave cookies with ``since`` to browsers that had shown only an external ID; these are not accepted.
        """
        try:
            payload = signing.loads(cookies.get(self.cookie, ""), salt=f"{self.salt}.cookie", max_age=LIFETIME)
        except signing.BadSignature:
            return ""
        return "" if payload["since"] else str(payload[self.cookie])
