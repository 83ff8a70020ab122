"""The step from a request of the web server to a request of Django."""

from collections.abc import Mapping
from typing import IO, Any

from django.core.exceptions import SuspiciousOperation
from django.core.handlers.asgi import ASGIHandler, ASGIRequest
from django.http import HttpResponseBadRequest, HttpResponseBase
from django.template.loader import render_to_string


class Handler(ASGIHandler):
    """Answer 400 to a query with too many fields, which Django reads at this step if the request names an encoding."""

    def create_request(
        self, scope: Mapping[str, Any], body_file: IO[bytes]
    ) -> tuple[ASGIRequest, None] | tuple[None, HttpResponseBase]:
        try:
            return super().create_request(scope, body_file)
        except SuspiciousOperation:
            return None, HttpResponseBadRequest(render_to_string("400.html"))
