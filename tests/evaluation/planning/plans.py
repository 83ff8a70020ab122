"""Evaluations to plan, and what of their plans was stored."""

from typing import Any

from evaluation.models import Evaluation, Pair
from evaluation.planning.assignments import PlannedAssignment, PlannedPresentation, Wanted
from tests.evaluation.factories import make_evaluation, make_judged_study


def plan_evaluation(**fields: Any) -> Evaluation:
    """Of 3 people, 2 goals and 3 models: 18 pairs."""
    study = fields.pop("study", None) or make_judged_study(people=3, models=("a", "b", "c"))
    return make_evaluation(study, state=Evaluation.State.PLANNED, opened_at=None, **{"pairs_per_evaluator": 4} | fields)


def stored_assignments(evaluation: Evaluation) -> list[PlannedAssignment]:
    """The main part of every assignment, in order."""
    return [
        tuple(
            PlannedPresentation(Wanted(pair.person, pair.goal_id, pair.model, pair.pk), presentation.is_natural_first)
            for presentation in assignment.presentations.select_related("pair")
            if (pair := presentation.pair).role == Pair.Role.MAIN and pair.goal_id
        )
        for assignment in evaluation.assignments.all()
    ]


def wanted_pairs(evaluation: Evaluation) -> list[Wanted]:
    main = evaluation.pairs.filter(role=Pair.Role.MAIN)
    return [Wanted(pair.person, pair.goal_id or 0, pair.model, pair.pk) for pair in main]
