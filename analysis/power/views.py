"""Pages of power estimates. No view computes anything."""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django_htmx.http import HttpResponseClientRefresh

from analysis.models import PowerEstimate
from analysis.power.assumptions import Assumed, assumptions_again, assumptions_of, usual_assumptions
from analysis.power.estimate_page import EstimatePage, estimate_as_csv, list_estimates
from analysis.power.estimates import ESTIMATES, request_estimate, resume_estimate
from analysis.power.forms import QuestionEditor, with_another_row
from studies.access import account, staff_only
from studies.audit import Verb, record
from studies.models import Study
from studies.storable_text import storable


@staff_only
def power(request: HttpRequest) -> HttpResponse:
    """Show the form that requests an estimate, and the latest estimates; posting it requests one."""
    assumed = _assumed(request)
    if "add" in request.POST:
        return _form(request, assumed, QuestionEditor(assumed.question, with_another_row(request.POST)))
    editor = QuestionEditor(assumed.question, request.POST if request.method == "POST" else None)
    if (question := editor.read()) is not None:
        return redirect("power-estimate", request_estimate(question, account(request)).token)
    return _form(request, assumed, editor, status=422 if editor.is_bound else 200)


@staff_only
def power_estimate(request: HttpRequest, token: str) -> HttpResponse:
    """Show an estimate, finished or not; posting an action cancels or resumes it."""
    estimate = get_object_or_404(PowerEstimate, token=token)
    if request.method == "POST":
        match request.POST.get("action"):
            case "cancel":
                ESTIMATES.cancel(estimate)
            case "resume":
                estimate = resume_estimate(estimate, account(request))
        return redirect("power-estimate", estimate.token)
    return render(request, "power/estimate.html", {"page": EstimatePage(estimate), "estimates": list_estimates()})


@staff_only
def power_estimate_live(request: HttpRequest, token: str) -> HttpResponse:
    """Show the estimate's progress; once it is finished, reload the page."""
    estimate = get_object_or_404(PowerEstimate, token=token)
    if not estimate.is_running:
        return HttpResponseClientRefresh()
    return render(request, "power/_progress.html", {"page": EstimatePage(estimate)})


@staff_only
def power_estimate_csv(request: HttpRequest, token: str) -> HttpResponse:
    """Return the table and all assumptions as CSV."""
    estimate = get_object_or_404(PowerEstimate, token=token)
    record(None, Verb.EXPORTED, f"power-{token[:8]}.csv", about=str(estimate))
    headers = {"Content-Disposition": f'attachment; filename="power-{token[:8]}.csv"'}
    return HttpResponse(
        estimate_as_csv(EstimatePage(estimate)), content_type="text/csv; charset=utf-8", headers=headers
    )


def _assumed(request: HttpRequest) -> Assumed:
    """Return the assumptions that the query string asks for."""
    if "again" in request.GET:
        return assumptions_again(get_object_or_404(PowerEstimate, token=storable(request.GET["again"])))
    if "study" in request.GET:
        return assumptions_of(get_object_or_404(Study, slug=storable(request.GET["study"])))
    return usual_assumptions()


def _form(request: HttpRequest, assumed: Assumed, editor: QuestionEditor, status: int = 200) -> HttpResponse:
    context = {"editor": editor, "assumed": assumed, "estimates": list_estimates()}
    return render(request, "power/power.html", context, status=status)
