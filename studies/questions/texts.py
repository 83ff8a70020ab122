"""Questions that people answer in their own words."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from studies.questions.question import Kind, Question
from studies.storable_text import storable

LONGEST = {Kind.SHORT_TEXT: 200, Kind.LONG_TEXT: 10_000}
"""Maximum number of characters."""


def faults(question: Question) -> Iterator[str]:
    """Yield nothing: a text has no settings."""
    yield from ()


def answer_fault(question: Question, answer: Any) -> str:
    """Return a sentence that says what to do if this is no answer; empty if it is one."""
    if not isinstance(answer, str) or not answer.strip() or answer != storable(answer):
        return gettext("Write an answer to “{label}”.").format(label=question.label)
    if len(answer) > (most := LONGEST[question.kind]):
        sentence = gettext("Shorten your answer to “{label}” to at most {most} characters. It has {length}.")
        return sentence.format(label=question.label, most=most, length=len(answer))
    return ""
