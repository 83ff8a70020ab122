"""A preview of a study's pages for its researchers, from consent to the last page, with an example of a chat.

Nothing is stored, so the address of each page carries what decides on the next ones: the condition, and answers on which
questions depend.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import wraps
from typing import Any
from urllib.parse import urlencode

from django.core import signing
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse

from collection.models import Outcome
from collection.participation.enrolment import ChatEnrolment
from collection.participation.goals import Progress
from collection.participation.persona_form import is_screened_out, read_form
from collection.participation.surveys import SurveyStep
from collection.participation.texts import researchers_only_preview
from dialogue.answers import Answers
from enrolment.access import AnyView, in_study
from enrolment.pages import render_dead_end, render_page
from enrolment.views import nothing_here
from studies.access import is_researcher
from studies.models import Condition, Goal
from studies.questionnaires import read_questions
from studies.questions.question import SURVEYS, Placement, Question

ORDER = ("form", "before", "start", "chat", "after_goal", "after_all", "end")
"""The pages after the consent, as their addresses name them; surveys are named by their placement."""
_SALT = "collection.preview"


@dataclass(frozen=True, slots=True)
class Walk:
    """A researcher's way through the preview: in ``condition``, if the study has any, after these ``earlier`` answers."""

    enrolment: ChatEnrolment
    condition: Condition | None
    earlier: Answers

    @property
    def questions(self) -> list[Question]:
        return read_questions(self.enrolment.study.questionnaire)

    @property
    def goals(self) -> list[Goal]:
        """Return the goals of the condition, in its order."""
        goals = {goal.number: goal for goal in self.enrolment.study.goals.order_by("number")}
        numbers = (self.condition.goals if self.condition else []) or list(goals)
        return [goals[number] for number in numbers if number in goals]

    @property
    def instruction(self) -> str:
        own = self.condition.instruction if self.condition else ""
        return own or self.enrolment.study.instruction

    @property
    def others(self) -> list[tuple[str, str]]:
        """Return the name and the first page of each other condition."""
        others = (one for one in self.enrolment.study.conditions.all() if one != self.condition)
        return [(one.name, Walk(self.enrolment, one, {}).address("preview")) for one in others]

    def survey(self, placement: Placement) -> SurveyStep:
        """Return the page of questions at this place, which may have none."""
        goal = self.goals[0] if placement == Placement.AFTER_GOAL and self.goals else None
        asked = [one for one in self.questions if one.placement == placement]
        return SurveyStep(placement, goal, asked, self.earlier)

    def after(self, page: str, answers: Answers | None = None) -> str:
        """Return the address of the page that follows after these answers; pages without anything to show are passed over."""
        decisive = {one.condition.key for one in self.questions if one.condition}
        kept = {key: value for key, value in (answers or {}).items() if key in decisive}
        walk = Walk(self.enrolment, self.condition, {**self.earlier, **kept})
        later = ORDER[ORDER.index(page) + 1 :]
        return walk.address("preview-page", next(one for one in later if walk._has(one)))

    def address(self, name: str, *page: str) -> str:
        query = {"condition": self.condition.name} if self.condition else {}
        query |= {"earlier": signing.dumps(self.earlier, salt=_SALT)} if self.earlier else {}
        path = reverse(name, args=[*self.enrolment.location, *page])
        return f"{path}?{urlencode(query)}" if query else path

    def _has(self, page: str) -> bool:
        if page == "chat":
            return bool(self.goals)
        return page not in SURVEYS or bool(self.survey(Placement(page)).page().questions)


def researchers_only(view: Callable[..., HttpResponse]) -> AnyView:
    """Pass the view the walk that the address describes; tell all other visitors that this is not their link."""

    @in_study(ChatEnrolment)
    @wraps(view)
    def known(request: HttpRequest, enrolment: ChatEnrolment, /, **page: str) -> HttpResponse:
        if not is_researcher(request.user):
            heading, sentence = researchers_only_preview()
            return render_dead_end(request, heading, sentence, status=403, enrolment=enrolment, has_way_back=True)
        return view(request, _read_walk(request.GET, enrolment), **page)

    return known


@researchers_only
def welcome(request: HttpRequest, walk: Walk) -> HttpResponse:
    """Show the study's welcome and consent."""
    enrolment = walk.enrolment
    shown = {"terms": enrolment.terms, "on": walk.address("preview-page", "form"), **enrolment.consent_page()}
    return _render(request, walk, "participant_welcome", **shown)


@researchers_only
def page(request: HttpRequest, walk: Walk, page: str) -> HttpResponse:
    """Show another page of the preview."""
    if page in SURVEYS:
        return _survey(request, walk, Placement(page))
    views = {"form": _persona_form, "start": _instruction, "end": _end} | ({"chat": _chat} if walk.goals else {})
    return views[page](request, walk) if page in views else nothing_here(request, walk.enrolment, page)


def _persona_form(request: HttpRequest, walk: Walk) -> HttpResponse:
    """Check the answers like the real form, and go to the next page."""
    study = walk.enrolment.study
    form = read_form(study, request)
    if form.is_valid() and is_screened_out(study, form.answers):
        return _end(request, walk, Outcome.Kind.SCREENED_OUT)
    if form.is_valid():
        return redirect(walk.after("form", form.answers))
    return _render(request, walk, "persona_form", status=422 if form.is_bound else 200, page=form)


def _survey(request: HttpRequest, walk: Walk, placement: Placement) -> HttpResponse:
    step = walk.survey(placement)
    survey = step.read(request)
    if survey.is_valid():
        return redirect(walk.after(placement, survey.answers))
    return _render(request, walk, "survey", status=422 if survey.is_bound else 200, page=survey, step=step)


def _instruction(request: HttpRequest, walk: Walk) -> HttpResponse:
    count = len(walk.goals)
    shown: dict[str, Any] = {"left": count, "total": count, "instruction": walk.instruction, "on": walk.after("start")}
    return _render(request, walk, "participant_instruction", **shown)


def _chat(request: HttpRequest, walk: Walk) -> HttpResponse:
    """Show the first goal with an example instead of a chat."""
    count = len(walk.goals)
    progress = Progress(1, count, 0, may_go_on=True, why_not="", is_last=count == 1)
    shown: dict[str, Any] = {"goal": walk.goals[0], "instruction": walk.instruction, "progress": progress}
    return _render(request, walk, "chat_preview", on=walk.after("chat"), **shown, **walk.enrolment.consent_page())


def _end(request: HttpRequest, walk: Walk, kind: str = Outcome.Kind.COMPLETED) -> HttpResponse:
    return _render(request, walk, "end", outcome=walk.enrolment.read_outcome(kind))


def _read_walk(query: Mapping[str, str], enrolment: ChatEnrolment) -> Walk:
    conditions = list(enrolment.study.conditions.all())
    named = [one for one in conditions if one.name == query.get("condition")]
    try:
        earlier = signing.loads(query.get("earlier", ""), salt=_SALT)
    except signing.BadSignature:
        earlier = {}
    return Walk(enrolment, next(iter(named or conditions), None), earlier)


def _render(request: HttpRequest, walk: Walk, name: str, *, status: int = 200, **shown: Any) -> HttpResponse:
    way_back = reverse("collecting", args=[walk.enrolment.study.slug])
    shown |= {"is_preview": True, "walk": walk, "way_back": way_back, "way_back_to": "Data collection"}
    return render_page(request, f"enrolment/{name}.html", walk.enrolment, status=status, **shown)
