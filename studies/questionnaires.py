"""The questions of a study as it stores them, and checks of them and of personas' answers."""

from collections.abc import Iterator
from typing import Any

from django.core.exceptions import ValidationError

from dialogue.answers import is_given
from studies.questions.answers import answer_fault
from studies.questions.order import condition_faults
from studies.questions.question import Placement, Question, is_asked
from studies.questions.storage import MOST_QUESTIONS, entry_faults, question_faults, read_question, unknown_settings


def check_questionnaire(table: Any) -> None:
    """Raise ValidationError, one sentence per fault, unless these are questions that a study can ask."""
    if not isinstance(table, list):
        raise ValidationError("The questionnaire must be a list of questions, each with key, label and options.")
    faults = [f"Question {number} {fault}" for number, entry in enumerate(table, 1) for fault in _entry_faults(entry)]
    if faults := faults or list(_questionnaire_faults(read_questions(table))):
        raise ValidationError(faults)


def check_answers(features: Any, questionnaire: Any) -> None:
    """Raise ValidationError, one sentence per fault, unless these are answers that the persona form allows.

    Any question may be unanswered, because listed personas need not know everything.
    """
    if not isinstance(features, dict):
        raise ValidationError('Features must be an object of answers, for example {"age": "25 to 34"}.')
    questions = {question.key: question for question in read_features(questionnaire)}
    faults = [
        _answer_fault(key, answer, questions) or _condition_fault(questions[key], features)
        for key, answer in features.items()
    ]
    if any(faults):
        raise ValidationError([fault for fault in faults if fault])


def check_answer(key: str, answer: Any, questionnaire: Any) -> None:
    """Raise ValidationError unless the persona form allows this answer, whatever the others are."""
    questions = {question.key: question for question in read_features(questionnaire)}
    if fault := _answer_fault(key, answer, questions):
        raise ValidationError(fault)


def read_questions(questionnaire: Any) -> list[Question]:
    """Return the valid questions, in order. Invalid ones, stored unchecked, must not break the page that shows them."""
    entries = questionnaire if isinstance(questionnaire, list) else []
    return [read_question(entry) for entry in entries if not any(entry_faults(entry))]


def read_features(questionnaire: Any) -> list[Question]:
    """Return the questions of the persona form, whose answers are the features of a persona."""
    return [one for one in read_questions(questionnaire) if one.placement == Placement.PERSONA_FORM]


def _entry_faults(entry: Any) -> Iterator[str]:
    """Yield the faults of one entry: why it cannot be read or, if it can, why it cannot be asked."""
    faults = list(entry_faults(entry))
    yield from faults
    if not faults:
        yield from unknown_settings(entry)
        yield from question_faults(read_question(entry))


def _questionnaire_faults(questions: list[Question]) -> Iterator[str]:
    keys = [question.key for question in questions]
    if len(questions) > MOST_QUESTIONS:
        yield f"There are {len(questions)} questions. Keep at most {MOST_QUESTIONS}."
    if twice := sorted({key for key in keys if keys.count(key) > 1}):
        yield from (f"Two questions have the key “{key}”. Give each question a different key." for key in twice)
        return
    if not any(one.placement == Placement.PERSONA_FORM for one in questions):
        yield "The persona form has no questions. Add at least one."
    yield from condition_faults(questions)


def _answer_fault(key: str, answer: Any, questions: dict[str, Question]) -> str:
    if key not in questions:
        return f"The study's questionnaire has no feature {key!r}. Its features are: {', '.join(questions) or 'none'}."
    question = questions[key]
    if fault := answer_fault(question, answer):
        listed = f" Its answers are: {'; '.join(question.choices)}." if question.choices else ""
        return f"{answer!r} is not an answer to {key!r}. {fault}{listed}"
    return ""


def _condition_fault(question: Question, features: dict[str, Any]) -> str:
    if question.condition is None or not is_given(features[question.key]) or is_asked(question, features):
        return ""
    return (
        f"{question.key!r} has an answer, but is asked only if {question.condition.key!r} is answered with "
        f"{' or '.join(question.condition.answers)}. Remove the answer, or change the other one."
    )
