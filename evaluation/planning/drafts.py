"""A complete plan, computed and not stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random

from evaluation.models import Evaluation, Pair
from evaluation.pairing import LeftOut
from evaluation.planning.assignments import Impossible, PlannedAssignment, Wanted, count_assignments, plan_assignments
from evaluation.planning.known_pairs import ROLES, KnownPair, known_pairs_of


@dataclass(frozen=True, slots=True)
class Draft:
    """The pairs, not stored, their assignments (``Wanted.id`` counts the pairs), and the known pairs added to every assignment.

    ``rules`` say what is compared. ``hidden`` counts the hidden messages in the natural and in the simulated dialogues. With
    ``problems`` the assignments may be missing.
    """

    pairs: Sequence[Pair]
    assignments: Sequence[PlannedAssignment] = ()
    training: tuple[KnownPair, ...] = ()
    checks: tuple[KnownPair, ...] = ()
    left_out: tuple[LeftOut, ...] = ()
    hidden: tuple[int, int] = (0, 0)
    warnings: tuple[str, ...] = ()
    problems: tuple[str, ...] = ()


def assign(evaluation: Evaluation, wanted: list[Wanted], about: str) -> tuple[list[PlannedAssignment], list[str]]:
    """Return the assignments, or why there cannot be any. ``about`` is the noun for what each evaluator sees once."""
    judges = evaluation.judges_per_pair
    try:
        count = count_assignments(wanted, evaluation.pairs_per_evaluator, judges, about)
    except Impossible as reason:
        return [], [str(reason)]
    return (plan_assignments(wanted * judges, count, seed_for(evaluation, "lists")) if count else []), []


def draw_known(evaluation: Evaluation) -> tuple[dict[str, tuple[KnownPair, ...]], list[str]]:
    """Draw the requested number of known pairs in each role, or return a sentence about the missing ones."""
    known: dict[str, tuple[KnownPair, ...]] = {}
    lacking = []
    for role, number in zip(ROLES, (evaluation.training_pairs, evaluation.attention_checks), strict=True):
        there = known_pairs_of(evaluation, role)
        if number > len(there):
            lacking.append(_lacking(evaluation, role, number, len(there)))
        known[role] = tuple(Random(seed_for(evaluation, role)).sample(there, min(number, len(there))))
    return known, lacking


def _lacking(evaluation: Evaluation, role: str, number: int, there: int) -> str:
    what = {"training": "training", "check": "attention checks"}[role]
    return (
        f"The plan needs {number} pair{'' if number == 1 else 's'} for {what}, but there {'is' if there == 1 else 'are'} "
        f"{there or 'none'}. Choose {f'at most {there}' if there else '0'}, or "
        f"{'add pairs to your file' if evaluation.known_pairs else 'upload your own pairs'}."
    )


def seed_for(evaluation: Evaluation, purpose: str) -> str:
    """Return a separate seed for each purpose, so that draws for one cannot be inferred from another's."""
    return f"{evaluation.seed} {purpose}"
