"""Answers to questions about a person: options, several of them, numbers or texts."""

from collections.abc import Mapping
from typing import Any

Answer = str | int | float | list[str]
Answers = Mapping[str, Any]
"""An answer by the key of its question. Stored answers may hold anything that JSON allows."""
WITHHELD = "Prefer not to say"


def is_given(answer: Any) -> bool:
    """Return whether a question was answered, and not with "Prefer not to say". Zero is an answer."""
    return answer is not None and answer not in ("", [], WITHHELD)


def chosen_options(answer: Any) -> list[Any]:
    """Return the options that were chosen: one, several or, without an answer, none."""
    if answer is None:
        return []
    return answer if isinstance(answer, list) else [answer]


def show_number(number: int | float) -> str:
    """Return the number as people write it, without a fraction if it is whole."""
    return str(int(number)) if float(number).is_integer() else str(number)


def show_answer(answer: Any) -> str:
    """Return the answer as text; several options with semicolons between them."""
    if isinstance(answer, list):
        return "; ".join(show_answer(one) for one in answer)
    if isinstance(answer, int | float) and not isinstance(answer, bool):
        return show_number(answer)
    return "" if answer is None else str(answer)
