"""Views of test participants."""

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse

from collection.research.opening import NotReady
from collection.research.testing import delete_tests, open_tests
from collection.research.testing_page import read_tests
from enrolment.landing import ANOTHER_PERSON
from studies.access import staff_only
from studies.models import Study


@staff_only
def tests(request: HttpRequest, slug: str) -> HttpResponse:
    """Show a study's test participants. Posting an action deletes all of them, or begins to try the study as a new one."""
    study = get_object_or_404(Study.objects.listed(), slug=slug)
    if request.method != "POST":
        return render(request, "research/tests.html", {"page": read_tests(study)})
    if request.POST.get("action") == "try":
        return _try(request, study)
    if request.POST.get("action") == "delete":
        messages.success(request, _deleted(delete_tests(study)))
    return redirect("tests", slug)


def _try(request: HttpRequest, study: Study) -> HttpResponse:
    """Send the researcher to the first page of the test copy, as a person whom this browser does not know yet."""
    try:
        copy = open_tests(study)
    except NotReady as reason:
        messages.error(request, str(reason))
        return redirect("tests", study.slug)
    return redirect(f"{reverse('welcome', args=[copy.slug])}?{ANOTHER_PERSON}")


def _deleted(people: int) -> str:
    if people == 0:
        return "There were no test participants to delete."
    return f"{people} test participant{' was' if people == 1 else 's were'} deleted, with everything they wrote."
