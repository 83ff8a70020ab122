"""Middleware that refuses forms in encodings that Django does not read."""

from typing import Any

from asgiref.sync import iscoroutinefunction
from django.http import HttpRequest, HttpResponseBadRequest, HttpResponseBase
from django.template.loader import render_to_string
from django.utils.decorators import sync_and_async_middleware

_FORM = "application/x-www-form-urlencoded"


@sync_and_async_middleware
def utf8_forms_only(get_response: Any) -> Any:
    """Answer 400 to a form in another encoding than UTF-8.

    Django refuses it when the form is first read, and its error page reads the form again, which causes a server error.
    """

    async def answer_later(request: HttpRequest) -> HttpResponseBase:
        return _refusal() if _is_other(request) else await get_response(request)

    def answer(request: HttpRequest) -> HttpResponseBase:
        return _refusal() if _is_other(request) else get_response(request)

    return answer_later if iscoroutinefunction(get_response) else answer


def _is_other(request: HttpRequest) -> bool:
    encoding = (request.encoding or "utf-8").lower()
    return request.content_type == _FORM and encoding != "utf-8"


def _refusal() -> HttpResponseBadRequest:
    return HttpResponseBadRequest(render_to_string("400.html"))
