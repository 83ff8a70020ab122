"""Pages of judged pairs. They are hidden until their evaluation is closed, to keep it blind."""

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render

from evaluation.models import Evaluation, Pair
from evaluation.reading import PairGone
from evaluation.research.judged.one_pair import read_judged_pair
from evaluation.research.judged.pair_list import read_judged_pairs
from studies.access import staff_only
from studies.models import Study


@staff_only
def pairs_of_study(request: HttpRequest, slug: str) -> HttpResponse:
    """List the judged pairs of all closed evaluations of the study."""
    found = read_judged_pairs(get_object_or_404(Study, slug=slug), request.GET)
    return render(request, "evaluation/pairs.html", {"found": found})


@staff_only
def pairs_of_evaluation(request: HttpRequest, slug: str, number: int) -> HttpResponse:
    """List the judged pairs of an evaluation."""
    evaluation = _evaluation(slug, number)
    if evaluation.state != Evaluation.State.CLOSED:
        return _not_yet(request, evaluation)
    found = read_judged_pairs(evaluation.study, request.GET, evaluation)
    return render(request, "evaluation/pairs.html", {"found": found})


@staff_only
def pair(request: HttpRequest, slug: str, number: int, token: str) -> HttpResponse:
    """Show a judged pair with the utterances that evaluators named."""
    evaluation = _evaluation(slug, number)
    if evaluation.state != Evaluation.State.CLOSED:
        return _not_yet(request, evaluation)
    try:
        found = read_judged_pair(evaluation, token)
    except Pair.DoesNotExist:
        raise Http404 from None
    except PairGone:
        messages.info(request, "The dialogues of this pair are deleted, because their participant has withdrawn.")
        return redirect("evaluation-pairs", slug, number)
    return render(request, "evaluation/pair.html", {"found": found})


def _evaluation(slug: str, number: int) -> Evaluation:
    return get_object_or_404(Evaluation.objects.select_related("study"), study__slug=slug, number=number)


def _not_yet(request: HttpRequest, evaluation: Evaluation) -> HttpResponse:
    messages.info(request, "You can browse the judged pairs once the evaluation is closed.")
    return redirect("evaluation", evaluation.study.slug, evaluation.number)
