"""Pages of questions outside the persona form: the one that a participant must answer next, and their answers."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from django.db import transaction
from django.http import HttpRequest
from django.utils import timezone

from collection.models import Participant
from dialogue.answers import Answers
from studies.models import Goal, Persona, SurveyAnswer
from studies.questionnaires import read_questions
from studies.questions.pages import Posted, QuestionPage
from studies.questions.question import Placement, Question

PAGE = "page-of"
"""The name of the field that says which page a browser answers; no question can have it."""


@dataclass(frozen=True, slots=True)
class SurveyStep:
    """A page of questions, about ``goal`` if they are asked after each goal; ``earlier`` are answers that decide on them."""

    placement: Placement
    goal: Goal | None
    questions: Sequence[Question]
    earlier: Answers

    @property
    def name(self) -> str:
        """Return what distinguishes the page from the participant's other ones."""
        return f"{self.placement}-{self.goal.number}" if self.goal else str(self.placement)

    def read(self, request: HttpRequest) -> QuestionPage:
        """Return the page, with the answers of a request that posts them."""
        is_sent = request.method == "POST" and request.POST.get(PAGE) == self.name
        return self.page(request.POST if is_sent else None)

    def page(self, posted: Posted | None = None) -> QuestionPage:
        return QuestionPage(self.questions, posted, self.earlier)


def due_survey(participant: Participant, finished: set[int], *, is_through: bool) -> SurveyStep | None:
    """Return the page that the participant must answer now, or None.

    ``finished`` are the numbers of the goals that they have finished; ``is_through`` if no other goal is left.
    """
    questions = [one for one in read_questions(participant.study.questionnaire) if one.is_survey]
    persona = participant.persona
    if not questions or persona is None:
        return None
    goals = {goal.number: goal for goal in participant.study.goals.all()}
    answers = list(persona.survey_answers.all())
    given = {(one.question, one.goal_id) for one in answers}
    earlier = persona.features | {
        one.question: one.value for one in answers if not one.goal_id and one.value is not None
    }
    for placement, number in _places(participant, finished, is_through=is_through):
        goal = None if number is None else goals[number]
        step = SurveyStep(placement, goal, [one for one in questions if one.placement == placement], earlier)
        if any((question.key, goal and goal.pk) not in given for question in step.page().questions):
            return step
    return None


def _places(
    participant: Participant, finished: set[int], *, is_through: bool
) -> Iterator[tuple[Placement, int | None]]:
    """Yield the pages that the participant has reached: place, and number of the goal."""
    yield Placement.BEFORE, None
    yield from ((Placement.AFTER_GOAL, number) for number in participant.goal_order if number in finished)
    if is_through:
        yield Placement.AFTER_ALL, None


@transaction.atomic
def answer_survey(
    participant: Participant, step: SurveyStep, answers: dict[str, Any], now: datetime | None = None
) -> None:
    """Store the answers, and an empty row for each question that was left empty or not asked. Answers sent twice count once.

    The participant is locked, so that nothing is stored for a persona that a withdrawal deletes.
    """
    locked = Participant.objects.select_for_update(of=("self",)).get(pk=participant.pk)
    if locked.state != Participant.State.ACTIVE or locked.persona_id is None:
        return
    persona, at = Persona(pk=locked.persona_id), now or timezone.now()
    rows = [
        SurveyAnswer(
            persona=persona, goal=step.goal, question=question.key, value=answers.get(question.key), answered_at=at
        )
        for question in step.questions
    ]
    SurveyAnswer.objects.bulk_create(rows, ignore_conflicts=True)
