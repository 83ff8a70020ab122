"""What exports say of a person's answers: those of the persona form, and those of the study's other questions."""

from dataclasses import dataclass
from functools import cached_property
from typing import Any

from dialogue.answers import show_answer
from studies.models import Dialogue, Goal, Persona, Study
from studies.questionnaires import read_questions
from studies.questions.question import Placement, Question


@dataclass(frozen=True)
class AnswersToExport:
    """The answers of a study that an export contains: without people's own words, which may identify them, unless
    ``takes_texts``."""

    study: Study
    takes_texts: bool = False

    @cached_property
    def questions(self) -> list[Question]:
        """Return the questions whose answers are exported, in order."""
        asked = read_questions(self.study.questionnaire)
        return [question for question in asked if self.takes_texts or not question.is_free_text]

    @cached_property
    def surveys(self) -> list[Question]:
        """Return the exported questions that are asked beside the persona form."""
        return [question for question in self.questions if question.is_survey]

    @cached_property
    def _left_out(self) -> set[str]:
        return {one.key for one in read_questions(self.study.questionnaire)} - {one.key for one in self.questions}

    def features(self, persona: Persona) -> Any:
        """Return the persona's answers to the persona form."""
        if not isinstance(persona.features, dict):
            return persona.features
        return {key: answer for key, answer in persona.features.items() if key not in self._left_out}

    def survey(self, dialogue: Dialogue | None) -> dict[str, Any]:
        """Return the answers to all other questions by key: about this dialogue's goal, or about the whole study.

        A question that was not asked, or left empty, has None; so have all for a dialogue that was deleted.
        """
        if dialogue is None:
            return dict.fromkeys(one.key for one in self.surveys)
        given = _given(dialogue.persona)
        return {one.key: given.get((one.key, _goal(one, dialogue.goal_id))) for one in self.surveys}

    @cached_property
    def columns(self) -> list["Column"]:
        """Return the columns of a table of people, in the order in which they see the questions."""
        goals: list[Goal | None] = list(self.study.goals.order_by("number"))
        return [
            Column(question, goal)
            for placement in Placement
            for goal in (goals if placement == Placement.AFTER_GOAL else [None])
            for question in self.questions
            if question.placement == placement
        ]

    def cells(self, persona: Persona) -> list[str]:
        """Return the persona's answers in the order of the columns."""
        given, features = _given(persona), persona.features
        return [
            show_answer(
                given.get((column.question.key, column.goal.pk if column.goal else None))
                if column.question.is_survey
                else features.get(column.question.key)
            )
            for column in self.columns
        ]


@dataclass(frozen=True)
class Column:
    """The column of a question in a table of people, one for each goal if it is asked after each goal."""

    question: Question
    goal: Goal | None

    @property
    def name(self) -> str:
        return f"{self.question.key}.goal_{self.goal.number}" if self.goal else self.question.key


def _goal(question: Question, goal: int) -> int | None:
    return goal if question.placement == Placement.AFTER_GOAL else None


def _given(persona: Persona) -> dict[tuple[str, int | None], Any]:
    return {(answer.question, answer.goal_id): answer.value for answer in persona.survey_answers.all()}
