"""Which page is an evaluator's now."""

from typing import Literal

from evaluation.evaluators.admission import is_running
from evaluation.evaluators.credentials import Visitor
from evaluation.models import Evaluator

State = Evaluator.State
Place = Literal["judge-instruction", "judge", "judge-end", "closed"]
"""Names of pages; "closed" is none: whoever is under way in a closed evaluation finds that said wherever they go."""


def whereabouts(visitor: Visitor) -> Place:
    """Where the visitor is on their way. Whose place went to somebody else is where places are given out."""
    if visitor.evaluator.state in (State.FINISHED, State.WITHDRAWN):
        return "judge-end"
    if not is_running(visitor.evaluation):
        return "closed"
    return "judge" if visitor.evaluator.state == State.JUDGING else "judge-instruction"
