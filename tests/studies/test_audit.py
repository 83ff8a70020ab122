"""The audit trail names who did what, in words."""

import pytest
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory

from studies.access import staff_only
from studies.audit import Verb, acting_as, record
from studies.models import AuditLine
from tests.factories import make_staff, make_study

pytestmark = pytest.mark.django_db


def test_lines_name_the_account_that_uses_a_page_and_no_one_for_a_command() -> None:
    @staff_only
    def view(request: HttpRequest) -> HttpResponse:
        record(study, Verb.OPENED, "the study")
        return HttpResponse()

    study = make_study()
    request = RequestFactory().get("/")
    request.user = make_staff()
    view(request)
    record(study, Verb.CLOSED, "the study")
    by_page, by_command = AuditLine.objects.order_by("pk")
    assert (by_page.author, by_page.verb) == (request.user.username, "opened")
    assert (by_command.author, by_command.verb) == ("", "closed")


def test_a_line_outlives_its_study_and_still_names_it() -> None:
    study = make_study()
    with acting_as("ada"):
        record(study, Verb.EXPORTED, "natural.csv")
    study.delete()
    line = AuditLine.objects.get()
    assert (line.study, line.about, str(line)) == (None, "demo", "ada exported natural.csv")
