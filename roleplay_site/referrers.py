"""Middleware that keeps personal links out of the `Referer` header."""

import re
from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBase
from django.utils.decorators import sync_and_async_middleware

_PERSONAL_LINK = re.compile(r"^/s/.*/p(/|$)", re.IGNORECASE)
"""Addresses altered by a mail program (a doubled slash, an upper-case letter) may contain a working token, too."""


@sync_and_async_middleware
def no_referrer_below_personal_links(get_response: Any) -> Any:
    """Send `Referrer-Policy: no-referrer` with every answer below a personal link.

    It must be the outermost middleware, so that redirects to HTTPS, refused forms and error pages carry the policy, too.
    """

    async def answer_later(request: HttpRequest) -> HttpResponseBase:
        return _hide(request, await get_response(request))

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _hide(request, get_response(request))

    return answer_later if iscoroutinefunction(get_response) else answer


def _hide(request: HttpRequest, response: HttpResponseBase) -> HttpResponseBase:
    if _PERSONAL_LINK.match(request.path_info):
        response.headers["Referrer-Policy"] = "no-referrer"
    return response
