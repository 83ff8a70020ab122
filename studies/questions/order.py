"""How questions depend on each other: each on one that was asked before it."""

from collections.abc import Iterator, Sequence

from studies.questions.question import Placement, Question

_SEEN_FROM = {
    Placement.PERSONA_FORM: (Placement.PERSONA_FORM,),
    Placement.BEFORE: (Placement.PERSONA_FORM, Placement.BEFORE),
    Placement.AFTER_GOAL: (Placement.PERSONA_FORM, Placement.BEFORE, Placement.AFTER_GOAL),
    Placement.AFTER_ALL: (Placement.PERSONA_FORM, Placement.BEFORE, Placement.AFTER_ALL),
}
"""The places whose answers are known, and are single ones, where a question is asked."""


def condition_faults(questions: Sequence[Question]) -> Iterator[str]:
    """Yield what is wrong with the conditions of these questions, which have different keys, one sentence each."""
    found = {question.key: place for place, question in enumerate(questions)}
    if circle := _circle({one.key: one for one in questions}):
        fault = "depend on each other" if len(circle) > 1 else "depends on itself"
        yield f"{' and '.join(f'“{key}”' for key in circle)} {fault}. Remove a dependency."
        return
    for place, question in enumerate(questions):
        if question.condition is not None:
            other = found.get(question.condition.key)
            yield from _faults(question, None if other is None else questions[other], is_before=(other or 0) < place)


def _faults(question: Question, other: Question | None, *, is_before: bool) -> Iterator[str]:
    condition = question.condition
    assert condition is not None  # noqa: S101
    if other is None:
        yield f"“{question.key}” depends on the question “{condition.key}”, which does not exist. Choose another question."
        return
    if not other.choices:
        yield f"“{question.key}” depends on “{other.key}”, which has no listed answers. Choose a question that has."
    elif unknown := [one for one in condition.answers if one not in other.choices]:
        yield f"“{question.key}” depends on the answer “{unknown[0]}”, which “{other.key}” does not have. Correct the answer."
    elif not condition.answers:
        yield f"“{question.key}” depends on “{other.key}”, but on no answer. Name at least one."
    if other.placement not in _SEEN_FROM[question.placement] or (
        other.placement == question.placement and not is_before
    ):
        yield f"“{question.key}” depends on “{other.key}”, which is not asked before it. Change the order or the place."


def _circle(questions: dict[str, Question]) -> list[str]:
    """Return the keys of questions that depend on each other in a circle; empty if none do."""
    for start in questions:
        path, key = [start], _dependence(questions, start)
        while key is not None and key not in path:
            path, key = [*path, key], _dependence(questions, key)
        if key is not None:
            return path[path.index(key) :]
    return []


def _dependence(questions: dict[str, Question], key: str) -> str | None:
    condition = questions[key].condition if key in questions else None
    return condition.key if condition else None
