"""Views of a preview, in the order in which an evaluator goes through the pages. They read what was sent and store nothing."""

from collections.abc import Callable
from functools import wraps
from typing import Any, Concatenate, ParamSpec

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect
from django.utils.translation import gettext

from enrolment.access import AnyView, in_study
from enrolment.pages import render_dead_end, render_page
from evaluation.evaluators.enrolment import JudgingEnrolment
from evaluation.evaluators.views import describe_instruction
from evaluation.judging.feedback import feedback_on
from evaluation.judging.forms import is_json, read_sent
from evaluation.judging.pair_page import PairPage
from evaluation.judging.refusals import Refused
from evaluation.kinds.registry import kind_of
from evaluation.models import Choice, EvaluationOutcome
from evaluation.preview.pages import PreviewedPair, find_pair, nothing_saved, problems_of, read_preview
from evaluation.reading import PairGone
from studies.access import is_researcher

A = ParamSpec("A")


def researchers_only(view: Callable[Concatenate[HttpRequest, JudgingEnrolment, A], HttpResponse]) -> AnyView:
    """Tell all other visitors whom the page is for."""

    @in_study(JudgingEnrolment)
    @wraps(view)
    def known(request: HttpRequest, enrolment: JudgingEnrolment, /, *args: A.args, **kwargs: A.kwargs) -> HttpResponse:
        if is_researcher(request.user):
            return view(request, enrolment, *args, **kwargs)
        sentence = gettext(
            "This preview is for the study’s researchers; to take part, please use the link that they sent you."
        )
        return render_dead_end(request, gettext("Preview"), sentence, status=403, enrolment=enrolment)

    return known


@researchers_only
def welcome(request: HttpRequest, enrolment: JudgingEnrolment) -> HttpResponse:
    """Show the welcome and the consent."""
    shown = {"terms": enrolment.terms, "on": enrolment.address("preview-instruction")} | enrolment.consent_page()
    return _render(request, "enrolment/evaluator_welcome.html", enrolment, **shown)


@researchers_only
def instruction(request: HttpRequest, enrolment: JudgingEnrolment) -> HttpResponse:
    """Show the instruction as to someone who has just agreed."""
    shown = describe_instruction(enrolment) | {"is_new": True, "on": enrolment.address("preview-pair", 0)}
    return _render(request, "enrolment/evaluator_instruction.html", enrolment, **shown)


@researchers_only
def pair(request: HttpRequest, enrolment: JudgingEnrolment, position: int) -> HttpResponse:
    """Show a pair, or check a sent answer as if it were a real one."""
    previewed = find_pair(enrolment, position)
    try:
        if previewed is None:
            return redirect(enrolment.address("preview-end"))
        if request.method == "POST":
            return _respond(request, previewed)
        return _render_pair(request, previewed, read_preview(previewed))
    except PairGone:  # its participant has just withdrawn
        return redirect(enrolment.address("preview-instruction"))


@researchers_only
def draft(request: HttpRequest, enrolment: JudgingEnrolment, position: int) -> HttpResponse:
    """Answer the page's script that nothing is saved, for any pair."""
    return JsonResponse(nothing_saved(kind_of(enrolment.evaluation)) | {"next": enrolment.address("preview")})


@researchers_only
def feedback(request: HttpRequest, enrolment: JudgingEnrolment, position: int) -> HttpResponse:
    """Show the feedback on a training pair; the address says what was chosen, because nothing is stored."""
    previewed, chosen = find_pair(enrolment, position), request.GET.get("chosen", "")
    if previewed is None or not previewed.progress.is_practice or chosen not in Choice.values:
        return redirect(enrolment.address("preview"))
    found = feedback_on(previewed.presentation, Choice(chosen))
    return _render(request, "judging/feedback.html", enrolment, feedback=found, on=previewed.next_address)


@researchers_only
def end(request: HttpRequest, enrolment: JudgingEnrolment) -> HttpResponse:
    """Show the last page."""
    outcome = enrolment.read_outcome(EvaluationOutcome.Kind.COMPLETED)
    return _render(request, "enrolment/end.html", enrolment, outcome=outcome)


def _respond(request: HttpRequest, previewed: PreviewedPair) -> HttpResponse:
    """Lead on from a complete answer, or say what is missing, as a page with and without scripts expects it."""
    enrolment = previewed.enrolment
    try:
        sent = read_sent(request, previewed.kind)
        if problems := problems_of(previewed, sent.answer):
            raise Refused("incomplete", *problems)
    except Refused as refusal:
        if is_json(request):
            return JsonResponse(refusal.content, status=refusal.status)
        answer = sent.answer if refusal.reason == "incomplete" else None
        page = read_preview(previewed, answer, refusal.sentences)
        return _render_pair(request, previewed, page, refusal.status)
    address = previewed.next_address
    if previewed.progress.is_practice:
        address = (
            f"{enrolment.address('preview-feedback', previewed.presentation.position)}?chosen={sent.answer.choice}"
        )
    return JsonResponse({"next": address}) if is_json(request) else redirect(address)


def _render_pair(request: HttpRequest, previewed: PreviewedPair, page: PairPage, status: int = 200) -> HttpResponse:
    return _render(request, page.kind.template, previewed.enrolment, page=page, status=status)


def _render(request: HttpRequest, template: str, enrolment: JudgingEnrolment, **shown: Any) -> HttpResponse:
    evaluation = enrolment.evaluation
    to, name = evaluation.address, str(evaluation)
    return render_page(request, template, enrolment, is_preview=True, way_back=to, way_back_to=name, **shown)
