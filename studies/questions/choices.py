"""Questions with options: single and multiple choice."""

from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from dialogue.answers import WITHHELD
from dialogue.names import repeated_name
from studies.questions.question import Kind, Question

MOST_OPTIONS = 100


def faults(question: Question) -> Iterator[str]:
    """Yield what is wrong with the options, one sentence each."""
    if not question.options:
        yield "has no options. Add at least one."
    if len(question.options) > MOST_OPTIONS:
        yield f"has {len(question.options)} options. Keep at most {MOST_OPTIONS}."
    if (twice := repeated_name(list(question.options))) is not None:
        yield f"has the option “{twice}” twice. Remove one, or word it differently."
    if question.options and set(question.options) <= set(question.screened_out):
        yield "screens all participants out. Keep at least one option for which they can take part."


def answer_fault(question: Question, answer: Any) -> str:
    """Return a sentence that says what to do if this is no answer; empty if it is one."""
    if question.kind == Kind.SINGLE:
        is_fine = isinstance(answer, str) and answer in question.options
        return (
            "" if is_fine else gettext("Choose one of the listed answers for “{label}”.").format(label=question.label)
        )
    if isinstance(answer, list) and WITHHELD in answer and len(answer) > 1:
        sentence = gettext("For “{label}”, choose either “{withheld}” or other answers.")
        return sentence.format(label=question.label, withheld=gettext(WITHHELD))
    is_fine = isinstance(answer, list) and all(isinstance(one, str) and one in question.options for one in answer)
    is_fine = is_fine and len(set(answer)) == len(answer)
    return "" if is_fine else gettext("Choose among the listed answers for “{label}”.").format(label=question.label)
