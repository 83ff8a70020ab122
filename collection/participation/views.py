"""Views for participants, in addition to those for everyone who enrols: the form, the instruction and the next goal."""

from contextlib import suppress

from django.contrib import messages
from django.http import HttpRequest, HttpResponse

from collection.models import Participant
from collection.participation import goals
from collection.participation.eligibility import is_released
from collection.participation.enrolment import ChatEnrolment
from collection.participation.persona_form import answer_form, read_form
from collection.participation.surveys import answer_survey
from enrolment.access import only_at, to_current_step, visitors_only
from enrolment.pages import render_page
from enrolment.protocol import Visitor
from studies.questions.question import Placement


@only_at(ChatEnrolment, "persona-form")
def persona_form(request: HttpRequest, visitor: Visitor[Participant]) -> HttpResponse:
    """Show the persona form (figure 9), or store its answers."""
    enrolment, participant = visitor.enrolment, visitor.person
    page = read_form(participant.study, request)
    if page.is_valid():
        answer_form(participant, page.answers)
        participant.refresh_from_db()
        return to_current_step(request, visitor)
    status = 422 if page.is_bound else 200
    return render_page(request, "enrolment/persona_form.html", enrolment, participant, status=status, page=page)


@only_at(ChatEnrolment, "instruction")
def instruction(request: HttpRequest, visitor: Visitor[Participant]) -> HttpResponse:
    """Show the instruction. Posting begins the first goal or, for participants who return, the next one."""
    participant, problem = visitor.person, ""
    if request.method == "POST":
        try:
            goals.begin_goal(participant)
        except goals.ChatbotUnavailable as error:
            problem = str(error)
        else:
            return to_current_step(request, visitor)
    shown = {
        "problem": problem,
        "left": len(goals.goals_left(participant)),
        "total": len(participant.goal_order),
        "instruction": goals.instruction_for(participant),
    }
    template, status = "enrolment/participant_instruction.html", 503 if problem else 200
    return render_page(request, template, visitor.enrolment, participant, status=status, **shown)


@only_at(ChatEnrolment, "survey")
def survey(request: HttpRequest, visitor: Visitor[Participant]) -> HttpResponse:
    """Show the questions that come next, or store the answers. After those about a goal, the next goal begins at once."""
    participant, step = visitor.person, goals.next_survey(visitor.person)
    if step is None:  # another tab has answered them in the meantime
        return to_current_step(request, visitor)
    page = step.read(request)
    if page.is_valid():
        answer_survey(participant, step, page.answers)
        if step.placement != Placement.BEFORE:
            with suppress(goals.ChatbotUnavailable):  # the page of the instruction, which is next, says so
                goals.begin_goal(participant)
        return to_current_step(request, visitor)
    status = 422 if page.is_bound else 200
    return render_page(
        request, "enrolment/survey.html", visitor.enrolment, participant, status=status, page=page, step=step
    )


@only_at(ChatEnrolment, "come-back")
def come_back(request: HttpRequest, visitor: Visitor[Participant]) -> HttpResponse:
    """Let a participant whose seat was released continue. A post reaches this view only if no seat is free."""
    is_full = request.method == "POST"
    template, status = "enrolment/come_back.html", 403 if is_full else 200
    return render_page(request, template, visitor.enrolment, visitor.person, status=status, is_full=is_full)


@visitors_only(ChatEnrolment)
def next_goal(request: HttpRequest, visitor: Visitor[Participant], token: str) -> HttpResponse:
    """Continue from this dialogue to the next goal; a repeated form changes nothing."""
    participant = visitor.person
    dialogue = participant.dialogues.filter(token=token).first()
    if request.method == "POST":
        visitor.enrolment.resume(participant)
        if dialogue is not None and not is_released(participant):
            try:
                goals.go_on(dialogue)
            except (goals.GoalLocked, goals.ChatbotUnavailable) as error:
                messages.warning(request, str(error))
    return to_current_step(request, visitor)
