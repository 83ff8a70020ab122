"""A complete plan, computed and not stored."""

from collections.abc import Sequence
from dataclasses import dataclass
from random import Random
from typing import Any

from django.conf import settings
from django.forms.models import model_to_dict

from evaluation.models import Evaluation
from evaluation.pairing import Match, Pairing, Rules, make_pairs
from evaluation.planning.assignments import Impossible, PlannedAssignment, Wanted, count_assignments, plan_assignments
from evaluation.planning.candidates import Candidates, read_candidates
from evaluation.planning.concerns import find_problems, find_warnings
from evaluation.planning.known_pairs import ROLES, KnownPair, known_pairs_of


@dataclass(frozen=True, slots=True)
class Draft:
    """The pairs, their assignments (``Wanted.id`` counts the pairs), and the known pairs added to every assignment."""

    pairing: Pairing
    assignments: Sequence[PlannedAssignment]
    training: tuple[KnownPair, ...]
    checks: tuple[KnownPair, ...]
    warnings: tuple[str, ...]
    problems: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Basis:
    """The input of a draft; equal inputs give equal drafts."""

    settings: dict[str, Any]
    candidates: Candidates


def read_basis(evaluation: Evaluation) -> Basis:
    """Read the present input from the database. Reading takes a fraction of the time that drafting takes."""
    return Basis(model_to_dict(evaluation), read_candidates(evaluation))


def draft_plan(evaluation: Evaluation) -> Draft:
    """Return what opening the evaluation now would store. With ``problems`` the assignments may be missing."""
    return draft_from(evaluation, read_basis(evaluation))


def draft_from(evaluation: Evaluation, basis: Basis) -> Draft:
    """Do the same for an evaluation whose ``basis`` has been read."""
    candidates = basis.candidates
    rules = Rules(evaluation.takes_left_dialogues, evaluation.takes_unsafe_dialogues, evaluation.crosses_chatbots)
    pairing = make_pairs(candidates.natural, candidates.simulated, rules, evaluation.seed)
    problems = find_problems(candidates, pairing)
    assignments, impossible = _plan_assignments(evaluation, pairing.pairs)
    known, lacking = _known(evaluation)
    return Draft(
        pairing,
        assignments,
        known["training"],
        known["check"],
        tuple(find_warnings(evaluation.study, candidates, pairing, settings.MODELS_FILE)),
        (*problems, *impossible, *lacking),
    )


def _plan_assignments(evaluation: Evaluation, pairs: Sequence[Match]) -> tuple[list[PlannedAssignment], list[str]]:
    """Return the assignments, or why there cannot be any."""
    wanted = [Wanted(one.natural.person, one.natural.goal, one.simulated.inquirer, id) for id, one in enumerate(pairs)]
    judges = evaluation.judges_per_pair
    try:
        count = count_assignments(wanted, evaluation.pairs_per_evaluator, judges)
    except Impossible as reason:
        return [], [str(reason)]
    return (plan_assignments(wanted * judges, count, seed_for(evaluation, "lists")) if count else []), []


def _known(evaluation: Evaluation) -> tuple[dict[str, tuple[KnownPair, ...]], list[str]]:
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
