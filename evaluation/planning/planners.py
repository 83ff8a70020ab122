"""The planner of each kind of evaluation."""

from collections.abc import Mapping
from typing import Any

from evaluation.models import Evaluation
from evaluation.planning.answer_planner import AnswerPlanner
from evaluation.planning.dialogue_planner import DialoguePlanner
from evaluation.planning.planner import Planner

PLANNERS: Mapping[str, Planner[Any]] = {
    Evaluation.Kind.DIALOGUES: DialoguePlanner(),
    Evaluation.Kind.ANSWERS: AnswerPlanner(),
}


def planner_of(evaluation: Evaluation) -> Planner[Any]:
    """Return the planner of the evaluation's kind."""
    return PLANNERS[evaluation.kind]
