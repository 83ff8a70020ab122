"""What evaluators' pages show."""

from typing import Any

from django.db.models import Count, Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render

from collection.participation.presentation import Farewell
from evaluation.evaluators.admission import Refusal
from evaluation.evaluators.arrivals import Arrival
from evaluation.evaluators.credentials import Visitor, address_of, personal_token
from evaluation.evaluators.enrolment import terms_of
from evaluation.evaluators.whereabouts import whereabouts
from evaluation.models import Evaluation, Evaluator, Judgement, Pair
from evaluation.texts import questions

State = Evaluator.State
REFUSALS: dict[Refusal, tuple[str, str]] = {
    "planned": ("Judging has not begun yet", "Please come back later, on the same link."),
    "closed": ("Judging is closed", "It takes no answers at the moment. Thank you for your interest."),
    "full": (
        "There is no place left",
        "All dialogues are being judged, or have been. A place may become free again: you can try later, on the same link.",
    ),
    "finished": (
        "You have already judged",
        "Someone has already judged these dialogues with the ID in your link. The completion code is shown only "
        "in the browser in which you finished, or through your personal link. If you have neither, please ask the researchers "
        "who invited you.",
    ),
    "participant": (
        "You have taken part in this study already",
        "Its dialogues are judged by people who wrote none of them, so you cannot judge them. Thank you for your interest.",
    ),
    "researcher": (
        "You are logged in as a researcher",
        "You cannot judge here, because your answers would count. To try judging, use the rehearsal study. To judge as an "
        "evaluator, log out or use another browser.",
    ),
}
WITHDRAWN = "You have withdrawn. Your answers have been deleted."


def render_page(
    request: HttpRequest,
    template: str,
    evaluation: Evaluation | None,
    visitor: Visitor | None = None,
    *,
    status: int = 200,
    **shown: Any,
) -> HttpResponse:
    """A page of the evaluation, with what evaluators see around it: the study's name, their personal link, Withdraw."""
    is_known = visitor is not None and visitor.evaluator.state != State.WITHDRAWN
    frame = {
        "layout": "evaluators/layout.html",
        "door": address_of("judge-welcome", evaluation) if evaluation else "",
        "study": evaluation.study if evaluation else None,
        "evaluation": evaluation,
        "visitor": visitor,
        "personal_link": _personal_link(request, visitor),
        "leaving": address_of("judge-withdraw", evaluation) if evaluation and is_known else "",
        "own_data": address_of("judge-data", evaluation) if evaluation and is_known else "",
    }
    return render(request, template, frame | shown, status=status)


def render_dead_end(
    request: HttpRequest,
    heading: str,
    sentence: str,
    *,
    status: int,
    evaluation: Evaluation | None = None,
    visitor: Visitor | None = None,
    has_way_back: bool = False,
) -> HttpResponse:
    """A page that leads nowhere, or only to the evaluation's door, and says why."""
    shown: dict[str, Any] = {"heading": heading, "sentence": sentence, "has_way_back": has_way_back}
    return render_page(request, "participation/dead_end.html", evaluation, visitor, status=status, **shown)


def render_consent(request: HttpRequest, arrival: Arrival, notice: str = "", status: int = 200) -> HttpResponse:
    """Show the evaluation's welcome and consent; for an external id that has finished, how to see the completion code."""
    evaluation, terms = arrival.evaluation, terms_of(arrival.evaluation)
    return render_page(
        request,
        "evaluators/welcome.html",
        evaluation,
        status=status,
        arrival=arrival,
        notice=notice,
        pairs=pairs_ahead(evaluation),
        agreement=terms.sign(terms.offer()),
    )


def render_welcome_back(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """For those whom the browser knows: where they go on."""
    place = whereabouts(visitor)
    shown: dict[str, Any] = {
        "place": place,
        "address": "" if place == "closed" else address_of(place, visitor.evaluation),
        "may_be_another": not visitor.evaluator.external_id,
    }
    return render_page(request, "evaluators/welcome_back.html", visitor.evaluation, visitor, **shown)


def render_instruction(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """What to do, in the words of figure 11."""
    evaluation = visitor.evaluation
    return render_page(
        request,
        "evaluators/instruction.html",
        evaluation,
        visitor,
        pairs=pairs_ahead(evaluation),
        judged=count_judged(visitor.evaluator),
        kept=spell_minutes(evaluation.reserved_minutes),
        start=questions()["start"],
    )


def render_full(request: HttpRequest, visitor: Visitor) -> HttpResponse:
    """For those who have agreed and found no place: all lists have gone to others."""
    judged = count_judged(visitor.evaluator)
    return render_page(request, "evaluators/full.html", visitor.evaluation, visitor, status=403, judged=judged)


def render_refusal(
    request: HttpRequest, evaluation: Evaluation, reason: Refusal, visitor: Visitor | None = None
) -> HttpResponse:
    """Why somebody cannot judge."""
    heading, sentence = REFUSALS[reason]
    return render_dead_end(request, heading, sentence, status=403, evaluation=evaluation, visitor=visitor)


def read_farewell(visitor: Visitor) -> Farewell:
    """What somebody reads whose way ends: the evaluation's own words, or that they have withdrawn."""
    evaluation = visitor.evaluation
    if visitor.evaluator.state == State.WITHDRAWN:
        return Farewell("withdrawn", WITHDRAWN, "", "")
    return Farewell("completed", evaluation.completion, evaluation.completion_code, evaluation.redirect_url)


def pairs_ahead(evaluation: Evaluation) -> int:
    """How many pairs the longest free list has, training aside; the usual number if none is free."""
    counted = Count("showings", filter=~Q(showings__pair__role=Pair.Role.TRAINING))
    free = evaluation.assignments.filter(evaluator=None).order_by()
    sizes = free.annotate(size=counted).values_list("size", flat=True)
    return max(sizes, default=evaluation.pairs_per_evaluator)


def count_judged(evaluator: Evaluator) -> int:
    """How many pairs they have judged, of whatever kind."""
    return Judgement.objects.submitted().filter(evaluator=evaluator).count()


def spell_minutes(minutes: int) -> str:
    """How long, in words: "24 hours"; whole hours where it can be."""
    number, unit = (minutes // 60, "hour") if minutes % 60 == 0 else (minutes, "minute")
    return f"{number} {unit}{'' if number == 1 else 's'}"


def _personal_link(request: HttpRequest, visitor: Visitor | None) -> str:
    """Return the full personal link; empty for an unknown visitor."""
    if visitor is None:
        return ""
    address = address_of("judge-personal-link", visitor.evaluation, personal_token(visitor.evaluator))
    return request.build_absolute_uri(address)
