"""From a plan to stored pairs and lists."""

from collections.abc import Sequence
from datetime import datetime

from evaluation.models import Assignment, Evaluation, Pair
from evaluation.plans import NotReady, Plan, Share

__all__ = ["NotReady", "Plan", "Share", "add_lists", "close_evaluation", "open_evaluation", "read_plan"]


def read_plan(evaluation: Evaluation) -> Plan:
    """What would be judged if the evaluation were opened now, or what is, since it was."""
    raise NotImplementedError


def open_evaluation(evaluation: Evaluation, now: datetime | None = None) -> None:
    """Stores the pairs and lists of a planned evaluation, and lets evaluators in; a closed one lets them in again.

    Opening twice opens once. Raises NotReady.
    """
    raise NotImplementedError


def close_evaluation(evaluation: Evaluation, now: datetime | None = None) -> None:
    """Nobody can judge any more. What is stored stays."""
    raise NotImplementedError


def add_lists(evaluation: Evaluation, pairs: Sequence[Pair]) -> list[Assignment]:
    """Plans these pairs of the main part into new free lists, by the rules of all lists, with the evaluation's training pairs
    and attention checks. A pair named twice comes into two of them. For a caller who holds the evaluation's row.

    As many lists as it takes, however short: nobody sees two pairs of one natural dialogue. Withdrawn pairs are passed over.
    Whoever has judged another list before must not get a training pair or a check again: that is the caller's to see to.
    """
    raise NotImplementedError
