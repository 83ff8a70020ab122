"""Answers to survey questions that an imported dialogue brings along."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from studies.models import Dialogue, Study, SurveyAnswer
from studies.questionnaires import read_questions
from studies.questions.answers import answer_fault
from studies.questions.question import Placement, Question


class UnknownAnswer(ValueError):
    """The study does not ask this; the message is one sentence that names the question."""


def check_recorded_answers(study: Study, survey: Mapping[str, Any]) -> None:
    """Raise UnknownAnswer if the study does not ask one of these questions, or does not accept its answer."""
    questions = _surveys(study)
    for key, answer in survey.items():
        if key not in questions and answer is not None:
            raise UnknownAnswer(f"the study does not ask the question {key!r:.60}. Add it to the study first.")
        if key in questions and (fault := answer_fault(questions[key], answer)):
            raise UnknownAnswer(f"{answer!r:.60} is not an answer to {key!r}. {fault}")


def save_recorded_answers(dialogue: Dialogue, survey: Mapping[str, Any], now: datetime) -> None:
    """Store checked answers. Those about the whole study come with each dialogue of a person and are stored once."""
    questions = _surveys(dialogue.study)
    rows = [
        SurveyAnswer(
            persona=dialogue.persona,
            goal=dialogue.goal if questions[key].placement == Placement.AFTER_GOAL else None,
            question=key,
            value=answer,
            answered_at=now,
        )
        for key, answer in survey.items()
        if key in questions
    ]
    SurveyAnswer.objects.bulk_create(rows, ignore_conflicts=True)


def _surveys(study: Study) -> dict[str, Question]:
    return {one.key: one for one in read_questions(study.questionnaire) if one.is_survey}
