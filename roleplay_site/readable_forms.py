"""Middleware that refuses forms that Django cannot read."""

from typing import Any

from asgiref.sync import iscoroutinefunction, sync_to_async
from django.core.exceptions import SuspiciousOperation
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase
from django.http.multipartparser import MultiPartParserError
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware

_URLENCODED, _MULTIPART = "application/x-www-form-urlencoded", "multipart/form-data"


@sync_and_async_middleware
def readable_forms_only(get_response: Any) -> Any:
    """Answer 400 to a form that is invalid, too large, or in another encoding than UTF-8.

    Django's error pages look for a CSRF token in the form, so one that is first read there causes a server error.
    """

    async def answer_later(request: HttpRequest) -> HttpResponseBase:
        is_readable = not _has_form(request) or await sync_to_async(_is_readable)(request)
        return await get_response(request) if is_readable else _refusal()

    def answer(request: HttpRequest) -> HttpResponseBase:
        return get_response(request) if not _has_form(request) or _is_readable(request) else _refusal()

    return answer_later if iscoroutinefunction(get_response) else answer


def _has_form(request: HttpRequest) -> bool:
    return request.content_type in (_URLENCODED, _MULTIPART)


def _is_readable(request: HttpRequest) -> bool:
    """Read the form. Django keeps it for the pages."""
    if (request.encoding or "utf-8").lower() != "utf-8":
        return False
    try:
        request.POST  # noqa: B018  reading it is what may fail
    except (MultiPartParserError, SuspiciousOperation):
        return False
    return True


def _refusal() -> HttpResponseBadRequest:
    return HttpResponseBadRequest(render_to_string("400.html"))
