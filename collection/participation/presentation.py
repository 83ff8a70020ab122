"""What participants' pages show."""

from typing import Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse

from collection.models import Study
from collection.participation.credentials import Visitor, personal_token


def render_page(
    request: HttpRequest, template: str, study: Study, visitor: Visitor | None = None, *, status: int = 200, **shown: Any
) -> HttpResponse:
    """A page of the study, with what participants see around it: the study's name, their personal link, Withdraw."""
    frame = {"study": study, "visitor": visitor, "personal_link": personal_link(request, visitor)}
    return render(request, template, frame | shown, status=status)


def personal_link(request: HttpRequest, visitor: Visitor | None) -> str:
    """The whole address; empty for those who have not shown who they are, because it opens everything."""
    if visitor is None or not visitor.has_proof:
        return ""
    participant = visitor.participant
    return request.build_absolute_uri(
        reverse("personal-link", args=[participant.study.slug, personal_token(participant)])
    )
