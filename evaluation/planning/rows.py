"""Planned pairs and assignments as rows."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import astuple
from random import Random
from typing import Any

from evaluation.models import Assignment, Evaluation, Pair, Presentation
from evaluation.pairing import LeftOut
from evaluation.planning.assignments import PlannedAssignment, arrange, draw_sides
from evaluation.planning.drafts import Draft, seed_for
from evaluation.planning.plans import Remarks

Placing = tuple[Pair, bool]
"""A pair, and whether its natural dialogue is first."""


def store_draft(evaluation: Evaluation, draft: Draft) -> None:
    """Store the draft's pairs and assignments. Set ``noted``, exclusions and warnings, on the evaluation without saving it."""
    pairs = dict(enumerate(Pair.objects.bulk_create(draft.pairs)))
    Pair.objects.bulk_create(
        Pair(evaluation=evaluation, role=pair["role"], known=dict(pair)) for pair in (*draft.training, *draft.checks)
    )
    store_assignments(evaluation, draft.assignments, pairs)
    evaluation.noted = {
        "left_out": [astuple(left_out) for left_out in draft.left_out],
        "hidden": draft.hidden,
        "warnings": list(draft.warnings),
    }


def remarks_of(evaluation: Evaluation) -> Remarks:
    """Return the remarks about the plan at the evaluation's opening."""
    noted = evaluation.noted
    left_out = tuple(LeftOut(*values) for values in noted.get("left_out", ()))
    natural, simulated = noted.get("hidden", (0, 0))
    return Remarks(left_out, (natural, simulated), tuple(noted.get("warnings", ())))


def store_assignments(
    evaluation: Evaluation, planned: Sequence[PlannedAssignment], pairs: Mapping[int, Pair]
) -> list[Assignment]:
    """Store new free assignments, each with all known pairs of the evaluation; ``pairs`` are by ``Wanted.id``."""
    last = evaluation.assignments.order_by("number").last()
    first_number = last.number + 1 if last else 1
    assignments = Assignment.objects.bulk_create(
        Assignment(evaluation=evaluation, number=number) for number, _ in enumerate(planned, start=first_number)
    )
    known = {role: list(evaluation.pairs.filter(role=role)) for role in (Pair.Role.TRAINING, Pair.Role.CHECK)}
    placings = (
        _arrange(evaluation, assignment, [(pairs[placed.pair.id], placed.is_natural_first) for placed in one], known)
        for assignment, one in zip(assignments, planned, strict=True)
    )
    Presentation.objects.bulk_create(
        Presentation(assignment=assignment, position=position, pair=pair, is_natural_first=is_natural_first)
        for assignment, placed in zip(assignments, placings, strict=True)
        for position, (pair, is_natural_first) in enumerate(placed)
    )
    return assignments


def _arrange(
    evaluation: Evaluation, assignment: Assignment, main: list[Placing], known: Mapping[Any, list[Pair]]
) -> Iterable[Placing]:
    """Arrange a list. Training reveals its sides, so those of the checks are drawn separately."""
    random = Random(seed_for(evaluation, f"list {assignment.number}"))
    training, checks = (
        list(zip(known[role], draw_sides(len(known[role]), random), strict=True))
        for role in (Pair.Role.TRAINING, Pair.Role.CHECK)
    )
    return arrange(main, training, checks, random)
