"""The one check of answers, for pages, files and commands."""

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from django.utils.translation import gettext

from dialogue.answers import WITHHELD, Answers
from studies.questions import choices, numbers, texts
from studies.questions.question import Kind, Question, is_asked

Check = Callable[[Question, Any], str]
_CHECKS: Mapping[Kind, Check] = {
    Kind.SINGLE: choices.answer_fault,
    Kind.MULTIPLE: choices.answer_fault,
    Kind.SCALE: numbers.answer_fault,
    Kind.NUMBER: numbers.answer_fault,
    Kind.SHORT_TEXT: texts.answer_fault,
    Kind.LONG_TEXT: texts.answer_fault,
}


@dataclass(frozen=True, slots=True)
class CheckedPage:
    """The answers that count, and a sentence for each question whose answer does not."""

    answers: dict[str, Any]
    faults: dict[str, str]


def answer_fault(question: Question, answer: Any) -> str:
    """Return a sentence that says what to do if this does not answer the question; empty if it does, or if it is empty."""
    if is_empty(answer) or (answer == WITHHELD and question.may_be_withheld):
        return ""
    return _CHECKS[question.kind](question, answer)


def is_empty(answer: Any) -> bool:
    return answer is None or answer in ("", [])


def check_page(questions: Iterable[Question], given: Answers, earlier: Answers) -> CheckedPage:
    """Check the answers to the questions of one page, in order.

    Answers to questions whose condition is not met are dropped: a browser sends what was typed before a question disappeared.
    """
    checked = CheckedPage({}, {})
    for question in questions:
        if not is_asked(question, {**earlier, **checked.answers}):
            continue
        answer = given.get(question.key)
        fault = answer_fault(question, answer) or _missing(question, answer)
        if fault:
            checked.faults[question.key] = fault
        elif not is_empty(answer):
            checked.answers[question.key] = answer
    return checked


def _missing(question: Question, answer: Any) -> str:
    if not (is_empty(answer) and question.is_required):
        return ""
    sentences = {
        Kind.SINGLE: gettext("Choose an answer for “{label}”."),
        Kind.MULTIPLE: gettext("Choose at least one answer for “{label}”."),
    }
    if question.kind in sentences:
        return sentences[question.kind].format(label=question.label)
    return _CHECKS[question.kind](question, None)
