"""Questions whose answer is a number: free within limits, or a point of a scale."""

import math
from collections.abc import Iterator
from typing import Any

from django.utils.translation import gettext

from dialogue.answers import show_number
from studies.questions.question import Kind, Question

MOST_POINTS = 11
LARGEST = 10**12


def faults(question: Question) -> Iterator[str]:
    """Yield what is wrong with the limits, one sentence each."""
    low, high = question.low, question.high
    if question.kind == Kind.SCALE:
        yield from _scale_faults(low, high)
    if low is not None and high is not None and low >= high:
        yield f"has the lowest number {show_number(low)} and the highest {show_number(high)}. The first must be smaller."
        return
    first, last = question.eligible_from, question.eligible_to
    bottom = max((one for one in (low, first) if one is not None), default=-math.inf)
    top = min((one for one in (high, last) if one is not None), default=math.inf)
    if bottom > top:
        yield "screens all participants out. Change the numbers for which they can take part."


def _scale_faults(low: float | None, high: float | None) -> Iterator[str]:
    if low is None or high is None or low % 1 or high % 1:
        yield "needs two whole numbers as the ends of its scale, for example 1 and 5."
    elif high - low >= MOST_POINTS:
        yield f"has a scale of {show_number(high - low + 1)} points. Use at most {MOST_POINTS}."


def answer_fault(question: Question, answer: Any) -> str:
    """Return a sentence that says what to do if this is no answer; empty if it is one."""
    if is_number(answer) and _fits(question, answer):
        return ""
    return _sentence(question).format(label=question.label, low=_shown(question.low), high=_shown(question.high))


def is_number(answer: Any) -> bool:
    """Return whether this is a number that every database and file can hold."""
    is_one = isinstance(answer, int | float) and not isinstance(answer, bool)
    return is_one and math.isfinite(answer) and abs(answer) <= LARGEST


def parse_number(text: str) -> int | float | str:
    """Return the number that was typed, or the text if it is none."""
    try:
        number = float(text) if text.isascii() and "_" not in text else math.nan
    except ValueError:
        return text
    if not is_number(number):
        return text
    return int(number) if number.is_integer() else number


def _fits(question: Question, answer: float) -> bool:
    if question.kind == Kind.SCALE:
        return answer in question.points
    return (question.low is None or answer >= question.low) and (question.high is None or answer <= question.high)


def _sentence(question: Question) -> str:
    if question.kind == Kind.SCALE:
        return gettext("Choose a point from {low} to {high} for “{label}”.")
    if question.low is not None and question.high is not None:
        return gettext("Enter a number from {low} to {high} for “{label}”.")
    if question.low is not None:
        return gettext("Enter a number of at least {low} for “{label}”.")
    if question.high is not None:
        return gettext("Enter a number of at most {high} for “{label}”.")
    return gettext("Enter a number for “{label}”.")


def _shown(number: float | None) -> str:
    return "" if number is None else show_number(number)
